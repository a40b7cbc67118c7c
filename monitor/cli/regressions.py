"""`portability regressions`: show what became worse or slower."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from monitor.analysis.regressions.regression import Regression, RegressionState
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
from monitor.formats.serialization import to_json
from monitor.github.commit_ranges import between_builds
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
        print_json([regression_json(regression, found.commits_of_main) for regression in found.regressions])
    else:
        text = regressions_markdown if markdown else regressions_text
        print(text(found.regressions, found.commits_of_main))


def regression_json(regression: Regression, commits_of_main: Mapping[str, str]) -> dict[str, object]:
    """Return a regression as JSON. Builds are requirements ("jax==0.6.0"), except the last good and first bad one."""
    delay = regression.detection
    commits = between_builds(regression.framework, regression.last_good, regression.first_bad, commits_of_main)
    return {
        "id": regression.id,
        "framework": regression.framework,
        "kind": regression.kind.value,
        "state": regression.state.value,
        "signature": regression.signature,
        "message": regression.message,
        "message_of": regression.common_message.case,
        "last_good": to_json(regression.last_good),
        "first_bad": to_json(regression.first_bad),
        "beside": list(regression.beside),
        "fixed": to_json(regression.fixed),
        "commits": to_json(commits),
        "functions": list(regression.functions),
        "targets": list(regression.targets),
        "bad": [
            to_json(bad.cell)
            | {"outcome": bad.outcome.value, "message": bad.message, "instead": bad.instead, "build": bad.build.label}
            for bad in regression.bad
        ],
        "events": [
            {"step": event.step.value, "run": event.run.id, "cells": [to_json(cell) for cell in event.cells]}
            for event in regression.events
        ],
        "detection": {"days": delay.days, "builds": delay.builds} if delay else None,
    }
