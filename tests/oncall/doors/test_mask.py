"""Addresses as those see them who may not read them."""

from oncall.doors.mask import masked


def test_masked_shows_the_end_alone_and_nothing_of_what_is_short() -> None:
    assert masked("+15005550006") == "…0006"
    assert masked("0006") == "…"
