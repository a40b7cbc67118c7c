"""Read the parameters from the recorded text of a signature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.formatting.signature_format import BETWEEN, unquoted

PARAMETER = re.compile(r"(\w+)\s*(?::[^=]*)?(?:=\s*(.*))?$", re.DOTALL)


@dataclass(frozen=True)
class Parameter:
    """A named parameter of a function.

    `position` is its place in a call, None if only its keyword passes it. `default` is the source of its default value,
    None if every call must pass it.
    """

    name: str
    position: int | None
    default: str | None


def parameters_of(signature: str) -> tuple[tuple[Parameter, ...], ...]:
    """Return the named parameters of each signature in a text: `(input, dim, *, out=None) -> Tensor; (input)`."""
    return tuple(tuple(_parameters(parts)) for parts in _signatures(signature))


def _parameters(parts: list[str]) -> Iterator[Parameter]:
    position: int | None = 0
    for part in parts:
        if part.startswith("**") or part in ("", "/"):
            continue
        if part.startswith("*"):
            position = None  # a bare star, or `*args`: only keywords follow
        elif found := PARAMETER.match(part):
            yield Parameter(found[1], position, found[2])
            position = None if position is None else position + 1


def _signatures(text: str) -> Iterator[list[str]]:
    """Yield the parts between the commas of each signature; those of a text that was cut off up to its end."""
    parts: list[str] = []
    start = 0  # of a part; 0 outside of the parentheses
    for place, character, depth in unquoted(text):
        if not start:
            if character == "(" and (place == 0 or text[:place].endswith(BETWEEN)):
                parts, start = [], place + 1
        elif depth == 0 or (depth == 1 and character == ","):
            parts.append(text[start:place].strip())
            start = place + 1 if depth else 0
            if not depth:
                yield parts
    if start:
        yield [*parts, text[start:].strip()]
