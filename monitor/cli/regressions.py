"""`portability regressions`: show what became worse or slower."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.analysis.regressions.regression import RegressionState
from monitor.cli.commands import command_app
from monitor.cli.options import (
    EvidencesOption,
    FrameworksOption,
    HistoryOption,
    JsonOption,
    MarkdownOption,
    SuitesOption,
    TargetsOption,
    TriageOption,
    series_selection,
)
from monitor.cli.output import examples, print_json
from monitor.exports.documents.regressions import regression_document
from monitor.pipeline.locations import DEFAULT_HISTORY, TRIAGE
from monitor.pipeline.progress_log import log
from monitor.pipeline.queries import selected_regressions
from monitor.reports.regressions_text import regressions_markdown, regressions_text

app = command_app()


@app.command(epilog=examples("portability regressions --state open", "portability regressions --framework jax --json"))
def regressions(
    history: HistoryOption = DEFAULT_HISTORY,
    triage: TriageOption = TRIAGE,
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    suite: SuitesOption = [],  # noqa: B006
    evidence: EvidencesOption = [],  # noqa: B006
    state: Annotated[list[RegressionState], typer.Option("--state", help="State of a regression; default: all.")] = [],  # noqa: B006
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show what became worse or slower, one regression per cause.

    Each regression has its last good and first bad build, the commits between them, and its state.
    """
    selection = series_selection(target, framework, suite, evidence)
    found = selected_regressions(history, triage, selection, state)
    for fault in found.faults:
        log(fault)
    if json_:
        print_json([regression_document(regression, found.commits_of_main) for regression in found.regressions])
    else:
        text = regressions_markdown if markdown else regressions_text
        print(text(found.regressions, found.commits_of_main))
