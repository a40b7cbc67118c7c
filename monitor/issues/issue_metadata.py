"""What an issue of ours says of itself, in a comment of HTML that nobody sees.

It says which regressions the issue is about, what we did with it last, and what people have been told. There is no
other memory: whoever closes an issue, or gives it another title, has said so in the one place that counts.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.formats.serialization import from_json, to_json

MARK = re.compile(r"<!-- portability-monitor (\{.*\}) -->")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class IssueState(StrEnum):
    """What we did with an issue last. One that is closed where this says open, or flaky, was closed by a person."""

    OPEN = "open"
    FLAKY = "flaky"  # open, and said to be flaky
    FIXED = "fixed"
    REMOVED = "removed"
    EXPECTED = "expected"
    DUPLICATE = "duplicate"
    LEFT_FLAKY = "left-flaky"  # closed, for it stayed flaky


@dataclass(frozen=True)
class NotifiedState:
    """What people know from the issue: what differs from it enough is news.

    `flaky` is of how many of the bad cases it is said that they are flaky, `flaky_since` on which night that was said
    of all of them.
    """

    last_good: str
    first_bad: str
    targets: tuple[str, ...]
    functions: int
    flaky: int = 0
    flaky_since: str = ""


@dataclass(frozen=True)
class IssueMetadata:
    """The regressions that an issue covers, what we did last, the title that we gave it, and every label.

    `comments` is how many there are of ours, so that news that comes a second time is told a second time.
    """

    covers: tuple[str, ...]
    status: IssueState
    title: str
    labels: tuple[str, ...]
    told: NotifiedState
    comments: int = 0


def hidden(mark: IssueMetadata) -> str:
    """A mark as the last line of a body. What came from a run cannot end the comment."""
    text = json.dumps(to_json(mark)).replace(">", r"\u003e")
    return f"<!-- portability-monitor {text} -->"


def find_mark(body: str) -> IssueMetadata | None:
    """The mark in a body; None where there is none, or where it is none of ours: one that is quoted as code is not."""
    found = [mark[1] for line in _outside_of_code(body) if (mark := MARK.fullmatch(line))]
    if not found:
        return None
    try:
        return from_json(IssueMetadata, json.loads(found[-1]))
    except (TypeError, ValueError, RecursionError):
        return None


def _outside_of_code(body: str) -> Iterator[str]:
    """The lines that are in no fenced block of code."""
    fence = ""
    for line in body.splitlines():
        found = FENCE.match(line)
        if not fence:
            fence = found[1] if found else ""
            if not fence:
                yield line
        elif found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""


def signed(comment: str, number: int) -> str:
    """A comment, the so many-th, that can be told from others, so that it is not made twice."""
    digest = hashlib.sha256(f"{number} {comment}".encode()).hexdigest()[:16]
    return f"{comment}\n\n<!-- portability-monitor {digest} -->"


def is_same(comment: str, other: str) -> bool:
    """Whether two signed comments are the same one: GitHub may have changed the ends of lines."""
    return comment.rstrip().rpartition("\n")[2] == other.rstrip().rpartition("\n")[2]
