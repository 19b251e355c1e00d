"""What monitors send is answered alike whether Flask has to look at it or not."""

import json
from io import BytesIO
from typing import Any

import pytest

from tests.oncall.doors.company import Company, said

CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}


def event(company: Company) -> bytes:
    payload = {"summary": "db down", "source": "db1", "severity": "critical"}
    sent = {"routing_key": company.key("pagerduty"), "event_action": "trigger", "dedup_key": "db", "payload": payload}
    return json.dumps(sent).encode()


@pytest.mark.parametrize(
    ("path", "environ"), [("/v2/enqueue", {}), ("/v2/enqueue/", {}), ("/v2/enqueue", CHUNKED)], ids=str
)
def test_event_is_taken_in_however_it_comes(path: str, environ: dict[str, Any], small: Company) -> None:
    body = event(small)
    length = {} if environ else {"CONTENT_LENGTH": str(len(body))}

    answer = said(
        small.app.test_client().post(path, input_stream=BytesIO(body), environ_overrides={**environ, **length})
    )

    assert (answer.status_code, answer.content_type) == (202, "application/json")
    assert answer.text == '{"dedup_key":"db","message":"Event processed","status":"success"}\n'
    assert len(small.caller().incidents()) == 1


def test_event_of_which_the_end_never_came_changes_nothing(small: Company) -> None:
    body = event(small)
    more = {"CONTENT_LENGTH": str(len(body) + 1)}

    answer = said(small.app.test_client().post("/v2/enqueue", input_stream=BytesIO(body), environ_overrides=more))

    assert answer.status_code == 400
    assert not small.caller().incidents()


def test_first_of_two_answers_to_one_question_counts(small: Company) -> None:
    path = f"/integrations/alertmanager/{small.key('alertmanager')}?by=alert&by=nothing&other="
    alert = {"status": "firing", "labels": {"alertname": "down"}, "annotations": {}}
    sent = {"version": "4", "groupKey": "g", "status": "firing", "alerts": [alert]}

    assert said(small.app.test_client().post(path, json=sent)).status_code == 200
