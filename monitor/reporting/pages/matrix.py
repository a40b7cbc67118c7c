"""The matrix: every function on every target.

The page holds the rows of a first screen, so that they are there before any script is. All cells are data in a file
beside it, a letter a case, from which its script draws the rows that are wanted. A page of its own has them all as one
plain table, for whoever has no scripts, or wants to search or print it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.model import Evidence, Function, Mode, Outcome
from monitor.reporting.addresses import function_page, series_anchor
from monitor.reporting.standing import Cell, Series, Standing, cell, counted
from monitor.reporting.variants import dtype_of, dtype_order

TABLE = "matrix-table.html"
FIRST = 12  # rows: more than a phone shows, and as many as it lays out at once


@dataclass(frozen=True)
class MatrixCell:
    """A function on a target, where the function's page speaks of that target, and the outcome of each of its cases.

    `anchor` is empty where that page is a fork's.
    """

    cell: Cell
    anchor: str
    outcomes: Mapping[str, Outcome]


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

    The last columns are those of forks: `elsewhere` has the address of each one's site.
    """

    targets: tuple[str, ...]
    evidences: tuple[Evidence | None, ...]
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


def matrix_page(series: Sequence[Series], catalog: Mapping[str, Function]) -> MatrixPage:
    targets = tuple(sorted({one.target for one in series if one.now}))
    asked: dict[tuple[str, str], dict[str, list[Standing]]] = {}
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
    columns = zip(*(row.cells for row in rows), strict=True)
    return MatrixPage(targets, tuple(map(usual_evidence, columns)), tuple(rows))


def _cell(standings: Sequence[Standing], anchor: str) -> MatrixCell:
    seen = cell(standings)
    return MatrixCell(seen, anchor, counted(standings, seen.evidence))


def usual_evidence(column: Iterable[MatrixCell | None]) -> Evidence | None:
    """Of which evidence most cells of a column are; None where nothing was judged."""
    found = Counter(one.cell.evidence for one in column if one and one.cell.evidence)
    return found.most_common(1)[0][0] if found else None
