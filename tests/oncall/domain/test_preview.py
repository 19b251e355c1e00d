"""What an edit changes, before it is saved, and what those concerned are told of it (docs/semantics.md 3.8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest

from oncall.domain.absence import Absence
from oncall.domain.directory import ContactMethod, Directory, Urgency, User
from oncall.domain.preview import Broken, Preview, preview
from oncall.domain.preview_notices import change_notices
from oncall.domain.previewed import preview_json, preview_text
from schedules import Layer, Override, Rotation, Schedule, Shift, Span, entries, parse_turn, parse_wall

NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 9, 9, tzinfo=UTC)
WEEK, DAY, HOUR = timedelta(weeks=1), timedelta(days=1), timedelta(hours=1)
LINK = "https://pager.example.com"


def rota(*users: str, overrides: tuple[Override, ...] = (), zone: str = "UTC") -> Schedule:
    rotation = Rotation(parse_wall("2026-11-02T09:00"), zone, parse_turn("1 week"), entries(users))
    return Schedule(zone, (Layer("all", rotation),) if users else (), overrides)


def looked_at(before: Schedule | None, after: Schedule | None, *away: Absence) -> Preview:
    old, new = ({"desk": one} if one is not None else {} for one in (before, after))
    return preview(old | {"other": rota("zoe")}, new | {"other": rota("zoe")}, away, NOW)


def instead(users: str, replaces: str | None, start: datetime = MONDAY, id_: str = "override-7") -> Override:
    wall = start.replace(tzinfo=None)
    return Override(wall, wall + DAY, frozenset({users}), replaces, id_)


def notices(found: Preview, *told: str, zone: str = "UTC") -> dict[str, tuple[Urgency, list[str]]]:
    way = (ContactMethod("mobile", "sms", "+15005550006"), ContactMethod("phone", "voice", "+15005550006"))
    users = {key: User(key, key.title(), time_zone=zone, contact_methods=way) for key in ("ana", "bo", "cy")}
    users["mute"] = User("mute", "Mute")
    made = change_notices(found, "Mia Holm", told, Directory(users=users), LINK, "12")
    assert all(len(notice.attempts) == 1 for notice in made)
    return {notice.user: (notice.urgency, notice.text.splitlines()) for notice in made}


def test_schedules_that_stay_as_they_are_are_not_in_it() -> None:
    assert looked_at(rota("ana", "bo"), rota("ana", "bo")).schedules == ()
    # Another schedule that puts the same people on call changes nothing either.
    assert looked_at(rota("ana"), rota("ana", "ana")).schedules == ()


def test_who_gains_and_loses_which_shifts() -> None:
    (change,) = looked_at(rota("ana", "bo"), rota("ana", "cy")).schedules
    assert (change.schedule, change.time_zone) == ("desk", "UTC")
    assert change.changes.gained[0] == Shift("cy", MONDAY, MONDAY + WEEK)
    assert change.changes.lost[0] == Shift("bo", MONDAY, MONDAY + WEEK)
    assert len(change.changes.gained) == len(change.changes.lost) == 7


def test_gaps_that_open_and_close() -> None:
    (opened,) = looked_at(rota("ana"), None).schedules
    assert opened.changes.opened == (Span(NOW, NOW + timedelta(days=90)),)
    (closed,) = looked_at(rota(), rota("ana")).schedules
    assert closed.changes.closed == (Span(NOW, NOW + timedelta(days=90)),)


def test_override_that_no_longer_replaces_anybody_is_broken() -> None:
    swap = instead("ana", "bo")
    (change,) = looked_at(rota("ana", "bo", overrides=(swap,)), rota("ana", "cy", overrides=(swap,))).schedules
    assert change.broken == (Broken("override-7", "bo", ("ana",), Span(MONDAY, MONDAY + DAY)),)
    (removed,) = looked_at(rota("ana", "bo", overrides=(swap,)), None).schedules
    assert [broken.override for broken in removed.broken] == ["override-7"]


@pytest.mark.parametrize(
    "override",
    [
        instead("ana", None),
        instead("ana", "bo", start=MONDAY - 14 * DAY),
        instead("ana", "zoe"),
    ],
    ids=["replaces nobody in particular", "is over", "replaced nobody before either"],
)
def test_override_that_loses_nothing_is_not_broken(override: Override) -> None:
    (change,) = looked_at(rota("ana", "bo", overrides=(override,)), rota("ana", "cy", overrides=(override,))).schedules
    assert change.broken == ()


def test_override_taken_out_of_the_document_is_not_broken() -> None:
    (change,) = looked_at(rota("ana", "bo", overrides=(instead("ana", "bo", id_=""),)), rota("ana", "bo")).schedules
    assert change.broken == ()


def test_shift_gained_while_away_is_a_clash() -> None:
    away = Absence("cy", Span(MONDAY + DAY, MONDAY + 9 * DAY), "Crete")
    (change,) = looked_at(rota("ana", "bo"), rota("ana", "cy"), away).schedules
    assert [(clash.user, clash.span, clash.note) for clash in change.clashes] == [
        ("cy", Span(MONDAY + DAY, MONDAY + WEEK), "Crete")
    ]


def test_preview_in_words_names_the_first_few() -> None:
    swap = instead("ana", "bo")
    away = Absence("cy", Span(MONDAY + DAY, MONDAY + DAY + HOUR))
    text = preview_text(looked_at(rota("ana", "bo", overrides=(swap,)), rota("cy", overrides=(swap,)), away))
    anas = "Mon 2026-11-16 09:00 to Mon 2026-11-23 09:00; Mon 2026-11-30 09:00 to Mon 2026-12-07 09:00"
    bos = "Mon 2026-11-23 09:00 to Mon 2026-11-30 09:00; Mon 2026-12-07 09:00 to Mon 2026-12-14 09:00"
    assert text.splitlines() == [
        "schedules.desk in the next 90 days (UTC):",
        f"  - ana: now to Tue 2026-11-10 09:00; {anas}; and 4 more",
        f"  - bo: Tue 2026-11-10 09:00 to Mon 2026-11-16 09:00; {bos}; and 4 more",
        "  + cy: from now on",
        "  ! override-7: ana no longer replaces bo, Mon 2026-11-09 09:00 to Tue 2026-11-10 09:00",
        "  ! cy is away, Tue 2026-11-10 09:00 to 10:00",
    ]
    assert preview_text(looked_at(None, rota())) == ""


def test_preview_for_programs_has_everything() -> None:
    swap = instead("ana", "bo")
    found = preview_json(looked_at(rota("ana", "bo", overrides=(swap,)), rota("ana", overrides=(swap,))))
    desk = found["schedules"]["desk"]
    assert (found["since"], found["until"]) == ("2026-11-04T12:00:00Z", "2027-02-02T12:00:00Z")
    assert desk["gained"][0] == {"user": "ana", "start": "2026-11-10T09:00:00Z", "end": "2026-11-16T09:00:00Z"}
    assert (desk["opened"], desk["closed"], desk["clashes"]) == ([], [], [])
    assert [broken["override"] for broken in desk["broken"]] == ["override-7"]


def test_each_is_told_what_they_gain_and_lose_on_their_own_clock() -> None:
    found = looked_at(rota("ana", "bo"), rota("ana", "bo", overrides=(instead("ana", "bo"),)))
    told = notices(found, "ana", "bo", "cy", "gone", zone="Asia/Tokyo")
    span = "Mon 2026-11-09 18:00 to Tue 2026-11-10 18:00"
    head = "Your shifts have changed, by Mia Holm (Asia/Tokyo):"
    assert told == {
        "ana": (Urgency.LOW, [head, f"+ on call for desk, {span}", LINK]),
        "bo": (Urgency.LOW, [head, f"- no longer on call for desk, {span}", LINK]),
    }
    assert list(notices(found, "bo")) == ["bo"]


def test_what_changes_within_two_days_is_told_at_high_urgency() -> None:
    found = looked_at(rota("ana"), rota("ana", overrides=(instead("bo", None, start=NOW + 47 * HOUR),)))
    assert {user: urgency for user, (urgency, _) in notices(found, "ana", "bo").items()} == {
        "ana": Urgency.HIGH,
        "bo": Urgency.HIGH,
    }


def test_notice_names_the_first_few_and_counts_the_others() -> None:
    urgency, lines = notices(looked_at(rota("ana", "bo"), rota("bo", "ana")), "ana")["ana"]
    assert urgency is Urgency.HIGH
    assert lines[1] == "- no longer on call for desk, now to Mon 2026-11-09 09:00"
    assert lines[-2:] == ["and 9 more", LINK]


def test_who_cannot_be_reached_is_not_told() -> None:
    assert notices(looked_at(rota("ana"), rota("mute")), "mute") == {}


def test_broken_swaps_are_found_among_many_overrides_without_looking_at_all_of_them_for_each() -> None:
    hours = [instead("zoe", "ana", NOW + index * HOUR, f"override-{index}") for index in range(2000)]
    short = [replace(one, end=one.start + HOUR / 2) for one in hours]
    many = rota("ana", overrides=tuple(short))
    started = perf_counter()
    added = replace(many, overrides=(*many.overrides, instead("bo", None)))
    assert [change.broken for change in looked_at(many, added).schedules] == [()]
    (change,) = looked_at(many, rota("cy", overrides=many.overrides)).schedules
    assert len(change.broken) == 2000
    # Looking at all of them for each took more than 20 seconds.
    assert perf_counter() - started < 8
