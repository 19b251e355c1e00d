"""Who is meant by a step's targets at one instant, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from oncall.domain.directory import (
    AccountTarget,
    ChannelTarget,
    Directory,
    RoleTarget,
    ScheduleTarget,
    SlackChannelTarget,
    Target,
    TeamTarget,
    UserTarget,
    WebhookTarget,
)

_new = tuple.__new__  # a named tuple made in half the time


class Responder(NamedTuple):
    """A person to page, with the reason."""

    user: str
    because: str


class Channel(NamedTuple):
    """A place to tell, with the reason; `type` is what a provider delivers."""

    type: str
    address: str
    because: str


class Meant(NamedTuple):
    """Everybody a step means, each once; `empty` says which targets meant nobody."""

    responders: tuple[Responder, ...]
    channels: tuple[Channel, ...]
    empty: tuple[str, ...]


def meant(targets: Sequence[Target], directory: Directory, at: datetime) -> Meant:
    """Whom the targets mean at `at`, by the schedules as they then stand (docs/semantics.md 5.2)."""
    if len(targets) == 1 and isinstance(targets[0], ScheduleTarget):
        # What most steps are; nobody is on call twice.
        found = tuple(_on_call(targets[0], directory, at))
        return _new(Meant, (found, (), () if found else (_emptiness(targets[0]),)))
    people: dict[str, Responder] = {}
    channels: dict[tuple[str, str], Channel] = {}
    empty: list[str] = []
    for target in targets:
        meant_by_it = _of(target, directory, at)
        if not meant_by_it:
            empty.append(_emptiness(target))
        for one in meant_by_it:
            if isinstance(one, Responder):
                people.setdefault(one.user, one)
            else:
                channels.setdefault((one.type, one.address), one)
    return _new(Meant, (tuple(people.values()), tuple(channels.values()), tuple(empty)))


def _of(target: Target, directory: Directory, at: datetime) -> Sequence[Responder | Channel]:
    match target:
        case SlackChannelTarget(address):
            return [Channel("slack_channel", address, "named in the step")]
        case WebhookTarget(address):
            return [Channel("webhook", address, "named in the step")]
        case ChannelTarget(type_, address):
            return [Channel(type_, address, "named in the step")]
        case _:
            return _people(target, directory, at)


def _people(
    target: ScheduleTarget | UserTarget | TeamTarget | AccountTarget | RoleTarget, directory: Directory, at: datetime
) -> Sequence[Responder]:
    match target:
        case ScheduleTarget():
            return _on_call(target, directory, at)
        case UserTarget(user):
            return [Responder(user, "named in the step")]
        case TeamTarget(team):
            members = directory.teams[team].members if team in directory.teams else ()
            return [Responder(user, f"member of team {team}") for user in members]
        case AccountTarget(manager, customer):
            return [Responder(manager, f"manager of customer {customer}")]
        case RoleTarget(role):
            return [Responder(user.id, f"has the role {role}") for user in directory.with_role(role)]


def _on_call(target: ScheduleTarget, directory: Directory, at: datetime) -> list[Responder]:
    because = f"on call in {target.schedule}"
    return [_new(Responder, (user, because)) for user in directory.on_call(target.schedule, at)]


def _emptiness(target: Target) -> str:
    if isinstance(target, ScheduleTarget):
        return f"nobody is on call in {target.schedule}"
    if isinstance(target, TeamTarget):
        return f"team {target.team} has no members"
    if isinstance(target, RoleTarget):
        return f"nobody has the role {target.role}"
    return "nobody is named"
