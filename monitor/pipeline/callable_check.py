"""Check a user's callable: trace it in the user's environment, and compile it for each target.

A target whose compiler gives no answer has that of a look-up (`monitor.pipeline.source_check`), with the reason.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.analysis.status.measured_builds import title
from monitor.check.problems import Problem
from monitor.check.report import CheckReport, TargetAnswer, TracedCallable, compiled_answer
from monitor.check.used_operations import operations_of_uses
from monitor.execution.builds.environments import default_cache, hold_environment
from monitor.execution.builds.interpreters import InterpreterError, inspect
from monitor.execution.builds.provider import BuildUnavailable, provision
from monitor.execution.builds.versions import release_numbers
from monitor.execution.targets.target import Target
from monitor.execution.workers.compiler_process import CompilerProcess
from monitor.execution.workers.factories import compiler_command
from monitor.execution.workers.process import Limits, WorkerFailure, WorkerUnavailableError
from monitor.execution.workers.traced_program import CallableRequest, TraceRefusal, TracerProcess
from monitor.model import Outcome, TracedProgram
from monitor.pipeline.check_data_source import CheckDataSource
from monitor.pipeline.errors import UserError
from monitor.pipeline.program_compilation import Compilation, CompilationContext, compile_program
from monitor.pipeline.progress_log import log, log_duration
from monitor.pipeline.source_check import check_sources, named_targets, read_baseline, read_sources

OLDEST_PYTHON = (3, 11)  # of the user's environment, in which modules of the monitor run
SEARCH = ("searching", "resolving")  # first words of lines on the search for a build
MEMORY_SHARE = 0.75  # of this host's memory that a process may take


@dataclass(frozen=True)
class CallableCheck:
    """A check of a callable. `python` is the interpreter that has the user's packages; `limit` is in seconds."""

    request: CallableRequest
    python: str
    limit: float

    @property
    def title(self) -> str:
        """Return the callable as the user named it."""
        return f"{self.request.file or self.request.module}:{self.request.name}"


def check_callable(
    check: CallableCheck, to: Sequence[str], source: CheckDataSource, baseline: Path | None
) -> CheckReport:
    """Return the report on a callable. Raises UserError.

    `check.limit` ends the tracing, then the work for each target.
    """
    if not to:
        raise UserError("a callable is compiled for targets: name them, such as --to tpu-v5e,nvidia-h100")
    targets = named_targets(to)
    known = read_baseline(baseline)
    source.check()
    with ExitStack() as resources:
        folder = Path(resources.enter_context(TemporaryDirectory(prefix="portability-check-")))
        try:
            tracer = resources.enter_context(TracerProcess(check.request, find_interpreter(check.python), folder))
        except WorkerUnavailableError as error:
            raise UserError(str(error)) from None
        file = Path(tracer.file)
        traced = _trace(tracer, check)
        if isinstance(traced, str):
            results = dict.fromkeys(targets, Compilation(note=traced))
        else:
            results = {name: _compile(tracer, traced, check, target, folder) for name, target in targets.items()}
    program = None if isinstance(traced, str) else traced
    report = _report(check, program, file, targets, results, source)
    return report.without(known)


def find_interpreter(python: str) -> Path:
    """Return the user's interpreter: the given one, that of the active environment, or ours. Raises UserError."""
    active = os.environ.get("VIRTUAL_ENV")
    wanted = python or (str(Path(active, "bin", "python")) if active else sys.executable)
    program = shutil.which(wanted)
    if not program:
        raise UserError(f"--python {wanted}: no program that can be run")
    try:
        found = inspect(Path(program).absolute())
    except InterpreterError as error:
        raise UserError(f"--python {wanted}: {error}") from None
    if release_numbers(found.version)[:2] < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        raise UserError(f"--python {wanted}: Python {found.version} is too old; a check needs {oldest} or newer")
    return found.path


def _trace(tracer: TracerProcess, check: CallableCheck) -> TracedProgram | str:
    """Return the traced callable, or the reason why there is none. Raises UserError if the user's code is to blame."""
    with log_duration(f"tracing {check.title}"):
        traced = tracer.trace(Limits(check.limit, _memory_mib()))
    if isinstance(traced, TraceRefusal):
        for frame in traced.frames:
            log(f"your code: {frame}")
        raise UserError(traced.message)
    if isinstance(traced, WorkerFailure):
        if traced.outcome is Outcome.TIMEOUT:
            return f"your code did not end within {check.limit:g} s: a loop without an end, or raise --limit"
        if traced.outcome is Outcome.OOM:
            return f"tracing your code took too much memory: {traced.message}"
        raise UserError(f"{check.title}: your code ended its process: {traced.message}")
    return traced


def _compile(
    tracer: TracerProcess, program: TracedProgram, check: CallableCheck, target: Target, folder: Path
) -> Compilation:
    """Return the result of a program on a target; one with a note where it cannot be compiled."""
    backend = target.compile
    if backend is None:
        return Compilation(note=f"no compiler for {target.title} runs here")
    if not program.equations:
        return Compilation(note=f"no compiler takes programs of {program.framework} yet")
    own = backend.compiler.own.name
    try:
        provided = provision(backend.compiler, own, cache=default_cache(), log=_log_installation)
        with (
            hold_environment(provided.python),
            log_duration(f"{target.name}: compiling {program.equations:,} operations, {program.distinct:,} distinct"),
            CompilerProcess(compiler_command(backend, provided.python, folder)) as compiler,
        ):
            deadline = time.monotonic() + check.limit  # not before: an installation takes minutes
            build = provided.build.requirement
            return compile_program(
                CompilationContext(
                    *(tracer, program, check.request.name, target.name, backend, compiler),
                    *(title(build), deadline, _memory_mib(), log),
                )
            )
    except (BuildUnavailable, WorkerUnavailableError) as error:
        return Compilation(note=f"the compiler does not start: {error}")


def _log_installation(line: str) -> None:
    """Print the progress of an installation, which takes minutes, and not the search before it."""
    if not line.startswith(SEARCH) and "cannot be installed" not in line:
        log(line)


def _memory_mib() -> float:
    """Return the memory that a process on this host may take."""
    return MEMORY_SHARE * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20


def _report(
    check: CallableCheck,
    program: TracedProgram | None,
    file: Path,
    targets: dict[str, Target],
    results: dict[str, Compilation],
    source: CheckDataSource,
) -> CheckReport:
    """Return the report: compiled answers, and those of a look-up for the other targets."""
    open_targets = [name for name, result in results.items() if result.compiled is None]
    looked_up = check_sources([file], open_targets, source, None) if open_targets else None
    problems: list[Problem] = [problem for result in results.values() for problem in result.problems]
    answers: dict[str, TargetAnswer] = {}
    if looked_up:
        # A compiled target has the verdict of its compiler, so these problems concern the other targets alone.
        problems += [replace(one, targets=one.targets or tuple(open_targets)) for one in looked_up.problems]
        answers = {one.target: replace(one, note=results[one.target].note) for one in looked_up.answers}
    for name, result in results.items():
        if result.compiled:
            answers[name] = compiled_answer(name, targets[name].title, result.compiled, problems)
    return CheckReport(
        files=1,
        lines=len(file.read_text(encoding="utf-8", errors="replace").splitlines()),
        frameworks=(program.framework,) if program else looked_up.frameworks if looked_up else (),
        builds=looked_up.builds if looked_up else (),
        problems=tuple(sorted(merged(problems), key=lambda one: (one.place, one.targets, one.message))),
        answers=tuple(answers[name] for name in targets),
        unreadable=looked_up.unreadable if looked_up else (),
        traced=TracedCallable(check.title, program) if program else None,
        operations=operations_of_uses(read_sources([file]).uses),
    )


def merged(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Yield each problem once, with all targets that it concerns."""
    merged: dict[Problem, dict[str, None]] = {}
    for problem in problems:
        merged.setdefault(replace(problem, targets=()), {}).update(dict.fromkeys(problem.targets))
    return (replace(problem, targets=tuple(targets)) for problem, targets in merged.items())
