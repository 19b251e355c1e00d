"""Alerts, the dashboard and the page on watching name what there is."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from oncall.operations.beats import Ran, finish_beat, take_beat
from oncall.watch.findings import Findings
from oncall.watch.metrics import metrics
from tests.oncall.floor import open_floor

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/watching.md").read_text()
RULES = yaml.safe_load((ROOT / "deploy/prometheus/oncall.rules.yaml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((ROOT / "deploy/grafana/oncall.json").read_text())
PANELS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
ENDINGS = ("", "_total", "_bucket", "_sum", "_count")


@pytest.fixture(scope="module")
def told(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Every name that a pager tells with which all is well."""
    database = shutil.copy(sqlite_template, tmp_path_factory.mktemp("told") / "oncall.sqlite3")
    with open_floor(f"sqlite:///{database}") as floor:
        now = floor.clock.now()
        for name in ("auditor", "canary", "heartbeat"):
            take_beat(floor.context, name, "a worker", timedelta(minutes=1))
            finish_beat(floor.context, name, "a worker", Ran(now, now, {"took_seconds": 6.0}))
        families = [*text_string_to_metric_families(metrics(floor.context).decode())]
    return frozenset(f"{family.name}{ending}" for family in families for ending in ENDINGS)


def named(expression: str) -> frozenset[str]:
    """The metrics that an expression reads; raises where it is none."""
    return frozenset(_selected(promql_parser.parse(expression)))


def _selected(node: Any) -> Iterator[str]:
    if isinstance(node, promql_parser.VectorSelector):
        yield node.name or ""
    for part in ("expr", "lhs", "rhs", "vector_selector"):
        if hasattr(node, part):
            yield from _selected(getattr(node, part))
    for argument in getattr(node, "args", ()):
        yield from _selected(argument)


def test_expression_is_read_whole() -> None:
    assert named("sum(rate(a_total[5m])) / b > 1 unless on() max(c) == 1 or absent(d)") == {"a_total", "b", "c", "d"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_alert_reads_metrics_that_there_are_and_leads_to_what_to_do(rule: dict[str, Any], told: frozenset[str]) -> None:
    assert named(rule["expr"]) <= told | {"up"}
    page, _, place = rule["annotations"]["runbook"].partition("#")
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)}
    assert (page, place in headings) == ("docs/watching.md", True)


def test_dashboard_reads_metrics_that_there_are(told: frozenset[str]) -> None:
    assert frozenset().union(*map(named, PANELS)) <= told


def test_page_names_every_figure_and_every_alarm(told: frozenset[str]) -> None:
    figures = frozenset().union(*map(named, PANELS), *(named(rule["expr"]) for rule in RULES)) - {"up"}
    names = {re.sub(r"_(bucket|sum|count)$", "", figure.removeprefix("oncall_")) for figure in figures}
    assert [name for name in sorted(names) if f"`{name}`" not in PAGE] == []
    late = timedelta(hours=1)
    everything = Findings((1,), (1,), (1,), (1,), (1,), late, late, ("NAME",))
    assert [alarm.kind for alarm in everything.alarms() if f"`{alarm.kind}`" not in PAGE] == []
    assert told
