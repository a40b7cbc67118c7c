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
    UNKNOWN = "unknown"  # no case gave evidence


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
    """The portability of one function from the outcomes of its cases. `blocked` counts for nothing."""
    passed = [outcome is Outcome.PASS for outcome in outcomes if outcome.known]
    if not passed:
        return Portability.UNKNOWN
    if all(passed):
        return Portability.SUCCESS
    return Portability.PARTIAL if any(passed) else Portability.FAILURE


def score(functions: Iterable[Portability]) -> Score:
    """Count functions by what became of them."""
    return score_of_calls((function, 1) for function in functions)


def score_of_calls(functions: Iterable[tuple[Portability, int]]) -> Score:
    """The same, each function as often as it is called: what share of real calls works."""
    calls = dict.fromkeys(Portability, 0)
    for kind, uses in functions:
        calls[kind] += uses
    return Score(*calls.values())
