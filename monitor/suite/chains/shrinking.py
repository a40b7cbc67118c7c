"""Find the smallest program that fails as a given one does. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic

from monitor.suite.chains.program import Program, is_valid

# Some slow trials must not take the time of the case itself, whose limit is a minute.
SECONDS = 15


def shrink(program: Program, failure: Callable[[Program], str], trials: int) -> Program:
    """Return the smallest program found for which `failure` returns the same as for the given one.

    At most `trials` programs are tried, and none begins after fifteen seconds. The given one is returned if it does not
    fail again.
    """
    start = monotonic()
    kind = failure(program)
    smallest, tried = program, {program.text}
    while kind and len(tried) <= trials and monotonic() - start < SECONDS:
        smaller = next((one for one in _smaller(smallest) if one.text not in tried), None)
        if smaller is None:
            break
        tried.add(smaller.text)
        if failure(smaller) == kind:
            smallest = smaller
    return smallest


def _smaller(program: Program) -> Iterator[Program]:
    """Yield valid programs that are smaller by one change, the largest changes first."""
    for one in _changes(program):
        if one != program and one.steps and is_valid(one):
            yield one


def _changes(program: Program) -> Iterator[Program]:
    steps = program.steps
    for number in reversed(range(len(steps))):
        yield program.with_steps(steps[:number] + steps[number + 1 :])
    yield replace(program, gradient=False)
    yield replace(program, shape=tuple(min(size, 2) for size in program.shape))
    yield replace(program, values="ones")
    yield replace(program, values="normal")
    for axis, size in enumerate(program.shape):
        for less in (1, 2):
            if less < size:
                yield replace(program, shape=(*program.shape[:axis], less, *program.shape[axis + 1 :]))
    for axis in range(len(program.shape)):
        yield _without(program, axis)


def _without(program: Program, axis: int) -> Program:
    """Return the program without an axis of `x`; axes of its steps behind that one move forward."""
    shape = program.shape[:axis] + program.shape[axis + 1 :]
    steps = tuple(
        replace(step, parameters=tuple((name, _moved(name, value, axis)) for name, value in step.parameters))
        for step in program.steps
    )
    return replace(program, shape=shape, steps=steps)


def _moved(name: str, value: object, axis: int) -> object:
    if name not in ("axis", "ones"):
        return value
    if isinstance(value, tuple):
        return tuple(one - (one > axis) for one in value if one != axis)
    return value - (value > axis) if isinstance(value, int) else value
