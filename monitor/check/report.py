"""Derive an answer for each target from the problems of a program."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from monitor.check.problems import Level, Problem, ProblemKind
from monitor.check.used_operations import UsedOperation
from monitor.check.verdict_lookup import CalledNames
from monitor.formatting.humanize import count
from monitor.model import TracedProgram


class AnswerKind(StrEnum):
    """Answer to "does this program run on the target?", the best first."""

    PORTS = "ports"
    HOST = "host"  # it ports, but parts of it run on the host
    UNKNOWN = "unknown"  # no place is known to fail, and some functions have no verdict
    FAILS = "fails"


@dataclass(frozen=True)
class CompiledProgram:
    """A program that the compiler of a target took or refused.

    `build` is the compiler's. `unjudged` names the operations that it cannot judge without the hardware. `memory` are
    the bytes that the program needs, `available` those of the chip, and `min_time` the least time of a call in
    microseconds; each is None if it is not known. `complete` is False if the time ended before every place was found.
    """

    build: str
    unjudged: tuple[str, ...] = ()
    memory: int | None = None
    available: float | None = None
    min_time: float | None = None
    complete: bool = True


@dataclass(frozen=True)
class TracedCallable:
    """A callable that was traced, such as "train.py:step", and its program."""

    name: str
    program: TracedProgram


@dataclass(frozen=True)
class WatchedScript:
    """A command that was watched, with the number of its calls of frameworks, and the version of each framework.

    `status` is its exit status, negative for a signal. `ended` is how it ended early, empty if it ended well.
    """

    command: str
    frameworks: tuple[tuple[str, str], ...]
    calls: int
    status: int
    ended: str = ""


@dataclass(frozen=True)
class TargetAnswer:
    """Answer for one target.

    `places` counts the places that fail, `host` those that run on the host, and `known` the failing places that a
    baseline left out.

    `compiled` has the facts of a compiled program. Without it the evidence is a look-up: nothing was compiled, `called`
    counts the calls that have a verdict, and `note` is the reason why a callable was not compiled, or how a watched
    script ended early. `complete` is False if such a script did not end well: nothing is known about its other calls.
    """

    target: str
    title: str
    called: CalledNames
    places: int
    host: int
    compiled: CompiledProgram | None = None
    note: str = ""
    known: int = 0
    complete: bool = True

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return the called functions without a verdict, and the operations that were not judged."""
        return (*self.called.unknown, *(self.compiled.unjudged if self.compiled else ()))

    @property
    def kind(self) -> AnswerKind:
        """Return the answer."""
        if self.places:
            return AnswerKind.FAILS
        if self.unknown or not self.complete:
            return AnswerKind.UNKNOWN
        return AnswerKind.HOST if self.host else AnswerKind.PORTS

    @property
    def sentence(self) -> str:
        """Return the answer for a reader. It never leaves out the functions without a verdict."""
        unknown = self._unknown_sentence
        if self.places:
            least = "at least " if self.compiled and not self.compiled.complete else ""
            failing = f"does not port: {least}{count(self.places, 'place')} {'fails' if self.places == 1 else 'fail'}"
            return f"{failing}; {unknown}" if unknown else failing
        if unknown:
            return unknown
        if self.known:
            return f"no new problem: {count(self.known, 'known place')} left out"
        return f"ports, but runs on the host in {count(self.host, 'place')}" if self.host else "ports"

    @property
    def _unknown_sentence(self) -> str:
        """Return the number of functions or operations without a verdict; empty if nothing is unknown."""
        parts = []
        if self.unknown:
            parts.append(count(len(self.unknown), "operation" if self.compiled else "name"))
        if not self.complete:
            parts.append("what the script does later")
        return f"unknown: {', and '.join(parts)}" if parts else ""


@dataclass(frozen=True)
class CheckReport:
    """Report on the source files of a program.

    `builds` are the newest listed builds, with which the names are compared. `traced` is the callable that was traced
    and compiled, and `watched` the script that was watched, if there is one. `unreadable` lists the files that the
    parser cannot read, of which nothing is known, or the data that a watch has lost; each with the reason.
    `known_before` counts the problems that the baseline has too, which `problems` leaves out. `operations` are those
    that the program uses.
    """

    files: int
    lines: int
    frameworks: tuple[str, ...]
    builds: tuple[str, ...]
    problems: tuple[Problem, ...]
    answers: tuple[TargetAnswer, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    known_before: int = 0
    traced: TracedCallable | None = None
    watched: WatchedScript | None = None
    operations: tuple[UsedOperation, ...] = ()

    @property
    def failing(self) -> bool:
        """Return whether some place fails, on a target or in the newest builds."""
        return any(problem.level is Level.ERROR for problem in self.problems)

    @property
    def undecided(self) -> bool:
        """Return whether nothing is known to fail, and something is not known."""
        unknown = any(answer.kind is AnswerKind.UNKNOWN for answer in self.answers)
        ended_early = bool(self.watched and self.watched.ended)
        return not self.failing and (unknown or ended_early or bool(self.unreadable))

    def without(self, known: Collection[tuple[str, str, str, str]]) -> CheckReport:
        """Return the report without the `known` problems; its answers count only the rest."""
        new = tuple(problem for problem in self.problems if problem.key not in known)
        answers = tuple(_without_known(one, new) for one in self.answers)
        return replace(self, problems=new, answers=answers, known_before=len(self.problems) - len(new))


def answer_for(target: str, title: str, called: CalledNames, problems: Iterable[Problem]) -> TargetAnswer:
    """Return the answer for a target from the problems that concern it."""
    return _recounted(TargetAnswer(target, title, called, 0, 0), problems)


def compiled_answer(target: str, title: str, compiled: CompiledProgram, problems: Iterable[Problem]) -> TargetAnswer:
    """Return the answer for a target whose compiler judged the program."""
    return _recounted(TargetAnswer(target, title, CalledNames(0, 0, ()), 0, 0, compiled), problems)


def _without_known(answer: TargetAnswer, new: Iterable[Problem]) -> TargetAnswer:
    """Return an answer that counts only new problems, and the failing places that a baseline left out."""
    recounted = _recounted(answer, new)
    return replace(recounted, known=answer.places - recounted.places)


def _recounted(answer: TargetAnswer, problems: Iterable[Problem]) -> TargetAnswer:
    """Return an answer with the numbers of places that fail on its target, and that run on the host."""
    here = [problem for problem in problems if problem.concerns(answer.target)]
    failing = {problem.place for problem in here if problem.level is Level.ERROR}
    host = {problem.place for problem in here if problem.kind is ProblemKind.HOST}
    return replace(answer, places=len(failing), host=len(host))
