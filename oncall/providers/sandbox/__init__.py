"""The sandbox: messages are shown and kept in a file instead of being sent.

It is used only where it is asked for (docs/semantics.md 6.7): for demonstrations, rehearsals and tests.
"""

from oncall.providers.sandbox.messages import SandboxMessage, recent
from oncall.providers.sandbox.provider import METHODS, SandboxProvider, build

__all__ = ["METHODS", "SandboxMessage", "SandboxProvider", "build", "recent"]
