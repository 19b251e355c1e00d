"""Messages to people that are no pages: nobody need answer them, and nothing voids them."""

from __future__ import annotations

from oncall.domain.directory import Urgency
from oncall.domain.draft import Draft, Notice
from oncall.domain.paging import attempts


def tell(draft: Draft, user: str | None, urgency: Urgency, text: str, because: str, *, key: str) -> None:
    """Tell a user of the incident, and log it; nothing happens where there is no such user, or no way to reach them.

    `key` says what it is about; each notice has a number of its own, as the same may have to be told again.
    """
    person = draft.directory.users.get(user or "")
    if person is None:
        return
    ways = attempts(person, urgency, f"{draft.incident.id}.{key}.{draft.next_generation()}.{person.id}", draft.now)
    if not ways:
        return
    draft.notices += (Notice(person.id, urgency, text, ways),)
    draft.log("told", {"user": person.id, "because": because})
