"""Print answers: JSON, tables, examples of a command."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # pandas takes half a second to import, and only some commands print tables
    import pandas as pd


def print_json(value: Any) -> None:
    """Print dataclasses, or containers of them, as JSON."""
    print(json.dumps(value, default=_encode, indent=1))


def print_frame(frame: pd.DataFrame, *, markdown: bool) -> None:
    """Print a table as text or Markdown; in Markdown, text from a run is escaped."""
    if not markdown:
        print(frame.to_string(index=False))
        return
    from monitor.formatting.markdown import table
    from monitor.reports.changes_text import escape_markdown

    rows = ([escape_markdown(str(cell)) for cell in row] for row in frame.itertuples(index=False))
    print(table([*map(str, frame.columns)], rows))


def print_titled(title: str, frame: pd.DataFrame, *, markdown: bool, empty: str = "none") -> None:
    """Print a table under its title, or the text `empty` in the place of a table without rows."""
    print(f"### {title}\n" if markdown else title)
    if frame.empty:
        print(empty)
    else:
        print_frame(frame, markdown=markdown)
    print()


def _encode(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else dataclasses.asdict(value)


def examples(*lines: str) -> str:
    r"""Return the epilog of a `--help`: one example a line, continued after a backslash.

    Click rewraps a paragraph unless it begins with a line that is a backspace.
    """
    shown = (line.replace(" \\ ", " \\\n    ") for line in lines)
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in shown)
