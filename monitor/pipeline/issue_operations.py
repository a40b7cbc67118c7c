"""Carry out planned operations on GitHub issues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.issues.github_issues import IssueTracker, OperationError
from monitor.issues.operations import Step, Task


@dataclass(frozen=True)
class OperationResult:
    """A step, and its result; the result is empty if the step was only planned."""

    step: Step
    result: str = ""
    failed: bool = False


def apply_issue_plan(issues: IssueTracker, tasks: Sequence[Task], *, dry_run: bool) -> Iterator[OperationResult]:
    """Yield each step as it is carried out; with `dry_run`, as it is planned.

    A task ends at the first step that fails, because its later steps would record it as done.
    """
    for task in tasks:
        for step in task:
            if dry_run:
                yield OperationResult(step)
                continue
            try:
                yield OperationResult(step, issues.carry_out(step))
            except OperationError as error:
                yield OperationResult(step, str(error), failed=True)
                break
