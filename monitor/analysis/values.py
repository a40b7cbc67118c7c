"""Silent changes: what passes as before, and gives other values.

A check holds a result against its truth where there is one. A random stream, the signs of a decomposition, an
initializer keep their promise with many values; that they are no longer the ones they were, only their digests tell.
"""

from __future__ import annotations

import math
from collections import defaultdict

from monitor.analysis.cells import rows
from monitor.history.layout import parse_digest
from monitor.history.store import Recorded
from monitor.model import Digest, Series

# Where the whole result is another, its figures are off by anything: how far says no more.
FAR = 1000


def moved(recorded: Recorded) -> dict[str, dict[str, str]]:
    """For each run by its id, the cases whose result is not what it was under the build before, and how it differs.

    A case that ever gave different values under one build has none to speak of: it is left out.
    """
    tables = dict(tuple(recorded.observations.groupby("run", observed=True)))
    last: dict[Series, dict[str, tuple[str, str]]] = defaultdict(dict)
    unsteady: dict[Series, set[str]] = defaultdict(set)
    found: list[tuple[Series, str, str, str]] = []
    for item in recorded.runs:
        run = item.run
        if run.build is None or run.id not in tables:
            continue
        known, label = last[run.series], run.build.label
        for case, digest in rows(tables[run.id], "case", "digest"):
            if not digest:
                continue
            before, under = known.get(case, ("", ""))
            known[case] = (digest, label)
            if before and before != digest and (how := _difference(parse_digest(before), parse_digest(digest))):
                if under == label:
                    unsteady[run.series].add(case)
                else:
                    found.append((run.series, run.id, case, how))
    result: dict[str, dict[str, str]] = defaultdict(dict)
    for series, run_id, case, how in found:
        if case not in unsteady[series]:
            result[run_id][case] = how
    return dict(result)


def _difference(before: Digest, after: Digest) -> str:
    """In what two results differ; empty where they agree."""
    if before.agrees(after):
        return ""
    if before.exact != after.exact:
        return "of another make, or with other whole numbers"
    furthest = max(abs(a - b) for a, b in zip(before.figures, after.figures, strict=True))
    if furthest > FAR:
        return "quite other values"
    return f"other values, by about {2 ** math.floor(math.log2(furthest))} times the tolerance"
