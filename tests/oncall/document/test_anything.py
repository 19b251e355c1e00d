"""Whatever is written into a document, it is either right or refused with the places of its faults."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from oncall.document.lint import lint
from oncall.document.load import load_document
from oncall.document.text import read_text
from oncall.document.written import to_yaml
from tests.oncall.document.support import SUPPORT

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WRITTEN = read_text(SUPPORT).data

scalars = st.none() | st.sampled_from(
    ["sev1", "basic", "hq", "p", "4h", "2 business days", "next_open", "open", "", "7"]
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(scalars.map(str), inner, max_size=2)
)


def places(data: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every path in the data, with that of the whole."""
    yield at
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield from places(value, (*at, key))


PLACES = [place for place in places(WRITTEN) if place and place[0] != "version"]


def changed(place: tuple[str | int, ...], key: str | None, value: Any) -> str:
    """The document with another value at one place, or there another key for the same."""
    data = deepcopy(WRITTEN)
    *parents, last = place
    holder = data
    for part in parents:
        holder = holder[part]
    if key is not None and isinstance(last, str):
        holder[key] = holder.pop(last)
    else:
        holder[last] = value
    return json.dumps(data)


@given(st.sampled_from(PLACES), st.none() | st.sampled_from(["nam", "Rules", "0", "severity"]), values)
def test_document_is_refused_with_paths_or_reads_back_as_it_was(
    place: tuple[str | int, ...], key: str | None, value: Any
) -> None:
    text = changed(place, key, value)
    judgement = lint(text, NOW)
    assert all(finding.path for finding in judgement.findings)
    if not judgement.is_wrong:
        document = load_document(text)
        assert load_document(to_yaml(document)) == document
        assert judgement.policies.keys() == document.support_policies.keys()
