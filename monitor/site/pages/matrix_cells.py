"""Write the cells of the matrix as data, from which `matrix.js` draws the selected rows.

The data is a file of its own, so that the page shows its first rows before the file arrives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from packaging.version import Version

from monitor.analysis.status.measured_builds import MeasuredBuild, title
from monitor.formatting.case_variant import dtype_of
from monitor.formatting.display_names import framework_title
from monitor.history.ordering import version_sort_key
from monitor.model import Evidence, Outcome, mode_of
from monitor.site.js_data import data_script
from monitor.site.pages.matrix import MatrixCell, MatrixPage, MatrixRow
from monitor.site.status_legend import EVIDENCES, OUTCOMES, PORTABILITIES, Sign

CELLS_FILE = "data/matrix.js"

OUTCOME_LETTERS = dict(zip(Outcome, "0123456789a", strict=True))
NOT_RUN = "."


def cells_script(page: MatrixPage) -> bytes:
    """Return the cells as a script."""
    return data_script("const cells", _data(page))


@dataclass(frozen=True)
class _Column:
    """Usual evidence, anchor and builds of the cells of a column; `sources` is by framework."""

    evidence: Evidence | None
    anchor: str
    sources: Mapping[str, tuple[MeasuredBuild, ...]]


class _Tables:
    """Tables of the values that cells share, and the number of each value in its table."""

    def __init__(self, page: MatrixPage) -> None:
        cells_by_column = zip(*(row.cells for row in page.rows), strict=True)
        self.columns = [
            _Column(evidence, _usual_anchor(cells), sources)
            for evidence, cells, sources in zip(page.evidences, cells_by_column, page.sources, strict=True)
        ]
        cells = [cell for row in page.rows for cell in row.cells if cell]
        self.frameworks = [*page.frameworks]
        self.kinds = sorted({(mode_of(variant), dtype_of(variant)) for row in page.rows for variant in row.variants})
        self.anchors = sorted({cell.anchor for cell in cells} | {column.anchor for column in self.columns})
        self.sources = _sources(page)
        self._kind_number = {kind: number for number, kind in enumerate(self.kinds)}
        self._anchor_number = {anchor: number for number, anchor in enumerate(self.anchors)}
        self._source_number = {source: number for number, source in enumerate(self.sources)}
        self._evidence_number = {None: -1} | {evidence: number for number, evidence in enumerate(Evidence)}

    def row(self, row: MatrixRow) -> list[object]:
        """Return a row: its function, the kinds of its variants, its cells, their earlier outcomes, its other names."""
        variants = row.variants
        return [
            self.frameworks.index(row.framework),
            row.function,
            row.page,
            row.stratum,
            row.uses,
            [self._kind_number[mode_of(variant), dtype_of(variant)] for variant in variants],
            [self._cell(row, cell, column, variants) for cell, column in zip(row.cells, self.columns, strict=True)],
            self._earlier(row, variants),
            row.aliases,
        ]

    def usual(self, column: _Column) -> list[int]:
        """Return the numbers of the usual anchor and evidence of a column."""
        return [self._anchor_number[column.anchor], self._evidence_number[column.evidence]]

    def usual_sources(self, column: _Column) -> dict[int, list[int]]:
        """Return the numbers of the usual builds of a column, by number of the framework."""
        return {self.frameworks.index(name): self._numbers(sources) for name, sources in column.sources.items()}

    def _cell(self, row: MatrixRow, cell: MatrixCell | None, column: _Column, variants: Sequence[str]) -> object:
        """Return a cell: 0 without cases, its outcomes if all else is as usual in its column, or all its values."""
        if cell is None:
            return 0
        letters = _letters(cell.outcomes, variants)
        status = cell.cell
        usual = cell.anchor == column.anchor and status.sources == column.sources.get(row.framework, ())
        if status.evidence is column.evidence and usual and not status.others:
            return letters
        others = [self._evidence_number[other] for other in status.others]
        evidence = self._evidence_number[status.evidence]
        return [self._anchor_number[cell.anchor], evidence, letters, others, self._numbers(status.sources)]

    def _earlier(self, row: MatrixRow, variants: Sequence[str]) -> list[object]:
        """Return the earlier outcomes of a row: column, build, outcomes."""
        return [
            [number, self._source_number[source], _letters(outcomes, variants)]
            for number, cell in enumerate(row.cells)
            if cell
            for source, outcomes in cell.earlier.items()
        ]

    def _numbers(self, sources: Iterable[MeasuredBuild]) -> list[int]:
        return [self._source_number[source] for source in sources]


def _data(page: MatrixPage) -> dict[str, object]:
    """Return tables of words, and rows that refer to them by number."""
    tables = _Tables(page)
    return {
        "targets": page.targets,
        "sites": page.sites,
        "usual": [tables.usual(column) for column in tables.columns],
        "made": [tables.usual_sources(column) for column in tables.columns],
        "sources": [
            [source.build_title, title(source.compiler) if source.compiler else ""] for source in tables.sources
        ],
        "frameworks": [[framework, framework_title(framework)] for framework in tables.frameworks],
        "outcomes": [_sign(OUTCOMES[outcome]) for outcome in Outcome],
        "portabilities": [_sign(sign) for sign in PORTABILITIES.values()],
        "evidences": [_sign(sign) for sign in EVIDENCES.values()],
        "kinds": tables.kinds,
        "anchors": tables.anchors,
        "rows": [tables.row(row) for row in page.rows],
    }


def _letters(outcomes: Mapping[str, Outcome], variants: Sequence[str]) -> str:
    return "".join(OUTCOME_LETTERS[outcomes[v]] if v in outcomes else NOT_RUN for v in variants)


def _sources(page: MatrixPage) -> list[MeasuredBuild]:
    """Return every source of a page, oldest build first."""
    cells = [one for row in page.rows for one in row.cells if one]
    found = {source for one in cells for source in (*one.cell.sources, *one.earlier)}

    def order(source: MeasuredBuild) -> tuple[Version, Version, MeasuredBuild]:
        return (
            version_sort_key(source.build.partition("==")[2]),
            version_sort_key(source.compiler.partition("==")[2]),
            source,
        )

    return sorted(found, key=order)


def _usual_anchor(column: Iterable[MatrixCell | None]) -> str:
    (most, _), *_ = Counter(one.anchor for one in column if one).most_common(1) or [("", 0)]
    return most


def _sign(sign: Sign) -> list[str]:
    return [sign.word, sign.symbol, sign.tone.value]
