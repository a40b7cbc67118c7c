"""Write Markdown for GitHub, in which text from a run has no effect.

GitHub finds mentions, issues, commits and addresses in rendered text, so backslashes and entities do not stop it. It
ignores code. Text from a run therefore becomes code, between backticks that it cannot close, with invisible characters
written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from monitor.formatting.humanize import escape_invisible

MAX_BYTES = 65_536  # GitHub's limit is in characters; bytes are never fewer
PIPE = r"\|"


def code(text: str, longest: int = 300) -> str:
    """Return text as one line of code, cut to `longest` characters; a dash if it is empty."""
    shown = cut(" ".join(str(escape_invisible(text)).split()), longest)
    if not shown:
        return "–"
    ticks = "`" * (_longest_ticks(shown) + 1)
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def block(text: str, language: str = "") -> str:
    """Return text as a block of code."""
    ticks = "`" * max(_longest_ticks(text) + 1, 3)
    lines = "\n".join(str(escape_invisible(line)) for line in text.splitlines())
    return f"{ticks}{language}\n{lines}\n{ticks}"


def link(text: str, address: str) -> str:
    """Return a link; only the text if the address is empty."""
    return f"[{text}]({address})" if address else text


def details(summary: str, *parts: str) -> str:
    """Return a folded section."""
    return "\n\n".join((f"<details><summary>{summary}</summary>", *parts, "</details>"))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells are Markdown already."""
    return "\n".join(map(_row, (head, ("---",) * len(head), *rows)))


def fit_table(head: Sequence[str], rows: Sequence[Sequence[str]], room: int, more: str) -> str:
    """Return the rows of a table that fit in `room` bytes, then a line with the number of others and `more`."""
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
    """Return a row. A pipe would end the cell, even in code, so it is escaped."""
    return f"| {' | '.join(cell.replace('|', PIPE) for cell in cells)} |"


def _longest_ticks(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
