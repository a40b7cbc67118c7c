"""Silent changes: what passes as before, and gives other values.

A check holds a result against its truth where there is one. A random stream, the signs of a decomposition, an
initializer keep their promise with many values; that they are no longer the ones they were, only their digests tell.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from monitor.analysis.outcomes.run_conditions import differences, machine_of, same_build
from monitor.history.layout import parse_digest
from monitor.history.run_matrix import NONE, RunMatrix, last_alike, told_by
from monitor.history.store import LoadedHistory
from monitor.model import Run

# Where the whole result is another, its figures are off by anything: how far says no more.
FAR = 1000


@dataclass(frozen=True)
class ValueChange:
    """How the values of a case differ from those that the run `before` gave."""

    how: str
    before: Run


def moved(recorded: LoadedHistory) -> dict[str, dict[str, ValueChange]]:
    """For each run by its id, the cases whose result is not what it was before on a machine of that class.

    A case that ever gave different values under one build, with nothing else different, has none to speak of: it is
    left out.
    """
    return {run: cases for grid in recorded.grids.values() for run, cases in _moved(grid).items()}


def _moved(grid: RunMatrix) -> dict[str, dict[str, ValueChange]]:
    digest = grid.words("digest")
    tells = grid.asked & np.array([word != "" for word in digest.told], bool)[digest.code]
    tells &= np.array([item.run.build is not None for item in grid.runs], bool)[:, None]
    before = last_alike(tells, [machine_of(item.run) for item in grid.runs])
    earlier = told_by(digest.code, before)
    unsteady: set[int] = set()
    found: list[tuple[int, int, ValueChange]] = []
    for run, case in np.argwhere(tells & (before != NONE) & (digest.code != earlier)).tolist():
        how = _difference(digest.told[earlier[run, case]], digest.at(run, case))
        one, other = grid.runs[before[run, case]].run, grid.runs[run].run
        if how and same_build(one, other) and not differences(one, other):
            unsteady.add(case)
        elif how:
            found.append((run, case, ValueChange(how, one)))
    result: dict[str, dict[str, ValueChange]] = defaultdict(dict)
    for run, case, values in found:
        if case not in unsteady:
            result[grid.runs[run].run.id][grid.cases[case]] = values
    return result


@lru_cache(maxsize=100_000)  # two figures that are rounded now up, now down are compared every other night
def _difference(one: str, other: str) -> str:
    """In what two results differ, by their digests; empty where they agree."""
    before, after = parse_digest(one), parse_digest(other)
    if before.agrees(after):
        return ""
    if before.exact != after.exact or len(before.figures) != len(after.figures):
        return "of another make, or with other whole numbers"
    furthest = max(abs(a - b) for a, b in zip(before.figures, after.figures, strict=True))
    if furthest > FAR:
        return "quite other values"
    return f"other values, by about {2 ** math.floor(math.log2(furthest))} times the tolerance"
