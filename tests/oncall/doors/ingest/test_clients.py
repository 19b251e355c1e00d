"""The official clients of PagerDuty's API trigger, acknowledge and resolve here, unchanged but for the address."""

import warnings
from collections.abc import Iterator
from typing import Protocol

import httpx2
import pytest
from pagerduty import EventsApiV2Client

from oncall.operations.integrations import create_integration
from tests.oncall.doors.company import Caller, Company
from tests.vendors.serving import serve

# The key that the senders have used for years.
KEY = "e93facc04764012d7bfb002500d5d1a6"


class Client(Protocol):
    """What both official clients have in common."""

    def trigger(self, summary: str, source: str, dedup_key: str | None = None, severity: str = "critical") -> str: ...

    def acknowledge(self, dedup_key: str) -> str: ...

    def resolve(self, dedup_key: str) -> str: ...


@pytest.fixture
def pagerduty(company: Company) -> Client:
    """The present client, which insists on https, straight into the application."""
    transport = httpx2.WSGITransport(app=company.app)
    client: Client = EventsApiV2Client(KEY, base_url="https://pager.example.com", transport=transport)
    return client


@pytest.fixture
def pdpyras(company: Company) -> Iterator[Client]:
    """The client before it, over HTTP."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # its own word that it is deprecated: many still use it
        from pdpyras import EventsAPISession  # noqa: PLC0415
    with serve(company.app) as address, EventsAPISession(KEY) as session:
        session.url = address
        yield session


@pytest.mark.parametrize("name", ["pagerduty", "pdpyras"])
def test_official_client_triggers_acknowledges_and_resolves(
    name: str, company: Company, admin: Caller, request: pytest.FixtureRequest
) -> None:
    create_integration(company.context, "cloud", "pagerduty", key=KEY)
    client: Client = request.getfixturevalue(name)
    told = []

    key = client.trigger("disk full", "web01", severity="warning")
    told.append(admin.get("/incidents/1").json)
    for act in (client.acknowledge, client.resolve):
        act(key)
        told.append(admin.get("/incidents/1").json)

    assert [incident["state"] for incident in told] == ["triggered", "acknowledged", "resolved"]
    assert (told[0]["title"], told[0]["severity"], told[0]["dedup_key"]) == ("disk full", "sev3", key)


@pytest.mark.parametrize("name", ["pagerduty", "pdpyras"])
def test_official_client_keeps_its_own_dedup_key(
    name: str, company: Company, admin: Caller, request: pytest.FixtureRequest
) -> None:
    create_integration(company.context, "cloud", "pagerduty", key=KEY)
    client: Client = request.getfixturevalue(name)

    keys = [client.trigger("disk full", "web01", dedup_key="disk") for _ in range(2)]

    assert keys == ["disk", "disk"]
    assert admin.events(1) == ["triggered", "paged", "joined"]
