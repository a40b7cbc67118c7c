"""The runs of one series as arrays, runs by cases: what a year of nights is looked through by.

The plain words of `RunMatrix.follow` are in `monitor.history.last_known`: what is done there for one file of outcomes
is done here for every run of a year, thousands of cases at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitor.history.layout import RecordedRun
from monitor.model import Outcome, Series

OUTCOMES = tuple(Outcome)
PASS, BLOCKED = OUTCOMES.index(Outcome.PASS), OUTCOMES.index(Outcome.BLOCKED)
NONE = -1  # no row, no outcome, and no run

Numbers = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WordColumn:
    """A column of texts, of which most cases say the same few: `code` is the place of each in `told`, or NONE."""

    code: Numbers
    told: NDArray[np.object_]

    def at(self, run: int, case: int) -> str:
        return str(self.told[self.code[run, case]])


@dataclass(frozen=True, eq=False)  # it is itself alone, so that what follows from it can be kept with it
class RunMatrix:
    """The runs of a series in order, and the row of a table that tells of each case in each of them.

    `cases` are sorted. `row` is an array of runs by cases, NONE where a run did not ask for a case; so are all arrays
    that its methods give.
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
        """Which cases each run asked for."""
        asked: Flags = self.row != NONE
        return asked

    @cached_property
    def outcome(self) -> Numbers:
        """What became of each case, as a place in `OUTCOMES`."""
        return self._of_rows(pd.Categorical(self.table["outcome"], [*OUTCOMES]).codes, NONE)

    @cached_property
    def judged(self) -> Flags:
        """Which cases each run says something of."""
        judged: Flags = self.asked & (self.outcome != BLOCKED)
        return judged

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each case in `cases`."""
        return {case: place for place, case in enumerate(self.cases)}

    def follow(self, known: Numbers, run: int, told: Numbers | int, *, whole: bool) -> Numbers:
        """What is `known` of each case after a run that `told` something of it.

        As `monitor.history.last_known.follow`: what could not be judged stays known, and after a run of the whole suite
        a case that was not asked for is gone.
        """
        after = np.where(self.judged[run], told, known)
        return np.where(self.asked[run], after, NONE) if whole else after

    def numbers(self, column: str) -> Floats:
        """A column of figures, NaN where there is none."""
        return self._of_rows(self.table[column].to_numpy(), np.nan)

    def words(self, column: str) -> WordColumn:
        """A column of texts."""
        kept = self.table[column].astype("category").cat
        return WordColumn(self._of_rows(kept.codes.to_numpy(), NONE), kept.categories.to_numpy(object))

    def _of_rows(self, values: NDArray[Any], nothing: float) -> NDArray[Any]:
        if not len(values):
            return np.full(self.row.shape, nothing)
        return np.where(self.asked, values[self.row], nothing).astype(values.dtype, copy=False)


def grids(runs: Sequence[RecordedRun], observations: pd.DataFrame) -> dict[Series, RunMatrix]:
    """The grid of every series, sorted, from runs in order and the table of all that they observed."""
    of_series: dict[Series, list[RecordedRun]] = {}
    for item in runs:
        of_series.setdefault(item.run.series, []).append(item)
    run, case = (observations[name].astype("category").cat for name in ("run", "case"))
    names = case.categories.to_numpy(object)
    by_name = np.argsort(names)  # codes are in the order in which names were met
    sorted_code = np.empty_like(by_name)
    sorted_code[by_name] = np.arange(len(names))
    case_of_row, run_of_row = sorted_code[case.codes.to_numpy()], run.codes.to_numpy()
    return {
        series: _grid(tuple(of_series[series]), observations, run.categories, run_of_row, names[by_name], case_of_row)
        for series in sorted(of_series)
    }


def _grid(
    runs: tuple[RecordedRun, ...],
    table: pd.DataFrame,
    run_names: pd.Index[str],
    run_of_row: Numbers,
    case_names: NDArray[np.object_],
    case_of_row: Numbers,
) -> RunMatrix:
    """The grid of one series, from the run and the case of each row as places among their names."""
    number = {item.run.id: number for number, item in enumerate(runs)}
    run = np.array([number.get(name, NONE) for name in run_names], np.intp)[run_of_row]
    ours = np.flatnonzero(run != NONE)
    there = np.flatnonzero(np.bincount(case_of_row[ours], minlength=len(case_names)))
    place = np.full(len(case_names), NONE)
    place[there] = np.arange(len(there))
    row = np.full(len(runs) * len(there), NONE)
    row[run[ours] * len(there) + place[case_of_row[ours]]] = ours
    return RunMatrix(runs, case_names[there], row.reshape(len(runs), len(there)), table)


def told_by(values: Numbers, runs: Numbers, nothing: int = NONE) -> Numbers:
    """Of an array of runs by cases what these runs tell, one for each case, or an array of them; `nothing` for NONE."""
    return np.where(runs == NONE, nothing, values[runs, np.arange(values.shape[1])])


def last_before(told: Flags) -> Numbers:
    """For each place of an array of runs by cases the last run before it of which `told` holds, NONE where none is."""
    run = np.where(told, np.arange(len(told))[:, None], NONE)
    before = np.full(told.shape, NONE)
    if len(run):
        before[1:] = np.maximum.accumulate(run, axis=0)[:-1]
    return before


def last_alike(told: Flags, kinds: Sequence[str]) -> Numbers:
    """The same as `last_before`, among runs of one kind: `kinds` has that of each run."""
    before = np.full(told.shape, NONE)
    for kind in set(kinds):
        runs = np.flatnonzero([one == kind for one in kinds])
        of_kind = last_before(told[runs])
        before[runs] = np.where(of_kind == NONE, NONE, runs[of_kind])
    return before
