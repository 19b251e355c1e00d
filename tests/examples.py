"""With how many random examples a property is tried: a number of its own, or as many as `make soak` asks for."""

from hypothesis import settings

SOAK = "soak"


def examples(count: int) -> settings:
    """Return the settings of a property that is tried with `count` examples, unless the run asks for a number itself."""
    soaking = settings.get_current_profile_name() == SOAK
    return settings() if soaking else settings(max_examples=count)
