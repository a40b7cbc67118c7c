"""Markdown as GitHub reads it, with text from a run in it that stays text.

GitHub looks for mentions, issues, commits and addresses in the text that Markdown came to, so no backslash and no
entity keeps a name from being called. It leaves code alone, and so whatever a run said goes into code: between
backticks that it cannot close, every character that does not show written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitor.formatting.humanize import escape_invisible

MAX_BYTES = 65_536  # GitHub's, in characters; counted in bytes here, so that no way of counting finds more
PIPE = r"\|"


def code(text: str, longest: int = 300) -> str:
    """Text in one line of code, or a dash where there is none; what is longer than `longest` is cut."""
    shown = cut(" ".join(str(escape_invisible(text)).split()), longest)
    if not shown:
        return "–"
    ticks = "`" * (_longest_ticks(shown) + 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def block(text: str, language: str = "") -> str:
    """Text in lines of code."""
    ticks = "`" * max(_longest_ticks(text) + 1, 3)
    lines = "\n".join(str(escape_invisible(line)) for line in text.splitlines())
    return f"{ticks}{language}\n{lines}\n{ticks}"


def link(text: str, address: str) -> str:
    """Markdown that leads somewhere; as it is where there is no address."""
    return f"[{text}]({address})" if address else text


def details(summary: str, *parts: str) -> str:
    """What is there for whoever opens it."""
    return "\n\n".join((f"<details><summary>{summary}</summary>", *parts, "</details>"))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, its cells in Markdown already."""
    return "\n".join(map(_row, (head, ("---",) * len(head), *rows)))


def fit_table(head: Sequence[str], rows: Sequence[Sequence[str]], room: int, more: str) -> str:
    """As many whole rows of a table as have room, then in one line how many have not; `more` says where they are."""
    left = room - size(table(head, ())) - size(_rest(len(rows), more))
    for shown, row in enumerate(rows):
        left -= size(_row(row)) + 1
        if left < 0:
            return f"{table(head, rows[:shown])}\n\n{_rest(len(rows) - shown, more)}"
    return table(head, rows)


def size(text: str) -> int:
    return len(text.encode())


def cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _rest(number: int, more: str) -> str:
    return f"… and {number:,} more{more}"


def _row(cells: Sequence[str]) -> str:
    """A row: a pipe in a cell would end it, in code too."""
    return f"| {' | '.join(cell.replace('|', PIPE) for cell in cells)} |"


def _longest_ticks(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
