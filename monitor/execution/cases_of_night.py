"""Choose the cases of a night: all nightly cases, and the weekly cases whose turn it is. Pure functions."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, takewhile

from monitor.model import Job, Period, WeeklyCases, function_of, period_of

# Nights in which every weekly case runs once. One night fewer than a week, so that a week may lack a night.
CYCLE_NIGHTS = 6


def cases_of_night(job: Job, cases: Sequence[str]) -> tuple[str, ...]:
    """Return the cases that a job runs tonight, in their order, out of the cases of its suite.

    Nightly cases always run. Of the weekly cases, those that never ran come first, then those that ran longest ago,
    until a sixth of the cost of all weekly cases is reached; all cases of a function come together. Cases that the job
    has as due run besides, up to another sixth. Equal jobs choose equal cases, so the shards of a plan do.

    A case without a recorded cost counts as the mean of the others. The median would be too low: a few compiled cases
    cost more than all others together.
    """
    weekly = [case for case in cases if period_of(job.suite, case) is Period.WEEK]
    if job.weekly is WeeklyCases.ALL or not weekly:
        return tuple(cases)
    measured = [cost for case in weekly if (cost := job.costs.get(case, 0.0)) > 0]
    mean = sum(measured) / len(measured) if measured else 1.0
    costs = {case: job.costs.get(case) or mean for case in weekly}
    share = sum(costs.values()) / CYCLE_NIGHTS
    order = _oldest_first(job, weekly)
    due = frozenset(job.due)
    resting = frozenset(weekly)
    in_turn = [case for case in order if case not in due] if job.weekly is WeeklyCases.SHARE else []
    for candidates in ([case for case in order if case in due], in_turn):
        resting -= frozenset(_until(candidates, costs, share))
    return tuple(case for case in cases if case not in resting)


def removed_cases(job: Job, cases: Iterable[str]) -> tuple[str, ...]:
    """Return the cases that the history of a job has and its suite lacks, sorted."""
    known = {*job.watch, *(case for ran in job.last_ran.values() for case in ran)}
    return tuple(sorted(known.difference(cases)))


def _oldest_first(job: Job, weekly: Sequence[str]) -> list[str]:
    """Return weekly cases by the night on which they last ran; those of one night are in no order of names.

    Neighbours in the alphabet have similar costs. A hash of the function spreads expensive functions over the nights.
    """
    night_of = {case: night for night, ran in job.last_ran.items() for case in ran}
    return sorted(weekly, key=lambda case: (night_of.get(case, ""), zlib.crc32(function_of(case).encode()), case))


def _until(candidates: Sequence[str], costs: dict[str, float], share: float) -> Iterator[str]:
    """Yield candidates in their order until their cost reaches a share."""
    spent_before = accumulate((costs[case] for case in candidates), initial=0.0)
    for case, _ in zip(candidates, takewhile(lambda spent: spent < share, spent_before), strict=False):
        yield case
