"""`portability confront`: what compiling says, against independent answers."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.common import DEFAULT_HISTORY, HistoryOption, examples, open_history, refuse_unknown
from monitor.cli.steps import TargetsOption
from monitor.reporting.answers import confrontation_frame, confrontations, disagreement_frame
from monitor.reporting.standing import all_series
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
    markdown: Annotated[bool, typer.Option("--markdown", help="Answer in Markdown.")] = False,
) -> None:
    """Hold compiled evidence against the study's TPU, the limits that authors declare, and executed runs."""
    known = all_series(open_history(history).load())
    for name in target:
        refuse_unknown("target", name, {one.target for one in known})
    found = [*confrontations([one for one in known if not target or one.target in target], load_catalog())]
    frame = disagreement_frame(found) if disagreements else confrontation_frame(found)
    print(frame.to_markdown(index=False, disable_numparse=True) if markdown else frame.to_string(index=False))
