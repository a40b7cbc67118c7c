"""`portability validate`: compare compiled evidence with independent results."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.analysis.status.evidence_validation import disagreement_frame, validation_frame
from monitor.cli.commands import command_app
from monitor.cli.options import (
    FrameworksOption,
    HistoryOption,
    MarkdownOption,
    SuitesOption,
    TargetsOption,
    series_selection,
)
from monitor.cli.output import examples, print_frame
from monitor.pipeline.locations import DEFAULT_HISTORY
from monitor.pipeline.queries import validations

app = command_app()


@app.command(epilog=examples("portability validate", "portability validate --target tpu-v3 --disagreements"))
def validate(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    suite: SuitesOption = [],  # noqa: B006
    disagreements: Annotated[
        bool, typer.Option("--disagreements", help="List each disagreement, with both messages.")
    ] = False,
    markdown: MarkdownOption = False,
) -> None:
    """Compare compiled evidence with independent results.

    These are the study's TPU, the limits that the authors of JAX's tests declare, and executed runs.
    """
    found = validations(history, series_selection(target, framework, suite, []))
    print_frame(disagreement_frame(found) if disagreements else validation_frame(found), markdown=markdown)
