"""`portability report`: how much of each framework works where, and how fast, in the study's own terms."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.analysis.status.scores_table import (
    calls_frame,
    speed_frame,
    speed_table,
    stratum_frame,
    stratum_table,
    whole_frame,
    whole_table,
)
from monitor.analysis.status.study_table import study_frame, study_table
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
from monitor.suite.catalog import load_catalog

REFERENCE = "cpu"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog=examples("portability report", "portability report --target cpu --markdown", "portability report --json")
    )(report)


def report(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006
    reference: Annotated[str, typer.Option(help="The target that others are timed against.")] = REFERENCE,
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show how much works: the study's functions in 2023 and now, by stratum and by real calls; all functions; speed.

    docs/reference/scores.md says what each figure is.
    """
    named = (*target, *([reference] if reference != REFERENCE else []))
    everything, catalog = gathered(history, named).series, load_catalog()
    series = [one for one in everything if wanted(one.target, target)]
    study, by_stratum, whole = [*study_table(series, catalog)], stratum_table(series, catalog), [*whole_table(series)]
    speed = [row for row in speed_table(everything, reference) if wanted(row.target, target)]
    if json_:
        print_json({"study": study, "strata": by_stratum, "all": whole, "speed": speed})
        return
    for title, frame in (
        ("The study's functions, in 2023 and now", study_frame(study)),
        (
            "The share that succeeds in each of the study's strata, the most called functions first",
            stratum_frame(by_stratum),
        ),
        ("The share of real calls that works", calls_frame(study)),
        ("All functions", whole_frame(whole)),
        (f"How fast, against {reference}", speed_frame(speed)),
    ):
        print(f"### {title}\n" if markdown else title)
        if frame.empty:  # of the last only: the study's own rows are always there
            print(f"no other target has executed what {reference} has")
        else:
            print_frame(frame, markdown=markdown)
        print()
