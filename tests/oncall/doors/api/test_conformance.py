"""The API does what its description says, whatever is sent."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import CheckFunction, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from oncall.doors.api.endpoint import Endpoint, NoQuery
from oncall.doors.api.routes import ENDPOINTS
from tests.oncall.doors.company import Company, said

# Which services and schedules there are is no part of the description, so what fits it may be refused all the same.
EXCLUDED: list[CheckFunction] = [positive_data_acceptance]


@schemathesis.python.constants
def code() -> tuple[str, ...]:
    """Where the texts and numbers are looked for of which some requests are made."""
    return "oncall.doors", "oncall.operations"


def takes_input(endpoint: Endpoint[Any, Any]) -> bool:
    """Whether anything that is sent could be wrong."""
    return endpoint.method == "POST" or endpoint.query is not NoQuery


def _without_security(company: Company) -> dict[str, Any]:
    """The description but for tokens: each request has one, and test_access.py looks at those that have none."""
    description: dict[str, Any] = said(company.app.test_client().get("/api/openapi.json")).json
    del description["security"], description["components"]["securitySchemes"]
    return description


def send(endpoint: Endpoint[Any, Any], mode: GenerationMode, company: Company) -> None:
    """Call the endpoint with made-up requests, and hold every answer against the description."""
    caller = company.caller()
    caller.open()
    described = schemathesis.openapi.from_dict(_without_security(company))
    cases = described.find_operation_by_id(endpoint.name).as_strategy(generation_mode=mode)

    @settings(max_examples=6, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def answers_as_described(case: schemathesis.Case[Any]) -> None:
        asking = {"Authorization": f"Bearer {caller.token}"}
        case.call_and_validate(app=company.app, headers=asking, excluded_checks=EXCLUDED)

    answers_as_described()


def test_description_is_valid_openapi_3_1(small: Company) -> None:
    description = said(small.app.test_client().get("/api/openapi.json")).json

    OpenAPIV31SpecValidator(description).validate()


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_whatever_fits_the_description_is_answered_as_described(endpoint: Endpoint[Any, Any], small: Company) -> None:
    send(endpoint, GenerationMode.POSITIVE, small)


@pytest.mark.parametrize("endpoint", [each for each in ENDPOINTS if takes_input(each)], ids=lambda each: each.name)
def test_whatever_does_not_fit_the_description_is_refused(endpoint: Endpoint[Any, Any], small: Company) -> None:
    send(endpoint, GenerationMode.NEGATIVE, small)
