"""Read and write the hidden line at the end of each issue body, an HTML comment.

The line lists the regressions of the issue, the monitor's last action, and the last state that readers were notified
of. The monitor has no other memory of an issue. So a person who closes or renames an issue changes the one record.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.formats.serialization import from_json, to_json

METADATA_LINE = re.compile(r"<!-- portability-monitor (\{.*\}) -->")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


class IssueState(StrEnum):
    """The monitor's last action on an issue. A closed issue with an open state was closed by a person."""

    OPEN = "open"
    FLAKY = "flaky"  # open, and reported as flaky
    FIXED = "fixed"
    REMOVED = "removed"
    EXPECTED = "expected"
    DUPLICATE = "duplicate"
    LEFT_FLAKY = "left-flaky"  # closed, because it stayed flaky


@dataclass(frozen=True)
class NotifiedState:
    """The state that readers of an issue were last notified of.

    `flaky` is the number of failing cases reported as flaky. `flaky_since` is the night on which all were reported as
    flaky, empty if not all were.
    """

    last_good: str
    first_bad: str
    targets: tuple[str, ...]
    functions: int
    flaky: int = 0
    flaky_since: str = ""


@dataclass(frozen=True)
class IssueMetadata:
    """The content of the hidden line.

    `covers` are the ids of the regressions, `title` and `labels` those that the monitor has set. `comments` counts the
    monitor's comments, so that the same text can be posted a second time.
    """

    covers: tuple[str, ...]
    status: IssueState
    title: str
    labels: tuple[str, ...]
    notified: NotifiedState
    comments: int = 0


def hidden_line(metadata: IssueMetadata) -> str:
    """Return the last line of a body. Text from a run cannot end the HTML comment."""
    text = json.dumps(to_json(metadata)).replace(">", r"\u003e")
    return f"<!-- portability-monitor {text} -->"


def find_metadata(body: str) -> IssueMetadata | None:
    """Return the metadata of a body, None if it has none or the line is invalid. Lines in code blocks do not count."""
    lines = [found[1] for line in _outside_of_code(body) if (found := METADATA_LINE.fullmatch(line))]
    if not lines:
        return None
    try:
        return from_json(IssueMetadata, json.loads(lines[-1]))
    except (TypeError, ValueError, RecursionError):
        return None


def _outside_of_code(body: str) -> Iterator[str]:
    """Yield the lines outside of fenced code blocks."""
    fence = ""
    for line in body.splitlines():
        found = FENCE.match(line)
        if not fence:
            fence = found[1] if found else ""
            if not fence:
                yield line
        elif found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""


def sign_comment(comment: str, number: int) -> str:
    """Return a comment with a hidden digest of its text and number, so that it is posted once only."""
    digest = hashlib.sha256(f"{number} {comment}".encode()).hexdigest()[:16]
    return f"{comment}\n\n<!-- portability-monitor {digest} -->"


def is_same_comment(comment: str, other: str) -> bool:
    """Compare two signed comments by their digests: GitHub may change line ends."""
    return comment.rstrip().rpartition("\n")[2] == other.rstrip().rpartition("\n")[2]
