"""Make problems of the answers of a compiler on a user's program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from monitor.check.problems import Level, Problem, ProblemKind
from monitor.check.refused_operations import Refusal
from monitor.formatting.humanize import count, memory_size
from monitor.model import Evidence, LargeValue, Outcome, Place, ProgramOperation, TracedProgram


def host_problems(program: TracedProgram, target: str, platform: str) -> Iterator[Problem]:
    """Yield a problem for each place that calls the host's Python."""
    for operation in (one for one in program.host if one.runs_on(platform)):
        for place in operation.places:
            message = f"of {operation.types or 'nothing'} runs on the host: the program calls Python"
            yield Problem(ProblemKind.HOST, Level.WARNING, place, operation.name, message, (target,))


def refused_problem(name: str, place: Place, what: str, refusal: Refusal, target: str) -> Problem:
    """Return the problem of an operation or a program that the compiler refuses, or cannot judge."""
    if refusal.outcome is Outcome.BLOCKED:
        kind, level, verb = ProblemKind.UNJUDGED, Level.WARNING, "cannot be judged here"
    else:
        kind, level, verb = ProblemKind.REFUSED, Level.ERROR, "is refused"
    message = f"{what} {verb}: {refusal.outcome.value}, {refusal.message}"
    evidence = refusal.evidence.value
    return Problem(kind, level, place, name, message, (target,), build=refusal.build, evidence=evidence)


def operation_problems(operation: ProgramOperation, refusal: Refusal, target: str) -> Iterator[Problem]:
    """Yield a problem for each place of an operation that the compiler does not take."""
    for place in operation.places:
        yield refused_problem(operation.name, place, f"of {operation.types}", refusal, target)


def memory_problems(program: TracedProgram, name: str, reason: str, target: str, build: str) -> Iterator[Problem]:
    """Yield the error that a program does not fit into the memory, and a warning for each of its largest values."""
    message = f"does not fit into the memory: {reason}"
    evidence = Evidence.COMPILED.value
    yield Problem(
        ProblemKind.MEMORY, Level.ERROR, program.place, name, message, (target,), build=build, evidence=evidence
    )
    for value in program.largest:
        for place in value.places:
            yield Problem(ProblemKind.MEMORY, Level.WARNING, place, value.name, _size(value), (target,))


def _size(value: LargeValue) -> str:
    return f"returns {value.type}, {memory_size(value.bytes)} of a program that does not fit"


def join_unjudged(problems: Iterable[Problem]) -> list[Problem]:
    """Return the different problems, with a single one for an operation that is unjudged at one place in several types.

    The compiler needs the device for a kind of operation, whatever its types are.
    """
    joined: dict[object, list[Problem]] = {}
    for problem in dict.fromkeys(problems):  # operations may differ in what a problem does not name
        unjudged = problem.kind is ProblemKind.UNJUDGED
        joined.setdefault((problem.place, problem.name) if unjudged else problem, []).append(problem)
    return [
        replace(first, message=f"{first.message}; likewise with {count(len(rest), 'other type')}") if rest else first
        for first, *rest in joined.values()
    ]
