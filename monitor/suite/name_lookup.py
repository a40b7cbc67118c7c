"""Look up the object behind a dotted name."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from monitor.suite.device import Device
from monitor.suite.name_listing import PYTHONS_OWN


class AbsentError(Exception):
    """A name that the framework does not have, in the framework's own words where it has some."""


def resolve(device: Device, name: str) -> Any:
    """Return the object behind a dotted name of the framework, or of another package.

    Raises AbsentError with the first part that is missing, and ImportError without the package.
    """
    path, *parts = name.split(".")
    value: Any = device.module if path == device.prefix else import_module(path)
    for part in parts:
        try:
            value = getattr(value, part)
        except AttributeError as error:
            try:
                value = import_module(f"{value.__name__}.{part}")
            except ImportError:
                raise AbsentError(own_words(str(error)) or f"{path} has no {part}") from None
        path = f"{path}.{part}"
    return value


def own_words(sentence: str) -> str:
    """Return the framework's own sentence on a removed name; empty if the message is only Python's.

    "jax.core.get_aval was deprecated in JAX v0.8.2 and removed in JAX v0.10.0; use jax.typeof instead."
    """
    return "" if PYTHONS_OWN.search(sentence) else " ".join(sentence.split())
