"""What the pager says of itself: the services that are in every directory, and that no document can define."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from oncall.domain.directory import ChannelTarget, Directory, EscalationPolicy, Role, RoleTarget, Service, Step

ALARMS = "oncall"
"""The service of alarms: it pages the administrators, and the managers where none of them can be reached (docs/semantics.md 6.8)."""

CANARY = "oncall.canary"
"""The service of synthetic pages, of which people see nothing; no id of a document has a dot."""

CANARY_TYPE = "canary"
"""The way by which a synthetic page goes: each worker takes those that it claims itself."""

FIRST, SECOND = "first", "second"
"""Where the two steps of a synthetic page go."""

_ADMINISTRATORS = "oncall.administrators"
_POLICIES: Mapping[str, EscalationPolicy] = {
    _ADMINISTRATORS: EscalationPolicy(
        _ADMINISTRATORS,
        (Step((RoleTarget(Role.ADMIN),), timedelta(minutes=15)),),
        fallback=(RoleTarget(Role.MANAGER),),
    ),
    CANARY: EscalationPolicy(
        CANARY,
        (
            Step((ChannelTarget(CANARY_TYPE, FIRST),), timedelta(seconds=5)),
            Step((ChannelTarget(CANARY_TYPE, SECOND),), timedelta(minutes=30)),
        ),
        repeat=0,
    ),
}
_SERVICES: Mapping[str, Service] = {ALARMS: Service(ALARMS, _ADMINISTRATORS), CANARY: Service(CANARY, CANARY)}
BUILT_IN = frozenset(_SERVICES)
"""The services of which no alarm is raised: an alarm about an alarm would have no end."""


def service_of(directory: Directory, service: str) -> Service | None:
    """The service of that id, configured or built in; None where there is none."""
    return directory.services.get(service) or _SERVICES.get(service)


def escalation_policy_of(directory: Directory, policy: str) -> EscalationPolicy | None:
    """The escalation policy of that id, configured or built in; None where there is none."""
    return directory.escalation_policies.get(policy) or _POLICIES.get(policy)
