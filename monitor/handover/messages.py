"""What an exception says, in one line that is the same from run to run.

Addresses, paths, line numbers and process ids differ between two equal runs, and a diff of the history must show what
changed, not them.
"""

from __future__ import annotations

import re

LONGEST = 300

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


def clean(text: str, *, longest: int = LONGEST) -> str:
    """One line of at most `longest` characters, without what differs between two equal runs."""
    for pattern, replacement in NOISE:
        text = pattern.sub(replacement, text)
    text = "".join(character for character in text if character.isprintable()).strip()
    return text if len(text) <= longest else text[: longest - 1] + "…"


def describe(error: BaseException) -> str:
    """The class and the first telling line of an exception."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return clean(f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__)
