"""Split signatures into parts."""

from __future__ import annotations

from collections.abc import Iterator

OPENING, CLOSING = "([{", ")]}"
BETWEEN = "; "  # between the overloads of a function, and nowhere else before an opening parenthesis


def signature_parts(signature: str) -> tuple[tuple[str, ...], ...]:
    """Return each overload of a function in parts between which a line may break: `("(x, ", "axis=(0, 1))")`."""
    found: list[list[str]] = [[]]
    for part in _parts(signature):
        found[-1].append(part.removesuffix(BETWEEN))
        if part.endswith(BETWEEN):
            found.append([])
    return tuple(tuple(parts) for parts in found)


def _parts(signature: str) -> Iterator[str]:
    """Yield a signature cut after each comma between parameters or return values, and after each overload.

    Nested brackets and quoted texts are never cut.
    """
    start = 0
    for place, _, depth in unquoted(signature):
        after = signature[place - 1 : place + 1]
        if (after == ", " and depth == 1) or (after == BETWEEN and depth == 0):
            yield signature[start : place + 1]
            start = place + 1
    yield signature[start:]


def unquoted(signature: str) -> Iterator[tuple[int, str, int]]:
    """Yield each character outside of quoted texts: its place, itself, and the number of brackets open after it."""
    depth, quote = 0, ""
    for place, character in enumerate(signature):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            depth += (character in OPENING) - (character in CLOSING)
            yield place, character, depth
