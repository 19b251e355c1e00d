"""How values look on a page: the filters that templates use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from flask import Flask, g

from oncall.doors.web import naming
from schedules import format_instant

_METHODS = {
    "sms": "SMS",
    "voice": "Call",
    "slack": "Slack",
    "slack_channel": "Slack",
    "email": "E-mail",
    "webhook_event": "Webhook",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A link that a browser may safely follow."""

    href: str
    text: str


class Placed(Protocol):
    """A page that says by which step of which round of which policy it was made."""

    @property
    def policy(self) -> str:
        """The escalation policy."""

    @property
    def step(self) -> int | str:
        """The step, counted from 1, or a word such as `fallback`."""

    @property
    def round(self) -> int:
        """The round, counted from 1."""


def initials(name: str) -> str:
    """One or two capitals that stand for a person."""
    parts = name.replace("-", " ").split() or ["?"]
    ends = parts[:1] if len(parts) == 1 else [parts[0], parts[-1]]
    return "".join(part[0] for part in ends).upper()


def sentence(text: str) -> str:
    """The text with a capital at its beginning and the rest as it is."""
    return text[:1].upper() + text[1:]


def method(kind: str) -> str:
    """A type of contact method as people write it."""
    return _METHODS.get(kind, sentence(kind))


def web_links(links: Iterable[Mapping[str, str]]) -> list[Link]:
    """Those of an incident's links that lead to the web; a `javascript:` or the like is left out, as is what is no address."""
    found = [(link.get("href", ""), link.get("text", "")) for link in links]
    return [Link(href, text or href) for href, text in found if _leads_to_the_web(href)]


def _leads_to_the_web(href: str) -> bool:
    try:
        return urlsplit(href).scheme in {"http", "https"}
    except ValueError:  # `http://[`, which senders may well send
        return False


def _person(user: str) -> str:
    name: str = g.names.get(user, user)
    return name


def _actor(by: str) -> str:
    return naming.actor(by, g.names)


def _step(page: Placed) -> str:
    return naming.step_name({"policy": page.policy, "step": page.step, "round": page.round})


FILTERS: dict[str, Callable[..., object]] = {
    "actor": _actor,
    "initials": initials,
    "instant": format_instant,
    "method": method,
    "person": _person,
    "sentence": sentence,
    "severity": naming.severity_name,
    "spaced": naming.spaced,
    "step": _step,
    "web_links": web_links,
}


def install_filters(app: Flask) -> None:
    """Give the templates their filters; `g.names` holds the people's names while a page is made."""
    app.jinja_env.filters.update(FILTERS)
