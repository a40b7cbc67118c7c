"""`portability flaky`: cases that gave odd answers, and how often."""

from __future__ import annotations

import pandas as pd
import typer

from monitor.analysis.outcomes.flakiness import FlakinessRating
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
from monitor.formats.serialization import to_json
from monitor.formatting.humanize import percent


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(name="flaky", epilog=examples("portability flaky", "portability flaky --target cpu --json"))(show)


def show(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show each case that answered otherwise than before and after: how often, and whether that makes it flaky."""
    material = gathered(history, target)
    found = [rating for rating in material.rated if wanted(rating.cell.target, target)]
    if json_:
        print_json([to_json(rating) | {"rate": rating.rate, "flaky": rating.flaky} for rating in found])
    elif found:
        print_frame(pd.DataFrame(map(_row, found)), markdown=markdown)
    else:
        print("no case gave an odd answer")


def _row(rating: FlakinessRating) -> dict[str, str]:
    return {
        "case": rating.cell.case,
        "target": f"{rating.cell.target}, {rating.cell.evidence}",
        "odd answers": f"{rating.odd} of {rating.answers}",
        "rate": f"{percent(rating.low)} to {percent(rating.high)}",
        "flaky": "yes" if rating.flaky else "not for sure",
    }
