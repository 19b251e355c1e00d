"""What a process keeps for as long as it lives: modules, routes, statements, the configuration that it began with."""

from __future__ import annotations

import gc


def spare_what_lasts() -> None:
    """Let the garbage collector leave alone whatever there is now: to look through it all held up every thread for a tenth of a second."""
    gc.freeze()
