"""The lists of runs of a history whose files a test has copied."""

from __future__ import annotations

from pathlib import Path

from monitor.history.manifest import write_table
from monitor.history.run_list import COLUMNS, FILE


def list_runs(history: Path) -> None:
    """Write the list of runs of each folder, and its row of the manifest."""
    for folder in history.glob("runs/*/*"):
        runs = sorted(path.stem for path in folder.glob("*.json"))
        write_table(history, (folder / FILE).relative_to(history), COLUMNS, [(run,) for run in runs])
