"""Score a framework on a target with the study's figures.

"The Grand Illusion" (Mince et al., NeurIPS 2023) calls a function a *success* if all its checks pass, a *partial
failure* if some fail, a *complete failure* if none passes. Kinds of evidence are counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitor.model import Outcome


class Portability(StrEnum):
    """Portability of a function, over all its judged cases."""

    SUCCESS = "success"
    PARTIAL = "partial"
    FAILURE = "failure"
    UNKNOWN = "unknown"  # no case was judged, or less than half were and these pass


# With fewer of its cases judged, passing ones do not show that a function works, because most of its cases are unknown.
MIN_JUDGED_SHARE = 0.5


@dataclass(frozen=True)
class Score:
    """Number of functions, or calls, by portability."""

    success: int
    partial: int
    failure: int
    unknown: int

    @property
    def judged(self) -> int:
        return self.success + self.partial + self.failure

    @property
    def share(self) -> float | None:
        """Return the share of judged functions that are a success; None if none was judged."""
        return self.success / self.judged if self.judged else None


def portability(outcomes: Iterable[Outcome]) -> Portability:
    """Return the portability of one function from the outcomes of all its cases.

    `blocked` counts neither way, but a function with less than half of its cases judged is no success.
    """
    asked = [*outcomes]
    passed = [outcome is Outcome.PASS for outcome in asked if outcome.known]
    if all(passed):
        return Portability.SUCCESS if passed and enough_judged(len(passed), len(asked)) else Portability.UNKNOWN
    return Portability.PARTIAL if any(passed) else Portability.FAILURE


def enough_judged(judged: int, asked: int) -> bool:
    """Return whether enough cases were judged to call a function a success if all of them pass."""
    return judged >= MIN_JUDGED_SHARE * asked


def score(functions: Iterable[Portability]) -> Score:
    """Return functions counted by portability."""
    return call_score((function, 1) for function in functions)


def call_score(functions: Iterable[tuple[Portability, int]]) -> Score:
    """Return calls counted by the portability of their function; pairs are (portability, calls)."""
    calls = dict.fromkeys(Portability, 0)
    for kind, uses in functions:
        calls[kind] += uses
    return Score(*calls.values())
