"""What a bisection found, for readers and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from monitor.analysis.bisection import Symptom, Trial, TrialVerdict
from monitor.formats.serialization import to_json
from monitor.github.commit_ranges import CommitRange
from monitor.model import Package

INDENT = 13


@dataclass(frozen=True)
class TrialStep:
    """A trial, and what it said."""

    trial: Trial
    mark: TrialVerdict


@dataclass(frozen=True)
class BisectResult:
    """The last good build and the first bad one, in what they differ, and how that came out.

    `steps` are all trials in the order in which they were made; `skipped` are the builds between the two, of which
    none could be judged. `held` are the packages of the good end, which the others had too unless their notes say so.
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
    """For a reader: the two builds first, then every step."""
    return "\n".join(_lines(found))


def bisect_json(found: BisectResult) -> dict[str, Any]:
    """For a program; what is empty is left out."""
    told: dict[str, Any] = to_json(found)
    return told


def _lines(found: BisectResult) -> Iterator[str]:
    yield f"{found.title}: {found.symptom}"
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
