"""Rate flakiness over the history: how often a result differs from the equal results before and after it.

One inconsistent result decides little: that build may have been broken. So each rate has a confidence interval, and a
case is flaky only if the lower end of it is too high.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from monitor.analysis.cells import Cell
from monitor.analysis.outcomes.run_conditions import machine_of
from monitor.history.run_matrix import NONE, OUTCOMES, RunMatrix, last_run_alike, values_at
from monitor.history.store import LoadedHistory
from monitor.model import Outcome

FLAKY = OUTCOMES.index(Outcome.FLAKY)

# A case that is inconsistent in more than one night of fifty costs more attention than it earns: of a thousand such
# cases, twenty would change every night.
MAX_STABLE_RATE = 0.02
# Results that count: three months of nights. A flakiness fixed before then must not hide a new failure.
MAX_RESULTS = 90
# One inconsistent result may come from a build that was broken for a night.
MIN_INCONSISTENT = 2
# Confidence of the Wilson interval that has to lie above `MAX_STABLE_RATE`.
CONFIDENCE = 0.95


@dataclass(frozen=True)
class FlakinessRating:
    """Number of `inconsistent` results of a cell among its last `results`, and the Wilson interval of their share."""

    cell: Cell
    inconsistent: int
    results: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        """Return the share of inconsistent results."""
        return self.inconsistent / self.results

    @property
    def flaky(self) -> bool:
        """Return whether the share is above `MAX_STABLE_RATE` at the confidence of `CONFIDENCE`."""
        return self.inconsistent >= MIN_INCONSISTENT and self.low > MAX_STABLE_RATE


def flakiness_ratings(recorded: LoadedHistory) -> tuple[FlakinessRating, ...]:
    """Return a rating for every cell with an inconsistent result, the flakiest first.

    A result is inconsistent if fresh workers disagreed, or if the results before and after it on the same class of
    machine agree with each other and differ from it. A blocked case has no result.
    """
    ratings = [rating for matrix in recorded.matrices.values() for rating in _series_ratings(matrix)]
    return tuple(sorted(ratings, key=lambda rating: (-rating.low, rating.cell)))


def _series_ratings(matrix: RunMatrix) -> Iterator[FlakinessRating]:
    target, _, suite, evidence = matrix.series
    # The first and last results lack a neighbour; two different sentinels keep them from comparing equal.
    machines = [machine_of(item.run) for item in matrix.runs]
    before = values_at(matrix.outcome, last_run_alike(matrix.judged, machines))
    after = values_at(matrix.outcome[::-1], last_run_alike(matrix.judged[::-1], machines[::-1]), NONE - 1)[::-1]
    inconsistent = matrix.judged & (((matrix.outcome != before) & (before == after)) | (matrix.outcome == FLAKY))
    results_since = np.cumsum(matrix.judged[::-1], axis=0)[::-1]
    recent = matrix.judged & (results_since <= MAX_RESULTS)
    counts, sizes = (inconsistent & recent).sum(axis=0), recent.sum(axis=0)
    for case in np.flatnonzero(counts).tolist():
        count, size = int(counts[case]), int(sizes[case])
        yield FlakinessRating(
            Cell(matrix.cases[case], target, suite, evidence), count, size, *wilson_interval(count, size)
        )


def wilson_interval(inconsistent: int, results: int) -> tuple[float, float]:
    """Return the confidence interval of a share (Wilson 1927, "Probable inference, the law of succession, and …").

    SciPy has the same and takes a second to import.
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    middle = (inconsistent + z**2 / 2) / (results + z**2)
    reach = z / (results + z**2) * math.sqrt(inconsistent * (results - inconsistent) / results + z**2 / 4)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
