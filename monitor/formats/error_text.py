"""Reduce the text of an exception to one line that is the same in equal runs.

Addresses, paths, line numbers and process ids differ between two equal runs. A diff of the history shall show real
changes only.
"""

from __future__ import annotations

import re

MAX_LENGTH = 300
MAX_LINE_LENGTH = 1000  # the limit in `run.schema.json`

NOISE = (
    (re.compile(r"\x1b\[[0-9;]*m"), ""),  # colours
    (re.compile(r"0x[0-9a-fA-F]{4,}"), "0x…"),
    (re.compile(r"(?<![\w.:/])(?:/[\w.+@~-]+){2,}/([\w.+@-]+)"), r"\1"),  # a path, down to its file
    (re.compile(r"(\.(?:py|cc|cpp|h)):\d+"), r"\1"),
    (re.compile(r"line \d+"), "line …"),
    (re.compile(r"\b(?:pid|process)[ =]\d+", re.IGNORECASE), "process …"),
    (re.compile(r"__\w+_\d+\b|\b\w+_\d{4,}\b"), "…"),  # generated names
    (re.compile(r"\s+"), " "),
)
# Invisible characters that count as printable: fillers and variation selectors. `run.schema.json` refuses the same.
INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def clean(text: str, *, longest: int = MAX_LENGTH) -> str:
    """Return one line of at most `longest` characters, without the parts that differ between equal runs."""
    for pattern, replacement in NOISE:
        text = pattern.sub(replacement, text)
    return one_line(text, longest=longest)


def one_line(text: str, *, longest: int = MAX_LINE_LENGTH) -> str:
    """Return a text as a run file may hold it: one line of visible characters, of at most `longest`."""
    text = INVISIBLE.sub("", " ".join(text.split()))
    text = "".join(character for character in text if character.isprintable()).strip()
    return text if len(text) <= longest else text[: longest - 1] + "…"


def describe(error: BaseException) -> str:
    """Return the class and the first non-blank line of an exception."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return clean(f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__)


def seen(outcome: str, message: str) -> str:
    """Return an outcome in one line, as scripts take it: `mismatch: 3 of 4 elements off`."""
    return f"{outcome}: {message}" if message else str(outcome)
