"""Choose the cases of a night that are worth a comparison with good builds. Pure functions.

A comparison costs a few dozen fresh processes, so it has a budget; the notes of the run say what is left out.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence

from monitor.model import MachineBaseline, Observation, Outcome

# Seconds that the cases of one comparison may take in all processes together, without the starts of the processes. A
# quarter of an hour pays for a quarter of a suite: as many cases are suspect if layout moves each by 3 %. Most nights
# take less.
BUDGET_SECONDS = 900.0


def latency_excess(observations: Iterable[Observation], baseline: MachineBaseline, min_cases: int) -> dict[str, float]:
    """Return how far each case is beyond its bound, as a natural logarithm: a case above 0 is suspect.

    The shift that all cases share comes from the machine, or is one finding about the build, and is removed; fewer than
    `min_cases` cases do not show it.
    """
    shifts = {
        o.case: math.log(o.latency.median) - expected.level
        for o in observations
        if o.outcome is Outcome.PASS and o.latency and o.latency.median > 0 and (expected := baseline.cases.get(o.case))
    }
    common = statistics.median(shifts.values()) if len(shifts) >= min_cases else 0.0
    return {case: baseline.cases[case].excess(shift - common) for case, shift in shifts.items()}


def newly_failing(observations: Iterable[Observation], watch: Mapping[str, Outcome]) -> list[str]:
    """Return the cases that passed when they last ran, and now fail."""
    no_failure = (Outcome.PASS, Outcome.FLAKY, Outcome.BLOCKED)
    return [o.case for o in observations if watch.get(o.case) is Outcome.PASS and o.outcome not in no_failure]


def choose_controls(excess: Mapping[str, float], count: int) -> list[str]:
    """Return `count` cases that are not suspect, spread over the suite; equal arguments give equal cases."""
    usual = sorted(case for case, beyond in excess.items() if beyond <= 0)
    return usual[:: max(1, len(usual) // count)][:count] if count else []


def within_budget(cases: Sequence[str], seconds: Mapping[str, float], budget: float) -> list[str]:
    """Return the cases that a budget in seconds pays for, in their order; a case that is too long is skipped."""
    chosen: list[str] = []
    for case in cases:
        if seconds[case] <= budget:
            budget -= seconds[case]
            chosen.append(case)
    return chosen
