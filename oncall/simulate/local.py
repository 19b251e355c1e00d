"""Instants as the people of a service read them."""

from __future__ import annotations

from datetime import datetime

from oncall.domain.directory import Directory, ScheduleTarget
from oncall.domain.itself import escalation_policy_of
from oncall.domain.policy import policy_of
from schedules import wall_time


def zone_of(directory: Directory, service: str) -> str:
    """The zone in which a service's people live: its policy's calendar's, else the first schedule's that it pages, else UTC."""
    policy = policy_of(directory, service)
    if policy.calendar is not None:
        return policy.calendar.time_zone
    named = (escalation_policy_of(directory, rule.escalation or "") for rule in policy.rules)
    targets = (target for found in named if found for step in found.steps for target in step.targets)
    schedules = (target.schedule for target in targets if isinstance(target, ScheduleTarget))
    return next((directory.schedules[key].time_zone for key in schedules if key in directory.schedules), "UTC")


def day_and_time(at: datetime, zone: str) -> str:
    """An instant on the wall clock: `Mon 28 Dec 08:00`."""
    return f"{day(at, zone)} {wall_time(at, zone):%H:%M}"


def day(at: datetime, zone: str) -> str:
    """The day of an instant on the wall: `Mon 28 Dec`."""
    wall = wall_time(at, zone)
    return f"{wall:%a} {wall.day} {wall:%b}"
