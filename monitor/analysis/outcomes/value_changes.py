"""Find silent changes: cases that pass as before with other values.

A check compares a result with an oracle. A random stream, the signs of a decomposition or an initializer may satisfy it
with many values, so only their digests show a change.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from monitor.analysis.outcomes.run_conditions import differences, machine_of, same_build
from monitor.history.digests import parse_digest
from monitor.history.run_matrix import PASS, Flags, RunMatrix, last_run_alike, values_at
from monitor.history.store import LoadedHistory
from monitor.model import Run

# A passing case has a digest if two of its calls give the same values.
NOT_REPEATED = "two calls give different values"

# If the whole result differs, its figures are off by any amount, so the amount means nothing.
MAX_MEANINGFUL = 1000


@dataclass(frozen=True)
class ValueChange:
    """Difference of the values of a case from those in the run `before`."""

    how: str
    before: Run


def value_changes(recorded: LoadedHistory) -> dict[str, dict[str, ValueChange]]:
    """Return, by run id, the cases whose result changed since the last run on the same class of machine.

    A case that passes without a digest gives different values in two calls; it changed if it had a digest before. A
    case that once gave different values under one build, with nothing else different, is left out.
    """
    return {run: cases for matrix in recorded.matrices.values() for run, cases in _series_changes(matrix).items()}


def _series_changes(matrix: RunMatrix) -> dict[str, dict[str, ValueChange]]:
    digest = matrix.words("digest")
    has_digest = matrix.asked & np.array([word != "" for word in digest.values], bool)[digest.code]
    has_digest &= np.array([item.run.build is not None for item in matrix.runs], bool)[:, None]
    lost = _without_digest(matrix, has_digest)
    machines = [machine_of(item.run) for item in matrix.runs]
    before = np.where(lost, last_run_alike(has_digest | lost, machines), last_run_alike(has_digest, machines))
    had_digest = values_at(has_digest.astype(np.intp), before, missing=0) == 1
    earlier = values_at(digest.code, before)
    inconsistent: set[int] = set()
    found: list[tuple[int, int, ValueChange]] = []
    for run, case in np.argwhere(had_digest & (lost | (has_digest & (digest.code != earlier)))).tolist():
        how = NOT_REPEATED if lost[run, case] else _difference(digest.values[earlier[run, case]], digest.at(run, case))
        one, other = matrix.runs[before[run, case]].run, matrix.runs[run].run
        if how and same_build(one, other) and not differences(one, other):
            inconsistent.add(case)
        elif how:
            found.append((run, case, ValueChange(how, one)))
    result: dict[str, dict[str, ValueChange]] = defaultdict(dict)
    for run, case, values in found:
        if case not in inconsistent:
            result[matrix.runs[run].run.id][matrix.cases[case]] = values
    return result


def _without_digest(matrix: RunMatrix, has_digest: Flags) -> Flags:
    """Return the cases that passed without a digest, in runs that have digests."""
    without: Flags = matrix.asked & (matrix.outcome == PASS) & ~has_digest
    return without & has_digest.any(axis=1, keepdims=True)


@lru_cache(maxsize=100_000)  # a figure at a rounding edge alternates, so the same pair is compared every other night
def _difference(one: str, other: str) -> str:
    """Return the difference between two results by their digests; empty if they agree."""
    before, after = parse_digest(one), parse_digest(other)
    if before.agrees(after):
        return ""
    if before.exact != after.exact or len(before.figures) != len(after.figures):
        return "another structure, or other whole numbers"
    furthest = max(abs(a - b) for a, b in zip(before.figures, after.figures, strict=True))
    if furthest > MAX_MEANINGFUL:
        return "entirely other values"
    return f"other values, by about {2 ** math.floor(math.log2(furthest))} times the tolerance"
