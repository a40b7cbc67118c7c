"""What people found out about failures: the tables of `docs/findings.md`, told again where the function is.

The document stays the one place to write: a table with the columns case, what happens, instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.model import function_of

HEAD = ["case", "what happens", "instead"]
CASE = re.compile(r"`(\w+/[^`/]+/[^`]+)`")


@dataclass(frozen=True)
class KnownIssue:
    """What happens, and what one writes instead, which may be empty; in Markdown with nothing but `code` in it."""

    what: str
    instead: str


def load_findings(document: Path) -> Mapping[str, tuple[KnownIssue, ...]]:
    """The findings of each function that a row names a case of."""
    found: dict[str, tuple[KnownIssue, ...]] = {}
    for cases, what, instead in _rows(document.read_text(encoding="utf-8")):
        for function in dict.fromkeys(map(function_of, CASE.findall(cases))):
            found[function] = (*found.get(function, ()), KnownIssue(what, instead))
    return found


def _rows(text: str) -> Iterator[tuple[str, str, str]]:
    """The rows of the tables that have the columns."""
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells == HEAD:
            inside = True
        elif inside and not cells[0].startswith("-"):
            case, what, instead = cells
            yield case, what, instead


def code_parts(text: str) -> list[tuple[bool, str]]:
    """Markdown as pieces: whether each is code, and its text."""
    return [(number % 2 == 1, part) for number, part in enumerate(text.split("`")) if part]
