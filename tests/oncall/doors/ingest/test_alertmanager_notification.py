"""Alertmanager's notifications, from bytes to values."""

import json
from hashlib import sha256
from typing import Any

import pytest

from oncall.doors.ingest.alert import Alert
from oncall.doors.ingest.alertmanager import Change, parse
from oncall.errors import InvalidInputError
from tests.oncall.doors.ingest.notification import alert, notification

GROUP = sha256(b'{}:{alertname="DiskFull"}').hexdigest()


def change(sent: object, by: str = "group") -> Change:
    return parse(json.dumps(sent).encode(), by)


def test_firing_group_is_one_alert_with_all_that_is_common() -> None:
    assert change(notification()) == Change(
        firing=(
            Alert(
                title="DiskFull: disk 95%",
                dedup_key=GROUP,
                severities=("warning", "warning"),
                body="DiskFull: disk 95%",
                fields={
                    "receiver": "all",
                    "group": GROUP,
                    "labels": {"alertname": "DiskFull", "instance": "web01", "severity": "warning"},
                    "annotations": {"summary": "disk 95%"},
                    "firing": 1,
                },
                links=(
                    {"href": "http://prometheus.example.com/graph", "text": "Source"},
                    {"href": "http://alertmanager.example.com", "text": "Alertmanager"},
                ),
            ),
        ),
        ended=(),
    )


def test_group_says_how_many_fire_and_how_grave_each_is() -> None:
    web02 = alert("web02", severity="critical", summary="disk 99%")

    [raised] = change(notification(alert(), web02, alert("web03", status="resolved"))).firing

    assert raised.title == "DiskFull (2 alerts)"
    assert raised.severities == ("warning", "critical")
    assert raised.body == "DiskFull: disk 95%\nDiskFull: disk 99%"


def test_group_without_a_summary_is_named_by_its_labels() -> None:
    [raised] = change(notification(alert(description=""))).firing

    assert raised.title == "DiskFull: web01"


def test_group_lists_twenty_and_counts_the_rest() -> None:
    [raised] = change(notification(*(alert(f"web{number}") for number in range(30)), truncatedAlerts=5)).firing

    assert raised.title == "DiskFull: disk 95% (35 alerts)"
    assert raised.body.splitlines()[20:] == ["and 15 more"]


def test_resolved_group_ends_under_the_same_key() -> None:
    assert change(notification(alert(status="resolved"))) == Change(firing=(), ended=(GROUP,))


def test_runbook_is_linked() -> None:
    [raised] = change(notification(alert(runbook_url="https://wiki.example.com/disk"))).firing

    assert {"href": "https://wiki.example.com/disk", "text": "Runbook"} in raised.links


def test_by_alert_each_label_set_fires_and_ends_alone() -> None:
    told = change(notification(alert(), alert("web02", status="resolved")), by="alert")

    assert [each.dedup_key for each in told.firing] == ["fingerprint-of-web01"]
    assert told.ended == ("fingerprint-of-web02", GROUP)
    assert told.group_ended is None


def test_by_alert_what_was_cut_from_the_list_fires_as_one() -> None:
    told = change(notification(alert(), alert("web02", severity="critical"), truncatedAlerts=7), by="alert")

    cut = told.firing[-1]
    assert [each.dedup_key for each in told.firing] == ["fingerprint-of-web01", "fingerprint-of-web02", GROUP]
    assert cut.title == "DiskFull: 7 more alerts, which the sender cut from its list"
    assert cut.severities == ("warning", "critical")
    assert told.ended == ()


def test_by_alert_the_end_of_a_group_ends_whatever_belongs_to_it() -> None:
    told = change(notification(alert(status="resolved")), by="alert")

    assert told == Change(firing=(), ended=("fingerprint-of-web01", GROUP), group_ended=GROUP)


def test_alert_without_a_fingerprint_is_known_by_its_labels() -> None:
    one, other = ({**alert(name), "fingerprint": ""} for name in ("web01", "web02"))
    reordered = {**one, "labels": dict(reversed(one["labels"].items()))}

    told = change(notification(one, other, reordered), by="alert")

    keys = [each.dedup_key for each in told.firing]
    assert keys[0] == keys[2] != keys[1]


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in notification().items() if key != name}


@pytest.mark.parametrize(
    ("sent", "by", "paths"),
    [
        (without("groupKey"), "group", ["groupKey"]),
        (without("alerts"), "group", ["alerts"]),
        ({}, "group", ["status", "groupKey", "alerts"]),
        (notification(status="burning"), "group", ["status"]),
        (notification(alerts={"a": 1}), "group", ["alerts"]),
        (
            notification(alerts=[{"status": "firing", "labels": {"severity": 1}}]),
            "group",
            ["alerts[0].labels.severity"],
        ),
        (notification(alerts=[{"labels": {}}]), "alert", ["alerts[0].status"]),
        (notification(alerts=[{**alert(), "startsAt": "2026-11-22T17:24:37"}]), "group", ["alerts[0].startsAt"]),
        (notification(), "cluster", ["by"]),
        (["alerts"], "group", [""]),
    ],
)
def test_every_fault_is_named_as_the_sender_spells_it(sent: object, by: str, paths: list[str]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        change(sent, by)

    assert [fault.path for fault in refused.value.faults] == paths


def test_maps_that_are_null_are_empty() -> None:
    [raised] = change(notification(commonLabels=None, commonAnnotations=None, groupLabels=None)).firing

    assert raised.title == "all"
