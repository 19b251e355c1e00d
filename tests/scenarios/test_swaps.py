"""Duty that changes hands: asked, answered, and paged accordingly; or left alone, and nothing has changed.

Ana, Bo and Mia take turns by the week, from Monday to Monday at nine in Denver: the week of 23 November is Bo's, that of the
30th Ana's, the next one Mia's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oncall.domain.directory import Role
from oncall.operations import act
from oncall.operations.apply import apply_document
from oncall.operations.tokens import create_token
from schedules import format_instant, resolve
from tests.clock import FrozenClock
from tests.scenarios.world import World, run_world

ZONE = "America/Denver"
SCHEDULE = """
version: 1
schedules:
  engineers:
    time_zone: America/Denver
    layers: [{{name: weeks, start: "2026-11-16T09:00", turn: 1 week, users: [{users}]}}]
"""
FRIDAY, TUESDAY = ("2026-11-27T00:00", "2026-11-28T00:00"), ("2026-12-01T00:00", "2026-12-02T00:00")


class Rota:
    """The world, with people who ask things of each other."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._tokens: dict[str, str] = {}
        self.apply("mia, bo, ana")
        # The first week is over soon, and Bo's begins.
        self.until("2026-11-23T10:00")

    def apply(self, users: str) -> None:
        """Let others take turns."""
        apply_document(self.world.context, SCHEDULE.format(users=users), author="mia", prune=False, dry_run=False)

    def until(self, wall: str) -> None:
        """Live until the clock in Denver shows that."""
        self.world.pass_time(_instant(wall) - self.world.clock.now())

    def asks(self, user: str, path: str, **body: object) -> Any:
        """What the API answers a person."""
        if user not in self._tokens:
            self._tokens[user] = create_token(self.world.context, user, Role.RESPONDER, user)
        headers = {"Authorization": f"Bearer {self._tokens[user]}"}
        answer = self.world.app.test_client().post(f"/api/v1{path}", json=body, headers=headers)
        self.world.pass_time(timedelta(0))
        return answer.json

    def takes_back(self, user: str, role: Role, override: int) -> int:
        """How the API answers a person who takes an override back."""
        token = create_token(self.world.context, f"{user} takes back", role, user)
        path = f"/api/v1/schedules/engineers/overrides/{override}"
        return self.world.app.test_client().delete(path, headers={"Authorization": f"Bearer {token}"}).status_code

    def swap(self, user: str, give: tuple[str, str], take: tuple[str, str] | None = None, of: str | None = None) -> int:
        """Ask for a swap or for cover; its number."""
        taken = {"take": _span(take)} if take is not None else {}
        return int(self.asks(user, "/schedules/engineers/swaps", give=_span(give), asked_of=of, **taken)["id"])

    def state(self, swap: int) -> str:
        """How far a swap has come."""
        swaps = self.world.get("/api/v1/swaps")["swaps"]
        return str(next(one["state"] for one in swaps if one["id"] == swap))

    def paged(self, wall: str) -> str:
        """Who is paged first when something breaks then."""
        self.until(wall)
        number = self.world.trigger(f"down at {wall}")
        act.acknowledge(self.world.context, str(number), "mia")
        return str(next(entry["user"] for entry in self.world.log(number) if entry["event"] == "paged"))

    def heard(self) -> list[str]:
        """The first lines of what Ana was told of swaps, oldest first."""
        lines = [posted.text.splitlines()[0] for posted in self.world.slack.posted()]
        return [line.partition(",")[0] for line in lines if "duty for" in line]

    def texted(self) -> list[str]:
        """The first lines of what Bo was told of swaps, oldest first."""
        lines = [text.body.splitlines()[0] for text in self.world.phone("bo").texts()]
        return [line.partition(",")[0] for line in lines if "duty for" in line]


def _instant(wall: str) -> datetime:
    return resolve(datetime.fromisoformat(wall), ZONE)


def _span(walls: tuple[str, str]) -> dict[str, str]:
    start, end = (format_instant(_instant(wall)) for wall in walls)
    return {"start": start, "end": end}


@pytest.fixture
def either(world: World) -> Rota:
    """On SQLite and on PostgreSQL."""
    return Rota(world)


@pytest.fixture
def rota(sqlite_url: str, tmp_path: Path) -> Iterator[Rota]:
    """On SQLite alone."""
    with run_world(sqlite_url, tmp_path, FrozenClock()) as world:
        yield Rota(world)


def test_ana_takes_bos_friday_and_bo_takes_anas_tuesday(either: Rota) -> None:
    swap = either.swap("ana", give=TUESDAY, take=FRIDAY, of="bo")
    assert either.texted() == ["Ana Ruiz asks you to take the duty for engineers"]
    either.asks("bo", f"/swaps/{swap}/accept")
    assert either.heard() == ["Bo Lind takes the duty for engineers"]

    paged = [
        either.paged(wall)
        for wall in ("2026-11-26T23:59", "2026-11-27T00:00", "2026-11-27T23:59", "2026-11-28T00:00", "2026-12-01T12:00")
    ]
    assert paged == ["bo", "ana", "ana", "bo", "bo"]
    assert either.paged("2026-12-02T00:00") == "ana"


def test_what_two_have_agreed_on_is_undone_by_a_manager_alone(rota: Rota) -> None:
    rota.asks("ana", f"/swaps/{rota.swap('bo', FRIDAY, TUESDAY, of='ana')}/accept")

    assert [rota.takes_back(user, Role.RESPONDER, 1) for user in ("ana", "bo")] == [403, 403]
    assert rota.takes_back("mia", Role.MANAGER, 1) == 204


def test_declined_swap_changes_nothing(rota: Rota) -> None:
    swap = rota.swap("ana", give=TUESDAY, take=FRIDAY, of="bo")
    rota.asks("bo", f"/swaps/{swap}/decline")
    assert rota.heard() == ["Bo Lind declines: you keep the duty for engineers"]
    assert [rota.paged("2026-11-27T12:00"), rota.paged("2026-12-01T12:00")] == ["bo", "ana"]


def test_swap_that_nobody_answers_expires_over_night_and_changes_nothing(rota: Rota) -> None:
    swap = rota.swap("ana", give=TUESDAY, take=FRIDAY, of="bo")
    rota.until("2026-11-26T23:59")
    assert (rota.state(swap), rota.heard()) == ("asked", [])
    rota.until("2026-11-27T08:00")
    assert (rota.state(swap), rota.heard()) == (
        "expired",
        ["Nobody has accepted in time: you keep the duty for engineers"],
    )
    assert "it is too late" in rota.asks("bo", f"/swaps/{swap}/accept")["detail"]
    assert [rota.paged("2026-11-27T12:00"), rota.paged("2026-12-01T12:00")] == ["bo", "ana"]


def test_withdrawn_swap_cannot_be_accepted(rota: Rota) -> None:
    swap = rota.swap("ana", give=TUESDAY, take=FRIDAY, of="bo")
    rota.asks("ana", f"/swaps/{swap}/withdraw")
    assert rota.texted()[1] == "Ana Ruiz has withdrawn what was asked: Ana Ruiz keeps the duty for engineers"
    assert "was withdrawn by ana" in rota.asks("bo", f"/swaps/{swap}/accept")["detail"]
    assert rota.paged("2026-11-27T12:00") == "bo"


def test_cover_goes_to_the_first_of_the_rotation(rota: Rota) -> None:
    swap = rota.swap("ana", give=TUESDAY)
    assert rota.texted() == ["Ana Ruiz asks everybody to take the duty for engineers"]
    assert rota.asks("mia", f"/swaps/{swap}/accept")["answered_by"] == "mia"
    assert rota.asks("bo", f"/swaps/{swap}/accept")["detail"] == f"it is too late: swap {swap} was accepted by mia"
    assert [rota.paged("2026-11-30T12:00"), rota.paged("2026-12-01T12:00")] == ["ana", "mia"]


def test_swap_that_an_edit_has_overtaken_is_refused(rota: Rota) -> None:
    swap = rota.swap("ana", give=TUESDAY, take=FRIDAY, of="bo")
    rota.apply("ana, bo, mia")
    refused = rota.asks("bo", f"/swaps/{swap}/accept")["detail"]
    assert refused.startswith(
        "the schedule engineers has changed since it was asked: ana is not on call in Tue 2026-12-01"
    )
    assert rota.state(swap) == "asked"
    assert [rota.paged("2026-11-27T12:00"), rota.paged("2026-12-01T12:00")] == ["bo", "mia"]


def test_swap_over_more_than_the_duty_gives_what_there_is_of_it(rota: Rota) -> None:
    """Of a duty from 12 to 15 the time from 13 to 18 is given: the first hour stays, the rest goes, and what comes after is another's."""
    noon = rota.swap("bo", give=("2026-11-25T12:00", "2026-11-25T15:00"), of="mia")
    rota.asks("mia", f"/swaps/{noon}/accept")
    swap = rota.swap("mia", give=("2026-11-25T13:00", "2026-11-25T18:00"), of="ana")
    rota.asks("ana", f"/swaps/{swap}/accept")

    paged = [rota.paged(f"2026-11-25T{hour}:30") for hour in (11, 12, 13, 14, 15, 17)]
    assert paged == ["bo", "mia", "ana", "ana", "bo", "bo"]


def test_untaken_request_for_part_of_a_duty_changes_nothing(rota: Rota) -> None:
    rota.swap("bo", give=("2026-11-25T13:00", "2026-11-25T18:00"))
    assert [rota.paged(f"2026-11-25T{hour}:30") for hour in (12, 13, 17)] == ["bo", "bo", "bo"]
