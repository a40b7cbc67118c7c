"""The catalog of functions: every function that may have cases, with what the 2023 study said of it."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from monitor.model import Function

CATALOG = Path(__file__).with_name("catalog.csv")


@cache
def load_catalog() -> dict[str, Function]:
    """Every function by its dotted name.

    Source of the study's columns: Mince et al., "The Grand Illusion", NeurIPS 2023, arXiv:2309.07181; the outcomes
    follow from its published test reports, T4 and TPU v3.
    """
    with CATALOG.open(newline="") as file:
        rows = [Function(**{**row, "study_uses": int(row["study_uses"] or 0)}) for row in csv.DictReader(file)]  # type: ignore[arg-type]
    return {function.name: function for function in rows}
