"""`portability confront`: what compiling says, against independent answers."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.analysis.status.evidence_validation import confrontation_frame, confrontations, disagreement_frame
from monitor.cli.common import (
    DEFAULT_HISTORY,
    HistoryOption,
    MarkdownOption,
    TargetsOption,
    examples,
    gathered,
    print_frame,
    wanted,
)
from monitor.suite.catalog import load_catalog


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(epilog=examples("portability confront", "portability confront --target tpu-v3 --disagreements"))(
        confront
    )


def confront(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006
    disagreements: Annotated[
        bool, typer.Option("--disagreements", help="List each disagreement, in both sides' words.")
    ] = False,
    markdown: MarkdownOption = False,
) -> None:
    """Hold compiled evidence against the study's TPU, the limits that authors declare, and executed runs."""
    series = [one for one in gathered(history, target).series if wanted(one.target, target)]
    found = [*confrontations(series, load_catalog())]
    print_frame(disagreement_frame(found) if disagreements else confrontation_frame(found), markdown=markdown)
