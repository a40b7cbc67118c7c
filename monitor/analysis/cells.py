"""Cells: a case on a target, and what it answered over the history."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from monitor.history.store import Recorded
from monitor.model import Evidence, Outcome, Series, function_of

# What makes an observation one of a cell: columns of `answers`.
KEY = ["case", "target", "suite", "by"]


@dataclass(frozen=True, order=True)
class Cell:
    """A case on a target, as one kind of evidence shows it."""

    case: str
    target: str
    suite: str
    evidence: Evidence

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

    `by` is the evidence of the run's series.
    """
    heads = pd.DataFrame(
        [(item.run.id, item.run.target, item.run.suite, item.run.evidence.value) for item in recorded.runs],
        columns=["run", *KEY[1:]],
    )
    judged = recorded.observations["outcome"] != Outcome.BLOCKED.value
    table = recorded.observations.loc[judged, ["run", "case", *columns]].astype({"run": "str"})
    return table.merge(heads, on="run", sort=False)
