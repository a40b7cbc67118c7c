"""The latest outcomes for programs: `data/outcomes.json` and `data/outcomes.csv`, the same rows.

The method page documents `FIELDS` to the reader.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from monitor.reporting.figures import machine_time
from monitor.reporting.standing import Series

FORMAT = 1

FIELDS = {
    "target": "the piece of hardware",
    "framework": "torch, jax or tensorflow",
    "suite": "the set of cases",
    "case": "the id of the case, which is for ever: framework/function/variant",
    "function": "the public dotted name that the case checks",
    "outcome": "the last known outcome, one of the words of the legend",
    "evidence": "how strong the observation is",
    "stage": "the stage that failed on the way to another hardware's compiler, else empty",
    "message": "one line in the framework's own words, empty where there is nothing to say",
    "since": "when the case first came out like this, without another known outcome in between; UTC",
    "build": "the build that was last judged, as one would install it: jax==0.10.2",
    "observed": "when the run that judged it started; UTC",
    "run": "the id of that run, which names its page",
}


def write_data(directory: Path, series: Sequence[Series], generated: datetime) -> None:
    """Write both files into `directory`."""
    directory.mkdir()
    rows = [*_rows(series)]
    with (directory / "outcomes.json").open("w", encoding="utf-8") as file:
        # One row a line: readable by eye and by `grep`, and half the size of an indented document.
        file.write(f'{{"format": {FORMAT}, "generated": "{machine_time(generated)}", "outcomes": [')
        for number, row in enumerate(rows):
            file.write(",\n" if number else "\n")
            file.write(json.dumps(dict(zip(FIELDS, row, strict=True))))
        file.write("\n]}\n")
    with (directory / "outcomes.csv").open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(map(_inert, rows))


def _rows(series: Sequence[Series]) -> Iterator[tuple[str, ...]]:
    for one in series:
        for standing in one.now:
            run = standing.run
            yield (
                one.target,
                one.framework,
                one.suite,
                standing.case,
                standing.function,
                standing.outcome.value,
                standing.evidence.value if standing.outcome.known else "",
                standing.stage.value if standing.stage else "",
                standing.message,
                standing.turns[-1].run.started if standing.turns else "",
                run.build.label if run.build else "",
                run.started,
                run.id,
            )


def _inert(row: tuple[str, ...]) -> tuple[str, ...]:
    """A row that no spreadsheet takes for a formula: messages come from other machines."""
    return tuple(f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value for value in row)
