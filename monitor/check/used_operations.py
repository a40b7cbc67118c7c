"""Judge the operations that a program uses, and compare their verdicts with earlier ones.

An operation of a source file has only a name. One of a watched program also has the dtypes and the operators of its
call. Both are judged by the rules of a check, so a verdict changes if and only if the answer of a check would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.check.check_data import CheckData
from monitor.check.name_rules import name_problems
from monitor.check.name_uses import NameUse
from monitor.check.problems import Level, Problem, ProblemKind
from monitor.check.verdict_lookup import target_problems
from monitor.check.watched_rules import joined, watched_problems
from monitor.model import ObservedCall, Place

NOWHERE = Place("", 1, 1)


class OperationVerdict(StrEnum):
    """Verdict on an operation on a target."""

    WORKS = "works"
    HOST = "runs on the host"
    PART = "fails in part"  # in some usual dtypes or modes
    FAILS = "fails"
    REMOVED = "removed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, order=True)
class UsedOperation:
    """An operation that a program uses. The fields are those of `ObservedCall`; a name in a file has only the first."""

    framework: str
    name: str
    dtypes: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    gradient: bool = False
    backward: bool = False

    @property
    def title(self) -> str:
        """Return the operation for a reader."""
        gradient = "the gradient of " if self.gradient or self.backward else ""
        return f"{gradient}{self.name}{f' of {self.dtypes[0]}' if self.dtypes else ''}"


@dataclass(frozen=True)
class RecordedOperation:
    """An operation, with its verdict on each target when a check wrote it to a file."""

    operation: UsedOperation
    verdicts: dict[str, OperationVerdict] = field(default_factory=dict)


@dataclass(frozen=True)
class VerdictChange:
    """A changed verdict on an operation on a target. `message` and `alternative` are empty if nothing fails."""

    operation: UsedOperation
    target: str
    before: OperationVerdict
    after: OperationVerdict
    message: str = ""
    alternative: str = ""


def operations_of_uses(uses: Iterable[NameUse]) -> tuple[UsedOperation, ...]:
    """Return the names of frameworks that source files call, sorted."""
    return tuple(sorted({UsedOperation(use.framework, use.name) for use in uses if use.called and use.framework}))


def operations_of_calls(calls: Iterable[ObservedCall]) -> tuple[UsedOperation, ...]:
    """Return the calls of a watched program, without their places, sorted. Calls that prepare data are left out."""
    return tuple(
        sorted(
            {
                UsedOperation(one.framework, one.name, one.dtypes, one.operators, one.gradient, one.backward)
                for one in joined(calls)
                if not one.host
            }
        )
    )


def recorded_operations(
    operations: Iterable[UsedOperation], targets: Iterable[str], data: CheckData
) -> Iterator[RecordedOperation]:
    """Yield the operations with their verdicts; names that are no functions are left out."""
    named = tuple(targets)
    for operation in operations:
        judged = {target: _judged(operation, target, data) for target in named}
        verdicts = {target: one[0] for target, one in judged.items() if one}
        if len(verdicts) == len(named):
            yield RecordedOperation(operation, verdicts)


def verdict_changes(recorded: Iterable[RecordedOperation], data: CheckData) -> Iterator[VerdictChange]:
    """Yield the operations whose verdict is another one now. A verdict that got lost is no change."""
    for one in recorded:
        for target, before in one.verdicts.items():
            judged = _judged(one.operation, target, data)
            if not judged or judged[0] in (before, OperationVerdict.UNKNOWN):
                continue
            after, problem = judged
            message, alternative = (problem.message, problem.alternative) if problem else ("", "")
            yield VerdictChange(one.operation, target, before, after, message, alternative)


def _judged(operation: UsedOperation, target: str, data: CheckData) -> tuple[OperationVerdict, Problem | None] | None:
    """Return the verdict on an operation on a target, and the problem; None if it is no function."""
    verdicts = data.verdicts[target]
    if operation.operators:
        call = ObservedCall(
            *(operation.framework, operation.name, NOWHERE, operation.operators, operation.dtypes),
            *(operation.gradient, operation.backward),
        )
        problems, called = watched_problems((call,), verdicts, data.names, ())
    else:
        use = NameUse(operation.name, NOWHERE, called=True)
        removed = [one for one in name_problems((use,), data.names) if one.kind is ProblemKind.REMOVED]
        if removed:
            return OperationVerdict.REMOVED, removed[0]
        problems, called = target_problems((use,), verdicts, data.names, ())
    if not called.calls:
        return None
    if called.unknown:
        return OperationVerdict.UNKNOWN, None
    problem = next((one for one in problems if one.level is not Level.NOTE), None)
    return _verdict(problem), problem


def _verdict(problem: Problem | None) -> OperationVerdict:
    if problem is None:
        return OperationVerdict.WORKS
    if problem.kind is ProblemKind.HOST:
        return OperationVerdict.HOST
    return OperationVerdict.FAILS if problem.level is Level.ERROR else OperationVerdict.PART
