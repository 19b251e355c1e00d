"""A timeline as SVG: where everything lies, for a template to write down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from oncall.doors.pictures.axis import Column, Mark, day_marks, month_marks
from oncall.doors.pictures.fitting import fitting, shortened, text_width
from oncall.doors.pictures.palette import COLOURS, DARK, LIGHT, Theme
from oncall.doors.pictures.people import places
from oncall.doors.pictures.timeline import Block, Kind, Row, Timeline, View
from oncall.doors.pictures.words import said, span_texts, summary

WIDTH, NARROWEST, WIDEST = 960, 320, 2400
_PAD, _GAP_WIDTH = 16, 3
_HEADING, _AXIS, _NAME, _BETWEEN, _LEGEND = 52, 40, 19, 11, 22
_HEIGHTS: Mapping[Kind, int] = {Kind.FINAL: 34, Kind.OVERRIDES: 22, Kind.LAYER: 22, Kind.AWAY: 18}
_SIZES: Mapping[Kind, float] = {Kind.FINAL: 13, Kind.OVERRIDES: 11.5, Kind.LAYER: 11.5, Kind.AWAY: 11}
_TITLE_SIZE, _NAME_SIZE, _LEGEND_SIZE, _SWATCH, _RADIUS = 18, 12, 12, 12, 5
_INSETS: Mapping[str, float] = {"gap": 0.75, "away": 0.5}


@dataclass(frozen=True, slots=True)
class Frame:
    """How it is drawn: how wide, in which theme, and of which schedule; `id` begins the ids that it gives."""

    schedule: str
    width: int = WIDTH
    theme: Theme = Theme.AUTO
    id: str = "timeline"


@dataclass(frozen=True, slots=True)
class Box:
    """A block's place, and what stands in it and behind it."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    text: str
    title: str
    size: float
    has_mark: bool

    @property
    def inset(self) -> float:
        """How far its edge lies inside, so that the line around it does too."""
        return _INSETS.get(self.kind, 0)

    @property
    def inner_width(self) -> float:
        """Its width without the seam that parts it from the next."""
        return round(max(self.width - 2 * self.inset - 1, self.width * 0.7), 2)

    @property
    def radius(self) -> float:
        """How round its corners are."""
        return round(min(_RADIUS, self.width / 3), 2)


@dataclass(frozen=True, slots=True)
class Line:
    """A row's place: its name above its boxes, on a bar as long as the picture."""

    name: str
    kind: Kind
    y: float
    bar_y: float
    height: float
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of the legend: a person, or what another colour means."""

    kind: str
    x: float
    y: float
    name: str
    has_mark: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything in its place."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    columns: tuple[Column, ...]
    months: tuple[Mark, ...]
    marks: tuple[Mark, ...]
    now: float | None
    lines: tuple[Line, ...]
    keys: tuple[Key, ...]


def picture(shown: Timeline, frame: Frame) -> str:
    """The timeline as an SVG document of its own, with its title, its colours and nothing that runs."""
    return _render("timeline.svg", shown, frame, _drawn(shown, frame, _PAD + _HEADING))


def part_of_page(shown: Timeline, frame: Frame) -> str:
    """The same without title and colours, to stand in a page that has both."""
    return _render("drawing.svg", shown, frame, _drawn(shown, frame, _PAD))


@cache
def stylesheet(theme: Theme = Theme.AUTO) -> str:
    """The colours and type of timelines as CSS: of one theme, or of both as the device prefers."""
    return _environment().get_template("timeline.css").render(theme=theme, light=LIGHT, dark=DARK)


def _render(template: str, shown: Timeline, frame: Frame, drawing: Drawing) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            drawing=drawing,
            frame=frame,
            span=fitting(span_texts(shown.view), drawing.right - drawing.left, _NAME_SIZE),
            title=shortened(frame.schedule, drawing.right - drawing.left, _TITLE_SIZE),
            summary=summary(shown),
            style=stylesheet(frame.theme),
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("oncall.doors.pictures"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _drawn(shown: Timeline, frame: Frame, top: float) -> Drawing:
    scale = _Scale(shown.view, _PAD, frame.width - _PAD)
    columns = tuple(Column(day, scale.at(day.start), scale.width(day.start, day.end)) for day in shown.days)
    colours = places(shown.people, COLOURS)
    lines = tuple(_lines(shown, scale, colours, top + _AXIS))
    bottom = lines[-1].bar_y + lines[-1].height + _BETWEEN
    keys = tuple(_keys(shown, frame, colours, bottom + _BETWEEN))
    return Drawing(
        width=frame.width,
        height=round(keys[-1].y + _LEGEND if keys else bottom) + _PAD / 2,
        left=_PAD,
        right=frame.width - _PAD,
        top=top,
        bottom=bottom,
        columns=columns,
        months=month_marks(columns, frame.width - _PAD),
        marks=day_marks(columns),
        now=scale.at(shown.view.now) if shown.view.since <= shown.view.now < shown.view.until else None,
        lines=lines,
        keys=keys,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """From instants to places: in proportion to the time that passes, so that a day of 25 hours is that much longer."""

    view: View
    left: float
    right: float

    def at(self, instant: datetime) -> float:
        share = (instant - self.view.since) / (self.view.until - self.view.since)
        return round(self.left + share * (self.right - self.left), 2)

    def width(self, start: datetime, end: datetime) -> float:
        return round(self.at(end) - self.at(start), 2)


def _lines(shown: Timeline, scale: _Scale, colours: Mapping[str, int], y: float) -> Iterator[Line]:
    for row in shown.rows:
        height = _HEIGHTS[row.kind]
        bar = y + _NAME
        boxes = tuple(_box(block, row, scale, colours, bar + block.lane * (height + 2)) for block in row.blocks)
        whole = row.lanes * (height + 2) - 2
        yield Line(_fitted(row.name, scale), row.kind, y, bar, whole, boxes)
        y = bar + whole + _BETWEEN


def _fitted(name: str, scale: _Scale) -> str:
    return shortened(name, scale.right - scale.left, _NAME_SIZE)


def _box(block: Block, row: Row, scale: _Scale, colours: Mapping[str, int], y: float) -> Box:
    x, width, size = scale.at(block.start), scale.width(block.start, block.end), _SIZES[row.kind]
    if not block.user:
        width = min(max(width, _GAP_WIDTH), scale.right - x)
    place = colours.get(block.user, 0)
    return Box(
        kind=_kind(block, row, place),
        x=x,
        y=y,
        width=width,
        height=_HEIGHTS[row.kind],
        text=fitting(block.labels, width - size, size),
        title=said(block, row, scale.view),
        size=size,
        has_mark=place >= COLOURS and row.kind is not Kind.AWAY,
    )


def _kind(block: Block, row: Row, place: int) -> str:
    if not block.user:
        return "gap"
    return "away" if row.kind is Kind.AWAY else f"p{place % COLOURS}"


def _keys(shown: Timeline, frame: Frame, colours: Mapping[str, int], y: float) -> Iterator[Key]:
    x: float = _PAD
    right = frame.width - _PAD
    for kind, text, has_mark in _legend(shown, colours):
        name = shortened(text, right - _PAD - 2 * _SWATCH, _LEGEND_SIZE)
        width = 2 * _SWATCH + text_width(name, _LEGEND_SIZE)
        if x > _PAD and x + width > right:
            x, y = _PAD, y + _LEGEND
        yield Key(kind, x, y, name, has_mark)
        x += width + _SWATCH


def _legend(shown: Timeline, colours: Mapping[str, int]) -> Iterator[tuple[str, str, bool]]:
    for user in shown.people:
        place = colours[user]
        yield f"p{place % COLOURS}", shown.view.names.get(user) or user, place >= COLOURS
    if shown.gaps:
        yield "gap", "Nobody", False
    if any(day.is_holiday for day in shown.days):
        yield "holiday", "Holiday", False
