"""What it takes to judge, beside the history: what people have said of failures, and which cases are flaky."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.analysis.regressions import Excuse
from monitor.analysis.triage import excuses, load_triage, stale
from monitor.cli.common import CHECKOUT
from monitor.reporting.material import Material

TRIAGE = CHECKOUT / "triage"
TriageOption = Annotated[
    Path, typer.Option("--triage", help="Where expected.toml and mutes.toml lie; triage/README.md.", metavar="DIR")
]


@dataclass(frozen=True)
class Judgement:
    """What excuses a failure, and what is wrong with the reviewed files themselves."""

    excuse: Excuse
    faults: tuple[str, ...]


def judgement(material: Material, directory: Path = TRIAGE) -> Judgement:
    """What holds today. Raises FieldError."""
    triage, today = load_triage(directory), datetime.now(UTC).date()
    faults = stale(triage, material.answers, material.told, today)
    return Judgement(excuses(triage, material.flaky, today), tuple(faults))
