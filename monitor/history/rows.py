"""Observations as arrays, and what is known of every case as rows of them.

The plain words of this are in `monitor.history.known`: `follow` there does for one file of outcomes what `follow_rows`
does here for every run of a year, thousands of cases at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitor.model import Outcome

OUTCOMES = tuple(Outcome)
PASS, BLOCKED = OUTCOMES.index(Outcome.PASS), OUTCOMES.index(Outcome.BLOCKED)
NONE = -1  # no row, and no outcome

Numbers = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Rows:
    """A table of observations, an entry a row.

    `case` is a place in `cases`, which is sorted, `outcome` one in `OUTCOMES`. `of_run` has the rows of each run by the
    run's id.
    """

    cases: NDArray[np.object_]
    case: Numbers
    outcome: Numbers
    of_run: Mapping[str, Numbers]

    def of(self, run: str) -> Numbers:
        return self.of_run.get(run, _NO_ROWS)

    def nothing_known(self) -> Numbers:
        """For each case that no row tells of it."""
        return np.full(len(self.cases), NONE)

    def outcome_at(self, rows: Numbers) -> Numbers:
        """The outcomes in these rows, NONE where there is no row."""
        if not len(self.outcome):
            return np.full(len(rows), NONE)
        return np.where(rows == NONE, NONE, self.outcome[rows])


class Words:
    """A column of texts, of which most rows say the same few."""

    def __init__(self, column: pd.Series[str]) -> None:
        kept = column.astype("category").cat
        self._code, self._words = kept.codes.to_numpy(), kept.categories.to_numpy(object)
        self._empty = self._words == ""

    def __getitem__(self, row: int) -> str:
        return str(self._words[self._code[row]])

    def any_in(self, rows: Numbers) -> bool:
        """Whether any of these rows says something."""
        return not self._empty[self._code[rows]].all()


_NO_ROWS = np.array([], dtype=np.intp)


def rows_of(observations: pd.DataFrame) -> Rows:
    """A table of observations with the columns `case`, `outcome` and `run` as arrays."""
    case = observations["case"].astype("category").cat
    cases = sorted(case.categories)
    outcome = pd.Categorical(observations["outcome"], [*OUTCOMES]).codes
    of_run = observations.groupby("run", observed=True).indices
    return Rows(
        np.array(cases, object),
        case.set_categories(cases).cat.codes.to_numpy(),
        outcome,
        {str(run): np.asarray(rows) for run, rows in of_run.items()},
    )


def follow_rows(known: Numbers, rows: Rows, answers: Numbers, *, whole: bool) -> Numbers:
    """The row that tells what is known of each case, after the run of `answers`, where those in `known` did before.

    As `monitor.history.known.follow`: what could not be judged stays known, and after a run of the whole suite a case
    that was not asked for is gone.
    """
    after = known.copy()
    if whole:
        after[np.setdiff1d(np.arange(len(known)), rows.case[answers], assume_unique=True)] = NONE
    judged = answers[rows.outcome[answers] != BLOCKED]
    after[rows.case[judged]] = judged
    return after
