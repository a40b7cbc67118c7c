"""`portability failures`: what fails now, one row a cause."""

from __future__ import annotations

import pandas as pd
import typer

from monitor.analysis.status.current_failures import CurrentFailure, failures
from monitor.cli.common import (
    DEFAULT_HISTORY,
    HistoryOption,
    JsonOption,
    MarkdownOption,
    TargetsOption,
    examples,
    gathered,
    print_frame,
    print_json,
    wanted,
)
from monitor.cli.steps import FrameworksOption
from monitor.exports.documents.failures import failure_document
from monitor.formatting.humanize import first_names


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        name="failures",
        epilog=examples("portability failures --target tpu-v5e", "portability failures --framework jax --markdown"),
    )(show)


def show(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show what fails now, a row a cause: cases that fail with the same words are one, whatever function they check."""
    series = gathered(history, target, framework).functions
    found = failures(one for one in series if wanted(one.target, target) and wanted(one.framework, framework))
    if json_:
        print_json([failure_document(one) for one in found])
    elif found:
        print_frame(pd.DataFrame(map(_row, found)), markdown=markdown)
    else:
        print("nothing fails")


def _row(one: CurrentFailure) -> dict[str, object]:
    return {
        "framework": one.framework,
        "outcome": one.outcome.value,
        "cases": len(one.cases),
        "functions": f"{len(one.functions)}: {first_names(one.functions)}",
        "targets": first_names(one.targets),
        "message": one.said.text,
    }
