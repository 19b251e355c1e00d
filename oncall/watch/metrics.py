"""Figures for Prometheus, read from the database at each scrape, so that any process can tell them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from oncall.operations.context import Context
from oncall.operations.count import BUCKETS, INCIDENTS, SENDS, SUM, TO_ATTEMPT, TO_RECEIPT
from oncall.operations.refusals import TRIGGERS_REFUSED
from oncall.store import measures
from oncall.store.measures import Key
from oncall.watch import auditor, canary, ping
from oncall.watch.status import Status, status

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
"""The type of what `metrics` returns."""

_BEATS = {
    auditor.NAME: "the auditor ran clean",
    canary.NAME: "a synthetic page came back",
    ping.NAME: "the watcher heard us",
}
_HISTOGRAMS = {
    TO_ATTEMPT: "From the trigger to the first call of a provider, for each page that it made",
    TO_RECEIPT: "From the call of a provider to its receipt",
}


def metrics(context: Context) -> bytes:
    """The figures as Prometheus reads them; raises UnavailableError without a database."""
    with context.database.read() as session:
        counted = measures.counted(session)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(status(context), counted))
    return generate_latest(registry)


class _Figures(Collector):
    """One status, and what was counted until then, as metrics."""

    def __init__(self, present: Status, counted: Mapping[Key, float]) -> None:
        self._present = present
        self._counted = counted

    def collect(self) -> Iterator[Metric]:
        """Give every figure."""
        yield from self._work()
        yield from self._watch()
        present = self._present
        yield _labelled(
            "oncall_open_incidents", "Open incidents", ("state", "severity"), present.open_incidents.items()
        )
        yield _labelled(
            "oncall_recent_sends", "Sends of the last 15 minutes", ("provider", "state"), present.recent_sends.items()
        )
        yield self._counter(INCIDENTS, "Incidents opened", ("severity",))
        yield self._counter(SENDS, "Sends, with what was known of them two minutes later", ("provider", "state"))
        yield self._counter(
            TRIGGERS_REFUSED, "Triggers refused, as more was asked than is accepted", ("door", "because")
        )
        for name, text in _HISTOGRAMS.items():
            yield self._histogram(name, text)

    def _work(self) -> Iterator[Metric]:
        present = self._present
        yield _gauge("oncall_overdue_timer_seconds", "How long the oldest timer has been due", present.overdue_timer)
        yield _gauge(
            "oncall_overdue_message_seconds", "How long the oldest message has been due", present.overdue_message
        )
        overdue = (("timer", present.overdue_timers), ("page", present.overdue_pages))
        yield _labelled(
            "oncall_overdue_seconds",
            "How long the oldest timer or page of an incident has been due",
            ("what", "severity"),
            [((what, severity), by.total_seconds()) for what, found in overdue for severity, by in found.items()],
        )
        yield _number("oncall_timers_set_aside", "Timers that failed too often", present.timers_set_aside)
        yield _number("oncall_workers", "Workers seen a moment ago", len(present.workers_alive()))
        yield _number("oncall_sending_held", "1 while nothing is sent since a restore", present.hold is not None)

    def _watch(self) -> Iterator[Metric]:
        present = self._present
        for name, text in _BEATS.items():
            since = present.since_well(name)
            if since is not None:
                yield _gauge(f"oncall_{name}_age_seconds", f"How long ago {text}", since)
        took = present.beats[canary.NAME].memory.get("took_seconds") if canary.NAME in present.beats else None
        if took is not None:
            yield _number(
                "oncall_canary_seconds", "How long the last synthetic page took, its timer's 5 seconds included", took
            )
        yield _labelled(
            "oncall_alarm", "1 while an alarm is open", ("kind",), [((kind,), 1) for kind in present.alarms]
        )
        down = [((provider,), 1) for provider in present.down]
        yield _labelled("oncall_channel_down", "1 while nothing gets through by a provider", ("provider",), down)

    def _counter(self, name: str, text: str, labels: Sequence[str]) -> Metric:
        family = CounterMetricFamily(f"oncall_{name}", text, labels=labels)
        for (measure, values, _), value in sorted(self._counted.items()):
            if measure == name:
                family.add_metric(values.split("|"), value)
        return family

    def _histogram(self, name: str, text: str) -> Metric:
        family = HistogramMetricFamily(f"oncall_{name}_seconds", text, labels=("severity",))
        for severity in sorted({labels for measure, labels, _ in self._counted if measure == name}):
            ends = [*map(str, BUCKETS), "+Inf"]
            counts = accumulate(self._counted.get((name, severity, end), 0.0) for end in ends)
            family.add_metric([severity], list(zip(ends, counts, strict=True)), self._counted[name, severity, SUM])
        return family


def _gauge(name: str, text: str, duration: timedelta | None) -> Metric:
    return _number(name, text, duration.total_seconds() if duration else 0)


def _number(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _labelled(name: str, text: str, labels: Sequence[str], figures: Iterable[tuple[Sequence[str], float]]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, count in sorted(figures):
        family.add_metric(values, count)
    return family
