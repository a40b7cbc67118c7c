"""Compile a user's traced program for a target; if it is refused, find each place that is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from monitor.analysis.latency.roofline import min_time
from monitor.check.compiled_problems import (
    host_problems,
    join_unjudged,
    memory_problems,
    operation_problems,
    refused_problem,
)
from monitor.check.problems import Problem, ProblemKind
from monitor.check.refused_operations import Refusal, refused_operations
from monitor.check.report import CompiledProgram
from monitor.execution.targets.backends import CompileBackend
from monitor.execution.workers.compile_worker import GIB, other_way
from monitor.execution.workers.compiler_process import CompileResult, CompilerProcess
from monitor.execution.workers.process import Limits, WorkerFailure
from monitor.execution.workers.traced_program import TracerProcess
from monitor.formatting.humanize import memory_size
from monitor.model import Compiled, Evidence, Outcome, ProgramOperation, Stage, TracedProgram

LIMIT = "compiling reached the time limit"
# The memory of a kernel on the chip, which is not the chip's memory.
OF_A_KERNEL = re.compile(r"vmem|smem|shared memory|scoped", re.IGNORECASE)
# A kernel of the user's own library, which registers it where the program runs.
OF_A_LIBRARY = re.compile(r"No FFI handler registered")


class CompilationStoppedError(Exception):
    """End of a compilation without an answer; the message is one line with the reason."""


@dataclass(frozen=True)
class Compilation:
    """Result of a program on a target: its problems and the facts; without facts, `note` is the reason."""

    problems: tuple[Problem, ...] = ()
    compiled: CompiledProgram | None = None
    note: str = ""


@dataclass(frozen=True)
class CompilationContext:
    """A traced program and one target: the process that lowers it, the compiler, and its limits.

    `name` is that of the callable, `build` that of the compiler. `deadline` is in seconds of `time.monotonic`.
    """

    tracer: TracerProcess
    program: TracedProgram
    name: str
    target: str
    backend: CompileBackend
    compiler: CompilerProcess
    build: str
    deadline: float
    memory_mib: float
    log: Callable[[str], None]

    def limits(self) -> Limits:
        """Return the limits of one more request. Raises CompilationStoppedError."""
        rest = self.deadline - time.monotonic()
        if rest <= 0:
            raise CompilationStoppedError(LIMIT)
        return Limits(rest, self.memory_mib)

    def operations(self) -> tuple[ProgramOperation, ...]:
        """Return the operations of the program. Raises CompilationStoppedError."""
        found = self.tracer.operations(self.limits())
        if isinstance(found, WorkerFailure):
            raise CompilationStoppedError(f"the list of operations failed on this host: {found.message}")
        return found

    def refusal(self, result: CompileResult) -> Refusal:
        """Return the refusal in a result, with the build and the evidence of its stage."""
        outcome, message = result.outcome, result.message
        if way := other_way(self.program.framework, self.backend.compiler.driver):
            outcome, message = Outcome.BLOCKED, f"{message}, and {way}"
        if result.stage is Stage.LOWER:
            return Refusal(outcome, message, f"{self.program.framework} {self.program.version}", Evidence.LOWERED)
        # A GPU's compiler may also die because there is no device.
        died = result.outcome is Outcome.CRASH and self.backend.compiler.driver != "tpu"
        outcome = Outcome.BLOCKED if died or OF_A_LIBRARY.search(result.message) else outcome
        return Refusal(outcome, message, self.build, Evidence.COMPILED)

    def attempt(self, operations: Sequence[int] | None) -> CompileResult:
        """Lower and compile the program, or some of its operations. Raises CompilationStoppedError."""
        lowered = self.tracer.lower(self.backend.compiler.driver, operations, self.limits())
        if isinstance(lowered, WorkerFailure):
            ended = lowered.outcome is Outcome.TIMEOUT
            raise CompilationStoppedError(LIMIT if ended else f"the lowering failed on this host: {lowered.message}")
        if isinstance(lowered, CompileResult):
            return lowered
        result = self.compiler.compile(lowered, self.limits())
        lowered.unlink()
        if result.outcome is Outcome.TIMEOUT:
            raise CompilationStoppedError(LIMIT)
        return result


def compile_program(context: CompilationContext) -> Compilation:
    """Compile a program as a whole, and find the places that the compiler refuses."""
    try:
        result = context.attempt(None)
    except CompilationStoppedError as error:
        return Compilation(note=str(error))
    if result.stage is Stage.EXPORT:
        version = f"{context.program.framework} {context.program.version}"
        return Compilation(note=f"the compiler does not read programs of {version}: {result.message}")
    host = tuple(host_problems(context.program, context.target, context.backend.compiler.driver))
    if result.compiled:
        problems, compiled = _fitting(context, result.compiled)
    elif result.outcome is Outcome.OOM and not OF_A_KERNEL.search(result.message):
        problems, compiled = _too_large(context, result.message), CompiledProgram(context.build)
    else:
        problems, compiled = _refused(context, result)
    return Compilation((*host, *problems), compiled)


def _fitting(context: CompilationContext, figures: Compiled) -> tuple[tuple[Problem, ...], CompiledProgram]:
    """Return the problems and the facts of a compiled program, which may need too much memory."""
    chip = context.backend.chip
    available = chip.memory_gib * GIB
    compiled = CompiledProgram(
        context.build, memory=figures.memory, available=available, min_time=min_time(figures, chip)
    )
    if figures.memory is None or figures.memory <= available:
        return (), compiled
    reason = f"it needs {memory_size(figures.memory)}, and the chip has {memory_size(available)}"
    return _too_large(context, reason), compiled


def _too_large(context: CompilationContext, reason: str) -> tuple[Problem, ...]:
    return tuple(memory_problems(context.program, context.name, reason, context.target, context.build))


def _refused(context: CompilationContext, whole: CompileResult) -> tuple[tuple[Problem, ...], CompiledProgram]:
    """Return a problem for each place that the compiler refuses, or one for the program if no operation is refused."""
    context.log(f"{context.target}: {whole.outcome.value}, {whole.message}; compiling the operations alone")
    single: list[int] = []
    problems: list[Problem] = []
    complete = True

    def attempt(numbers: Sequence[int]) -> Refusal | None:
        result = context.attempt(numbers)
        return None if result.compiled else context.refusal(result)

    try:
        operations = context.operations()
        platform = context.backend.compiler.driver
        single = [number for number, one in enumerate(operations) if one.single and one.runs_on(platform)]
        for number, refusal in refused_operations(single, attempt):
            problems += operation_problems(operations[number], refusal, context.target)
    except CompilationStoppedError:
        complete = False
    refusal_of_all = context.refusal(whole)
    if context.program.host and whole.stage is Stage.LOWER:  # the stand-ins for the host may be to blame
        refusal_of_all = replace(refusal_of_all, outcome=Outcome.BLOCKED)
    explained = {ProblemKind.REFUSED}
    if refusal_of_all.outcome is Outcome.BLOCKED:
        explained.add(ProblemKind.UNJUDGED)
    if not any(problem.kind in explained for problem in problems):
        alone = len(single) if complete and not problems else 0
        what = f"as a whole (each of its {alone} distinct operations alone compiles)" if alone else "as a whole"
        problems.append(refused_problem(context.name, context.program.place, what, refusal_of_all, context.target))
    unjudged = sorted({problem.name for problem in problems if problem.kind is ProblemKind.UNJUDGED})
    return tuple(join_unjudged(problems)), CompiledProgram(context.build, tuple(unjudged), complete=complete)
