"""The document's people: users with the ways to reach them, and teams."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from oncall.document.fields import Delay, Id, Spec, Words, Zone
from oncall.domain.directory import Role

MethodType = Literal["slack", "sms", "voice", "email", "webhook"]
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_SLACK_ID = re.compile(r"[A-Z0-9]+")


class ContactMethodSpec(Spec):
    """One way to reach a person; a telephone number is kept in E.164."""

    type: MethodType
    address: Words

    @field_validator("address")
    @classmethod
    def _fits_its_type(cls, address: str, info: ValidationInfo) -> str:
        match info.data.get("type"):
            case "sms" | "voice":
                return _telephone(address)
            case "email":
                return email_address(address)
            case "webhook":
                return web_address(address)
            case "slack" if not _SLACK_ID.fullmatch(address):
                raise ValueError(
                    f"{address!r} is not a Slack member id, such as U012AB3CD (in the person's Slack profile)"
                )
        return address


class NotificationRuleSpec(Spec):
    """Use the contact method `via`, `after` the page was made."""

    after: Delay = timedelta(0)
    via: Id


class NotificationRulesSpec(Spec):
    """Rules for each urgency; where an urgency has none, the defaults hold."""

    high: tuple[NotificationRuleSpec, ...] = ()
    low: tuple[NotificationRuleSpec, ...] = ()


class UserSpec(Spec):
    """A person; without a name the id stands for it."""

    name: Words | None = None
    email: Words | None = None
    role: Role = Role.RESPONDER
    time_zone: Zone = "UTC"
    contact_methods: dict[Id, ContactMethodSpec] = Field(default_factory=dict)
    notification_rules: NotificationRulesSpec = NotificationRulesSpec()

    @field_validator("email")
    @classmethod
    def _is_an_address(cls, email: str | None) -> str | None:
        return email_address(email) if email else None


class TeamSpec(Spec):
    """People who work together, and those who answer for them."""

    members: tuple[Id, ...]
    managers: tuple[Id, ...] = ()


def email_address(text: str) -> str:
    """The text itself where it can be an e-mail address; raises ValueError."""
    if not _EMAIL.fullmatch(text):
        raise ValueError(f"{text!r} is not an e-mail address")
    return text


def web_address(text: str) -> str:
    """The text itself where it is an http or https address; raises ValueError."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{text!r} is not an http or https address")
    return text


def _telephone(text: str) -> str:
    import phonenumbers  # noqa: PLC0415  slow to import; only who reads a document pays

    message = f"{text!r} is not a telephone number: write it in the international form, such as +15005550006"
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException as error:
        raise ValueError(message) from error
    if not phonenumbers.is_valid_number(number):
        raise ValueError(message)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
