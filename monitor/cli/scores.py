"""`portability scores`: show how much works, and how fast."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.analysis.status.scores_table import all_functions_frame, calls_frame, speed_frame, stratum_frame
from monitor.analysis.status.study_table import study_frame
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
from monitor.pipeline.locations import DEFAULT_HISTORY
from monitor.pipeline.queries import REFERENCE, score_tables

app = command_app()


@app.command(
    epilog=examples("portability scores", "portability scores --target cpu --markdown", "portability scores --json")
)
def scores(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    suite: SuitesOption = [],  # noqa: B006
    evidence: EvidencesOption = [],  # noqa: B006
    reference: Annotated[
        str, typer.Option(help="The target that others are timed against.", metavar="NAME")
    ] = REFERENCE,
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show how much of each framework works where, and how fast.

    Shows the study's functions in 2023 and now, by stratum and by real calls; all functions; and latency ratios.
    docs/reference/scores.md defines each figure.
    """
    found = score_tables(history, series_selection(target, framework, suite, evidence), reference)
    if json_:
        print_json({"study": found.study, "strata": found.strata, "all": found.every, "speed": found.speed})
        return
    for title, frame in (
        ("The study's functions, in 2023 and now", study_frame(found.study)),
        (
            "The share that succeeds in each of the study's strata, the most called functions first",
            stratum_frame(found.strata),
        ),
        ("The share of real calls that works", calls_frame(found.study)),
        ("All functions", all_functions_frame(found.every)),
    ):
        print_titled(title, frame, markdown=markdown)
    print_titled(
        f"How fast, against {reference}",
        speed_frame(found.speed),
        markdown=markdown,
        empty=f"no other target has executed what {reference} has",
    )
