"""The matrix: every function on every target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.model import Evidence, Outcome
from monitor.reporting.addresses import function_page, series_anchor
from monitor.reporting.standing import Cell, Series, Standing, cell


@dataclass(frozen=True)
class MatrixCell:
    """A function on a target, and where the function's page speaks of that target."""

    cell: Cell
    anchor: str


@dataclass(frozen=True)
class MatrixRow:
    """A function and its cells, one a target, None where no suite asks that target for it.

    `words` are what the outcome filter finds the row by.
    """

    function: str
    page: str
    cells: tuple[MatrixCell | None, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class MatrixPage:
    """The matrix. `groups` are the frameworks with their rows, `present` the outcomes that occur.

    `evidences` has the usual evidence of each target, None where nothing was judged.
    """

    targets: tuple[str, ...]
    evidences: tuple[Evidence | None, ...]
    groups: tuple[tuple[str, tuple[MatrixRow, ...]], ...]
    present: tuple[Outcome, ...]


def matrix_page(series: Sequence[Series]) -> MatrixPage:
    targets = tuple(sorted({one.target for one in series}))
    asked: dict[str, dict[str, dict[str, list[Standing]]]] = {}
    anchors: dict[tuple[str, str, str], str] = {}
    for one in series:
        functions = asked.setdefault(one.framework, {})
        for standing in one.now:
            functions.setdefault(standing.function, {}).setdefault(one.target, []).append(standing)
            anchor = series_anchor(one.target, one.suite, one.evidence)
            anchors.setdefault((one.framework, standing.function, one.target), anchor)
    groups = []
    for framework, functions in sorted(asked.items()):
        rows = []
        for name, found in sorted(functions.items()):
            cells = tuple(
                MatrixCell(cell(found[target]), anchors[framework, name, target]) if target in found else None
                for target in targets
            )
            words = _words(one.cell for one in cells if one)
            rows.append(MatrixRow(name, function_page(framework, name), cells, words))
        groups.append((framework, tuple(rows)))
    present = {standing.outcome for one in series for standing in one.now}
    columns = zip(*(row.cells for _, rows in groups for row in rows), strict=True)
    return MatrixPage(
        targets,
        tuple(_usual_evidence(column) for column in columns),
        tuple(groups),
        tuple(outcome for outcome in Outcome if outcome in present),
    )


def _usual_evidence(column: Iterable[MatrixCell | None]) -> Evidence | None:
    found = Counter(one.cell.evidence for one in column if one and one.cell.evidence)
    return found.most_common(1)[0][0] if found else None


def _words(cells: Iterable[Cell]) -> tuple[str, ...]:
    return tuple(sorted({word.value for one in cells for word in (one.portability, *one.outcomes)}))
