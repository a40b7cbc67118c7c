"""One cause, one finding: changes of one build that say the same thing are one, whatever they hit.

A removed helper, a tightened check, a new compiler turns hundreds of cells at once: over functions, modes, dtypes,
suites and hardware. They share the build and the words of the message, once what names the one case is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from monitor.analysis.outcomes.outcome_changes import Change, ChangeKind, NightChanges
from monitor.model import Run, function_of

# What became of the suite or of the machine, not of a framework.
OURS = (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.ENVIRONMENT)

# What differs between two messages of one kind: in this order, as each leaves nothing for the next.
NORMALISED = (
    (re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`"), "'…'"),
    (
        re.compile(r"\b(DT_|tf\.|torch\.|jnp\.|np\.)?(bfloat|float|complex|u?int|bool|half|double)\d*(_t)?\b", re.I),
        "DTYPE",
    ),
    (re.compile(r"\b(bf16|[fsuc]\d+|pred)(?=\[)"), "DTYPE"),
    (re.compile(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", re.I), "#"),
    (re.compile(r"[\[({<](\s*#\s*,?)*[\])}>]"), "[#]"),
    (re.compile(r"\s+"), " "),
)
# A message was cut to a line: of two that say the same, another name in the middle leaves another end.
LENGTH = 120


@dataclass(frozen=True)
class GroupMessage:
    """What cases of one group say. `case` is the one whose message it is, empty where all of them say just that.

    Cases are grouped by their words without names and numbers, so the numbers in one message are those of its case.
    """

    message: str
    case: str

    @property
    def text(self) -> str:
        """Return the message on one line, with the case that it is of where others say something else."""
        return f"{self.case.partition('/')[2]}: {self.message}" if self.case else self.message


def said(messages: Iterable[tuple[str, str]]) -> GroupMessage:
    """Return what most of these cases say, each given with its message; of equally many, the first."""
    first: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for case, message in messages:
        first.setdefault(message, case)
        counted[message] += 1
    most, _ = counted.most_common(1)[0]
    return GroupMessage(most, first[most] if len(counted) > 1 else "")


@dataclass(frozen=True)
class GroupMember:
    """One change that a cause brought, and the run that saw it."""

    run: Run
    change: Change

    @property
    def function(self) -> str:
        return function_of(self.change.case)


@dataclass(frozen=True)
class FailureGroup:
    """What a build changed in one way: `signature` is what the messages have in common."""

    framework: str
    build: str  # as a requirement
    verdict: ChangeKind
    signature: str
    hits: tuple[GroupMember, ...]

    @property
    def baseline(self) -> str:
        """The last build without it, as a requirement; `-` for what was first seen with it."""
        until = self.hits[0].change.until
        return until.label if until else "-"

    @property
    def said(self) -> GroupMessage:
        return said((hit.change.case, hit.change.text) for hit in self.hits)

    @property
    def functions(self) -> tuple[str, ...]:
        return tuple(sorted({hit.function for hit in self.hits}))

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(sorted({hit.run.target for hit in self.hits}))


def causes(nights: Iterable[NightChanges]) -> tuple[FailureGroup, ...]:
    """The changes of these nights by cause, in the order of the nights; of one build, what hit most comes first.

    What became of the suite itself, or of the machine, is left out.
    """
    found: dict[tuple[str, str, ChangeKind, str], list[GroupMember]] = {}
    for night in nights:
        if night.baseline is None:
            continue
        for change in night.changes:
            if change.verdict not in OURS and change.since:
                key = night.run.framework, change.since.label, change.verdict, signature(change)
                found.setdefault(key, []).append(GroupMember(night.run, change))
    order = {key[:2]: number for number, key in reversed([*enumerate(found)])}
    ordered = sorted(found, key=lambda key: (order[key[:2]], [*ChangeKind].index(key[2]), -len(found[key])))
    return tuple(FailureGroup(*key, tuple(found[key])) for key in ordered)


def signature(change: Change) -> str:
    """A change without what names its case: the outcomes, and the message without names, dtypes, shapes and numbers."""
    # How far values are off is of the case, not of the cause.
    message = change.message if change.verdict is not ChangeKind.VALUES_CHANGED else "other values"
    return f"{change.before or '-'} -> {change.after or '-'}: {words(change.function, message)}"


@cache  # a case that turns says on every target, and years later, what it said before
def words(function: str, message: str) -> str:
    """What messages of one kind have in common: all but names, dtypes, shapes and numbers."""
    for part in (function, function.partition(".")[2], function.rpartition(".")[2]):
        if part in message:  # to compile a pattern takes longer than all else here
            message = re.sub(rf"(?<![\w.]){re.escape(part)}(?!\w)", "NAME", message)
    for pattern, instead in NORMALISED:
        message = pattern.sub(instead, message)
    return message[:LENGTH]
