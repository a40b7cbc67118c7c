"""Name the builds that a figure was measured with.

A figure can mix builds: suites run on different days, and a case that the newest run could not judge keeps an older
outcome. So each figure has its sources.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model import Evidence, Run

# Packages beside a framework that compile for other hardware.
COMPILER = "libtpu"
COMPILER_SUFFIX = "-pjrt"


@dataclass(frozen=True, order=True)
class MeasuredBuild:
    """A tested build, and its compiler if that is another package, as requirements; empty for none."""

    build: str
    compiler: str

    @property
    def build_title(self) -> str:
        return title(self.build)

    @property
    def words(self) -> tuple[str, ...]:
        """Return the build and the compiler on lines of their own."""
        return (self.build_title, f"with {title(self.compiler)}") if self.compiler else (self.build_title,)

    @property
    def title(self) -> str:
        """Return both for a reader: `torch 2.9.0 with libtpu 0.0.50.1`."""
        return f"{self.build_title} with {title(self.compiler)}" if self.compiler else self.build_title


def title(label: str) -> str:
    """Return a requirement for a reader: `jax 0.10.2`."""
    return label.replace("==", " ") or "no build"


def source_of(run: Run) -> MeasuredBuild:
    """Return the build and compiler of a run."""
    return MeasuredBuild(run.build.requirement if run.build else "", _compiler(run))


def _compiler(run: Run) -> str:
    if run.compiler:
        return run.compiler.requirement
    if run.evidence is not Evidence.COMPILED or not run.build:
        return ""
    beside = (p for p in run.build.packages if p.name == COMPILER or p.name.endswith(COMPILER_SUFFIX))
    found = next(beside, None)
    # A package with the framework's own version is a part of it.
    return f"{found.name}=={found.version}" if found and found.version != run.build.version else ""


def sources(runs: Iterable[Run]) -> tuple[MeasuredBuild, ...]:
    """Return the builds of these runs, one run for each case; the build with most cases first."""
    by_id: dict[str, Run] = {}
    cases: Counter[str] = Counter()
    for run in runs:
        by_id[run.id] = run
        cases[run.id] += 1
    found: Counter[MeasuredBuild] = Counter()
    for name, number in cases.items():
        found[source_of(by_id[name])] += number
    return tuple(sorted(found, key=lambda source: (-found[source], source)))


def build_titles(found: Iterable[MeasuredBuild]) -> str:
    """Return the builds, without compilers, on one line."""
    return ", ".join(dict.fromkeys(source.build_title for source in found))


def titles(found: Iterable[MeasuredBuild]) -> str:
    """Return the builds with their compilers on one line."""
    return ", ".join(source.title for source in found)
