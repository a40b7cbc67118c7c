"""Read the known issues of functions from the tables of `docs/findings.md`.

These tables have the columns case, effect, since, alternative, report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.model import function_of

HEAD = ["case", "effect", "since", "alternative", "report"]
CASE = re.compile(r"`(\w+/[^`/]+/[^`]+)`")


@dataclass(frozen=True)
class KnownIssue:
    """Known issue of a function and its workaround, which may be empty; Markdown with `code` as its only markup."""

    what: str
    instead: str


def load_known_issues(document: Path) -> Mapping[tuple[str, str], tuple[KnownIssue, ...]]:
    """Return the known issues by framework and function: those of the cases that a row names."""
    found: dict[tuple[str, str], tuple[KnownIssue, ...]] = {}
    for cases, what, instead in _rows(document.read_text(encoding="utf-8")):
        for function in dict.fromkeys((case.partition("/")[0], function_of(case)) for case in CASE.findall(cases)):
            found[function] = (*found.get(function, ()), KnownIssue(what, instead))
    return found


def _rows(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of the tables with these columns."""
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells == HEAD:
            inside = True
        elif inside and not cells[0].startswith("-"):
            case, effect, _, alternative, _ = cells
            yield case, effect, alternative


def code_parts(text: str) -> list[tuple[bool, str]]:
    """Split Markdown into pieces: whether a piece is code, and its text."""
    return [(number % 2 == 1, part) for number, part in enumerate(text.split("`")) if part]
