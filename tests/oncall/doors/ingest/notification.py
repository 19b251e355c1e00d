"""Alertmanager's notifications, as it sends them."""

from typing import Any


def alert(
    instance: str = "web01", *, status: str = "firing", severity: str = "warning", **annotations: str
) -> dict[str, Any]:
    """One alert of the rule DiskFull."""
    return {
        "status": status,
        "labels": {"alertname": "DiskFull", "instance": instance, "severity": severity},
        "annotations": annotations or {"summary": "disk 95%"},
        "startsAt": "2026-11-22T17:24:37.885103156Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.com/graph",
        "fingerprint": f"fingerprint-of-{instance}",
    }


def notification(*alerts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A notification of the group DiskFull with these alerts, else with the one of web01."""
    listed = alerts or (alert(),)
    common = dict(set.intersection(*(set(each["labels"].items()) for each in listed)))
    said = dict(set.intersection(*(set(each["annotations"].items()) for each in listed)))
    return {
        "receiver": "all",
        "status": "firing" if any(each["status"] == "firing" for each in listed) else "resolved",
        "alerts": list(listed),
        "groupLabels": {"alertname": "DiskFull"},
        "commonLabels": common,
        "commonAnnotations": said,
        "externalURL": "http://alertmanager.example.com",
        "version": "4",
        "groupKey": '{}:{alertname="DiskFull"}',
        "truncatedAlerts": 0,
        **more,
    }
