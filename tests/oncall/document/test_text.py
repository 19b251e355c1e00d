"""YAML text as data and lines, with none of YAML's own guesses."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.document.faults import path_text
from oncall.document.text import read_text


def test_scalars_stay_the_text_that_was_written() -> None:
    text = "time: 09:00\nis: on\nday: 2026-01-05\nphone: +15005550006\nnumber: 0123\nword: 'null'\nfold: >-\n  a\n  b\n"
    assert read_text(text).data == {
        "time": "09:00",
        "is": "on",
        "day": "2026-01-05",
        "phone": "+15005550006",
        "number": "0123",
        "word": "null",
        "fold": "a b",
    }


@pytest.mark.parametrize("null", ["", "~", "null"])
def test_empty_and_null_scalars_are_none(null: str) -> None:
    assert read_text(f"a: {null}\nb: 1").data == {"a": None, "b": "1"}


def test_lines_are_those_of_keys_and_items() -> None:
    read = read_text("# first\na:\n  b: 1\n  c:\n    - x\n    - {d: 2,\n       e: 3}\n")
    lines = {path_text(path): line for path, line in read.lines.items()}
    assert lines == {"": 2, "a": 2, "a.b": 3, "a.c": 4, "a.c[0]": 5, "a.c[1]": 6, "a.c[1].d": 6, "a.c[1].e": 7}
    assert read.line_of(("a", "c", 1, "f")) == 6


def test_duplicate_key_is_a_fault_with_both_lines() -> None:
    read = read_text("a:\n  b: 1\n  b: 2\n")
    (fault,) = read.faults
    assert (path_text(fault.path), read.line_of(fault.path)) == ("a.b", 3)
    assert "first on line 2" in fault.message


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: [1\nb: 2", 2, "this is no YAML: did not find expected ',' or ']'"),
        ("a: 1\n b: 2", 2, "mapping values are not allowed"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("a: &a [*a]", 1, "*a stands for nothing"),
        ("a: *b", 1, "*b stands for nothing"),
        ("a: !!python/object x", 1, "tags such as"),
        ("? [a]\n: b", 1, "a key must be plain text"),
        ("[" * 100_000, 1, "nested too deeply"),
        ("a: \x00", None, "a character that YAML does not allow"),
    ],
)
def test_broken_text_is_one_fault(text: str, line: int | None, message: str) -> None:
    read = read_text(text)
    (fault,) = read.faults
    assert read.data is None
    assert read.line_of(fault.path) == line
    assert message in fault.message


def test_aliases_repeat_what_they_name() -> None:
    assert read_text("a: &x {b: 1}\nc: *x\nd: [*x]\n").data == {"a": {"b": "1"}, "c": {"b": "1"}, "d": [{"b": "1"}]}


def test_aliases_cannot_make_a_small_text_huge() -> None:
    text = "a: &a [" + "1," * 1000 + "]\nb: &b [" + "*a," * 1000 + "]\nc: [*b,*b]\n"
    (fault,) = read_text(text).faults
    assert "more than 1000000 values" in fault.message


def json_values(characters: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    """What JSON can hold, with every number as text."""
    text = st.text(characters, max_size=5)
    return st.recursive(
        text, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3), max_leaves=8
    )


@given(json_values(st.characters(exclude_categories=["Cs"])), st.sampled_from([None, 2, "\t"]))
def test_json_in_ascii_is_read_as_it_is(value: object, indent: int | str | None) -> None:
    assert read_text(json.dumps(value, indent=indent)).data == value


@given(json_values(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_json_in_unicode_is_read_as_it_is(value: object) -> None:
    assert read_text(json.dumps(value, ensure_ascii=False)).data == value


def test_nothing_at_all_is_none() -> None:
    texts: Sequence[str] = ["", "# only a comment\n", "---\n"]
    assert [read_text(text).data for text in texts] == [None, None, None]
