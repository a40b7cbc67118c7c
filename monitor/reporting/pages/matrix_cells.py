"""The cells of the matrix as data, from which `matrix.js` draws the rows that are wanted.

They are a file of their own, so that a page shows its first rows before they are there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.model import Evidence, Outcome
from monitor.reporting.names import framework_title
from monitor.reporting.pages.matrix import MatrixCell, MatrixPage, MatrixRow
from monitor.reporting.scripts import data_script
from monitor.reporting.signs import EVIDENCES, OUTCOMES, PORTABILITIES, Sign
from monitor.reporting.variants import dtype_of, mode_of

CELLS = "data/matrix.js"

LETTERS = dict(zip(Outcome, "0123456789a", strict=True))
NOT_ASKED = "."


def cells_script(page: MatrixPage) -> bytes:
    """The cells as a script."""
    return data_script("const cells", _data(page))


@dataclass(frozen=True)
class _Column:
    """Of which evidence most cells of a column are, and where the pages of their functions speak of its target."""

    evidence: Evidence | None
    anchor: str


def _data(page: MatrixPage) -> dict[str, object]:
    """Tables of words, and rows that point into them."""
    kinds = sorted({(mode_of(variant), dtype_of(variant)) for row in page.rows for variant in row.variants})
    of_columns = zip(*(row.cells for row in page.rows), strict=True)
    columns = [
        _Column(evidence, _usual_anchor(cells)) for evidence, cells in zip(page.evidences, of_columns, strict=True)
    ]
    anchors = sorted({one.anchor for row in page.rows for one in row.cells if one} | {one.anchor for one in columns})
    frameworks = [*page.frameworks]
    kind_number = {kind: number for number, kind in enumerate(kinds)}
    anchor_number = {anchor: number for number, anchor in enumerate(anchors)}
    evidence_number = {None: -1} | {evidence: number for number, evidence in enumerate(Evidence)}

    def cell_data(one: MatrixCell | None, column: _Column, variants: Sequence[str]) -> object:
        if one is None:
            return 0
        letters = "".join(LETTERS[one.outcomes[v]] if v in one.outcomes else NOT_ASKED for v in variants)
        if one.cell.evidence is column.evidence and one.anchor == column.anchor and not one.cell.others:
            return letters
        others = [evidence_number[other] for other in one.cell.others]
        return [anchor_number[one.anchor], evidence_number[one.cell.evidence], letters, others]

    def row_data(row: MatrixRow) -> list[object]:
        variants = row.variants
        return [
            frameworks.index(row.framework),
            row.function,
            row.page,
            row.stratum,
            row.uses,
            [kind_number[mode_of(variant), dtype_of(variant)] for variant in variants],
            [cell_data(one, column, variants) for one, column in zip(row.cells, columns, strict=True)],
        ]

    return {
        "targets": page.targets,
        "sites": page.sites,
        "usual": [[anchor_number[column.anchor], evidence_number[column.evidence]] for column in columns],
        "frameworks": [[framework, framework_title(framework)] for framework in frameworks],
        "outcomes": [_sign(OUTCOMES[outcome]) for outcome in Outcome],
        "portabilities": [_sign(sign) for sign in PORTABILITIES.values()],
        "evidences": [_sign(sign) for sign in EVIDENCES.values()],
        "kinds": kinds,
        "anchors": anchors,
        "rows": [row_data(row) for row in page.rows],
    }


def _usual_anchor(column: Iterable[MatrixCell | None]) -> str:
    (most, _), *_ = Counter(one.anchor for one in column if one).most_common(1) or [("", 0)]
    return most


def _sign(sign: Sign) -> list[str]:
    return [sign.word, sign.symbol, sign.tone.value]
