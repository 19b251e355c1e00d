"""What the words of senders mean."""

from __future__ import annotations

import pytest

from oncall.domain.directory import Service
from oncall.domain.meaning import gravest
from oncall.domain.policy import built_in


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), None),
        (("", " "), None),
        (("info", "critical", "error"), "critical"),
        (("sev4", "warning"), "warning"),
        (("info", "page", "error"), "page"),
    ],
)
def test_gravest_of_several_words_counts(words: tuple[str, ...], expected: str | None) -> None:
    assert gravest(words, Service("cloud", "engineering", {"page": "sev1"}), built_in("engineering")) == expected
