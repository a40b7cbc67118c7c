"""`portability coverage`: show the share of real calls that have a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import pandas as pd
import typer

from monitor.analysis.status.call_coverage import CallCoverage, coverage_frame, missing_frame
from monitor.cli.commands import command_app
from monitor.cli.options import (
    EvidencesOption,
    FrameworksOption,
    HistoryOption,
    JsonOption,
    MarkdownOption,
    SuitesOption,
    TargetsOption,
    series_selection,
)
from monitor.cli.output import examples, print_json, print_titled
from monitor.exports.documents.coverage import coverage_document
from monitor.formatting.display_names import framework_title
from monitor.pipeline.locations import DEFAULT_HISTORY
from monitor.pipeline.queries import usage_coverage

app = command_app()


@app.command(
    epilog=examples(
        "portability coverage",
        "portability coverage --target tpu-v5e --framework jax --missing 100",
        "portability coverage --target cpu --declared",
        "portability coverage --json",
    )
)
def coverage(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    suite: SuitesOption = [],  # noqa: B006
    evidence: EvidencesOption = [],  # noqa: B006
    missing: Annotated[
        int, typer.Option(help="Functions without a verdict to show, per framework.", min=0, max=10_000)
    ] = 20,
    declared: Annotated[
        bool, typer.Option("--declared", help="Also count functions with a declared case in this checkout.")
    ] = False,
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show the share of real calls that have a verdict, and the functions without one.

    The calls are those of 38 current packages. A call has a verdict if a case of its function, by any of its names,
    has an outcome other than `blocked`. A function is missing if no selected series has a verdict on it. Methods of
    tensors are counted apart: their number of calls is an upper bound. docs/reference/scores.md defines each figure.

    With --declared, the last column has the share of calls with a verdict or a declared case, before a night has run
    it. A declared case is not a verdict. Cases that only an installed build lists (`opinfo`, `harness`) do not count.
    """
    found = usage_coverage(history, series_selection(target, framework, suite, evidence), declared=declared)
    if json_:
        print_json(coverage_document(found))
        return
    for title, frame in _tables(found, missing):
        print_titled(title, frame, markdown=markdown)


def _tables(found: CallCoverage, limit: int) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each table with its title: shares of calls, then the functions without a verdict."""
    for methods, title in ((False, "Calls to functions"), (True, "Calls to methods, at most")):
        rows = [row for row in found.rows if row.methods is methods]
        if rows or not methods:
            yield title, coverage_frame(rows)
    if limit:
        for framework, methods in dict.fromkeys((row.framework, row.methods) for row in found.rows):
            functions = found.missing(framework, methods=methods)
            kind = "Methods" if methods else "Functions"
            shown = f"{kind} of {framework_title(framework)} without a verdict: {len(functions):,}"
            yield shown, missing_frame(functions[:limit])
