"""Run a program of the suite `chains`, judge it by its reference, and find the smallest program that fails alike."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from monitor.formats.error_text import describe
from monitor.model import Mode, NumericalError
from monitor.suite.chains.grammar import programs
from monitor.suite.chains.judging import changes, evaluate, exact, settled, weights
from monitor.suite.chains.program import MODES, Program, case_id, seed_of
from monitor.suite.chains.shrinking import shrink
from monitor.suite.chains.spelling import Spelling, program_text, reference_text
from monitor.suite.chains.values import Array, draw
from monitor.suite.check_protocol import OracleError
from monitor.suite.device import Device
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare, leaves
from monitor.suite.tolerances import STEP_TOLERANCE


def chain_checks(device: Device, spelling: Spelling) -> Iterator[ChainCheck]:
    """Yield the checks of all programs of a framework, eager and compiled."""
    for program in programs(spelling.programs):
        for mode in MODES:
            yield ChainCheck(device.name, spelling, program, mode)


class ChainCheck:
    """A program in a mode. With a gradient, its result is that of the program and its derivatives."""

    declared_limit = ""
    fresh = False  # a program may end with a view
    timed = False  # two programs in five hundred are no profile of a framework

    def __init__(self, framework: str, spelling: Spelling, program: Program, mode: Mode) -> None:
        self.spelling = spelling
        self.program = program
        self.mode = mode
        self.function = spelling.function
        self.dtype = program.dtype
        self.id = case_id(framework, spelling.function, program, mode)

    def prepare(self, device: Device) -> Callable[[], Any]:
        return prepared(device, self.spelling, self.program, compiled=self.mode is Mode.COMPILED)

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        return judged(device, self.program, result)

    def smallest(self, device: Device) -> str:
        """Return the text of the smallest program that fails as this one does."""

        def failure(program: Program) -> str:
            return _failure(device, self.spelling, program, compiled=self.mode is Mode.COMPILED)

        return shrink(self.program, failure, self.spelling.trials).text


def prepared(device: Device, spelling: Spelling, program: Program, *, compiled: bool) -> Callable[[], Any]:
    """Return the call of a program, whose tensors are on the device."""
    name = f"<chain {program.name}>"
    source = f"{spelling.imports}\n\n\n{program_text(program, spelling.operations)}\n"
    count = program.differentiated
    if program.gradient:
        source += f"\n{spelling.gradients.format(count=count)}"
    # Compilers of frameworks read the source of a function.
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict[str, Any] = {"__name__": name}
    exec(compile(source, name, "exec"), namespace)  # noqa: S102 - the grammar's own text
    put = [device.put(value, one.dtype) for value, one in zip(drawn(program), program.inputs, strict=True)]
    if not program.gradient:
        call = device.compiled(namespace["program"]) if compiled else namespace["program"]
        return lambda: call(*put)
    weight = device.put(weights(program.calls[-1].after), program.dtype)
    if compiled and not spelling.whole:
        namespace["program"] = device.compiled(namespace["program"])
    derive = device.compiled(namespace["gradients"]) if compiled and spelling.whole else namespace["gradients"]
    return lambda: derive(weight, *put)


def drawn(program: Program) -> list[Array]:
    """Return the inputs of a program in their order, in double precision, as integers or boolean."""
    return [draw(seed_of(one.name), one.shape, one.dtype, program.values, one.below) for one in program.inputs]


def judged(device: Device, program: Program, result: Any) -> NumericalError | None:
    """Return the error of a result. Raises MismatchError and OracleError."""
    got = [device.fetch(leaf) or leaf for leaf in leaves(result if isinstance(result, list | tuple) else [result])]
    tensors = [leaf for leaf in got if isinstance(leaf, FetchedTensor)]
    try:
        reference = reference_of(program)
        want = evaluate(reference, exact, drawn(program), program.differentiated)
    except Exception as error:
        raise OracleError(f"the reference failed: {describe(error)}") from error
    if len(tensors) != len(want) or any(t.values.shape != w.shape for t, w in zip(tensors, want, strict=True)):
        return compare(got, _expected(program, want))
    values = [tensor.values for tensor in tensors]
    known = [_uncompared_as_got(*pair, number) for number, pair in enumerate(zip(values, want, strict=True))]
    floor = STEP_TOLERANCE if program.gradient else 0.0
    leniency = Leniency(floor=floor, condition=len(program.steps))
    try:
        return compare(got, _expected(program, known), leniency)
    except MismatchError:
        others = [
            evaluate(reference, make, drawn(program), program.differentiated)
            for make in changes(program.dtype, smooth=program.gradient)
        ]
        truths, slack = settled(values, known, others)
        return compare(got, _expected(program, truths), replace(leniency, slack=tuple(slack)))


def reference_of(program: Program) -> Callable[..., Array]:
    """Return the reference of a program, `reference(keep, *inputs)`."""
    namespace: dict[str, Any] = {"np": np}
    exec(reference_text(program), namespace)  # noqa: S102 - the grammar's own text
    reference: Callable[..., Array] = namespace["reference"]
    return reference


def _uncompared_as_got(values: Array, truth: Array, number: int) -> Array:
    """Return the truth with the elements of the result where a derivative is not compared."""
    return np.where(np.isnan(truth), values, truth) if number else truth


def _expected(program: Program, truths: list[Array]) -> list[Any]:
    """Return the truths as tensors; integers and positions have their framework's own dtype."""
    return [FetchedTensor(truth, program.dtype if truth.dtype.kind == "f" else "") for truth in truths]


def _failure(device: Device, spelling: Spelling, program: Program, *, compiled: bool) -> str:
    """Return the kind of failure of a program: `mismatch`, or the class of its exception; empty if it passes."""
    try:
        judged(device, program, device.repeat(prepared(device, spelling, program, compiled=compiled), 1))
    except MismatchError:
        return "mismatch"
    except OracleError:
        return ""
    except Exception as error:  # a framework may raise anything
        return "" if device.refusal(error) else type(error).__name__
    return ""
