"""Protect cells of the history's text files from being read as formulas; messages come from other machines."""

from __future__ import annotations

import re

# A quote before it keeps a cell from being computed. What begins with quotes and then so gets one more, so that
# reading takes off what writing put on, and nothing else.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
MARKED = re.compile(r"'+[=+\-@\t\r]")


def marked(text: str) -> str:
    """Return the cell for a text."""
    return f"'{text}" if FORMULA.match(text) else text


def unmarked(cell: str) -> str:
    """Return the text of a cell."""
    return cell[1:] if MARKED.match(cell) else cell
