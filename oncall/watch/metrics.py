"""Figures for Prometheus, read from the database at each scrape, so that any process can tell them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from oncall.operations.context import Context
from oncall.watch.status import Status, status

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
"""The type of what `metrics` returns."""


def metrics(context: Context) -> bytes:
    """The figures as Prometheus reads them; raises UnavailableError without a database."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(status(context)))
    return generate_latest(registry)


class _Figures(Collector):
    """One status as metrics."""

    def __init__(self, present: Status) -> None:
        self._present = present

    def collect(self) -> Iterator[Metric]:
        """Give every figure."""
        present = self._present
        yield _gauge("oncall_overdue_timer_seconds", "How long the oldest timer has been due", present.overdue_timer)
        yield _gauge(
            "oncall_overdue_message_seconds", "How long the oldest message has been due", present.overdue_message
        )
        yield GaugeMetricFamily(
            "oncall_timers_set_aside", "Timers that failed too often", value=present.timers_set_aside
        )
        yield GaugeMetricFamily("oncall_workers", "Workers seen a moment ago", value=len(present.workers_alive()))
        yield _labelled("oncall_open_incidents", "Open incidents", ("state", "severity"), present.open_incidents)
        yield _labelled(
            "oncall_recent_sends", "Sends of the last 15 minutes", ("provider", "state"), present.recent_sends
        )


def _gauge(name: str, text: str, duration: timedelta | None) -> Metric:
    return GaugeMetricFamily(name, text, value=duration.total_seconds() if duration else 0)


def _labelled(name: str, text: str, labels: tuple[str, str], figures: Mapping[tuple[str, str], int]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, count in sorted(figures.items()):
        family.add_metric(values, count)
    return family
