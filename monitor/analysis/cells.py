"""Cells: one case on one target."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model import Evidence, Run, Series, function_of


@dataclass(frozen=True, order=True)
class Cell:
    """A case on a target, by one kind of evidence."""

    case: str
    target: str
    suite: str
    evidence: Evidence

    @classmethod
    def of(cls, case: str, run: Run) -> Cell:
        """Return the cell of a case in a run."""
        return cls(case, run.target, run.suite, run.evidence)

    @property
    def function(self) -> str:
        return function_of(self.case)

    @property
    def framework(self) -> str:
        return self.case.partition("/")[0]

    @property
    def series(self) -> Series:
        return self.target, self.framework, self.suite, self.evidence
