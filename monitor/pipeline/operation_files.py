"""Write the operations of a program with their verdicts, and plan the issue about verdicts that changed since."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.check.report import CheckReport
from monitor.check.used_operations import RecordedOperation, recorded_operations, verdict_changes
from monitor.formats.serialization import from_json, to_json
from monitor.issues.github_issues import IssueTracker
from monitor.issues.operation_issue import operation_tasks
from monitor.issues.operations import Task
from monitor.pipeline.check_data_source import CheckDataSource
from monitor.pipeline.errors import UserError
from monitor.pipeline.source_check import named_targets

FORMAT = 1


@dataclass(frozen=True)
class _OperationFile:
    """The content of a file."""

    format: int
    operations: tuple[RecordedOperation, ...]


def write_operations(file: Path, report: CheckReport, to: Sequence[str], source: CheckDataSource) -> None:
    """Write the operations of a checked program, with the present verdicts. Raises UserError."""
    frameworks = sorted({one.framework for one in report.operations})
    recorded = recorded_operations(report.operations, to, source.read(frameworks, to))
    # One operation in each line, so that a difference between two commits can be read.
    lines = ",\n".join(f"    {json.dumps(to_json(one))}" for one in recorded)
    file.write_text(f'{{\n  "format": {FORMAT},\n  "operations": [\n{lines}\n  ]\n}}\n', encoding="utf-8")


def read_operations(file: Path) -> tuple[RecordedOperation, ...]:
    """Return the operations in a file. Raises UserError."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise UserError(f"{file}: its format is {document['format']}, and this version reads {FORMAT}")
        return from_json(_OperationFile, document).operations
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{file}: no file of `portability check --operations` ({type(error).__name__})") from None


def plan_operation_issue(
    recorded: Sequence[RecordedOperation], source: CheckDataSource, issues: IssueTracker
) -> Sequence[Task]:
    """Return the tasks that bring the issue about changed verdicts up to date. Raises UserError."""
    targets = sorted({target for one in recorded for target in one.verdicts})
    frameworks = sorted({one.operation.framework for one in recorded})
    named_targets(targets)
    changes = verdict_changes(recorded, source.read(frameworks, targets))
    return operation_tasks(tuple(changes), issues.filed())
