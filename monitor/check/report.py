"""Join the problems of a program to an answer for each target."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.check.problems import ON_HOST, Level, Problem
from monitor.check.target_rules import CalledNames
from monitor.formatting.humanize import count


class AnswerKind(StrEnum):
    """Answer to "does this program run on the target?", the best first."""

    PORTS = "ports"
    HOST = "host"  # it ports, but parts of it run on the host
    UNKNOWN = "unknown"  # no place is known to fail, and some functions have no verdict
    FAILS = "fails"


@dataclass(frozen=True)
class TargetAnswer:
    """Answer for one target. `called` counts the calls that have a verdict; `places` fail, and `host` run on the host.

    The evidence is a look-up: nothing was compiled or run.
    """

    target: str
    title: str
    called: CalledNames
    places: int
    host: int

    @property
    def kind(self) -> AnswerKind:
        """Return the answer."""
        if self.places:
            return AnswerKind.FAILS
        if self.called.unknown:
            return AnswerKind.UNKNOWN
        return AnswerKind.HOST if self.host else AnswerKind.PORTS

    @property
    def sentence(self) -> str:
        """Return the answer for a reader. It never leaves out the functions without a verdict."""
        unknown = f"unknown: {count(len(self.called.unknown), 'name')}"
        if self.places:
            failing = f"does not port: {count(self.places, 'place')}"
            return f"{failing}; {unknown}" if self.called.unknown else failing
        if self.called.unknown:
            return unknown
        return f"ports, but runs on the host in {count(self.host, 'place')}" if self.host else "ports"


@dataclass(frozen=True)
class CheckReport:
    """Report on the source files of a program.

    `builds` are the newest listed builds, with which the names are compared. `unreadable` files are no Python that the
    parser knows, each with the reason; nothing is known about them. `known_before` counts the problems that the
    baseline has too, which `problems` leaves out.
    """

    files: int
    lines: int
    frameworks: tuple[str, ...]
    builds: tuple[str, ...]
    problems: tuple[Problem, ...]
    answers: tuple[TargetAnswer, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    known_before: int = 0

    @property
    def failing(self) -> bool:
        """Return whether some place fails, on a target or in the newest builds."""
        return any(problem.level is Level.ERROR for problem in self.problems)

    @property
    def undecided(self) -> bool:
        """Return whether nothing is known to fail, and something is not known."""
        unknown = any(answer.kind is AnswerKind.UNKNOWN for answer in self.answers)
        return not self.failing and (unknown or bool(self.unreadable))

    def without(self, known: Collection[tuple[str, str, str, str]]) -> CheckReport:
        """Return the report without problems of a baseline, whose answers count the others alone."""
        new = tuple(problem for problem in self.problems if problem.key not in known)
        answers = tuple(answer_for(one.target, one.title, one.called, new) for one in self.answers)
        return replace(self, problems=new, answers=answers, known_before=len(self.problems) - len(new))


def answer_for(target: str, title: str, called: CalledNames, problems: Iterable[Problem]) -> TargetAnswer:
    """Return the answer for a target from the problems that concern it."""
    here = [problem for problem in problems if target in problem.targets]
    places = {problem.place for problem in here if problem.level is Level.ERROR}
    host = {problem.place for problem in here if problem.kind in ON_HOST}
    return TargetAnswer(target, title, called, len(places), len(host))
