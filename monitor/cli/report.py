"""`portability report`: the study's own table, from our runs."""

from __future__ import annotations

import typer

from monitor.cli.common import (
    DEFAULT_HISTORY,
    HistoryOption,
    JsonOption,
    MarkdownOption,
    TargetsOption,
    examples,
    print_frame,
    print_json,
    series_of,
)
from monitor.reporting.study import study_frame, study_table
from monitor.suite.catalog import load_catalog


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(epilog=examples("portability report", "portability report --target cpu --markdown"))(report)


def report(
    history: HistoryOption = DEFAULT_HISTORY,
    target: TargetsOption = [],  # noqa: B006
    json_: JsonOption = False,
    markdown: MarkdownOption = False,
) -> None:
    """Show the study's own table: success, partial and complete failure of its functions, 2023 and now."""
    rows = [*study_table(series_of(history, target), load_catalog())]
    if json_:
        print_json(rows)
    else:
        print_frame(study_frame(rows), markdown=markdown)
