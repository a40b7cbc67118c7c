"""`portability lookback`: what became slower or faster for good, seen over half a year."""

from __future__ import annotations

import pandas as pd
import typer

from monitor.analysis.latency.changepoints import Changepoint
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


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(name="lookback", epilog=examples("portability lookback", "portability lookback --target cpu --json"))(
        show
    )


def show(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show what no single night can: each case whose latency left one level for another in the last half-year.

    To be asked once a week: it sees slow drift, and small steps in noise, some weeks late.
    """
    material = gathered(history, target)
    found = [moved for moved in material.moved if wanted(moved.cell.target, target)]
    if json_:
        print_json([to_json(moved) for moved in found])
    elif found:
        print_frame(pd.DataFrame(map(_row, found)), markdown=markdown)
    else:
        print("nothing became slower or faster for good")


def _row(moved: Changepoint) -> dict[str, str]:
    return {
        "case": moved.cell.case,
        "target": moved.cell.target,
        "times": f"{moved.factor:.2f}",
        "last on the old level": moved.until.label,
        "first on the new one": moved.since.label,
        "moved in that week": f"{moved.at_once} cases: the machine?" if moved.at_once else "",
    }
