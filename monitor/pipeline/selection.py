"""Select series of a history by target, framework, suite and evidence."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.analysis.cells import Cell
from monitor.analysis.status.current_status import SeriesStatus
from monitor.model import Evidence, Run
from monitor.pipeline.errors import refuse_unknown
from monitor.snapshot.snapshot import Snapshot


@dataclass(frozen=True)
class SeriesSelection:
    """Filter of series; an empty field selects all."""

    targets: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    evidences: tuple[Evidence, ...] = ()

    def matches(self, target: str, framework: str, suite: str, evidence: Evidence) -> bool:
        """Return True if the filter selects a series."""
        return (
            target in (self.targets or (target,))
            and framework in (self.frameworks or (framework,))
            and suite in (self.suites or (suite,))
            and evidence in (self.evidences or (evidence,))
        )

    def matches_run(self, run: Run) -> bool:
        """Return True if the filter selects the series of a run."""
        return self.matches(run.target, run.framework, run.suite, run.evidence)

    def matches_status(self, series: SeriesStatus) -> bool:
        """Return True if the filter selects the series of a status."""
        return self.matches(series.target, series.framework, series.suite, series.evidence)

    def matches_cell(self, cell: Cell) -> bool:
        """Return True if the filter selects the series of a cell."""
        return self.matches(cell.target, cell.case.partition("/")[0], cell.suite, cell.evidence)

    def check(self, snapshot: Snapshot) -> None:
        """Raise UserError, with the nearest known name, if no series of a snapshot has a named target or framework."""
        for kind, names, known in (
            ("target", self.targets, {series.target for series in snapshot.series}),
            ("framework", self.frameworks, {series.framework for series in snapshot.series}),
            ("suite", self.suites, {night.run.suite for night in snapshot.nights}),
        ):
            for name in names:
                refuse_unknown(kind, name, known)
