"""Compare the kernel tables of a framework's platforms, operator by operator.

An operator is no function that people call, so these tables stand apart from the matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.analysis.status.current_status import CaseStatus, SeriesStatus
from monitor.formatting.urls import kernel_page
from monitor.model import Evidence, Outcome

# No operator was run, so none is right or wrong; the words for outcomes of cases would claim too much.
OUTCOME_WORDS = {
    Outcome.PASS: "there",
    Outcome.FALLBACK: "to the CPU",
    Outcome.UNSUPPORTED: "not there",
    Outcome.BLOCKED: "not known",
}


@dataclass(frozen=True)
class KernelColumn:
    """Table of one platform: available operators, operators with a known state, and unknown ones."""

    series: SeriesStatus
    available: int
    total: int
    unknown: int


@dataclass(frozen=True)
class KernelCell:
    """An operator in one table; `removed` is True if the newest build no longer has it."""

    status: CaseStatus
    removed: bool

    @property
    def word(self) -> str:
        """Return the state of the operator in a word."""
        outcome = self.status.outcome
        return OUTCOME_WORDS.get(outcome, outcome.value)


@dataclass(frozen=True)
class KernelRow:
    """An operator in each table, None where the table never had it."""

    operator: str
    cells: tuple[KernelCell | None, ...]

    @property
    def _outcomes(self) -> set[Outcome]:
        return {cell.status.outcome for cell in self.cells if cell and not cell.removed}

    @property
    def removed(self) -> bool:
        """Return whether no newest build has the operator."""
        return not self._outcomes

    @property
    def lacking(self) -> bool:
        """Return whether some platform lacks the operator."""
        return bool(self._outcomes - {Outcome.PASS})


@dataclass(frozen=True)
class KernelPage:
    """All tables of one framework side by side; operators that some platform lacks come first."""

    framework: str
    page: str
    columns: tuple[KernelColumn, ...]
    lacking: tuple[KernelRow, ...]
    everywhere: tuple[KernelRow, ...]
    removed: tuple[KernelRow, ...]

    @property
    def rows(self) -> tuple[KernelRow, ...]:
        return *self.lacking, *self.everywhere, *self.removed


def kernel_pages(series: Sequence[SeriesStatus]) -> list[KernelPage]:
    """Return a page for each framework with kernel tables."""
    tables: dict[str, list[SeriesStatus]] = {}
    for one in series:
        if one.evidence is Evidence.REGISTERED:
            tables.setdefault(one.framework, []).append(one)
    return [_page(framework, found) for framework, found in sorted(tables.items())]


def _page(framework: str, tables: Sequence[SeriesStatus]) -> KernelPage:
    columns = tuple(map(_column, tables))
    found = [
        {
            one.function: KernelCell(one, removed)
            for removed, side in ((True, table.removed), (False, table.now))
            for one in side
        }
        for table in tables
    ]
    operators = sorted({operator for table in found for operator in table})
    rows = [KernelRow(name, tuple(table.get(name) for table in found)) for name in operators]
    return KernelPage(
        framework,
        kernel_page(framework),
        columns,
        lacking=tuple(row for row in rows if row.lacking),
        everywhere=tuple(row for row in rows if not row.lacking and not row.removed),
        removed=tuple(row for row in rows if row.removed),
    )


def _column(table: SeriesStatus) -> KernelColumn:
    outcomes = [one.outcome for one in table.now]
    unknown = outcomes.count(Outcome.BLOCKED)
    return KernelColumn(table, outcomes.count(Outcome.PASS), len(outcomes) - unknown, unknown)
