"""Steps at GitHub as they are done, or as they would be: what `notify` and `watch` print of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from textwrap import indent

import typer

from monitor.cli.common import print_json, say
from monitor.issues.github_issues import IssueTracker, OperationError
from monitor.issues.operations import AddComment, EditIssue, OpenIssue, Step, Task

STEP_NAMES = {OpenIssue: "open", AddComment: "comment", EditIssue: "edit"}


@dataclass(frozen=True)
class OperationResult:
    """A step, and what came of it; nothing where it was only planned."""

    step: Step
    result: str = ""
    failed: bool = False


def carry_out(board: IssueTracker, tasks: Sequence[Task], *, dry_run: bool, as_json: bool) -> None:
    """Do, or with `dry_run` only tell, what is planned. Raises typer.Exit(1) where some of it could not be done."""
    deeds = []
    for deed in _planned(tasks) if dry_run else _done(board, tasks):
        deeds.append(deed)
        if not as_json:
            print(_text(deed, whole=dry_run))
    if as_json:
        print_json([_json(deed) for deed in deeds])
    elif not deeds:
        say("nothing to do: every issue says what there is to say")
    if any(deed.failed for deed in deeds):
        raise typer.Exit(1)


def _planned(tasks: Sequence[Task]) -> Iterator[OperationResult]:
    return (OperationResult(step) for task in tasks for step in task)


def _done(board: IssueTracker, tasks: Sequence[Task]) -> Iterator[OperationResult]:
    """Each step as it is done. A task ends with the first that fails: the later ones would say that it was done."""
    for task in tasks:
        for step in task:
            try:
                yield OperationResult(step, board.carry_out(step))
            except OperationError as error:
                yield OperationResult(step, str(error), failed=True)
                break


def _json(deed: OperationResult) -> dict[str, object]:
    return {"step": STEP_NAMES[type(deed.step)], **asdict(deed.step), "result": deed.result, "failed": deed.failed}


def _text(deed: OperationResult, *, whole: bool) -> str:
    step = deed.step
    match step:
        case OpenIssue():
            what = f"open: {step.title} ({', '.join(step.labels)})"
        case AddComment():
            what = f"comment on #{step.number}"
        case EditIssue():
            fields = {"title": step.title, "labels": step.labels and ", ".join(step.labels), "state": step.state}
            also = "; ".join(f"{name}: {value}" for name, value in {**fields, "reason": step.reason}.items() if value)
            what = f"edit #{step.number}" + (f" ({also})" if also else "")
    result = f" -> {'FAILED: ' if deed.failed else ''}{deed.result}" if deed.result else ""
    return what + result + (f"\n{indent(step.body, '    ')}\n" if whole else "")
