"""Read the triage files of people, and apply them to a snapshot on one day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from monitor.analysis.regressions.regression import Suppression
from monitor.analysis.regressions.triage import EXPECTED, MUTES, Triage, load_triage, suppression_of, triage_problems
from monitor.formats.toml_reader import nearest
from monitor.pipeline.errors import UserError
from monitor.pipeline.locations import TRIAGE
from monitor.site.upstream_reports import UPSTREAM
from monitor.snapshot.snapshot import Snapshot


def check_triage(path: Path) -> None:
    """Raise UserError unless a directory has triage files, and no other TOML file."""
    if not any((path / name).exists() for name in (EXPECTED, MUTES)):
        raise UserError(f"{path} has neither {EXPECTED} nor {MUTES}; name the directory that has them")
    known = (EXPECTED, MUTES, UPSTREAM)
    if unknown := sorted({file.name for file in path.glob("*.toml")}.difference(known)):
        raise UserError(f"{path / unknown[0]} is not read, {nearest(unknown[0], known)}")


@dataclass(frozen=True)
class TriageContext:
    """Triage entries of a history's failures, as they apply on one day."""

    triage: Triage
    snapshot: Snapshot
    today: date

    @cached_property
    def excuse(self) -> Suppression:
        """The function that says why a failure is expected or muted."""
        return suppression_of(self.triage, self.snapshot.flaky, self.today)

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """One line for each stale or wrong entry of the triage files."""
        return tuple(triage_problems(self.triage, self.snapshot.answers, self.snapshot.reported_slowdowns, self.today))


def load_triage_context(snapshot: Snapshot, directory: Path = TRIAGE) -> TriageContext:
    """Return the triage entries that apply today. Raises FieldError."""
    return TriageContext(load_triage(directory), snapshot, datetime.now(UTC).date())
