"""The study's figures: how much of a framework works on a target.

"The Grand Illusion" (Mince et al., NeurIPS 2023) calls a function a *success* when all its checks pass, a *partial
failure* when some fail, a *complete failure* when none passes. Evidences are counted apart, never mixed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitor.model import Outcome


class Portability(StrEnum):
    """What became of a function, over all its cases that gave evidence."""

    SUCCESS = "success"
    PARTIAL = "partial"
    FAILURE = "failure"
    UNKNOWN = "unknown"  # no case gave evidence, or those that did pass and are less than half


# Where so few of the cases that were asked are judged, that these pass does not say that the function works: most of
# what it was asked is not known.
JUDGED_AT_LEAST = 0.5


@dataclass(frozen=True)
class Score:
    """How many functions, or calls, are a success, a partial failure, a complete failure; and those not known."""

    success: int
    partial: int
    failure: int
    unknown: int

    @property
    def judged(self) -> int:
        return self.success + self.partial + self.failure

    @property
    def share(self) -> float | None:
        """The share of judged functions that are a success; None where none was judged."""
        return self.success / self.judged if self.judged else None


def portability(outcomes: Iterable[Outcome]) -> Portability:
    """Return the portability of one function from the outcomes of all cases that it was asked.

    `blocked` is neither good nor bad; but a function is no success with less than half of its cases judged.
    """
    asked = [*outcomes]
    passed = [outcome is Outcome.PASS for outcome in asked if outcome.known]
    if all(passed):
        return Portability.SUCCESS if passed and enough(len(passed), len(asked)) else Portability.UNKNOWN
    return Portability.PARTIAL if any(passed) else Portability.FAILURE


def enough(judged: int, asked: int) -> bool:
    """Return whether so many judged cases of those asked say that a function works, where all of them pass."""
    return judged >= JUDGED_AT_LEAST * asked


def score(functions: Iterable[Portability]) -> Score:
    """Count functions by what became of them."""
    return score_of_calls((function, 1) for function in functions)


def score_of_calls(functions: Iterable[tuple[Portability, int]]) -> Score:
    """The same, each function as often as it is called: what share of real calls works."""
    calls = dict.fromkeys(Portability, 0)
    for kind, uses in functions:
        calls[kind] += uses
    return Score(*calls.values())
