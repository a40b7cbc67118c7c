"""Check a user's program by watching it: run it on the CPU, and look up every call of a framework that it makes."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from signal import Signals
from tempfile import TemporaryDirectory

from monitor.check.observed_uses import observed_problems
from monitor.check.problems import Problem
from monitor.check.report import CheckReport, TargetAnswer, WatchedScript, answer_for
from monitor.check.used_operations import operations_of_calls
from monitor.check.verdict_lookup import CalledNames
from monitor.check.watched_rules import joined, watched_problems
from monitor.execution.targets.target import Target
from monitor.execution.workers.process import WorkerUnavailableError
from monitor.execution.workers.watched_script import ScriptEnd, read_watched, run_watched
from monitor.model import Place, WatchedProgram
from monitor.pipeline.callable_check import find_interpreter, merged
from monitor.pipeline.check_data_source import CheckDataSource
from monitor.pipeline.errors import UserError
from monitor.pipeline.progress_log import log
from monitor.pipeline.source_check import named_targets, read_baseline

PYTHON = ("python", "python3")


@dataclass(frozen=True)
class WatchedCommand:
    """A command to watch, for at most `limit` seconds.

    `python` is the interpreter that has the user's packages. With `quiet`, the command's standard output goes to the
    error output, because the report is for a program.
    """

    words: tuple[str, ...]
    python: str
    limit: float
    quiet: bool = False

    @property
    def title(self) -> str:
        """Return the command as the user gave it."""
        return shlex.join(self.words)

    def resolved(self) -> list[str]:
        """Return the words with the interpreter: for a Python file, and in place of `python`. Raises UserError."""
        first, *rest = self.words
        if first.endswith(".py"):
            return [str(find_interpreter(self.python)), first, *rest]
        if self.python and first in PYTHON:
            return [str(find_interpreter(self.python)), *rest]
        if self.python:
            raise UserError(f"--python replaces `python` in the command, and it begins with {first}")
        if not shutil.which(first):
            raise UserError(f"{first}: no program that can be run")
        return [first, *rest]


def check_watched(
    command: WatchedCommand, to: Sequence[str], source: CheckDataSource, baseline: Path | None
) -> CheckReport:
    """Return the report on a program that runs now. Raises UserError."""
    targets = named_targets(to)
    known = read_baseline(baseline)
    words = command.resolved()
    source.check()
    with TemporaryDirectory(prefix="portability-watch-") as folder:
        log(f"watching {command.title} on the CPU, for at most {command.limit:g} s")
        try:
            end = run_watched(words, Path(folder), command.limit, quiet=command.quiet)
        except WorkerUnavailableError as error:
            raise UserError(str(error)) from None
        program = _with_short_paths(read_watched(Path(folder)))
    _refuse_empty(command, program, end)
    frameworks = sorted({call.framework for call in program.calls} | {name for name, _ in program.frameworks})
    data = source.read(frameworks, to)
    problems = [*observed_problems(program, {name: one.family for name, one in targets.items()})]
    called: dict[str, CalledNames] = {}
    for name in targets:
        explained = {(problem.place, _called(problem.name)) for problem in problems if name in problem.targets}
        found, called[name] = watched_problems(program.calls, data.verdicts[name], data.names, explained)
        problems += found
    return _report(command, program, end, problems, targets, called).without(known)


def _called(name: str) -> str:
    """Return the function that a problem names: a method such as `.cuda` is one of PyTorch's tensors."""
    return f"torch.Tensor{name}" if name.startswith(".") else name


def _refuse_empty(command: WatchedCommand, program: WatchedProgram, end: ScriptEnd) -> None:
    """Raise UserError if nothing can be reported."""
    if program.calls or program.uses or program.imports or program.faults:
        return
    if not program.processes:
        raise UserError(f"{command.title}: it started no Python that can be watched (-I, -E and -S prevent it)")
    if program.failures or end.status:
        raise UserError(f"{command.title}: your script called no framework: {_ended(program, end)}")
    raise UserError(f"{command.title}: your script called neither PyTorch nor JAX nor TensorFlow")


def _ended(program: WatchedProgram, end: ScriptEnd) -> str:
    """Return how a script ended early, for its user; empty if it ended well."""
    if end.stopped:
        return end.stopped
    if not end.status:
        return ""
    status = f"exit status {end.status}" if end.status > 0 else f"signal {Signals(-end.status).name}"
    if not program.failures:
        return f"it ended with {status}"
    failure = program.failures[-1]
    return f"it ended with {status}: {failure.message} ({failure.place.file}:{failure.place.line})"


def _report(
    command: WatchedCommand,
    program: WatchedProgram,
    end: ScriptEnd,
    problems: Sequence[Problem],
    targets: Mapping[str, Target],
    called: Mapping[str, CalledNames],
) -> CheckReport:
    ended = _ended(program, end)
    files = sorted({call.place.file for call in program.calls})
    number = sum(1 for call in joined(program.calls) if not call.host)
    answers: list[TargetAnswer] = []
    for name, target in targets.items():
        answer = answer_for(name, target.title, called[name], problems)
        answers.append(replace(answer, note=ended, complete=not ended))
    return CheckReport(
        files=len(files),
        lines=sum(_line_count(file) for file in files),
        frameworks=tuple(name for name, _ in program.frameworks),
        builds=(),
        problems=tuple(sorted(merged(problems), key=lambda one: (one.place, one.targets, one.message))),
        answers=tuple(answers),
        unreadable=tuple((command.title, fault) for fault in program.faults),
        watched=WatchedScript(command.title, program.frameworks, number, end.status, ended),
        operations=operations_of_calls(program.calls),
    )


def _line_count(file: str) -> int:
    try:
        return len(Path(file).read_bytes().splitlines())
    except OSError:  # a temporary file of the program's
        return 0


def _with_short_paths(program: WatchedProgram) -> WatchedProgram:
    """Return a program whose places are relative to the current directory where they are below it."""
    here = Path.cwd().resolve()

    def short(place: Place) -> Place:
        path = Path(place.file)
        return replace(place, file=path.relative_to(here).as_posix()) if here in path.parents else place

    return replace(
        program,
        calls=tuple(replace(one, place=short(one.place)) for one in program.calls),
        uses=tuple(replace(one, place=short(one.place)) for one in program.uses),
        imports=tuple(replace(one, place=short(one.place)) for one in program.imports),
        failures=tuple(replace(one, place=short(one.place)) for one in program.failures),
    )
