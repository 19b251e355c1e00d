"""Messages to send."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from oncall.delivery.protocol import Outgoing, PageLine
from oncall.domain.directory import Urgency
from oncall.domain.wording import page_text

PUBLIC_URL = "https://oncall.example"
ANAS_NUMBER = "+15005550006"
ANA_IN_SLACK = "U012AB3CD"


def line(number: int = 12, **changes: object) -> PageLine:
    """An incident within a message: a database that is down, of which a reply may say that it is over."""
    usual = PageLine(
        page=f"page-{number}",
        incident=f"incident-{number}",
        number=number,
        service="cloud",
        severity="sev2",
        title="database down",
        url=f"{PUBLIC_URL}/incidents/{number}",
        code=f"{4000 + number}",
        may_resolve=True,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # names checked by replace()


def page(method: str, address: str, *lines: PageLine) -> Outgoing:
    """A page to Ana that carries `lines`, or one usual incident."""
    lines = lines or (line(),)
    return Outgoing(
        id=uuid4().hex,
        method=method,
        address=address,
        user="ana",
        urgency=Urgency.HIGH,
        lines=lines,
        text=page_text(lines, method, PUBLIC_URL),
        attempt=1,
        valid_for=timedelta(minutes=5),
        listing=PUBLIC_URL,
    )


def notice(method: str, address: str, text: str) -> Outgoing:
    """A notice to Ana."""
    return replace(page(method, address), lines=(), text=text, urgency=Urgency.LOW)
