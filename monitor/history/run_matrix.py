"""Arrays of the runs of one series, runs by cases, for the analysis of a year of nights.

`RunMatrix.apply_run` has the rule of `monitor.history.last_known.apply_run`, for thousands of cases at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitor.history.ordering import Extent
from monitor.history.run_files import RecordedRun
from monitor.model import Outcome, Series

OUTCOMES = tuple(Outcome)
PASS, BLOCKED = OUTCOMES.index(Outcome.PASS), OUTCOMES.index(Outcome.BLOCKED)
NONE = -1  # no row, no outcome, and no run

Numbers = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WordColumn:
    """A column of texts: `code` is the index of each text in `values`, or NONE."""

    code: Numbers
    values: NDArray[np.object_]

    def at(self, run: int, case: int) -> str:
        return str(self.values[self.code[run, case]])

    def of(self, run: int, cases: Numbers) -> list[str]:
        """Return the texts of these cases in a run that has them."""
        texts: list[str] = self.values[self.code[run, cases]].tolist()
        return texts


@dataclass(frozen=True, eq=False)  # equal only to itself, so that a cache can use it as a key
class RunMatrix:
    """The runs of a series in order, with the table row of each case in each run.

    `cases` are sorted. `row` is an array of runs by cases, NONE where a run did not ask for a case; all arrays that the
    methods return have its shape.
    """

    runs: tuple[RecordedRun, ...]
    cases: NDArray[np.object_]
    row: Numbers
    table: pd.DataFrame

    @property
    def series(self) -> Series:
        return self.runs[0].run.series

    @cached_property
    def asked(self) -> Flags:
        """Return the cases that each run has, as flags of runs by cases."""
        asked: Flags = self.row != NONE
        return asked

    @cached_property
    def outcome(self) -> Numbers:
        """Return the outcome of each case as an index in `OUTCOMES`."""
        return self._of_rows(pd.Categorical(self.table["outcome"], [*OUTCOMES]).codes, NONE)

    @cached_property
    def judged(self) -> Flags:
        """Return which cases each run observed with an outcome other than `blocked`."""
        judged: Flags = self.asked & (self.outcome != BLOCKED)
        return judged

    @cached_property
    def position(self) -> dict[str, int]:
        """Return the index of each case in `cases`."""
        return {case: index for index, case in enumerate(self.cases)}

    def apply_run(self, known: Numbers, run: int, values: Numbers | int, extent: Extent) -> Numbers:
        """Return the `known` values of each case, updated with the `values` of a run.

        A blocked case keeps its known value. A case that the run removes is NONE.
        """
        after = np.where(self.judged[run], values, known)
        return np.where(self.removed(run, extent), NONE, after)

    def removed(self, run: int, extent: Extent) -> Flags:
        """Return which cases a run of this extent removes."""
        named = np.full(len(self.cases), extent.others)
        named[[self.position[case] for case in extent.removed if case in self.position]] = True
        removed: Flags = named & ~self.asked[run]
        return removed

    def numbers(self, column: str) -> Floats:
        """Return a column of numbers, NaN where a run did not ask for a case."""
        return self._of_rows(self.table[column].to_numpy(), np.nan)

    def words(self, column: str) -> WordColumn:
        """Return a column of texts."""
        kept = self.table[column].astype("category").cat
        return WordColumn(self._of_rows(kept.codes.to_numpy(), NONE), kept.categories.to_numpy(object))

    def _of_rows(self, values: NDArray[Any], missing: float) -> NDArray[Any]:
        if not len(values):
            return np.full(self.row.shape, missing)
        return np.where(self.asked, values[self.row], missing).astype(values.dtype, copy=False)


def run_matrices(runs: Sequence[RecordedRun], observations: pd.DataFrame) -> dict[Series, RunMatrix]:
    """Return the matrix of every series, sorted by series, from runs in order and the table of their observations."""
    by_series: dict[Series, list[RecordedRun]] = {}
    for item in runs:
        by_series.setdefault(item.run.series, []).append(item)
    run, case = (observations[name].astype("category").cat for name in ("run", "case"))
    names = case.categories.to_numpy(object)
    by_name = np.argsort(names)  # codes are in the order in which names were met
    sorted_code = np.empty_like(by_name)
    sorted_code[by_name] = np.arange(len(names))
    case_of_row, run_of_row = sorted_code[case.codes.to_numpy()], run.codes.to_numpy()
    return {
        series: _matrix(tuple(by_series[series]), observations, run.categories, run_of_row, names[by_name], case_of_row)
        for series in sorted(by_series)
    }


def _matrix(
    runs: tuple[RecordedRun, ...],
    table: pd.DataFrame,
    run_names: pd.Index[str],
    run_of_row: Numbers,
    case_names: NDArray[np.object_],
    case_of_row: Numbers,
) -> RunMatrix:
    """Return the matrix of one series; each row gives its run and case as indices in `run_names` and `case_names`."""
    number = {item.run.id: number for number, item in enumerate(runs)}
    run = np.array([number.get(name, NONE) for name in run_names], np.intp)[run_of_row]
    rows = np.flatnonzero(run != NONE)
    present = np.flatnonzero(np.bincount(case_of_row[rows], minlength=len(case_names)))
    index = np.full(len(case_names), NONE)
    index[present] = np.arange(len(present))
    row = np.full(len(runs) * len(present), NONE)
    row[run[rows] * len(present) + index[case_of_row[rows]]] = rows
    return RunMatrix(runs, case_names[present], row.reshape(len(runs), len(present)), table)


def values_at(values: Numbers, runs: Numbers, missing: int = NONE) -> Numbers:
    """Return, for each case, the value of the run in `runs`; `missing` where that is NONE.

    `runs` has one run for each case, or is an array of them, runs by cases.
    """
    return np.where(runs == NONE, missing, values[runs, np.arange(values.shape[1])])


def last_run_before(flags: Flags) -> Numbers:
    """Return, for each element of an array of runs by cases, the last run before it with a True flag, or NONE."""
    run = np.where(flags, np.arange(len(flags))[:, None], NONE)
    before = np.full(flags.shape, NONE)
    if len(run):
        before[1:] = np.maximum.accumulate(run, axis=0)[:-1]
    return before


def last_run_alike(flags: Flags, kinds: Sequence[str]) -> Numbers:
    """Return the same as `last_run_before` among runs of one kind; `kinds` has the kind of each run."""
    before = np.full(flags.shape, NONE)
    for kind in set(kinds):
        runs = np.flatnonzero([one == kind for one in kinds])
        of_kind = last_run_before(flags[runs])
        before[runs] = np.where(of_kind == NONE, NONE, runs[of_kind])
    return before
