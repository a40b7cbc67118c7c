"""Add the results of forks to our pages. Our own figures never count them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from monitor.federation.columns import ForeignCell, ForeignColumn
from monitor.site.pages.matrix import MatrixCell, MatrixPage, usual_evidence, usual_sources


def add_fork_columns(page: MatrixPage, columns: Sequence[ForeignColumn]) -> MatrixPage:
    """Return the matrix with a column for each target of a fork; rows stay as they are."""
    rows = tuple(
        replace(
            row, cells=row.cells + tuple(_cell(column.cells.get((row.framework, row.function))) for column in columns)
        )
        for row in page.rows
    )
    usual = (usual_evidence(map(_cell, column.cells.values())) for column in columns)
    first = len(page.targets)
    return replace(
        page,
        sources=page.sources + tuple(usual_sources(rows, first + number) for number in range(len(columns))),
        targets=page.targets + tuple(column.label for column in columns),
        evidences=page.evidences + tuple(usual),
        rows=rows,
        fork_sites=tuple(column.fork.site for column in columns),
    )


def fork_results(
    columns: Sequence[ForeignColumn], framework: str, name: str
) -> tuple[tuple[ForeignColumn, ForeignCell], ...]:
    """Return the fork columns that have the function, each with its cell."""
    return tuple((column, one) for column in columns if (one := column.cells.get((framework, name))))


def _cell(one: ForeignCell | None) -> MatrixCell | None:
    return MatrixCell(one.cell, "", one.outcomes) if one else None
