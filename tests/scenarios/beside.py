"""What an `oncall` command does beside a running service, without the second that a process of its own takes to start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from oncall.clock import SystemClock
from oncall.domain.directory import Role
from oncall.doorbell import SilentDoorbell
from oncall.operations.context import Context, open_context
from oncall.operations.start import require_ready
from oncall.operations.tokens import create_token
from oncall.settings import from_env
from tests.processes import Environment


@contextmanager
def beside(environment: Environment) -> Iterator[Context]:
    """Lend the context of a command with that environment."""
    context = open_context(from_env(environment), SystemClock(), SilentDoorbell())
    try:
        require_ready(context)
        yield context
    finally:
        context.database.dispose()


def new_token(environment: Environment) -> str:
    """A token of a system that may do everything."""
    with beside(environment) as context:
        return create_token(context, "test", Role.ADMIN)
