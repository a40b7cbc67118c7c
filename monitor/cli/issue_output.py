"""Print operations on GitHub issues, as they are planned or carried out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from textwrap import indent

import typer

from monitor.cli.output import print_json
from monitor.issues.operations import AddComment, EditIssue, OpenIssue
from monitor.pipeline.issue_operations import OperationResult
from monitor.pipeline.progress_log import log

STEP_NAMES = {OpenIssue: "open", AddComment: "comment", EditIssue: "edit"}


def print_operations(results: Iterable[OperationResult], *, whole: bool, as_json: bool) -> None:
    """Print each operation when it ends; `whole` prints issue bodies too. Raises typer.Exit(1) if one failed."""
    done = []
    for result in results:
        done.append(result)
        if not as_json:
            print(_text(result, whole=whole))
    if as_json:
        print_json([_json(result) for result in done])
    elif not done:
        log("nothing to do: every issue is up to date")
    if any(result.failed for result in done):
        raise typer.Exit(1)


def _json(result: OperationResult) -> dict[str, object]:
    step = result.step
    return {"step": STEP_NAMES[type(step)], **asdict(step), "result": result.result, "failed": result.failed}


def _text(result: OperationResult, *, whole: bool) -> str:
    step = result.step
    match step:
        case OpenIssue():
            operation = f"open: {step.title} ({', '.join(step.labels)})"
        case AddComment():
            operation = f"comment on #{step.number}"
        case EditIssue():
            fields = {"title": step.title, "labels": step.labels and ", ".join(step.labels), "state": step.state}
            given = "; ".join(f"{name}: {value}" for name, value in {**fields, "reason": step.reason}.items() if value)
            operation = f"edit #{step.number}" + (f" ({given})" if given else "")
    ended = f" -> {'FAILED: ' if result.failed else ''}{result.result}" if result.result else ""
    return operation + ended + (f"\n{indent(step.body, '    ')}\n" if whole else "")
