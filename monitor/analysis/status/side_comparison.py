"""Compare two sides: a framework on a target, by one kind of evidence, with one of its builds or with any.

Only what ran on both sides counts. Two targets are compared case by case, each on the newest build that both ran, so
that the hardware is the cause of a difference. Two builds are compared on one target. Two frameworks are compared by
functions that compute the same. `site/assets/compare.js` does the same in the browser.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from packaging.version import Version

from monitor.analysis.status.current_status import SeriesStatus
from monitor.analysis.status.measured_builds import MeasuredBuild, source_of
from monitor.history.ordering import version_sort_key
from monitor.history.run_matrix import OUTCOMES
from monitor.model import Evidence, Outcome, Run

NO_RESULT = -1  # of a case with a build
PASS = OUTCOMES.index(Outcome.PASS)

Codes = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class FrameworkCases:
    """All current cases of a framework on any target. `owner` has the number of the function of each case."""

    framework: str
    cases: tuple[str, ...]
    functions: tuple[str, ...]
    owner: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ComparedSide:
    """Results of a framework on a target, by one kind of evidence.

    `builds` are those of the recent runs, the newest first. `outcomes` has a row for each case of `every` and a column
    for each build: the number of the outcome, or `NO_RESULT`.
    """

    every: FrameworkCases
    target: str
    evidence: Evidence
    builds: tuple[MeasuredBuild, ...]
    outcomes: Codes

    @property
    def framework(self) -> str:
        return self.every.framework

    @property
    def key(self) -> str:
        """Return the name of the side in an address: `jax/tpu-v5e/compiled`."""
        return f"{self.framework}/{self.target}/{self.evidence.value}"

    @cached_property
    def latest(self) -> tuple[Codes, npt.NDArray[np.int64]]:
        """Return the latest result of each case, and the column that has it; `NO_RESULT` for none."""
        judged = self.outcomes != NO_RESULT
        column = np.where(judged.any(axis=1), judged.argmax(axis=1), NO_RESULT)
        return np.where(column == NO_RESULT, NO_RESULT, self.outcomes[np.arange(len(column)), column]), column


@dataclass(frozen=True)
class SideComparison:
    """Functions with a result on both sides, by where all their compared cases pass.

    `left_out` functions have results on both sides, but not with one build. `fixed` are the functions of each side that
    fail in the comparison, and pass in the same cases with a newer build. `apart` is True if no case ran with one
    build on both sides: the latest results are compared, and the builds may cause a difference. `sources` are the
    builds of each side, those with most cases first.
    """

    first: ComparedSide
    second: ComparedSide
    both: int
    first_only: int
    second_only: int
    neither: int
    left_out: int
    fixed: tuple[int, int]
    apart: bool
    sources: tuple[tuple[MeasuredBuild, ...], tuple[MeasuredBuild, ...]]

    @property
    def compared(self) -> int:
        """Return the number of compared functions."""
        return self.both + self.first_only + self.second_only + self.neither


def compared_sides(series: Iterable[SeriesStatus]) -> tuple[ComparedSide, ...]:
    """Return the sides of some series, in the order of the series, by framework."""
    grouped: dict[tuple[str, str, Evidence], list[SeriesStatus]] = {}
    for one in series:
        grouped.setdefault((one.framework, one.target, one.evidence), []).append(one)
    every = {name: _cases_of(name, grouped) for name in sorted({framework for framework, _, _ in grouped})}
    number = {name: {case: place for place, case in enumerate(of.cases)} for name, of in every.items()}
    sides = [
        _side(every[framework], number[framework], target, evidence, members)
        for (framework, target, evidence), members in grouped.items()
    ]
    return tuple(sorted((one for one in sides if one.builds), key=lambda one: one.framework))


def _cases_of(framework: str, grouped: Mapping[tuple[str, str, Evidence], Sequence[SeriesStatus]]) -> FrameworkCases:
    members = [one for (of, _, _), found in grouped.items() if of == framework for one in found]
    ordered = sorted({(status.function, status.case) for one in members for status in one.now})
    functions = tuple(dict.fromkeys(function for function, _ in ordered))
    number = {function: place for place, function in enumerate(functions)}
    return FrameworkCases(
        framework,
        tuple(case for _, case in ordered),
        functions,
        np.array([number[function] for function, _ in ordered], np.int64),
    )


def _side(
    every: FrameworkCases, number: Mapping[str, int], target: str, evidence: Evidence, members: Sequence[SeriesStatus]
) -> ComparedSide:
    builds = _newest_first(run for one in members for run in one.recent)
    outcomes = np.full((len(every.cases), len(builds)), NO_RESULT, np.int8)
    column = {source: place for place, source in enumerate(builds)}
    code = {outcome: place for place, outcome in enumerate(OUTCOMES)}
    for one in members:
        columns = [column.get(source_of(run)) for run in one.recent]
        rows: dict[tuple[Outcome | None, ...], Codes] = {}  # thousands of cases share one history
        for status in one.now:
            strip = one.strip_of(status.case)
            if strip not in rows:
                rows[strip] = row = np.full(len(builds), NO_RESULT, np.int8)
                for at, outcome in zip(columns, strip, strict=True):
                    if at is not None and outcome and outcome.known:
                        row[at] = code[outcome]
            outcomes[number[status.case]] = rows[strip]
    there = (outcomes != NO_RESULT).any(axis=0)
    return ComparedSide(
        every, target, evidence, tuple(np.array(builds, object)[there]) if there.any() else (), outcomes[:, there]
    )


def _newest_first(runs: Iterable[Run]) -> tuple[MeasuredBuild, ...]:
    def order(source: MeasuredBuild) -> tuple[Version, Version, MeasuredBuild]:
        versions = (version_sort_key(label.partition("==")[2]) for label in (source.build, source.compiler))
        return (*versions, source)  # type: ignore[return-value]

    return tuple(sorted({source_of(run) for run in runs if run.build}, key=order, reverse=True))


def comparable(one: MeasuredBuild, other: MeasuredBuild) -> bool:
    """Return whether the hardware can cause a difference: equal builds, and equal versions of the same compiler."""
    same_compiler = one.compiler.partition("==")[0] == other.compiler.partition("==")[0]
    return one.build == other.build and (not same_compiler or one.compiler == other.compiler)


def compare_targets(first: ComparedSide, second: ComparedSide) -> SideComparison | None:
    """Return the comparison of two targets of one framework; None if no case has a result on both."""
    (latest, where), (other, other_where) = first.latest, second.latest
    there = (latest != NO_RESULT) & (other != NO_RESULT)
    if not there.any():
        return None
    results = np.full((2, len(latest)), NO_RESULT, np.int8)
    columns = np.full((2, len(latest)), NO_RESULT, np.int64)
    for one, two in _common_columns(first, second):
        found = (first.outcomes[:, one] != NO_RESULT) & (second.outcomes[:, two] != NO_RESULT)
        found &= columns[0] == NO_RESULT
        results[:, found] = first.outcomes[found, one], second.outcomes[found, two]
        columns[:, found] = [[one], [two]]
    apart = not (columns[0] != NO_RESULT).any()
    if apart:
        results, columns = np.stack([latest, other]), np.stack([where, other_where])
        results[:, ~there] = NO_RESULT
    return _comparison(first, second, results, columns, there, apart=apart)


def _common_columns(first: ComparedSide, second: ComparedSide) -> Iterator[tuple[int, int]]:
    """Yield the columns of comparable builds, the newest first."""
    for one, source in enumerate(first.builds):
        for two, other in enumerate(second.builds):
            if comparable(source, other):
                yield one, two


def compare_builds(side: ComparedSide, newer: int, older: int) -> SideComparison | None:
    """Return the comparison of two builds of one side by their columns; None if no case ran with both."""
    results = np.stack([side.outcomes[:, newer], side.outcomes[:, older]])
    there = (results != NO_RESULT).all(axis=0)
    if not there.any():
        return None
    results[:, ~there] = NO_RESULT
    columns = np.where(there, np.array([[newer], [older]]), NO_RESULT)
    return _comparison(side, side, results, columns, there, apart=False)


def _comparison(
    first: ComparedSide,
    second: ComparedSide,
    results: Codes,
    columns: npt.NDArray[np.int64],
    there: npt.NDArray[np.bool_],
    *,
    apart: bool,
) -> SideComparison:
    every = first.every
    used = results[0] != NO_RESULT
    compared = np.unique(every.owner[used])
    works = [_working(every, used, row)[compared] for row in results]
    possible = np.unique(every.owner[there])
    fixed = [
        int((~working & _working(every, used, side.latest[0])[compared]).sum())
        for side, working in zip((first, second), works, strict=True)
    ]
    return SideComparison(
        first,
        second,
        *_counts(works[0], works[1]),
        left_out=len(possible) - len(compared),
        fixed=(fixed[0], fixed[1]),
        apart=apart,
        sources=(_sources(first, columns[0][used]), _sources(second, columns[1][used])),
    )


def _counts(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> tuple[int, int, int, int]:
    pairs = (first & second, first & ~second, ~first & second, ~first & ~second)
    both, first_only, second_only, neither = (int(pair.sum()) for pair in pairs)
    return both, first_only, second_only, neither


def _working(every: FrameworkCases, used: npt.NDArray[np.bool_], outcomes: Codes) -> npt.NDArray[np.bool_]:
    """Return whether all used cases of each function pass."""
    works = np.full(len(every.functions), True)
    works[every.owner[used & (outcomes != PASS)]] = False
    return works


def _sources(side: ComparedSide, columns: npt.NDArray[np.int64]) -> tuple[MeasuredBuild, ...]:
    counted = Counter(columns.tolist())
    return tuple(side.builds[column] for column in sorted(counted, key=lambda one: (-counted[one], one)))


def compare_frameworks(
    first: ComparedSide, second: ComparedSide, groups: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> SideComparison | None:
    """Return the comparison of two frameworks by groups of functions; None if no group has a result in both.

    The most-called function with a result stands for a group.
    """
    sides = [_FunctionResults(first), _FunctionResults(second)]
    pairs = [
        (one, two)
        for group in groups.values()
        if (one := sides[0].find(group)) is not None and (two := sides[1].find(group)) is not None
    ]
    if not pairs:
        return None
    works = [np.array([side.works[pair[place]] for pair in pairs]) for place, side in enumerate(sides)]
    sources = [side.sources_of(pair[place] for pair in pairs) for place, side in enumerate(sides)]
    return SideComparison(
        first,
        second,
        *_counts(works[0], works[1]),
        left_out=0,
        fixed=(0, 0),
        apart=True,
        sources=(sources[0], sources[1]),
    )


class _FunctionResults:
    """The latest results of a side, by number of the function."""

    def __init__(self, side: ComparedSide) -> None:
        self._side = side
        self._outcomes, self._columns = side.latest
        used = self._outcomes != NO_RESULT
        self._judged = {*np.unique(side.every.owner[used]).tolist()}
        self._numbers = {name: number for number, name in enumerate(side.every.functions)}
        self.works = _working(side.every, used, self._outcomes)

    def find(self, group: Mapping[str, tuple[str, ...]]) -> int | None:
        """Return the function that stands for a group; None without a result."""
        numbers = (self._numbers.get(name) for name in group.get(self._side.framework, ()))
        return next((number for number in numbers if number in self._judged), None)

    def sources_of(self, functions: Iterable[int]) -> tuple[MeasuredBuild, ...]:
        chosen = np.isin(self._side.every.owner, [*functions]) & (self._outcomes != NO_RESULT)
        return _sources(self._side, self._columns[chosen])
