"""Searches on disk: what is looked for, and what every build that was tried has shown."""

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
    """What is looked for: between which two builds, of a channel, a case or a script turns.

    `among` are the builds to look among, those of the channel where there are none. `script` is a hash of the script's
    text: another text is another question.
    """

    target: str
    framework: str
    evidence: Evidence
    good: str
    bad: str
    channel: str
    case: str = ""
    script: str = ""
    mended: bool = False
    latency: bool = False
    among: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A name that no other question has."""
        what = re.sub(r"[^\w.-]+", "-", self.case) if self.case else "script"
        key = hashlib.sha256(json.dumps(to_json(self)).encode()).hexdigest()[:10]
        return f"{self.target}-{what[:80]}-{key}"


@dataclass(frozen=True)
class BisectProgress:
    """How far a search is. `held` are the packages of the good build, `between` the builds, the oldest first."""

    question: BisectSpec
    held: tuple[Package, ...] = ()
    between: tuple[str, ...] | None = None
    trials: tuple[Trial, ...] = ()


class BisectState:
    """A search that is kept in a file, so that one that was interrupted goes on where it was."""

    def __init__(self, directory: Path, question: BisectSpec) -> None:
        """Take up what is known of a question; nothing is written yet."""
        self.folder = directory / question.name
        self._path = self.folder / FILE
        self.search = BisectProgress(question)
        if self._path.exists():
            self.search = from_json(BisectProgress, json.loads(self._path.read_text(encoding="utf-8")))

    def trial(self, build: str) -> Trial | None:
        return next((trial for trial in self.search.trials if trial.build == build), None)

    def hold(self, packages: tuple[Package, ...]) -> None:
        self._keep(replace(self.search, held=packages))

    def line_up(self, builds: tuple[str, ...]) -> None:
        self._keep(replace(self.search, between=builds))

    def add(self, trial: Trial) -> None:
        self._keep(replace(self.search, trials=(*self.search.trials, trial)))

    def _keep(self, search: BisectProgress) -> None:
        """Whole or not at all: an interrupt leaves the file as it was."""
        self.search = search
        self.folder.mkdir(parents=True, exist_ok=True)
        written = self._path.with_suffix(".new")
        written.write_text(json.dumps(to_json(search), indent=1) + "\n", encoding="utf-8")
        written.replace(self._path)
