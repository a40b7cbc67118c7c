"""Search for the first bad build between a good one and a bad one, skipping builds that decide nothing.

Builds are in order, the oldest first. A trial in the middle rules out half of them. A build that is unavailable, broken
or flaky rules out only itself, and its neighbours are probably the same, because a nightly that does not import is
seldom fixed the next day. So the search continues at a place that is nearly as good and well away from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from monitor.model import Digest, Outcome


class TrialVerdict(StrEnum):
    """Verdict of a trial on a build."""

    GOOD = "good"
    BAD = "bad"
    SKIP = "skip"  # decides nothing


class Symptom(StrEnum):
    """Difference between a good build and a bad one."""

    OUTCOME = "outcome"  # passes, then fails
    FIXED = "fixed"  # fails, then passes: the failing build counts as good
    VALUES_CHANGED = "values-changed"  # passes in both, with other values
    LATENCY = "latency"  # passes in both, and is slower in the bad one


@dataclass(frozen=True)
class Trial:
    """Result of a case on one build.

    `slower` is the natural logarithm of its latency over the good build's, measured in turns: 0 if they cannot be
    distinguished. `notes` list deviations from the other trials.
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
    """Two ends without anything to search between them; the message is one line with the reason."""


def symptom(good: Trial, bad: Trial, *, fixed: bool = False, latency: bool = False) -> Symptom:
    """Return the difference between the two ends of a search. Raises EndError if they do not differ as required."""
    for end, trial in (("good", good), ("bad", bad)):
        if _is_inconclusive(trial):
            raise EndError(f"{trial.build}, the {end} end, decides nothing: {trial.shown}")
    if fixed:
        if good.outcome is Outcome.PASS or bad.outcome is not Outcome.PASS:
            raise EndError(f"nothing was fixed: {good.build} shows {good.shown}, {bad.build} {bad.shown}")
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


def trial_verdict(trial: Trial, good: Trial, bad: Trial, symptom: Symptom) -> TrialVerdict:
    """Return the verdict of a trial between the two ends."""
    if _is_inconclusive(trial):
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
    """Return the index of the last good build before the first bad one, and that of the bad one."""
    bad = marks.index(TrialVerdict.BAD)
    return max(place for place in range(bad) if marks[place] is TrialVerdict.GOOD), bad


def next_trial(marks: Sequence[TrialVerdict | None]) -> int | None:
    """Return the index of the next build to try, from the verdicts so far; None if none is left between good and bad.

    The first verdict is good and the last is bad. A trial rules out at least a quarter of the rest unless it is
    skipped; with nothing skipped it is the middle one and rules out half.
    """
    good, bad = boundary(marks)
    left = [place for place in range(good + 1, bad) if marks[place] is None]
    skipped = [place for place in range(good + 1, bad) if marks[place] is TrialVerdict.SKIP]

    def gain(rank: int) -> float:
        ruled_out = min(rank + 1, len(left) - rank)
        away = min((abs(left[rank] - place) for place in skipped), default=inf)
        return ruled_out * (1 - 1 / (1 + away))  # beside one that was skipped, as likely skipped as not

    return left[max(range(len(left)), key=gain)] if left else None


def _is_inconclusive(trial: Trial) -> bool:
    return not trial.outcome.known or trial.outcome is Outcome.FLAKY
