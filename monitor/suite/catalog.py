"""The catalog of functions: every function that a suite has cases of, with its data from the 2023 study.

The folder of each framework has its own `catalog.csv`.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from monitor.model import Function

HERE = Path(__file__).parent


@cache
def load_catalog() -> dict[str, Function]:
    """Return every function by its dotted name.

    Source of the columns of the study: Mince et al., "The Grand Illusion", NeurIPS 2023, arXiv:2309.07181; the outcomes
    follow from its published test reports, T4 and TPU v3.
    """
    return {function.name: function for path in sorted(HERE.glob("*/catalog.csv")) for function in _read(path)}


def replaced_names() -> dict[str, str]:
    """Return the replacement of each function that its framework has removed, by dotted name."""
    return {name: function.replaced_by for name, function in load_catalog().items() if function.replaced_by}


def _read(path: Path) -> list[Function]:
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Function(framework=path.parent.name, **{**row, "study_uses": int(row["study_uses"] or 0)})  # type: ignore[arg-type]
            for row in csv.DictReader(file)
        ]
