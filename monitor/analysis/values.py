"""Silent changes: what passes as before, and gives other values.

A check holds a result against its truth where there is one. A random stream, the signs of a decomposition, an
initializer keep their promise with many values; that they are no longer the ones they were, only their digests tell.
"""

from __future__ import annotations

import math
from collections import defaultdict
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitor.history.layout import parse_digest
from monitor.history.rows import NONE, Numbers, rows_of
from monitor.history.store import Recorded
from monitor.model import Series

# Where the whole result is another, its figures are off by anything: how far says no more.
FAR = 1000


def moved(recorded: Recorded) -> dict[str, dict[str, str]]:
    """For each run by its id, the cases whose result is not what it was under the build before, and how it differs.

    A case that ever gave different values under one build has none to speak of: it is left out.
    """
    rows = rows_of(recorded.observations)
    digest, digests = pd.factorize(recorded.observations["digest"])
    told = np.asarray(digests, object)
    tells = (told != "")[digest]
    last: dict[Series, Numbers] = defaultdict(rows.nothing_known)
    label: dict[Series, NDArray[np.object_]] = defaultdict(lambda: np.full(len(rows.cases), "", object))
    unsteady: dict[Series, set[str]] = defaultdict(set)
    found: list[tuple[Series, str, str, str]] = []
    for item in recorded.runs:
        run = item.run
        if run.build is None:
            continue
        known, under = last[run.series], label[run.series]
        answers = rows.of(run.id)
        answers = answers[tells[answers]]
        cases = rows.case[answers]
        others = answers[(known[cases] != NONE) & (digest[known[cases]] != digest[answers])]
        for row in others.tolist():
            number = int(rows.case[row])
            how = _difference(told[digest[known[number]]], told[digest[row]])
            if how and under[number] == run.build.label:
                unsteady[run.series].add(rows.cases[number])
            elif how:
                found.append((run.series, run.id, rows.cases[number], how))
        known[cases] = answers
        under[cases] = run.build.label
    result: dict[str, dict[str, str]] = defaultdict(dict)
    for series, run_id, case, how in found:
        if case not in unsteady[series]:
            result[run_id][case] = how
    return dict(result)


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
