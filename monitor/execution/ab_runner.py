"""Builds side by side: the same cases in fresh processes of each, in turns.

A night's latency differs from the last one's by what the machine was at, by how its memory lay, and perhaps by the
build. Whatever lasts longer than a few seconds falls on both builds when they take turns (A B A B ...), and what one
process happened to get is one sample of many. A fresh process costs seconds, nearly all of them the import of the
framework, so each answers all the cases, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import cycle, islice

from monitor.execution.workers.confirmation import RETIRED_AT
from monitor.execution.workers.pool import WorkerFactory
from monitor.execution.workers.process import Limits
from monitor.model import ComparisonSide, Digest, Observation, Outcome

DIGITS = 4  # decimals of a microsecond that are kept: far below what a clock can tell
# Processes of good builds in a round, beside one of the new build. Two in each of six rounds give each of six good
# builds two processes. The mean over them is then known better than the layout of builds allows.
GOODS_A_ROUND = 2

Named = tuple[str, WorkerFactory]  # a build's label, and what starts a process of it


def side_by_side(
    good: Named, new: Named, cases: Sequence[str], limits: Limits, *, rounds: int, say: Callable[[str], None]
) -> dict[str, tuple[ComparisonSide, ComparisonSide]]:
    """What two builds make of cases. As `beside_several`, with one good build."""
    found = beside_several([good], new, cases, limits, rounds=rounds, say=say)
    return {case: (goods[0], of_new) for case, (goods, of_new) in found.items()}


def beside_several(
    goods: Sequence[Named], new: Named, cases: Sequence[str], limits: Limits, *, rounds: int, say: Callable[[str], None]
) -> dict[str, tuple[tuple[ComparisonSide, ...], ComparisonSide]]:
    """Measure cases under good builds and a new one; return the sides of the good builds, and that of the new one.

    Each round starts one process of the new build and `starts_of_goods` processes of good builds, which take turns over
    the rounds. A case that a build does not list has no answers there. Raises WorkerUnavailableError where no process
    could be started.
    """
    # By place, not by label: a build may be compared with itself.
    builds = (*goods, new)
    answers: list[list[Observation]] = [[] for _ in builds]
    turns = cycle(range(len(goods)))
    beside = " and ".join(filter(None, (goods[0][0], f"{len(goods) - 1} other good builds" if len(goods) > 1 else "")))
    for number in range(1, rounds + 1):
        say(f"{beside} and {new[0]} side by side, {len(cases)} cases: round {number} of {rounds}")
        for place in (*islice(turns, starts_of_goods(len(goods))), len(goods)):
            answers[place] += _fresh_answers(builds[place][1], cases, limits)
    sides = [_sides(label, cases, given) for (label, _), given in zip(builds, answers, strict=True)]
    return {case: (tuple(side[case] for side in sides[:-1]), sides[-1][case]) for case in cases}


def starts_of_goods(goods: int) -> int:
    """How many processes of good builds a round starts."""
    return min(goods, GOODS_A_ROUND)


def _fresh_answers(start: WorkerFactory, cases: Sequence[str], limits: Limits) -> list[Observation]:
    """The answers of one fresh process. A case that kills it, or bloats it, costs nobody else's: another takes over."""
    answers: list[Observation] = []
    left = [*cases]
    while left:
        with closing(start()) as worker:
            listed = frozenset(worker.ready.cases)
            while left:
                case = left.pop(0)
                if case in listed:
                    answers.append(worker.ask(case, limits))
                if not worker.alive or worker.memory_mib > RETIRED_AT * limits.memory_mib:
                    break
    return answers


def _sides(label: str, cases: Sequence[str], answers: Sequence[Observation]) -> dict[str, ComparisonSide]:
    of_case: dict[str, list[Observation]] = {case: [] for case in cases}
    for answer in answers:
        of_case[answer.case].append(answer)
    return {case: _side(label, given) for case, given in of_case.items()}


def _side(label: str, answers: Sequence[Observation]) -> ComparisonSide:
    passed = [answer for answer in answers if answer.outcome is Outcome.PASS]
    return ComparisonSide(
        label,
        tuple(answer.outcome for answer in answers),
        tuple(round(answer.latency.median, DIGITS) for answer in passed if answer.latency),
        _common_digest([answer.digest for answer in passed]),
    )


def _common_digest(digests: Sequence[Digest | None]) -> Digest | None:
    """What all results were; None where one of them was another, or does not tell."""
    first = digests[0] if digests else None
    return first if first and all(other and first.agrees(other) for other in digests) else None
