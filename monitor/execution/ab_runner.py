"""Interleaved A/B runs: the same cases in fresh processes of several builds, in turns.

The latency of a night differs from that of the last one because of the state of the machine, the layout of memory, and
perhaps the build. A disturbance of more than a few seconds affects all builds if they take turns (A B A B ...), and the
luck of one process is one sample of many. A fresh process costs seconds, most of them for the import of the framework,
so each process runs all cases, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice

from monitor.execution.workers.confirming_worker import RESTART_MEMORY_SHARE
from monitor.execution.workers.factories import WorkerFactory
from monitor.execution.workers.process import Limits
from monitor.model import ComparisonSide, Digest, Observation, Outcome

DIGITS = 4  # decimals of a microsecond: far below the resolution of a clock
# Processes of good builds in a round, beside one of the new build. Two in each of nine rounds give each of five good
# builds three or four processes. The level of a build is then known to about 1 %, far better than its layout allows.
MAX_GOOD_STARTS = 2


@dataclass(frozen=True)
class BuildProcesses:
    """A build in an A/B run: its requirement ("jax==0.9.2"), and the factory of its processes."""

    requirement: str
    start: WorkerFactory


def compare_two_builds(
    good: BuildProcesses,
    new: BuildProcesses,
    cases: Sequence[str],
    limits: Limits,
    *,
    rounds: int,
    log: Callable[[str], None],
) -> dict[str, tuple[ComparisonSide, ComparisonSide]]:
    """Return the sides of the good and of the new build for each case. As `compare_builds`, with one good build."""
    sides = compare_builds([good], new, cases, limits, rounds=rounds, log=log)
    return {case: (goods[0], of_new) for case, (goods, of_new) in sides.items()}


def compare_builds(
    goods: Sequence[BuildProcesses],
    new: BuildProcesses,
    cases: Sequence[str],
    limits: Limits,
    *,
    rounds: int,
    log: Callable[[str], None],
) -> dict[str, tuple[tuple[ComparisonSide, ...], ComparisonSide]]:
    """Run cases under good builds and a new one; return the sides of the good builds and of the new one, by case.

    Each round starts one process of the new build and `good_starts_per_round` processes of good builds, which take
    turns over the rounds. A case that a build does not list has an empty side there. Raises WorkerUnavailableError
    where a process cannot start.
    """
    # By position, not by requirement: a build may be compared with itself.
    builds = (*goods, new)
    observations: list[list[Observation]] = [[] for _ in builds]
    turns = cycle(range(len(goods)))
    others = f"{len(goods) - 1} other good builds" if len(goods) > 1 else ""
    names = " and ".join(filter(None, (goods[0].requirement, others)))
    for number in range(1, rounds + 1):
        log(f"{names} and {new.requirement} side by side, {len(cases)} cases: round {number} of {rounds}")
        for position in (*islice(turns, good_starts_per_round(len(goods))), len(goods)):
            observations[position] += _run_fresh(builds[position].start, cases, limits)
    sides = [_sides(build.requirement, cases, its) for build, its in zip(builds, observations, strict=True)]
    return {case: (tuple(side[case] for side in sides[:-1]), sides[-1][case]) for case in cases}


def good_starts_per_round(goods: int) -> int:
    """Return how many processes of good builds a round starts."""
    return min(goods, MAX_GOOD_STARTS)


def _run_fresh(start: WorkerFactory, cases: Sequence[str], limits: Limits) -> list[Observation]:
    """Run cases in one fresh process, and in another one after each case that kills it or fills its memory."""
    observations: list[Observation] = []
    left = [*cases]
    while left:
        with closing(start()) as worker:
            listed = frozenset(worker.info.cases)
            while left:
                case = left.pop(0)
                if case in listed:
                    observations.append(worker.run_case(case, limits))
                if not worker.alive or worker.memory_mib > RESTART_MEMORY_SHARE * limits.memory_mib:
                    break
    return observations


def _sides(requirement: str, cases: Sequence[str], observations: Sequence[Observation]) -> dict[str, ComparisonSide]:
    by_case: dict[str, list[Observation]] = {case: [] for case in cases}
    for observation in observations:
        by_case[observation.case].append(observation)
    return {case: _side(requirement, its) for case, its in by_case.items()}


def _side(requirement: str, observations: Sequence[Observation]) -> ComparisonSide:
    passed = [observation for observation in observations if observation.outcome is Outcome.PASS]
    return ComparisonSide(
        requirement,
        tuple(observation.outcome for observation in observations),
        tuple(round(observation.latency.median, DIGITS) for observation in passed if observation.latency),
        _common_digest([observation.digest for observation in passed]),
    )


def _common_digest(digests: Sequence[Digest | None]) -> Digest | None:
    """Return the digest that all results share; None where they differ, or where one is missing."""
    first = digests[0] if digests else None
    return first if first and all(other and first.agrees(other) for other in digests) else None
