"""`portability report`: the study's own table, from our runs."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.common import (
    DEFAULT_HISTORY,
    HistoryOption,
    JsonOption,
    examples,
    open_history,
    print_json,
    refuse_unknown,
)
from monitor.cli.steps import TargetsOption
from monitor.reporting.standing import all_series
from monitor.reporting.study import study_frame, study_table
from monitor.suite.catalog import load_catalog


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(epilog=examples("portability report", "portability report --target cpu --markdown"))(report)


def report(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006
    json_: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Answer in Markdown.")] = False,
) -> None:
    """Show the study's own table: success, partial and complete failure of its functions, 2023 and now."""
    known = all_series(open_history(history).load())
    for name in target:
        refuse_unknown("target", name, {one.target for one in known})
    rows = [*study_table([one for one in known if not target or one.target in target], load_catalog())]
    if json_:
        print_json(rows)
        return
    frame = study_frame(rows)
    print(frame.to_markdown(index=False, disable_numparse=True) if markdown else frame.to_string(index=False))
