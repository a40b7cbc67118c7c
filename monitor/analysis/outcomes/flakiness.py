"""Flakiness, rated over the history: how often a case gives an answer that it gave neither before nor after.

One odd night says little: a build may have been broken that night. So a rate comes with its uncertainty, and a case is
called flaky only when it is sure that the rate is too high.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from monitor.analysis.cells import Cell
from monitor.analysis.outcomes.run_conditions import machine_of
from monitor.history.run_matrix import NONE, OUTCOMES, RunMatrix, last_alike, told_by
from monitor.history.store import LoadedHistory
from monitor.model import Outcome

FLAKY = OUTCOMES.index(Outcome.FLAKY)

# A case that is odd in more than one night of fifty costs more attention than it earns: of a thousand such cases,
# twenty would be news every night.
FLAKY_RATE = 0.02
# Answers that count: three months of nights. What was mended before then must not excuse what breaks now.
REMEMBERED = 90
# One odd answer may be a build that was broken for a night.
ODD_AT_LEAST = 2
# That the rate is higher is held for sure when it is outside of the Wilson interval of this confidence.
CONFIDENCE = 0.95


@dataclass(frozen=True)
class FlakinessRating:
    """How often a cell was `odd` among its `answers`, and the interval that its rate lies in."""

    cell: Cell
    odd: int
    answers: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        return self.odd / self.answers

    @property
    def flaky(self) -> bool:
        return self.odd >= ODD_AT_LEAST and self.low > FLAKY_RATE


def ratings(recorded: LoadedHistory) -> tuple[FlakinessRating, ...]:
    """A rating for every cell that was odd at least once, the oddest first.

    An answer is odd where fresh workers disagreed, and where the answers before and after it on a machine of the same
    class agree with each other and not with it: the case went, and came back. What could not be judged is no answer.
    """
    found = [rating for grid in recorded.grids.values() for rating in _rated(grid)]
    return tuple(sorted(found, key=lambda rating: (-rating.low, rating.cell)))


def _rated(grid: RunMatrix) -> Iterator[FlakinessRating]:
    target, _, suite, evidence = grid.series
    # An answer at an end has none beside it: nothing, which is told from nothing on the other side.
    machines = [machine_of(item.run) for item in grid.runs]
    before = told_by(grid.outcome, last_alike(grid.judged, machines))
    after = told_by(grid.outcome[::-1], last_alike(grid.judged[::-1], machines[::-1]), NONE - 1)[::-1]
    odd = grid.judged & (((grid.outcome != before) & (before == after)) | (grid.outcome == FLAKY))
    answers_since = np.cumsum(grid.judged[::-1], axis=0)[::-1]
    recent = grid.judged & (answers_since <= REMEMBERED)
    counts, sizes = (odd & recent).sum(axis=0), recent.sum(axis=0)
    for case in np.flatnonzero(counts).tolist():
        count, size = int(counts[case]), int(sizes[case])
        yield FlakinessRating(Cell(grid.cases[case], target, suite, evidence), count, size, *interval(count, size))


def interval(odd: int, answers: int) -> tuple[float, float]:
    """The interval that a rate lies in, by Wilson (1927, "Probable inference, the law of succession, and …").

    SciPy has it too, and takes a second to import.
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    middle = (odd + z**2 / 2) / (answers + z**2)
    reach = z / (answers + z**2) * math.sqrt(odd * (answers - odd) / answers + z**2 / 4)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
