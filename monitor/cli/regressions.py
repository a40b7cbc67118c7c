"""`portability regressions`: what turned worse or slower for good, since when, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from monitor.analysis.regressions.regression import Regression, RegressionState
from monitor.cli.common import (
    DEFAULT_HISTORY,
    HistoryOption,
    JsonOption,
    MarkdownOption,
    TargetsOption,
    examples,
    gathered,
    print_json,
    say,
    wanted,
)
from monitor.cli.steps import FrameworksOption
from monitor.cli.triage_context import TRIAGE, TriageOption, judgement
from monitor.formats.serialization import to_json
from monitor.github.commit_ranges import between_builds
from monitor.reports.regressions_text import regressions_markdown, regressions_text


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        name="regressions",
        epilog=examples("portability regressions --state open", "portability regressions --framework jax --json"),
    )(show)


def show(
    history: HistoryOption = DEFAULT_HISTORY,
    triage: TriageOption = TRIAGE,
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    state: Annotated[list[RegressionState], typer.Option(help="How it stands; every one where not given.")] = [],  # noqa: B006
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show what turned worse or slower for good, a regression a cause: between which builds, and how it stands."""
    material = gathered(history, target, framework)
    known = judgement(material, triage)
    for fault in known.faults:
        say(fault)
    found = [
        one
        for one in sorted(material.regressions(known.excuse), key=lambda one: one.events[0].run.started)
        if any(wanted(each, target) for each in one.targets)
        and wanted(one.framework, framework)
        and wanted(one.state, state)
    ]
    if json_:
        print_json([regression_json(one, material.main_commits) for one in found])
    else:
        tell = regressions_markdown if markdown else regressions_text
        print(tell(found, material.main_commits))


def regression_json(regression: Regression, on_main: Mapping[str, str]) -> dict[str, object]:
    """A regression as JSON; builds as requirements, but for the two that it came between."""
    late = regression.detection
    commits = between_builds(regression.framework, regression.last_good, regression.first_bad, on_main)
    return {
        "id": regression.id,
        "framework": regression.framework,
        "kind": regression.kind.value,
        "state": regression.state.value,
        "signature": regression.signature,
        "message": regression.message,
        "message_of": regression.said.case,
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
        "detection": {"days": late.days, "builds": late.builds} if late else None,
    }
