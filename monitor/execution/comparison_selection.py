"""Which cases of a night are worth measuring again beside the last good build. Pure decisions.

Comparing is dear, a few dozen fresh processes, so there is a budget; what is left out is said.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence

from monitor.model import MachineBaseline, Observation, Outcome

# What the cases of one comparison may take in all processes together, starting them not counted. A quarter of an hour
# pays for a quarter of a suite: so much stands out where the layout of builds is worth 3 %. Most nights take less.
BUDGET_SECONDS = 900.0


def excesses(observations: Iterable[Observation], pace: MachineBaseline, fewest: int) -> dict[str, float]:
    """By how much each case is beyond its bound, in logarithms: above 0 it is suspect.

    What all cases have in common is the machine, or one finding about the build, and is taken out; fewer cases than
    `fewest` do not tell what is common.
    """
    slower = {
        o.case: math.log(o.latency.median) - expected.level
        for o in observations
        if o.outcome is Outcome.PASS and o.latency and o.latency.median > 0 and (expected := pace.cases.get(o.case))
    }
    drift = statistics.median(slower.values()) if len(slower) >= fewest else 0.0
    return {case: pace.cases[case].excess(shift - drift) for case, shift in slower.items()}


def turned(observations: Iterable[Observation], watch: Mapping[str, Outcome]) -> list[str]:
    """The cases that passed when they were last seen, and now fail."""
    no_failure = (Outcome.PASS, Outcome.FLAKY, Outcome.BLOCKED)
    return [o.case for o in observations if watch.get(o.case) is Outcome.PASS and o.outcome not in no_failure]


def controls(excess: Mapping[str, float], count: int) -> list[str]:
    """So many of the cases that are not suspect, the same on every call, from all over the suite."""
    fine = sorted(case for case, beyond in excess.items() if beyond <= 0)
    return fine[:: max(1, len(fine) // count)][:count] if count else []


def affordable(cases: Sequence[str], seconds: Mapping[str, float], budget: float) -> list[str]:
    """Of the cases, those first that come first, each that a budget still pays for."""
    chosen: list[str] = []
    for case in cases:
        if seconds[case] <= budget:
            budget -= seconds[case]
            chosen.append(case)
    return chosen
