"""What happens to one incident at one instant, in lines: who is paged by which step and why, and everything else in its words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from oncall.simulate.people import page_id
from oncall.simulate.sayings import Entry, Speaker, listed, severity_name, step_name, way_name

Ways = Mapping[str, Sequence[str]]


def moment_lines(moment: Sequence[Entry], speaker: Speaker, service: str, title: str) -> Iterator[str]:
    """A line for each thing that happened; what goes out at once is said with the page to which it belongs."""
    ways = _ways(moment)
    for event, entries in groupby(moment, key=itemgetter("event")):
        if event == "paged":
            yield from _paged(entries, ways, speaker)
        elif event == "attempted":
            yield from _further(entries, ways, speaker)
        elif event == "triggered":
            yield from (_triggered(entry, moment, service, title) for entry in entries)
        else:
            yield from (_other(entry, speaker) for entry in entries if not _is_implied(entry, moment))


def _triggered(entry: Entry, moment: Sequence[Entry], service: str, title: str) -> str:
    said = [f"{severity_name(entry['severity'])} on {service}: {title}"]
    if not any(other["event"] == "deferred" for other in moment):
        said.append(entry["because"])
    if entry.get("respond_by"):
        said.append(f"the response is due by {entry['respond_by']}")
    return "; ".join([*said, *entry["warnings"]])


def _other(entry: Entry, speaker: Speaker) -> str:
    if entry["event"] == "unreachable":
        return f"{step_name(entry)} cannot page {speaker.person(entry['user'])}: {entry['because']}"
    if entry["event"] == "nobody":
        return f"{step_name(entry)} reaches nobody: {entry['because']}"
    return speaker.says(entry)


def _is_implied(entry: Entry, moment: Sequence[Entry]) -> bool:
    """Whether another entry of the moment says it as well: what a deferral is due to."""
    return entry["event"] == "rule" and any(other["event"] == "deferred" for other in moment)


def _ways(moment: Sequence[Entry]) -> Ways:
    """By which ways each page that the moment makes goes out at once."""
    ways: dict[str, list[str]] = {entry["page"]: [] for entry in moment if entry["event"] == "paged"}
    for entry in moment:
        if entry["event"] == "attempted" and page_id(entry) in ways:
            ways[page_id(entry)].append(way_name(entry["method"]))
    return ways


def _further(attempts: Iterable[Entry], ways: Ways, speaker: Speaker) -> Iterator[str]:
    """Whom pages made earlier reach now, a line for each way."""
    reached: dict[str, list[str]] = {}
    for entry in attempts:
        if page_id(entry) not in ways:
            reached.setdefault(way_name(entry["method"]), []).append(speaker.person(entry["user"]))
    return (f"by {way} as well: {listed(whom)}" for way, whom in reached.items())


def _paged(pages: Iterable[Entry], ways: Ways, speaker: Speaker) -> Iterator[str]:
    """Whom each step pages: those together whom it pages for the same reason and by the same ways."""
    steps: dict[str, dict[tuple[str, str], list[str]]] = {}
    for page in pages:
        how = ways[page["page"]]
        by = f" by {listed(how)}" if how else ""
        whom = speaker.person(page["user"]) if page["user"] else "the channel"
        steps.setdefault(step_name(page), {}).setdefault((page["because"], by), []).append(whom)
    for step, reasons in steps.items():
        people = (f"{listed(whom)} ({because}){by}" for (because, by), whom in reasons.items())
        yield f"{step} pages {'; '.join(people)}"
