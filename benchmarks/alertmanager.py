"""What Alertmanager sends: groups of alerts, in the shape of its webhook, version 4."""

from __future__ import annotations

import json

from benchmarks.load import request

_STARTED = "2026-11-22T03:00:00Z"
_NEVER = "0001-01-01T00:00:00Z"


def batch(key: str, by: str, number: int, alerts: int) -> bytes:
    """The request that says that the alerts of a group, of which nobody has heard before, fire."""
    common = {"alertname": "DiskFull", "severity": "critical", "cluster": f"c{number:09d}"}
    body = {
        "version": "4",
        "groupKey": f'{{}}:{{cluster="c{number:09d}"}}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "oncall",
        "groupLabels": {"cluster": common["cluster"]},
        "commonLabels": common,
        "commonAnnotations": {"summary": "A disk is full"},
        "externalURL": "http://alertmanager:9093",
        "alerts": [_alert(common, number, place) for place in range(alerts)],
    }
    return request(f"/integrations/alertmanager/{key}?by={by}", json.dumps(body).encode(), {})


def _alert(common: dict[str, str], number: int, place: int) -> dict[str, object]:
    return {
        "status": "firing",
        "labels": {**common, "instance": f"node-{place}:9100"},
        "annotations": {"summary": "A disk is full", "description": f"Only 2% of node {place} is left"},
        "startsAt": _STARTED,
        "endsAt": _NEVER,
        "generatorURL": "http://prometheus:9090/graph",
        "fingerprint": f"{number * 1000 + place:016x}",
    }
