"""Protect cells of the history's text files from being read as formulas; messages come from other machines."""

from __future__ import annotations

import re

# A leading quote keeps a spreadsheet from computing the cell. A text that already begins with quotes before such a
# character gets one more, so that reading removes exactly what writing added.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
MARKED = re.compile(r"'+[=+\-@\t\r]")


def escape_cell(text: str) -> str:
    """Return the cell for a text."""
    return f"'{text}" if FORMULA.match(text) else text


def unescape_cell(cell: str) -> str:
    """Return the text of a cell."""
    return cell[1:] if MARKED.match(cell) else cell
