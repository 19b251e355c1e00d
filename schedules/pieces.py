"""Pieces: who is on call, turn by turn and override by override, each known by where it comes from."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from schedules.layer import Layer
from schedules.override import Laid, Override, Overrides
from schedules.spans import Span, intersect, overlaps, subtract, union

_start = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Piece:
    """What one user has of one turn, or of one override, without interruption: from `start` up to `end`.

    `origin` names the layer (by its index where the name is not its own), the turn, the user and the piece of that turn
    by `when`: `primary.12.ana.0`; or the override (by its start on the wall where it has no id), the user and the piece:
    `o-7.bo.0`. What follows where higher layers took something out is `primary.12.ana.0-1`, and what follows where an
    override did `primary.12.ana.0+o-7`. It is the same however the window is cut, and whatever overrides do elsewhere.
    """

    user: str
    start: datetime
    end: datetime
    origin: str


class _LimitedTurn(NamedTuple):
    start: datetime
    end: datetime
    users: frozenset[str]
    number: int
    piece: int


_Line = dict[str, list[Piece]]


def pieces(layers: Sequence[Layer], made: Sequence[Override], laid: Overrides, window: Span) -> tuple[Piece, ...]:
    """Return the pieces that touch the window, whole, by start and then user; `laid` are the overrides made."""
    names = _override_names(made)
    within = _whole(layers, laid, window)
    line = _stacked(layers, within)
    for entry in laid.between(within.start, within.end):
        _lay_on(line, entry, names[entry.order])
    found = [piece for own in line.values() for piece in own if piece.start < window.end and piece.end > window.start]
    return tuple(sorted(found, key=lambda piece: (piece.start, piece.user)))


def _whole(layers: Iterable[Layer], laid: Overrides, window: Span) -> Span:
    """Return the window, and with it the whole of each turn and each override that touches it."""
    starts, ends = [window.start], [window.end]
    for layer in layers:
        turns = layer.rotation.turns(window.start, window.end)
        starts += [turn.start for turn in turns[:1]]
        ends += [turn.end for turn in turns[-1:]]
    for entry in laid.between(window.start, window.end):
        starts.append(entry.start)
        ends.append(entry.end)
    return Span(min(starts), max(ends))


def _stacked(layers: Sequence[Layer], within: Span) -> _Line:
    """Return each user's pieces by the layers alone; right for the turns that lie in `within` as a whole."""
    free: tuple[Span, ...] = (within,)
    line: _Line = {}
    for layer, name in reversed(list(zip(layers, _layer_names(layers), strict=True))):
        turns = _limited(layer, within)
        parts: Counter[_LimitedTurn] = Counter()
        for turn, start, end in overlaps(turns, free):
            piece = f"{turn.piece}-{parts[turn]}" if parts[turn] else f"{turn.piece}"
            parts[turn] += 1
            for user in turn.users:
                origin = f"{name}.{turn.number}.{_part(user)}.{piece}"
                line.setdefault(user, []).append(Piece(user, start, end, origin))
        free = subtract(free, turns)
    for own in line.values():
        own.sort(key=_start)
    return line


def _limited(layer: Layer, within: Span) -> list[_LimitedTurn]:
    """Return what `when` leaves of the turns that touch `within`, worked out over the whole of each."""
    turns = layer.rotation.turns(within.start, within.end)
    if layer.when is None or not turns:
        return [_LimitedTurn(*turn, 0) for turn in turns]
    pieces_of: Counter[int] = Counter()
    limited = []
    for turn, start, end in overlaps(turns, layer.when.spans(turns[0].start, turns[-1].end)):
        limited.append(_LimitedTurn(start, end, turn.users, turn.number, pieces_of[turn.number]))
        pieces_of[turn.number] += 1
    return limited


def _lay_on(line: _Line, entry: Laid, name: str) -> None:
    """Lay an override on: who stays on call keeps the pieces there are, who comes gets those of the override."""
    replaces, users, span = entry.override.replaces, entry.override.users, Span(entry.start, entry.end)
    covered = (span,) if replaces is None else intersect(line.get(replaces, []), (span,))
    come = {user: union(subtract(covered, line.get(user, []))) for user in users}
    for user in (set(line) if replaces is None else {replaces}) - users:
        line[user] = [rest for piece in line.get(user, []) for rest in _without(piece, span, name)]
    for user, spans in come.items():
        new = [Piece(user, *span, f"{name}.{_part(user)}.{number}") for number, span in enumerate(spans)]
        line[user] = sorted([*line.get(user, []), *new], key=_start)


def _without(piece: Piece, out: Span, name: str) -> Iterator[Piece]:
    """Yield what is left of the piece without `out`; what follows a cut in its middle is named after the cut."""
    user, start, end, origin = piece.user, piece.start, piece.end, piece.origin
    if start < out.start:
        yield Piece(user, start, min(end, out.start), origin)
        origin = f"{origin.partition('+')[0]}+{name}"
    if end > out.end:
        yield Piece(user, max(start, out.end), end, origin)


def _layer_names(layers: Sequence[Layer]) -> list[str]:
    count = Counter(layer.name for layer in layers)
    return [
        str(index) if not layer.name or layer.name.isdecimal() or count[layer.name] > 1 else _part(layer.name)
        for index, layer in enumerate(layers)
    ]


def _override_names(made: Iterable[Override]) -> list[str]:
    names: list[str] = []
    taken: set[str] = set()
    for override in made:
        name = _part(override.id) or f"{override.start:%Y%m%dT%H%M%S}"
        while name in taken:
            name += "~"
        taken.add(name)
        names.append(name)
    return names


def _part(name: str) -> str:
    """Return a name in which nothing reads as the signs between the parts of an origin."""
    return name.replace("%", "%25").replace(".", "%2E").replace("+", "%2B")
