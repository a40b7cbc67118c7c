"""Keep a bisection on disk: its specification, and the result of each build that was tried."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.analysis.bisection import Trial
from monitor.formats.serialization import from_json, to_json
from monitor.model import Evidence, Package

FILE = "search.json"


@dataclass(frozen=True)
class BisectSpec:
    """Specification of a bisection: a case or a script, the two end builds, and the builds between them.

    `among` are the candidate builds; if it is empty, they come from `channel`. `script` is a hash of the script's text,
    so that a changed script is another bisection.
    """

    target: str
    framework: str
    evidence: Evidence
    good: str
    bad: str
    channel: str
    case: str = ""
    script: str = ""
    fixed: bool = False
    latency: bool = False
    among: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A name that no other specification has."""
        subject = re.sub(r"[^\w.-]+", "-", self.case) if self.case else "script"
        key = hashlib.sha256(json.dumps(to_json(self)).encode()).hexdigest()[:10]
        return f"{self.target}-{subject[:80]}-{key}"


@dataclass(frozen=True)
class BisectProgress:
    """Progress of a bisection. `held` are the packages of the good build, `between` the builds, the oldest first."""

    spec: BisectSpec
    held: tuple[Package, ...] = ()
    between: tuple[str, ...] | None = None
    trials: tuple[Trial, ...] = ()


class BisectState:
    """A bisection kept in a file, so that an interrupted one continues where it stopped."""

    def __init__(self, directory: Path, spec: BisectSpec) -> None:
        """Read the progress of a specification if there is any; write nothing yet."""
        self.folder = directory / spec.name
        self._path = self.folder / FILE
        self.progress = BisectProgress(spec)
        if self._path.exists():
            self.progress = from_json(BisectProgress, json.loads(self._path.read_text(encoding="utf-8")))

    def trial(self, build: str) -> Trial | None:
        """Return the trial of a build, None if it was not tried."""
        return next((trial for trial in self.progress.trials if trial.build == build), None)

    def hold(self, packages: tuple[Package, ...]) -> None:
        """Keep the packages that every build gets."""
        self._write(replace(self.progress, held=packages))

    def set_candidates(self, builds: tuple[str, ...]) -> None:
        """Keep the builds between the ends."""
        self._write(replace(self.progress, between=builds))

    def add(self, trial: Trial) -> None:
        """Keep a trial."""
        self._write(replace(self.progress, trials=(*self.progress.trials, trial)))

    def _write(self, progress: BisectProgress) -> None:
        """Replace the file atomically: an interrupt leaves the old one."""
        self.progress = progress
        self.folder.mkdir(parents=True, exist_ok=True)
        written = self._path.with_suffix(".new")
        written.write_text(json.dumps(to_json(progress), indent=1) + "\n", encoding="utf-8")
        written.replace(self._path)
