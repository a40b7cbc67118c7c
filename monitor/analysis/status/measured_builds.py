"""Which builds a figure was measured with.

A figure of a function or a suite can mix builds: suites are not run on the same days, and a case that the newest run
could not judge keeps what an older one saw. So each figure carries its sources.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model import Evidence, Run

# The packages that compile for other hardware, where they are installed beside the framework.
COMPILER = "libtpu"
COMPILER_SUFFIX = "-pjrt"


@dataclass(frozen=True, order=True)
class MeasuredBuild:
    """A build that was tested, and the compiler where it took another package, both as requirements; empty: none."""

    build: str
    compiler: str

    @property
    def build_title(self) -> str:
        return title(self.build)

    @property
    def words(self) -> tuple[str, ...]:
        """Return the build and the compiler, each for a line of its own."""
        return (self.build_title, f"with {title(self.compiler)}") if self.compiler else (self.build_title,)

    @property
    def title(self) -> str:
        """Return both as a reader says it: `torch 2.9.0 with libtpu 0.0.50.1`."""
        return f"{self.build_title} with {title(self.compiler)}" if self.compiler else self.build_title


def title(label: str) -> str:
    """Return a requirement as a reader says it: `jax 0.10.2`."""
    return label.replace("==", " ") or "no build"


def source_of(run: Run) -> MeasuredBuild:
    """Return what a run was made with."""
    return MeasuredBuild(run.build.label if run.build else "", _compiler(run))


def _compiler(run: Run) -> str:
    if run.compiler:
        return run.compiler.label
    if run.evidence is not Evidence.COMPILED or not run.build:
        return ""
    beside = (p for p in run.build.packages if p.name == COMPILER or p.name.endswith(COMPILER_SUFFIX))
    found = next(beside, None)
    # What has the framework's own version is a part of it.
    return f"{found.name}=={found.version}" if found and found.version != run.build.version else ""


def sources(runs: Iterable[Run]) -> tuple[MeasuredBuild, ...]:
    """Return the sources of these runs, one a case: the one with most cases first."""
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
    """Return the builds alone on one line."""
    return ", ".join(dict.fromkeys(source.build_title for source in found))


def titles(found: Iterable[MeasuredBuild]) -> str:
    """Return sources on one line."""
    return ", ".join(source.title for source in found)
