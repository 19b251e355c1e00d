"""What every door has in common: the shape of errors, the headers, the mending of text."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Rule

from oncall.doors.body import json_text
from oncall.doors.headers import install_headers
from oncall.errors import InvalidInputError
from tests.oncall.doors.company import Company, app_without_database, said


def test_address_that_is_not_there_is_answered_in_the_shape_of_its_neighbours(small: Company) -> None:
    client = small.app.test_client()

    types = {path: said(client.get(path)) for path in ("/api/v1/nothing", "/integrations/nothing", "/nothing")}

    assert {path: (answer.status_code, answer.content_type) for path, answer in types.items()} == {
        "/api/v1/nothing": (404, "application/problem+json"),
        "/integrations/nothing": (404, "application/problem+json"),
        "/nothing": (404, "text/html; charset=utf-8"),
    }


def method_of(rule: Rule) -> str:
    [method] = (rule.methods or set()) - {"HEAD", "OPTIONS"}
    return method


def test_trailing_slash_is_tolerated_everywhere(small: Company) -> None:
    routes = small.app.url_map.bind("")
    rules = [rule for rule in small.app.url_map.iter_rules() if "<path:" not in rule.rule and rule.rule != "/"]

    found = [routes.match(re.sub("<.*?>", "1", rule.rule) + "/", method_of(rule))[0] for rule in rules]

    assert "pagerduty.enqueue" in found
    assert found == [rule.endpoint for rule in rules]


def test_method_that_is_not_allowed_names_those_that_are(small: Company) -> None:
    answer = said(small.app.test_client().put("/api/v1/incidents"))

    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert {"GET", "POST"} <= {name.strip() for name in answer.headers["Allow"].split(",")}


def test_api_without_a_database_says_try_again(tmp_path: Path) -> None:
    headers = {"Authorization": "Bearer anything"}

    answer = said(app_without_database(tmp_path).test_client().get("/api/v1/incidents", headers=headers))

    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"


def test_fault_of_ours_is_a_problem_that_tells_nothing(small: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret is 1234")

    caller = small.caller()
    monkeypatch.setitem(small.app.view_functions, "api.list_incidents", fail)
    small.app.config["PROPAGATE_EXCEPTIONS"] = False

    answer = caller.get("/incidents")

    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "1234" not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/api/openapi.json", "/api/v1/incidents", "/nothing", "/login"])
def test_every_answer_tells_the_browser_to_be_careful(path: str, small: Company) -> None:
    headers = small.app.test_client().get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_answers_of_the_api_are_kept_by_nobody(small: Company) -> None:
    assert small.caller().get("/incidents").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("public_url", "told"), [("https://pager.example.com", "max-age=31536000"), ("http://127.0.0.1:8080", None)]
)
def test_browsers_are_told_to_stay_with_https_where_it_is_served(public_url: str, told: str | None) -> None:
    app = Flask(__name__)
    install_headers(app, public_url)

    assert app.test_client().get("/").headers.get("Strict-Transport-Security") == told


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b'"a\\u0000b"', "a�b"),
        (b'"\\ud83d"', "�"),
        (b'"\\ud83d\\ude00"', "😀"),
        (b'"\xe4"', "�"),
        (b'\xef\xbb\xbf"bom"', "bom"),
    ],
)
def test_characters_are_mended(raw: bytes, text: str) -> None:
    assert json.loads(json_text(raw)) == text


@pytest.mark.parametrize(
    "raw", [b"", b"NaN", b"[1e999]", b"-Infinity", b"[" * 33 + b"]" * 33, b"[" * 9999, b"9" * 5000]
)
def test_what_is_no_json_is_refused_as_a_whole(raw: bytes) -> None:
    with pytest.raises(InvalidInputError) as refused:
        json_text(raw)

    assert [fault.path for fault in refused.value.faults] == [""]


CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(CHARACTERS),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(CHARACTERS), inner),
)


@given(JSON)
def test_json_is_the_same_after_it(value: object) -> None:
    assert json.loads(json_text(json.dumps(value).encode())) == value
