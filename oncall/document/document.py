"""The document whole: its sections, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from oncall.document.escalation import EscalationPolicySpec, ServiceSpec
from oncall.document.fields import Id, Spec
from oncall.document.people import TeamSpec, UserSpec
from oncall.document.support import CustomerSpec, SupportPolicySpec
from oncall.document.times import CalendarSpec, ScheduleSpec

FORMAT = 1
"""The number of the shape in which objects are written and stored; it grows with the first change that an older release could not read."""

SECTIONS: Mapping[str, type[Spec]] = {
    "users": UserSpec,
    "teams": TeamSpec,
    "calendars": CalendarSpec,
    "schedules": ScheduleSpec,
    "escalation_policies": EscalationPolicySpec,
    "support_policies": SupportPolicySpec,
    "customers": CustomerSpec,
    "services": ServiceSpec,
}
"""The sections that there are, each with the kind of object that it holds by id."""


class Document(Spec):
    """A configuration, or a part of one: the objects that it names and nothing else.

    The objects' shape is right; whether what they name exists is for `oncall.document.references` to say.
    """

    version: Literal[1] = 1
    users: dict[Id, UserSpec] = Field(default_factory=dict)
    teams: dict[Id, TeamSpec] = Field(default_factory=dict)
    calendars: dict[Id, CalendarSpec] = Field(default_factory=dict)
    schedules: dict[Id, ScheduleSpec] = Field(default_factory=dict)
    escalation_policies: dict[Id, EscalationPolicySpec] = Field(default_factory=dict)
    support_policies: dict[Id, SupportPolicySpec] = Field(default_factory=dict)
    customers: dict[Id, CustomerSpec] = Field(default_factory=dict)
    services: dict[Id, ServiceSpec] = Field(default_factory=dict)

    def section(self, name: str) -> Mapping[str, Spec]:
        """The objects of one section by id, in their order."""
        found: Mapping[str, Spec] = getattr(self, name)
        return found

    def objects(self) -> Iterator[tuple[str, str, Spec]]:
        """Every object with its section and its id, in the order of the sections."""
        for section in SECTIONS:
            for key, spec in self.section(section).items():
                yield section, key, spec


def document_of(objects: Mapping[str, Mapping[str, Spec]]) -> Document:
    """The document that holds these objects, by section and id."""
    return Document.model_validate({section: dict(objects.get(section, {})) for section in SECTIONS})


def document_schema() -> dict[str, Any]:
    """The JSON Schema of the document, for editors."""
    schema = Document.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "required": ["version"]}
