"""Cells: a case on a target, and what it answered over the history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from monitor.history.store import Recorded
from monitor.model import Evidence, Outcome, Run, Series, function_of

# What makes an observation one of a cell: columns of `answers`.
KEY = ["case", "target", "suite", "by"]


@dataclass(frozen=True, order=True)
class Cell:
    """A case on a target, as one kind of evidence shows it."""

    case: str
    target: str
    suite: str
    evidence: Evidence

    @classmethod
    def of(cls, case: str, run: Run) -> Cell:
        """The cell of a case in a run."""
        return cls(case, run.target, run.suite, run.evidence)

    @property
    def function(self) -> str:
        return function_of(self.case)

    @property
    def framework(self) -> str:
        return self.case.partition("/")[0]

    @property
    def series(self) -> Series:
        return self.target, self.framework, self.suite, self.evidence


def answers(recorded: Recorded, *columns: str) -> pd.DataFrame:
    """Every observation that is evidence, in the order of the history: its `run`, the columns of `KEY`, and `columns`.

    `by` is the evidence of the run's series. The run and the columns of `KEY` are categories in the order of their
    names: a year is tens of millions of answers, which say the same few words.
    """
    judged = recorded.observations["outcome"] != Outcome.BLOCKED.value
    table = recorded.observations.loc[judged, ["run", "case", *columns]]
    table = table.assign(run=_sorted(table["run"]), case=_sorted(table["case"]))
    runs = {item.run.id: item.run for item in recorded.runs}
    return table.assign(
        target=of_runs(table["run"], runs, lambda run: run.target),
        suite=of_runs(table["run"], runs, lambda run: run.suite),
        by=of_runs(table["run"], runs, lambda run: run.evidence.value),
    )


def of_runs(column: pd.Series[Any], runs: Mapping[str, Run], told: Callable[[Run], str]) -> pd.Categorical:
    """What is told of the run of each row, from a column of categories that are ids of `runs`."""
    of_each = pd.Categorical([told(runs[run]) for run in column.cat.categories])
    return pd.Categorical.from_codes(of_each.codes[column.cat.codes], of_each.categories)


def _sorted(column: pd.Series[str]) -> pd.Series[Any]:
    found = column.astype("category").cat.remove_unused_categories().cat
    return found.reorder_categories(sorted(found.categories))
