"""Frozen values that are made and changed by the million: the same as dataclasses do, at a fraction of the cost.

A year of incidents is millions of such values, so this is where a simulation spends its time.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")

_put = object.__setattr__


def quickly_made(cls: type[T]) -> type[T]:
    """Have a frozen dataclass without slots write its fields at once; it is called as before.

    The `__init__` that dataclasses write for a frozen class goes through `object.__setattr__` for every field. It is given a
    dictionary of its own, as all copies are then: what shares its keys with others of its class is read more slowly.
    """
    known: dict[str, Any] = {"put": _put}
    parameters, pairs = ["self"], []
    for each in fields(cls):  # type: ignore[arg-type]  # a dataclass, as is said
        name, default, value = each.name, each.default, each.name
        if each.default_factory is not MISSING:
            default, value = each.default_factory, f"{name}() if {name} is default_{name} else {name}"
        known[f"default_{name}"] = default
        parameters.append(name if default is MISSING else f"{name}=default_{name}")
        pairs.append(f"{name!r}: {value}")
    body = f"put(self, '__dict__', {{{', '.join(pairs)}}})"
    exec(f"def __init__({', '.join(parameters)}):\n    {body}", known)  # noqa: S102  as dataclasses do
    init = known["__init__"]
    init.__qualname__, init.__module__ = f"{cls.__qualname__}.__init__", cls.__module__
    type.__setattr__(cls, "__init__", init)
    return cls


def made(cls: type[T], values: dict[str, Any]) -> T:
    """A value of such a class with just these fields: for the few places that make it by the million, as nothing is checked."""
    value: T = object.__new__(cls)
    _put(value, "__dict__", values)
    return value


def evolve(value: T, **changes: Any) -> T:
    """A copy of a frozen dataclass without slots, changed in the fields that are named; raises KeyError where one is unknown.

    Nothing is computed anew: it is not for values that work something out when they are made.
    """
    before = value.__dict__
    after = before | changes
    if len(after) != len(before):
        raise KeyError(*changes)
    copy: T = object.__new__(value.__class__)
    _put(copy, "__dict__", after)
    return copy
