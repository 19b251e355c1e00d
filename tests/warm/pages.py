"""Templates and routes are compiled once for all applications, as they are for all requests of one."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


def warm() -> None:
    """Share them from now on."""
    Flask.jinja_options["bytecode_cache"] = Templates()
    Flask.url_rule_class = WarmRule


class Templates(BytecodeCache):
    """Compiled templates, each found by its name and by what is written in it."""

    def __init__(self) -> None:
        self._compiled: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Find what was compiled of the same words."""
        bucket.code = self._compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._compiled[bucket.key, bucket.checksum] = bucket.code


class WarmRule(Rule):
    """A route of which the function that writes its address is compiled once: of the same words comes the same function."""

    _builders: dict[tuple[object, ...], Builder] = {}  # noqa: RUF012  shared, as it is meant to be

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002  as Werkzeug has it
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = (self.rule, *self._trace, append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]
