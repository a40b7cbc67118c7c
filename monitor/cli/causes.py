"""`portability causes`: what changed over the whole history, one row a cause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import pandas as pd
import typer

from monitor.analysis.outcomes.failure_groups import FailureGroup, causes
from monitor.analysis.outcomes.outcome_changes import ChangeKind
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
from monitor.formats.serialization import to_json
from monitor.formatting.humanize import first_names


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        name="causes",
        epilog=examples("portability causes --framework jax", "portability causes --verdict values --markdown"),
    )(show)


def show(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006
    framework: FrameworksOption = [],  # noqa: B006
    verdict: Annotated[list[ChangeKind], typer.Option(help="Which way cases moved; every way where not given.")] = [],  # noqa: B006
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show what builds changed, a row a cause: changes that share a build and the words of a message are one."""
    everything = gathered(history, target, framework).nights
    found = [
        cause
        for cause in causes(night for night in everything if wanted(night.run.target, target))
        if wanted(cause.framework, framework) and wanted(cause.verdict, verdict)
    ]
    if json_:
        print_json([_cause_json(cause) for cause in found])
    elif markdown:
        print_frame(_frame(found), markdown=True)
    else:
        print("\n".join(line for cause in found for line in _lines(cause)))


def _lines(cause: FailureGroup) -> Iterator[str]:
    yield f"{cause.baseline} -> {cause.build}"
    targets, functions = first_names(cause.targets), first_names(cause.functions)
    yield f"  {cause.verdict:<18} {len(cause.hits)} cases on {targets}: {functions}"
    yield f"  {'':<18} {_said(cause)}"


def _said(cause: FailureGroup) -> str:
    turned = f"{cause.hits[0].change.before} -> {cause.hits[0].change.after}"
    return f"{turned}: {cause.said.text}" if cause.said.message else turned


def _frame(found: list[FailureGroup]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "last good": cause.baseline,
            "first bad": cause.build,
            "verdict": cause.verdict.value,
            "cases": len(cause.hits),
            "functions": first_names(cause.functions),
            "targets": first_names(cause.targets),
            "message": _said(cause),
        }
        for cause in found
    )


def _cause_json(cause: FailureGroup) -> dict[str, object]:
    return {
        "framework": cause.framework,
        "build": cause.build,
        "verdict": cause.verdict.value,
        "signature": cause.signature,
        "functions": cause.functions,
        "targets": cause.targets,
        "hits": [{"run": hit.run.id} | to_json(hit.change) for hit in cause.hits],
    }
