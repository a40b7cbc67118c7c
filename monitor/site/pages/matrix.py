"""The matrix: every function on every target.

The page holds the rows of a first screen, so that they are there before any script is. All cells are data in a file
beside it, a letter a case, from which its script draws the rows that are wanted. A page of its own has them all as one
plain table, for whoever has no scripts, or wants to search or print it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from monitor.analysis.status.current_status import CaseStatus, FunctionStatus, SeriesStatus, cell, counted
from monitor.analysis.status.measured_builds import MeasuredBuild, source_of
from monitor.formatting.case_variant import dtype_of, dtype_order
from monitor.formatting.urls import function_page, series_anchor
from monitor.model import Evidence, Function, Mode, Outcome
from monitor.model import Series as SeriesKey

TABLE = "matrix-table.html"
FIRST = 12  # rows: more than a phone shows, and as many as it lays out at once


@dataclass(frozen=True)
class MatrixCell:
    """A function on a target, where the function's page speaks of that target, and the outcome of each of its cases.

    `anchor` is empty where that page is a fork's. `earlier` are the outcomes with other builds, those that some other
    target was measured with: two targets are compared by the newest build that both had.
    """

    cell: FunctionStatus
    anchor: str
    outcomes: Mapping[str, Outcome]
    earlier: Mapping[MeasuredBuild, Mapping[str, Outcome]] = field(default_factory=dict)


@dataclass(frozen=True)
class MatrixRow:
    """A function and its cells, one a target, None where no suite asks that target for it.

    `stratum` and `uses` are the study's, empty and 0 where it did not have the function.
    """

    framework: str
    function: str
    page: str
    stratum: str
    uses: int
    cells: tuple[MatrixCell | None, ...]

    @property
    def variants(self) -> tuple[str, ...]:
        """The variants that any target was asked for."""
        return tuple(sorted({variant for one in self.cells if one for variant in one.outcomes}))


@dataclass(frozen=True)
class MatrixPage:
    """The matrix. `evidences` has the usual evidence of each target, None where nothing was judged.

    `sources` has, for each target and framework, what most of its cells were measured with.
    The last columns are those of forks: `elsewhere` has the address of each one's site.
    """

    targets: tuple[str, ...]
    evidences: tuple[Evidence | None, ...]
    sources: tuple[Mapping[str, tuple[MeasuredBuild, ...]], ...]
    rows: tuple[MatrixRow, ...]
    elsewhere: tuple[str, ...] = ()

    @property
    def sites(self) -> tuple[str, ...]:
        """Where the pages of each column are, from the root of the site: empty where they are here."""
        return ("",) * (len(self.targets) - len(self.elsewhere)) + self.elsewhere

    @property
    def frameworks(self) -> Mapping[str, int]:
        """How many functions each framework has."""
        return Counter(row.framework for row in self.rows)

    @property
    def strata(self) -> tuple[str, ...]:
        """The study's strata: its most used functions, then the deciles."""
        found = {row.stratum for row in self.rows} - {""}
        return tuple(sorted(found, key=lambda stratum: (stratum.isdigit(), stratum.zfill(3))))

    @property
    def studied(self) -> bool:
        """Whether the study tells how often any of them is used."""
        return any(row.uses for row in self.rows)

    @property
    def modes(self) -> tuple[str, ...]:
        return tuple(mode.value for mode in Mode)

    @property
    def dtypes(self) -> tuple[str, ...]:
        return tuple(sorted({dtype_of(variant) for row in self.rows for variant in row.variants}, key=dtype_order))

    @property
    def present(self) -> tuple[Outcome, ...]:
        """The outcomes that occur."""
        found = {outcome for row in self.rows for one in row.cells if one for outcome in one.outcomes.values()}
        return tuple(outcome for outcome in Outcome if outcome in found)


def matrix_page(series: Sequence[SeriesStatus], catalog: Mapping[str, Function]) -> MatrixPage:
    targets = tuple(dict.fromkeys(one.target for one in series if one.now))
    asked: dict[tuple[str, str], dict[str, list[CaseStatus]]] = {}
    anchors: dict[tuple[str, str, str], str] = {}
    for one in series:
        for function, standings in one.functions.items():
            name = one.framework, function
            asked.setdefault(name, {}).setdefault(one.target, []).extend(standings)
            anchors.setdefault((*name, one.target), series_anchor(one.target, one.suite, one.evidence))
    rows = []
    for (framework, function), found in sorted(asked.items()):
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
            )
        )
    rows = [*_with_earlier(rows, targets, series)]
    columns = [*zip(*(row.cells for row in rows), strict=True)]
    usual = tuple(usual_sources(rows, number) for number in range(len(targets)))
    return MatrixPage(targets, tuple(map(usual_evidence, columns)), usual, tuple(rows))


def _with_earlier(
    rows: Sequence[MatrixRow], targets: Sequence[str], series: Sequence[SeriesStatus]
) -> Iterator[MatrixRow]:
    """Yield the rows, each cell with its outcomes in builds that another target was measured with."""
    in_use: dict[str, set[str]] = {}
    for row in rows:
        builds = (source.build for one in row.cells if one for source in one.cell.sources)
        in_use.setdefault(row.framework, set()).update(builds)
    past = {one.key: _runs_of(one, in_use.get(one.framework, set())) for one in series}
    here: dict[tuple[str, str], list[SeriesStatus]] = {}
    for one in series:
        if past[one.key]:
            here.setdefault((one.target, one.framework), []).append(one)
    for row in rows:
        cells = (
            replace(one, earlier=_earlier(row, one, here.get((target, row.framework), ()), past)) if one else None
            for target, one in zip(targets, row.cells, strict=True)
        )
        yield replace(row, cells=tuple(cells))


def _runs_of(series: SeriesStatus, builds: Set[str]) -> Mapping[MeasuredBuild, list[int]]:
    """Return the places of the recent runs of these builds, the newest first."""
    found: dict[MeasuredBuild, list[int]] = {}
    for number, run in reversed([*enumerate(series.recent)]):
        if (source := source_of(run)).build in builds:
            found.setdefault(source, []).append(number)
    return found


def _earlier(
    row: MatrixRow,
    one: MatrixCell,
    series: Sequence[SeriesStatus],
    past: Mapping[SeriesKey, Mapping[MeasuredBuild, list[int]]],
) -> Mapping[MeasuredBuild, Mapping[str, Outcome]]:
    """Return what the cases of a cell came to with each other build."""
    found: dict[MeasuredBuild, dict[str, Outcome]] = {}
    for each in series:
        if each.evidence is one.cell.evidence:
            for source, numbers in past[each.key].items():
                if one.cell.sources != (source,):
                    for standing in each.functions.get(row.function, ()):
                        strip = each.strip_of(standing.case)
                        known = (o for number in numbers if (o := strip[number]) and o.known)
                        if outcome := next(known, None):
                            found.setdefault(source, {})[standing.variant] = outcome
    return found


def usual_sources(rows: Iterable[MatrixRow], column: int) -> Mapping[str, tuple[MeasuredBuild, ...]]:
    """Return, by framework, what most cells of a column were measured with."""
    found: dict[str, Counter[tuple[MeasuredBuild, ...]]] = {}
    for row in rows:
        one = row.cells[column]
        if one and one.cell.sources:
            found.setdefault(row.framework, Counter())[one.cell.sources] += 1
    return {framework: counted.most_common(1)[0][0] for framework, counted in sorted(found.items())}


def _cell(standings: Sequence[CaseStatus], anchor: str) -> MatrixCell:
    seen = cell(standings)
    return MatrixCell(seen, anchor, counted(standings, seen.evidence))


def usual_evidence(column: Iterable[MatrixCell | None]) -> Evidence | None:
    """Of which evidence most cells of a column are; None where nothing was judged."""
    found = Counter(one.cell.evidence for one in column if one and one.cell.evidence)
    return found.most_common(1)[0][0] if found else None
