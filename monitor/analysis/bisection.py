"""Since which build: a search between one that was good and one that is bad, past those that tell nothing.

Builds stand in a row, the oldest first. What is looked for is the place where good turns bad, so one trial in the
middle rules out half of the row. A build that cannot be had, is broken itself, or answers this way and that rules out
nothing but itself; and so, most likely, would the builds beside it: a nightly that does not import is seldom mended the
next day. So the search moves on from there to a place that is nearly as good and well away from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from monitor.model import Digest, Outcome


class TrialVerdict(StrEnum):
    """What a trial says of a build."""

    GOOD = "good"
    BAD = "bad"
    SKIP = "skip"  # nothing


class Symptom(StrEnum):
    """Difference between a good build and a bad one."""

    OUTCOME = "outcome"  # passes, then fails
    FIXED = "fixed"  # fails, then passes: the failing build counts as good
    VALUES_CHANGED = "values-changed"  # passes in both, with other values
    LATENCY = "latency"  # passes in both, and is slower in the bad one


@dataclass(frozen=True)
class Trial:
    """What one build showed.

    `slower` is the natural logarithm of its latency over the good build's, measured side by side: 0 where the two
    cannot be told apart. `notes` say what about the trial was not as in the others.
    """

    build: str  # its label
    outcome: Outcome
    message: str = ""
    commit: str = ""
    digest: Digest | None = None
    slower: float | None = None
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def shown(self) -> str:
        return f"{self.outcome}: {self.message}" if self.message else self.outcome.value


class EndError(ValueError):
    """Two ends between which there is nothing to look for; one line that says why."""


def symptom(good: Trial, bad: Trial, *, mended: bool = False, latency: bool = False) -> Symptom:
    """In what the two ends of a search differ. Raises EndError where they do not, or are not as they should be."""
    for end, trial in (("good", good), ("bad", bad)):
        if _unsure(trial):
            raise EndError(f"{trial.build}, the {end} end, tells nothing: {trial.shown}")
    if mended:
        if good.outcome is Outcome.PASS or bad.outcome is not Outcome.PASS:
            raise EndError(f"nothing was mended: {good.build} shows {good.shown}, {bad.build} {bad.shown}")
        return Symptom.FIXED
    if good.outcome is not Outcome.PASS:
        raise EndError(f"{good.build}, the good end, does not pass: {good.shown}")
    if latency:
        if not bad.slower:
            raise EndError(f"{bad.build}, the bad end, is not slower than {good.build}: {bad.shown}")
        return Symptom.LATENCY
    if bad.outcome is not Outcome.PASS:
        return Symptom.OUTCOME
    if good.digest and bad.digest and not good.digest.agrees(bad.digest):
        return Symptom.VALUES_CHANGED
    same = "with the same values" if good.digest and bad.digest else "and whether with other values is not known"
    raise EndError(f"{bad.build}, the bad end, passes too, {same}")


def mark(trial: Trial, good: Trial, bad: Trial, symptom: Symptom) -> TrialVerdict:
    """What a trial between the two ends says."""
    if _unsure(trial):
        return TrialVerdict.SKIP
    if symptom is Symptom.OUTCOME:
        return TrialVerdict.GOOD if trial.outcome is Outcome.PASS else TrialVerdict.BAD
    if symptom is Symptom.FIXED:
        return TrialVerdict.BAD if trial.outcome is Outcome.PASS else TrialVerdict.GOOD
    if trial.outcome is not Outcome.PASS:
        return TrialVerdict.SKIP  # another fault, which hides the one that is looked for
    if symptom is Symptom.VALUES_CHANGED:
        if not (trial.digest and good.digest):
            return TrialVerdict.SKIP
        return TrialVerdict.GOOD if trial.digest.agrees(good.digest) else TrialVerdict.BAD
    if trial.slower is None or bad.slower is None:
        return TrialVerdict.SKIP
    return TrialVerdict.BAD if trial.slower > bad.slower / 2 else TrialVerdict.GOOD  # whichever end it is nearer to


def boundary(marks: Sequence[TrialVerdict | None]) -> tuple[int, int]:
    """The last good place before the first bad one, and that one."""
    bad = marks.index(TrialVerdict.BAD)
    return max(place for place in range(bad) if marks[place] is TrialVerdict.GOOD), bad


def next_place(marks: Sequence[TrialVerdict | None]) -> int | None:
    """The place to try next, from the marks of all places so far; None where nothing between good and bad is left.

    The first is good and the last is bad. A trial there rules out a quarter of what is left, or is skipped; with
    nothing skipped it is the one in the middle, and rules out half.
    """
    good, bad = boundary(marks)
    left = [place for place in range(good + 1, bad) if marks[place] is None]
    skipped = [place for place in range(good + 1, bad) if marks[place] is TrialVerdict.SKIP]

    def worth(rank: int) -> float:
        ruled_out = min(rank + 1, len(left) - rank)
        away = min((abs(left[rank] - place) for place in skipped), default=inf)
        return ruled_out * (1 - 1 / (1 + away))  # beside one that was skipped, as likely skipped as not

    return left[max(range(len(left)), key=worth)] if left else None


def _unsure(trial: Trial) -> bool:
    return not trial.outcome.known or trial.outcome is Outcome.FLAKY
