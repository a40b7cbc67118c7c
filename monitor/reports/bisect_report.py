"""Report the result of a bisection as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from monitor.analysis.bisection import Symptom, Trial, TrialVerdict
from monitor.formats.serialization import to_json
from monitor.github.commit_ranges import CommitRange
from monitor.model import Package

INDENT = 13

# Text of a symptom in the first line of the report.
CHANGE = {
    Symptom.OUTCOME: "the outcome changed",
    Symptom.FIXED: "the failure was fixed",
    Symptom.VALUES_CHANGED: "the values changed",
    Symptom.LATENCY: "the case became slower",
}


@dataclass(frozen=True)
class TrialStep:
    """Trial of a bisection and its verdict."""

    trial: Trial
    mark: TrialVerdict


@dataclass(frozen=True)
class BisectResult:
    """Result of a bisection: the last good build, the first bad build, and the commits between them.

    `steps` are all trials in order; `skipped` are the builds between the two ends that gave no result. `held` are the
    packages of the good end, which all trials had unless their notes say otherwise.
    """

    title: str
    symptom: Symptom
    good: Trial
    bad: Trial
    skipped: tuple[Trial, ...]
    commits: CommitRange
    steps: tuple[TrialStep, ...]
    held: tuple[Package, ...]


def bisect_text(found: BisectResult) -> str:
    """Return the result as text: the two builds first, then every trial."""
    return "\n".join(_lines(found))


def bisect_json(found: BisectResult) -> dict[str, Any]:
    """Return the result as JSON; empty fields are left out."""
    document: dict[str, Any] = to_json(found)
    return document


def _lines(found: BisectResult) -> Iterator[str]:
    yield f"{found.title}: {CHANGE[found.symptom]}"
    before, after = ("last bad", "first good") if found.symptom is Symptom.FIXED else ("last good", "first bad")
    yield _line(before, f"{found.good.build}  {found.good.shown}")
    yield _line(after, f"{found.bad.build}  {found.bad.shown}")
    for trial in found.skipped:
        yield _line("between", f"{trial.build}  {trial.shown}")
    commits = f"{found.commits.good or 'unknown'} to {found.commits.bad or 'unknown'}"
    yield _line("commits", found.commits.link or commits)
    for note in found.commits.notes:
        yield _line("", note)
    width = max(len(step.trial.build) for step in found.steps)
    yield f"{len(found.steps)} builds were tried:"
    for step in found.steps:
        trial = step.trial
        yield f"  {trial.build:<{width}}  {step.mark:<4}  {trial.seconds:4.0f} s  {trial.shown}".rstrip()
        for note in trial.notes:
            yield f"  {'':<{width}}  with {note}"


def _line(name: str, text: str) -> str:
    return f"  {name:<{INDENT - 2}}{text}"
