"""What it takes to judge, beside the history: what people have said of failures, and which cases are flaky."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated

import typer

from monitor.analysis.regressions.regression import Excuse
from monitor.analysis.regressions.triage import EXPECTED, MUTES, Triage, excuses, load_triage, stale
from monitor.cli.common import CHECKOUT
from monitor.cli.paths import existing_directory
from monitor.formats.toml_reader import nearest
from monitor.snapshot.snapshot import Snapshot

TRIAGE = CHECKOUT / "triage"


def _triage_directory(value: str | Path) -> Path:
    """The directory of the reviewed files. One that is named must have some: without them, nothing is accepted."""
    if Path(value) == TRIAGE:
        return TRIAGE
    path = existing_directory(value)
    if not any((path / name).exists() for name in (EXPECTED, MUTES)):
        raise typer.BadParameter(f"{path} has neither {EXPECTED} nor {MUTES}; name the directory that has them")
    if unknown := sorted({one.name for one in path.glob("*.toml")} - {EXPECTED, MUTES}):
        raise typer.BadParameter(f"{path / unknown[0]} is not read, {nearest(unknown[0], (EXPECTED, MUTES))}")
    return path


TriageOption = Annotated[
    Path,
    typer.Option(
        "--triage",
        help="Where expected.toml and mutes.toml lie; triage/README.md.",
        metavar="DIR",
        parser=_triage_directory,
    ),
]


@dataclass(frozen=True)
class TriageContext:
    """What people have said of a history's failures, as it holds on one day."""

    triage: Triage
    material: Snapshot
    today: date

    @cached_property
    def excuse(self) -> Excuse:
        """What excuses a failure."""
        return excuses(self.triage, self.material.flaky, self.today)

    @cached_property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the reviewed files themselves."""
        return tuple(stale(self.triage, self.material.answers, self.material.told, self.today))


def judgement(material: Snapshot, directory: Path = TRIAGE) -> TriageContext:
    """What holds today. Raises FieldError."""
    return TriageContext(load_triage(directory), material, datetime.now(UTC).date())
