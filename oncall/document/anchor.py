"""An edit of a rotation that leaves on call whoever is, until the next handoff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher

from oncall.document.times import LayerSpec, ScheduleSpec
from schedules import Rotation

_ROUNDS = 48

Entry = frozenset[str]


def kept_on_call(before: ScheduleSpec, after: ScheduleSpec, now: datetime) -> ScheduleSpec:
    """The edited schedule, in which each layer whose users or turn changed starts so that its present turn stays.

    Handoffs stay at their wall times, those of a new length counting from the same start; where no start does that, another of
    the same users is the first. Where the one on call is no longer
    in the rotation, it is the turn of whoever was next. A layer that the edit itself gave another start means what it says,
    as does one that is new, in another zone, or not under way.
    """
    if before.time_zone != after.time_zone:
        return after
    old = dict(_named(before.layers))
    layers = [_kept(old.get(name), layer, after.time_zone, now) for name, layer in _named(after.layers)]
    return after.model_copy(update={"layers": tuple(layers)})


def _named(layers: Iterable[LayerSpec]) -> Iterator[tuple[object, LayerSpec]]:
    """Each layer with its name where that is the first of it, else with its place."""
    seen = set()
    for index, layer in enumerate(layers):
        is_first = layer.name is not None and layer.name not in seen
        seen.add(layer.name)
        yield (layer.name if is_first else index), layer


def _kept(before: LayerSpec | None, after: LayerSpec, zone: str, now: datetime) -> LayerSpec:
    if before is None or before.start != after.start or (before.users, before.turn) == (after.users, after.turn):
        return after
    old, new = _entries(before), _entries(after)
    then, next_ = _rotation(before, zone, old).turn_at(now), _rotation(after, zone, new).turn_at(now)
    if then is None or next_ is None or not new:
        return after
    place = _place(old, new, then % len(old))
    if next_ % len(new) == place:
        return after
    start = _start(after, next_, place)
    if start is not None:
        return after.model_copy(update={"start": start})
    first = (place - next_) % len(new)
    return after.model_copy(update={"users": (*after.users[first:], *after.users[:first])})


def _entries(layer: LayerSpec) -> tuple[Entry, ...]:
    return tuple(frozenset(entry) for entry in layer.users)


def _rotation(layer: LayerSpec, zone: str, users: tuple[Entry, ...]) -> Rotation:
    return Rotation(layer.start, zone, layer.turn, users, layer.end)


def _place(old: Sequence[Entry], new: Sequence[Entry], active: int) -> int:
    """Where in the new entries the active one is by now, or else the first of those after it that is there."""
    places = _places(old, new)
    for offset in range(len(old)):
        index = (active + offset) % len(old)
        if index in places:
            return places[index]
        if old[index] in new:
            return new.index(old[index])
    return 0


def _places(old: Sequence[Entry], new: Sequence[Entry]) -> Mapping[int, int]:
    """What each old entry has become: itself elsewhere, or what was put in its place."""
    found: dict[int, int] = {}
    for kind, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal" or (kind == "replace" and old_end - old_start == new_end - new_start):
            moved = [index for index in range(old_start, old_end) if kind == "equal" or old[index] not in new]
            found |= {index: new_start + index - old_start for index in moved}
    return found


def _start(layer: LayerSpec, turn: int, place: int) -> datetime | None:
    """The start by which the entry at `place` has that turn; of months one whose day no short month cuts, None without one."""
    first = turn - place
    starts = [layer.turn.wall_start(layer.start, first - round_ * len(layer.users)) for round_ in range(_ROUNDS)]
    whole = (start for start in starts if layer.turn.unit != "months" or start.day == layer.start.day)
    return next(whole, None)
