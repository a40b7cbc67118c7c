"""Flakiness, rated over the history: how often a case gives an answer that it gave neither before nor after.

One odd night says little: a build may have been broken that night. So a rate comes with its uncertainty, and a case is
called flaky only when it is sure that the rate is too high.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from monitor.analysis.cells import KEY, Cell, answers
from monitor.history.rows import NONE, OUTCOMES
from monitor.history.store import Recorded
from monitor.model import Evidence, Outcome

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
class Rating:
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


def ratings(recorded: Recorded) -> tuple[Rating, ...]:
    """A rating for every cell that was odd at least once, the oddest first.

    An answer is odd where fresh workers disagreed, and where the answers before and after it agree with each other and
    not with it: the case went, and came back. What could not be judged is no answer.
    """
    return tuple(sorted(_rated(answers(recorded, "outcome")), key=lambda rating: (-rating.low, rating.cell)))


def _rated(table: pd.DataFrame) -> Iterator[Rating]:
    number = table.groupby(KEY, observed=True).ngroup().to_numpy()
    order = np.argsort(number, kind="stable")
    cell, outcome = number[order], pd.Categorical(table["outcome"], [*OUTCOMES]).codes[order]
    first = np.flatnonzero(np.diff(cell, prepend=-1))
    beyond = np.append(first, len(cell))[1:]
    # An answer at an end has none beside it: nothing, which is told from nothing on the other side.
    before, after = np.roll(outcome, 1), np.roll(outcome, -1)
    before[first], after[beyond - 1] = NONE, NONE - 1
    odd = ((outcome != before) & (before == after)) | (outcome == FLAKY)
    recent = np.arange(len(cell)) >= (beyond - REMEMBERED)[cell]
    counts, sizes = (np.bincount(cell[chosen], minlength=len(first)) for chosen in (recent & odd, recent))
    found = np.flatnonzero(counts)
    keys = table[KEY].iloc[order[first[found]]].itertuples(index=False, name=None)
    for (case, target, suite, by), count, size in zip(keys, counts[found], sizes[found], strict=True):
        interval = binomtest(int(count), int(size)).proportion_ci(CONFIDENCE, method="wilson")
        yield Rating(
            Cell(case, target, suite, Evidence(by)), int(count), int(size), float(interval.low), float(interval.high)
        )
