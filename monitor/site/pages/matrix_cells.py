"""The cells of the matrix as data, from which `matrix.js` draws the rows that are wanted.

They are a file of their own, so that a page shows its first rows before they are there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from packaging.version import Version

from monitor.analysis.status.measured_builds import MeasuredBuild, title
from monitor.formatting.case_variant import dtype_of, mode_of
from monitor.formatting.display_names import framework_title
from monitor.history.ordering import version_sort_key
from monitor.model import Evidence, Outcome
from monitor.site.js_data import data_script
from monitor.site.pages.matrix import MatrixCell, MatrixPage, MatrixRow
from monitor.site.status_legend import EVIDENCES, OUTCOMES, PORTABILITIES, Sign

CELLS_FILE = "data/matrix.js"

OUTCOME_LETTERS = dict(zip(Outcome, "0123456789a", strict=True))
NOT_RUN = "."


def cells_script(page: MatrixPage) -> bytes:
    """The cells as a script."""
    return data_script("const cells", _data(page))


@dataclass(frozen=True)
class _Column:
    """Of which evidence most cells of a column are, and where the pages of their functions speak of its target.

    `sources` is what most of them were measured with, by framework.
    """

    evidence: Evidence | None
    anchor: str
    sources: Mapping[str, tuple[MeasuredBuild, ...]]


def _data(page: MatrixPage) -> dict[str, object]:
    """Tables of words, and rows that point into them."""
    kinds = sorted({(mode_of(variant), dtype_of(variant)) for row in page.rows for variant in row.variants})
    of_columns = zip(*(row.cells for row in page.rows), strict=True)
    columns = [
        _Column(evidence, _usual_anchor(cells), sources)
        for evidence, cells, sources in zip(page.evidences, of_columns, page.sources, strict=True)
    ]
    anchors = sorted({one.anchor for row in page.rows for one in row.cells if one} | {one.anchor for one in columns})
    frameworks = [*page.frameworks]
    every = _sources(page)
    source_number = {source: number for number, source in enumerate(every)}
    kind_number = {kind: number for number, kind in enumerate(kinds)}
    anchor_number = {anchor: number for number, anchor in enumerate(anchors)}
    evidence_number = {None: -1} | {evidence: number for number, evidence in enumerate(Evidence)}

    def numbers_of(found: Iterable[MeasuredBuild]) -> list[int]:
        return [source_number[source] for source in found]

    def cell_data(row: MatrixRow, one: MatrixCell | None, column: _Column, variants: Sequence[str]) -> object:
        if one is None:
            return 0
        letters = _letters(one.outcomes, variants)
        usual = one.anchor == column.anchor and one.cell.sources == column.sources.get(row.framework, ())
        if one.cell.evidence is column.evidence and usual and not one.cell.others:
            return letters
        others = [evidence_number[other] for other in one.cell.others]
        evidence = evidence_number[one.cell.evidence]
        return [anchor_number[one.anchor], evidence, letters, others, numbers_of(one.cell.sources)]

    def earlier_data(row: MatrixRow, variants: Sequence[str]) -> list[object]:
        return [
            [number, source_number[source], _letters(outcomes, variants)]
            for number, one in enumerate(row.cells)
            if one
            for source, outcomes in one.earlier.items()
        ]

    def row_data(row: MatrixRow) -> list[object]:
        variants = row.variants
        return [
            frameworks.index(row.framework),
            row.function,
            row.page,
            row.stratum,
            row.uses,
            [kind_number[mode_of(variant), dtype_of(variant)] for variant in variants],
            [cell_data(row, one, column, variants) for one, column in zip(row.cells, columns, strict=True)],
            earlier_data(row, variants),
        ]

    return {
        "targets": page.targets,
        "sites": page.sites,
        "usual": [[anchor_number[column.anchor], evidence_number[column.evidence]] for column in columns],
        "made": [
            {frameworks.index(framework): numbers_of(found) for framework, found in column.sources.items()}
            for column in columns
        ],
        "sources": [[source.build_title, title(source.compiler) if source.compiler else ""] for source in every],
        "frameworks": [[framework, framework_title(framework)] for framework in frameworks],
        "outcomes": [_sign(OUTCOMES[outcome]) for outcome in Outcome],
        "portabilities": [_sign(sign) for sign in PORTABILITIES.values()],
        "evidences": [_sign(sign) for sign in EVIDENCES.values()],
        "kinds": kinds,
        "anchors": anchors,
        "rows": [row_data(row) for row in page.rows],
    }


def _letters(outcomes: Mapping[str, Outcome], variants: Sequence[str]) -> str:
    return "".join(OUTCOME_LETTERS[outcomes[v]] if v in outcomes else NOT_RUN for v in variants)


def _sources(page: MatrixPage) -> list[MeasuredBuild]:
    """Every source of a page, the older build first."""
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
