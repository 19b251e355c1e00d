"""What a timeline says in words: its span, its summary, and each block."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from oncall.doors.pictures.timeline import Block, Kind, Row, Timeline, View
from schedules import wall_time


def moment(at: datetime, zone: str) -> str:
    """An instant on the clock of a zone: `Wed 25 Nov 2026, 09:00`."""
    wall = wall_time(at, zone)
    return f"{wall:%a} {wall.day} {wall:%b %Y}, {wall:%H:%M}"


def span_texts(view: View) -> tuple[str, ...]:
    """From when to when and on whose clock, the longest first: with the times of the day only where they are not midnight."""
    since, until = wall_time(view.since, view.zone), wall_time(view.until, view.zone)
    if since.time() == until.time() == time():
        last = until.date() - timedelta(days=1)
        days = f"{since:%a} {since.day} {since:%b %Y}", f"{last:%a} {last.day} {last:%b %Y}"
    else:
        days = moment(view.since, view.zone), moment(view.until, view.zone)
    whole = " to ".join(days)
    return f"{whole}, {view.zone}", whole, f"{since.day} {since:%b} to {until.day} {until:%b}"


def said(block: Block, row: Row, view: View) -> str:
    """Who it is, for what and from when to when; an ellipsis where it goes on outside of the picture."""
    start = moment(block.start, view.zone) if block.begins else "…"
    end = moment(block.end, view.zone) if block.ends else "…"
    who = "Nobody" if not block.user else block.labels[0]
    away = " is away" if row.kind is Kind.AWAY else ""
    return f"{who}{away}: {start} to {end}"


def summary(shown: Timeline) -> str:
    """What somebody who cannot see it has to know."""
    rows = ", ".join(row.name for row in shown.rows)
    people = ", ".join(shown.view.names.get(user) or user for user in shown.people) or "nobody"
    gaps = len(shown.gaps)
    times = "always somebody on call" if not gaps else f"nobody on call {'once' if gaps == 1 else f'{gaps} times'}"
    return f"{span_texts(shown.view)[0]}. Lines: {rows}. In them: {people}. There is {times}."
