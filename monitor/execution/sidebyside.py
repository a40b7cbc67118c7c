"""Two builds side by side: the same cases in fresh processes of each, in turns.

A night's latency differs from the last one's by what the machine was at, by how its memory lay, and perhaps by the
build. Whatever lasts longer than a few seconds falls on both builds when they take turns (A B A B ...), and what one
process happened to get is one sample of many. A fresh process costs seconds, nearly all of them the import of the
framework, so each answers all the cases, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

from monitor.execution.examiner import RETIRED_AT
from monitor.execution.lanes import Lane
from monitor.execution.supervisor import Limits
from monitor.model import Digest, Observation, Outcome, Side

DIGITS = 4  # decimals of a microsecond that are kept: far below what a clock can tell


def side_by_side(
    good: tuple[str, Lane],
    new: tuple[str, Lane],
    cases: Sequence[str],
    limits: Limits,
    *,
    rounds: int,
    say: Callable[[str], None],
) -> dict[str, tuple[Side, Side]]:
    """What two builds make of cases, each given as its label and what starts a process of it.

    A case that one of the builds does not list has no answers there. Raises WorkerUnavailableError where no process
    could be started.
    """
    answers: tuple[list[Observation], list[Observation]] = ([], [])
    for number in range(1, rounds + 1):
        say(f"{good[0]} and {new[0]} side by side, {len(cases)} cases: round {number} of {rounds}")
        for (_, start), given in zip((good, new), answers, strict=True):
            given += _fresh_answers(start, cases, limits)
    sides = [_sides(label, cases, given) for (label, _), given in zip((good, new), answers, strict=True)]
    return {case: (sides[0][case], sides[1][case]) for case in cases}


def _fresh_answers(start: Lane, cases: Sequence[str], limits: Limits) -> list[Observation]:
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


def _sides(label: str, cases: Sequence[str], answers: Sequence[Observation]) -> dict[str, Side]:
    of_case: dict[str, list[Observation]] = {case: [] for case in cases}
    for answer in answers:
        of_case[answer.case].append(answer)
    return {case: _side(label, given) for case, given in of_case.items()}


def _side(label: str, answers: Sequence[Observation]) -> Side:
    passed = [answer for answer in answers if answer.outcome is Outcome.PASS]
    return Side(
        label,
        tuple(answer.outcome for answer in answers),
        tuple(round(answer.latency.median, DIGITS) for answer in passed if answer.latency),
        _common_digest([answer.digest for answer in passed]),
    )


def _common_digest(digests: Sequence[Digest | None]) -> Digest | None:
    """What all results were; None where one of them was another, or does not tell."""
    first = digests[0] if digests else None
    return first if first and all(other and first.agrees(other) for other in digests) else None
