"""Build the matrix: every function on every target.

The page contains the rows of the first screen, so that they show before any script runs. A data file holds all cells,
one letter per case, and its script draws the selected rows. A second page has all rows as one plain table, for readers
without scripts, for search and for print.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from monitor.analysis.names.name_history import FrameworkNames
from monitor.analysis.status.array_api import is_of_standard
from monitor.analysis.status.current_status import (
    CaseStatus,
    FunctionStatus,
    SeriesStatus,
    function_status,
    outcomes_by_variant,
)
from monitor.analysis.status.measured_builds import MeasuredBuild, source_of
from monitor.formatting.case_variant import dtype_of, dtype_order
from monitor.formatting.urls import function_page, series_anchor
from monitor.model import Evidence, Function, Mode, Outcome
from monitor.model import Series as SeriesKey

TABLE_PAGE = "matrix-table.html"
FIRST_ROWS = 12  # rows: more than a phone shows


@dataclass(frozen=True)
class MatrixCell:
    """Function on a target: its status and the outcome of each case.

    `anchor` is the section of the target on the function's page, empty for a fork. `earlier` are the outcomes with
    other builds that some target was measured with: two targets are compared on the newest build that both have.
    """

    cell: FunctionStatus
    anchor: str
    outcomes: Mapping[str, Outcome]
    earlier: Mapping[MeasuredBuild, Mapping[str, Outcome]] = field(default_factory=dict)


@dataclass(frozen=True)
class MatrixRow:
    """Function and its cells, one per target; None if no suite of the target has the function.

    `stratum` and `uses` come from the study; they are empty and 0 for other functions. `aliases` are the other names of
    the same object, by which a reader finds it as well.
    """

    framework: str
    function: str
    page: str
    stratum: str
    uses: int
    cells: tuple[MatrixCell | None, ...]
    aliases: tuple[str, ...] = ()

    @property
    def variants(self) -> tuple[str, ...]:
        """Return the variants that any target has."""
        return tuple(sorted({variant for one in self.cells if one for variant in one.outcomes}))


@dataclass(frozen=True)
class MatrixPage:
    """Content of the matrix.

    `evidences` has the usual evidence of each target, None without results. `sources` has the usual builds of each
    target, by framework. The last columns belong to forks; `fork_sites` has the addresses of their sites.
    """

    targets: tuple[str, ...]
    evidences: tuple[Evidence | None, ...]
    sources: tuple[Mapping[str, tuple[MeasuredBuild, ...]], ...]
    rows: tuple[MatrixRow, ...]
    fork_sites: tuple[str, ...] = ()

    @property
    def sites(self) -> tuple[str, ...]:
        """Return the address of each column's site; empty for our own targets."""
        return ("",) * (len(self.targets) - len(self.fork_sites)) + self.fork_sites

    @property
    def frameworks(self) -> Mapping[str, int]:
        """Return the number of functions by framework."""
        return Counter(row.framework for row in self.rows)

    @property
    def strata(self) -> tuple[str, ...]:
        """Return the strata of the study: the most used functions, then the deciles."""
        found = {row.stratum for row in self.rows} - {""}
        return tuple(sorted(found, key=lambda stratum: (stratum.isdigit(), stratum.zfill(3))))

    @property
    def studied(self) -> bool:
        """Return whether the study counts uses of any of the functions."""
        return any(row.uses for row in self.rows)

    @property
    def has_standard(self) -> bool:
        """Return whether any row is a function of the array API standard."""
        return any(is_of_standard(row.function) for row in self.rows)

    @property
    def modes(self) -> tuple[str, ...]:
        return tuple(mode.value for mode in Mode)

    @property
    def dtypes(self) -> tuple[str, ...]:
        return tuple(sorted({dtype_of(variant) for row in self.rows for variant in row.variants}, key=dtype_order))

    @property
    def present(self) -> tuple[Outcome, ...]:
        """Return the outcomes that occur."""
        found = {outcome for row in self.rows for one in row.cells if one for outcome in one.outcomes.values()}
        return tuple(outcome for outcome in Outcome if outcome in found)


def matrix_page(
    series: Sequence[SeriesStatus],
    catalog: Mapping[str, Function],
    names: Mapping[str, FrameworkNames] = MappingProxyType({}),
) -> MatrixPage:
    targets = tuple(dict.fromkeys(one.target for one in series if one.now))
    by_function: dict[tuple[str, str], dict[str, list[CaseStatus]]] = {}
    anchors: dict[tuple[str, str, str], str] = {}
    for one in series:
        for function, statuses in one.functions.items():
            name = one.framework, function
            by_function.setdefault(name, {}).setdefault(one.target, []).extend(statuses)
            anchors.setdefault((*name, one.target), series_anchor(one.target, one.suite, one.evidence))
    rows = []
    for (framework, function), found in sorted(by_function.items()):
        entry = catalog.get(function)
        rows.append(
            MatrixRow(
                framework,
                function,
                function_page(framework, function),
                entry.study_stratum if entry else "",
                entry.study_uses if entry else 0,
                tuple(
                    _cell(found[target], anchors[framework, function, target]) if target in found else None
                    for target in targets
                ),
                names[framework].other_names(function) if framework in names else (),
            )
        )
    rows = [*_add_earlier_outcomes(rows, targets, series)]
    columns = [*zip(*(row.cells for row in rows), strict=True)]
    usual = tuple(usual_sources(rows, number) for number in range(len(targets)))
    return MatrixPage(targets, tuple(map(usual_evidence, columns)), usual, tuple(rows))


def _add_earlier_outcomes(
    rows: Sequence[MatrixRow], targets: Sequence[str], series: Sequence[SeriesStatus]
) -> Iterator[MatrixRow]:
    """Yield the rows, each cell with its outcomes in builds that another target was measured with."""
    in_use: dict[str, set[str]] = {}
    for row in rows:
        builds = (source.build for one in row.cells if one for source in one.cell.sources)
        in_use.setdefault(row.framework, set()).update(builds)
    past = {one.key: _runs_by_source(one, in_use.get(one.framework, set())) for one in series}
    here: dict[tuple[str, str], list[SeriesStatus]] = {}
    for one in series:
        if past[one.key]:
            here.setdefault((one.target, one.framework), []).append(one)
    for row in rows:
        cells = (
            replace(one, earlier=_earlier_outcomes(row, one, here.get((target, row.framework), ()), past))
            if one
            else None
            for target, one in zip(targets, row.cells, strict=True)
        )
        yield replace(row, cells=tuple(cells))


def _runs_by_source(series: SeriesStatus, builds: Set[str]) -> Mapping[MeasuredBuild, list[int]]:
    """Return the indices of the recent runs of these builds, newest first."""
    found: dict[MeasuredBuild, list[int]] = {}
    for number, run in reversed([*enumerate(series.recent)]):
        if (source := source_of(run)).build in builds:
            found.setdefault(source, []).append(number)
    return found


def _earlier_outcomes(
    row: MatrixRow,
    one: MatrixCell,
    series: Sequence[SeriesStatus],
    past: Mapping[SeriesKey, Mapping[MeasuredBuild, list[int]]],
) -> Mapping[MeasuredBuild, Mapping[str, Outcome]]:
    """Return the outcomes of a cell with each other build."""
    found: dict[MeasuredBuild, dict[str, Outcome]] = {}
    for each in series:
        if each.evidence is one.cell.evidence:
            for source, numbers in past[each.key].items():
                if one.cell.sources != (source,):
                    for status in each.functions.get(row.function, ()):
                        strip = each.strip_of(status.case)
                        known = (o for number in numbers if (o := strip[number]) and o.known)
                        if outcome := next(known, None):
                            found.setdefault(source, {})[status.variant] = outcome
    return found


def usual_sources(rows: Iterable[MatrixRow], column: int) -> Mapping[str, tuple[MeasuredBuild, ...]]:
    """Return the builds that most cells of a column were measured with, by framework."""
    found: dict[str, Counter[tuple[MeasuredBuild, ...]]] = {}
    for row in rows:
        one = row.cells[column]
        if one and one.cell.sources:
            found.setdefault(row.framework, Counter())[one.cell.sources] += 1
    return {framework: counted.most_common(1)[0][0] for framework, counted in sorted(found.items())}


def _cell(statuses: Sequence[CaseStatus], anchor: str) -> MatrixCell:
    seen = function_status(statuses)
    return MatrixCell(seen, anchor, outcomes_by_variant(statuses, seen.evidence))


def usual_evidence(column: Iterable[MatrixCell | None]) -> Evidence | None:
    """Return the evidence of most cells of a column; None without results."""
    found = Counter(one.cell.evidence for one in column if one and one.cell.evidence)
    return found.most_common(1)[0][0] if found else None
