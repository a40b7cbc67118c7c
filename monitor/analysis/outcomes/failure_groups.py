"""Group the changes of one build by what their messages have in common.

A removed helper, a tightened check or a new compiler changes hundreds of cells at once, over functions, modes, dtypes,
suites and hardware. They share the build and the message, without the parts that name the single case.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.model import Run, function_of

# Changes of the suite or of the machine, not of a framework.
NOT_FRAMEWORK = (ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.ENVIRONMENT)

# Parts that differ between two messages of one kind, in the order in which they are replaced.
REPLACEMENTS = (
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
# Messages are cut to one line, so a longer name in the middle changes the end. Compare only the beginning.
MAX_LENGTH = 120


@dataclass(frozen=True)
class GroupMessage:
    """Message of a group of cases.

    `case` is the case with that message, or empty if all cases have exactly it. Groups ignore names and numbers, so the
    numbers in one message belong to its case only.
    """

    message: str
    case: str

    @property
    def text(self) -> str:
        """Return the message on one line, after its case if others have another message."""
        return f"{self.case.partition('/')[2]}: {self.message}" if self.case else self.message


def most_common_message(messages: Iterable[tuple[str, str]]) -> GroupMessage:
    """Return the most common message of (case, message) pairs; of equally common ones, the first."""
    first: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for case, message in messages:
        first.setdefault(message, case)
        counted[message] += 1
    most, _ = counted.most_common(1)[0]
    return GroupMessage(most, first[most] if len(counted) > 1 else "")


@dataclass(frozen=True)
class GroupMember:
    """A change of a group, and the run that observed it."""

    run: Run
    change: Change

    @property
    def function(self) -> str:
        return function_of(self.change.case)


@dataclass(frozen=True)
class FailureGroup:
    """Changes of one build with one kind and one normalized message, `signature`."""

    framework: str
    build: str  # as a requirement
    kind: ChangeKind
    signature: str
    members: tuple[GroupMember, ...]

    @property
    def previous_build(self) -> str:
        """Return the last build without the change, as a requirement; `-` if the cases are new with it."""
        until = self.members[0].change.build_before
        return until.requirement if until else "-"

    @property
    def common_message(self) -> GroupMessage:
        """Return the most common message."""
        return most_common_message((member.change.case, member.change.text) for member in self.members)

    @property
    def functions(self) -> tuple[str, ...]:
        return tuple(sorted({member.function for member in self.members}))

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(sorted({member.run.target for member in self.members}))


def group_changes(nights: Iterable[NightChanges]) -> tuple[FailureGroup, ...]:
    """Return the changes of these nights in groups, in the order of the nights; of one build, the largest group first.

    Changes of the suite or the machine are left out.
    """
    groups: dict[tuple[str, str, ChangeKind, str], list[GroupMember]] = {}
    for night in nights:
        if night.previous_build is None:
            continue
        for change in night.changes:
            if change.kind not in NOT_FRAMEWORK and change.build_after:
                key = night.run.framework, change.build_after.requirement, change.kind, signature(change)
                groups.setdefault(key, []).append(GroupMember(night.run, change))
    order = {key[:2]: number for number, key in reversed([*enumerate(groups)])}
    ordered = sorted(groups, key=lambda key: (order[key[:2]], [*ChangeKind].index(key[2]), -len(groups[key])))
    return tuple(FailureGroup(*key, tuple(groups[key])) for key in ordered)


def signature(change: Change) -> str:
    """Return the outcomes of a change and its normalized message."""
    # The size of a value change belongs to the case, not to its cause.
    message = change.message if change.kind is not ChangeKind.VALUES_CHANGED else "other values"
    return f"{change.before or '-'} -> {change.after or '-'}: {normalize_message(change.function, message)}"


@cache  # a case repeats its message on every target, and for years
def normalize_message(function: str, message: str) -> str:
    """Return a message without names, dtypes, shapes and numbers."""
    for part in (function, function.partition(".")[2], function.rpartition(".")[2]):
        if part in message:  # compiling a pattern takes longer than everything else here
            message = re.sub(rf"(?<![\w.]){re.escape(part)}(?!\w)", "NAME", message)
    for pattern, instead in REPLACEMENTS:
        message = pattern.sub(instead, message)
    return message[:MAX_LENGTH]
