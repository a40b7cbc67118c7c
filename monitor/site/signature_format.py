"""Signatures as the pages show them: broken over lines between parameters."""

from __future__ import annotations

from collections.abc import Iterator

OPENING, CLOSING = "([{", ")]}"
BETWEEN = "; "  # the ways to call one function


def calls(signature: str) -> tuple[tuple[str, ...], ...]:
    """The ways to call a function, each in parts between which a line may break: `("(x, ", "axis=(0, 1))")`."""
    found: list[list[str]] = [[]]
    for part in _parts(signature):
        found[-1].append(part.removesuffix(BETWEEN))
        if part.endswith(BETWEEN):
            found.append([])
    return tuple(tuple(parts) for parts in found)


def _parts(signature: str) -> Iterator[str]:
    """A signature cut after each comma between its parameters, of what it returns, and after each way to call it.

    What stands in brackets within its parentheses, or in quotes, is one part.
    """
    depth, quote, start = 0, "", 0
    for place, character in enumerate(signature):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            depth += (character in OPENING) - (character in CLOSING)
        after = signature[place - 1 : place + 1]
        if not quote and ((after == ", " and depth == 1) or (after == BETWEEN and depth == 0)):
            yield signature[start : place + 1]
            start = place + 1
    yield signature[start:]
