"""What the pages of kernels say: which operators each platform has, by the frameworks' own tables.

An operator is not a function that people call, so it stands apart from the matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.analysis.status.current_status import CaseStatus, SeriesStatus
from monitor.formatting.urls import kernel_page
from monitor.model import Evidence, Outcome

# Nothing was run, so an operator of a table is never right or wrong: the words of cases would say too much.
WORDS = {
    Outcome.PASS: "there",
    Outcome.FALLBACK: "to the CPU",
    Outcome.UNSUPPORTED: "not there",
    Outcome.BLOCKED: "not known",
}


@dataclass(frozen=True)
class KernelColumn:
    """The table of one platform: how many operators it has, of how many, and of how many it does not tell."""

    series: SeriesStatus
    there: int
    total: int
    unknown: int


@dataclass(frozen=True)
class KernelCell:
    """An operator in one table. `gone` tells one that the newest build no longer has."""

    standing: CaseStatus
    gone: bool

    @property
    def word(self) -> str:
        """Whether it is there, in a word."""
        outcome = self.standing.outcome
        return WORDS.get(outcome, outcome.value)


@dataclass(frozen=True)
class KernelRow:
    """An operator in each table, None where it has not been in it."""

    operator: str
    cells: tuple[KernelCell | None, ...]

    @property
    def _outcomes(self) -> set[Outcome]:
        return {cell.standing.outcome for cell in self.cells if cell and not cell.gone}

    @property
    def gone(self) -> bool:
        """Whether no newest build has it."""
        return not self._outcomes

    @property
    def lacking(self) -> bool:
        """Whether some platform is without it."""
        return bool(self._outcomes - {Outcome.PASS})


@dataclass(frozen=True)
class KernelPage:
    """All tables of one framework side by side: what some platform lacks first."""

    framework: str
    page: str
    columns: tuple[KernelColumn, ...]
    lacking: tuple[KernelRow, ...]
    everywhere: tuple[KernelRow, ...]
    gone: tuple[KernelRow, ...]


def kernel_pages(series: Sequence[SeriesStatus]) -> list[KernelPage]:
    """A page for each framework whose tables were looked up."""
    tables: dict[str, list[SeriesStatus]] = {}
    for one in series:
        if one.evidence is Evidence.REGISTERED:
            tables.setdefault(one.framework, []).append(one)
    return [_page(framework, found) for framework, found in sorted(tables.items())]


def _page(framework: str, tables: Sequence[SeriesStatus]) -> KernelPage:
    columns = tuple(map(_column, tables))
    found = [
        {one.function: KernelCell(one, gone) for gone, side in ((True, table.gone), (False, table.now)) for one in side}
        for table in tables
    ]
    operators = sorted({operator for table in found for operator in table})
    rows = [KernelRow(name, tuple(table.get(name) for table in found)) for name in operators]
    return KernelPage(
        framework,
        kernel_page(framework),
        columns,
        lacking=tuple(row for row in rows if row.lacking),
        everywhere=tuple(row for row in rows if not row.lacking and not row.gone),
        gone=tuple(row for row in rows if row.gone),
    )


def _column(table: SeriesStatus) -> KernelColumn:
    outcomes = [one.outcome for one in table.now]
    unknown = outcomes.count(Outcome.BLOCKED)
    return KernelColumn(table, outcomes.count(Outcome.PASS), len(outcomes) - unknown, unknown)
