"""The run step: one job, from the build to the last line of its run file."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from itertools import chain, groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from monitor.execution.baseline_comparison import compare
from monitor.execution.builds.environments import hold_environment
from monitor.execution.builds.provider import BuildUnavailable, ProvisionedBuild, parse_requirement, provision
from monitor.execution.calibration import calibrate
from monitor.execution.collect_signatures import tell_signatures
from monitor.execution.host_info import describe_host
from monitor.execution.sharding import cases_of_shard
from monitor.execution.targets.backends import CompileBackend, ExecuteBackend, LowerBackend, RegisterBackend
from monitor.execution.targets.target import Target
from monitor.execution.workers.compile_worker import Exports
from monitor.execution.workers.confirmation import SUSPECT, ConfirmingWorker
from monitor.execution.workers.cpu_affinity import reserve_cores
from monitor.execution.workers.pool import RunContext, WorkerFactory, compiling, executing, lowering, registering
from monitor.execution.workers.process import PACKAGE, Limits, ProcessInfo, WorkerUnavailableError
from monitor.formats.error_text import clean
from monitor.formats.run_file import RunFile, RunFileWriter, read_run_file
from monitor.model import Build, Evidence, Job, Observation, Outcome, Run, RunEnd, function_of

T = TypeVar("T")

UNPINNED = "the workers were not pinned to cores of their own: other runs held them, or this system has no pinning"


class NoCaseError(Exception):
    """A selection that fits no case of a suite, as the build lists them: one line with the nearest case."""


class ResumeError(Exception):
    """A run file that cannot be continued, in one line that says why."""


@dataclass(frozen=True)
class RunProgress:
    """How far a run is. `observation` is the newest answer."""

    done: int
    total: int
    observation: Observation


def run_job(
    job: Job,
    target: Target,
    path: Path,
    *,
    cache: Path,
    resume: bool = False,
    exports: Exports | None = None,
    say: Callable[[str], None],
    show: Callable[[RunProgress], None],
    package: Path = PACKAGE,
    may_be_empty: bool = False,
) -> RunFile:
    """Do a job and write its run file to `path`.

    With `resume`, an unfinished run file there is continued: nothing answered is asked again. A build that cannot be
    had, or a device that is not there, makes a run file too: a blocked one. `exports` holds what earlier jobs of the
    night had exported; `say` takes lines for the reader of the log. Raises ResumeError, FileExistsError where there is
    a run file and it is not to be continued, and `monitor.execution.targets.errors.TargetError`. Raises NoCaseError,
    and leaves no run file, where the selection fits no case, unless the run `may_be_empty`.
    """
    begun = _begun(path, resume=resume)
    nothing_there = begun is None and not path.exists()
    if begun and begun.end:
        say(f"{path} is complete; nothing is left to do")
        return begun
    if job.build and not job.python:
        parse_requirement(target.sources(job.evidence), job.build)  # raises TargetError before anything is written
    with RunFileWriter(path) as writer, ExitStack() as held:
        calibration = calibrate()
        notes: tuple[str, ...] = ()
        prepared: PreparedJob | None = None
        try:
            prepared = _prepare(job, target, begun, cache, exports, say, held, package)
            say(f"{job.framework}: starting {prepared.build.label} on {target.name}")
            asking = held.enter_context(ExitStack())
            examiners = [asking.enter_context(_examiner(start, job, target)) for start in prepared.lanes]
        except (BuildUnavailable, WorkerUnavailableError) as error:
            if begun:
                raise ResumeError(f"{path} cannot be continued: {error}") from error
            say(f"{job.framework}: blocked: {error}")
            writer.write_run(_head(job, prepared, blocked=clean(str(error))))
        else:
            ready = examiners[0].worker.ready
            if not (begun or may_be_empty or selected(ready.cases, job.selection)):
                if nothing_there:
                    path.unlink()
                raise NoCaseError(no_case(job, ready.cases))
            run = begun.run if begun else _run_of(job, prepared, ready)
            if not begun:
                writer.write_run(run)
            for examiner in examiners if not job.evidence.certain else ():
                examiner.expect(job.watch_for(run.machine))
            answered = {observation.case for observation in begun.observations} if begun else set()
            _observe(run, answered, examiners, writer, show)
            asking.close()  # what is compared has the device for itself
            if job.evidence is Evidence.EXECUTED:
                untold = tell_signatures(
                    prepared.ground, prepared.cores, read_run_file(path), write=writer.write_signature
                )
                uncompared = compare(
                    prepared.ground,
                    target.sources(job.evidence),
                    prepared.cores,
                    read_run_file(path),
                    calibration,
                    write=writer.write_comparison,
                    cache=cache,
                    say=say,
                )
                notes = untold + uncompared
        writer.write_end(RunEnd(_now(), (calibration, calibrate()), notes))
    return read_run_file(path)


def _begun(path: Path, *, resume: bool) -> RunFile | None:
    if not path.exists() or path.stat().st_size == 0:
        return None
    if not resume:
        raise FileExistsError(f"{path} exists; continue it with --resume, or name another file")
    return read_run_file(path)


@dataclass(frozen=True)
class PreparedJob:
    """What a job needs before its first case: its builds, and what starts a worker, one for each lane of the run.

    `compiler` is None where the framework's own environment has the compiler, or nothing is compiled for others.
    """

    build: Build
    ground: RunContext
    compiler: Build | None
    notes: tuple[str, ...]
    cores: frozenset[int]
    lanes: tuple[WorkerFactory, ...]


def _prepare(
    job: Job,
    target: Target,
    begun: RunFile | None,
    cache: Path,
    exports: Exports | None,
    say: Callable[[str], None],
    held: ExitStack,
    package: Path,
) -> PreparedJob:
    """Make the builds and keep them; `held` is left when the run is over. Raises BuildUnavailable."""
    way = target.backend(job.evidence)
    scratch = Path(held.enter_context(TemporaryDirectory(prefix="portability-")))
    provided = _provide(job, target, begun, cache, say)
    held.enter_context(hold_environment(provided.python))
    ground = RunContext(
        job, way, target.sources(job.evidence).framework(job.framework), provided.python, scratch, package
    )
    notes = tuple(map(clean, provided.notes))
    if isinstance(way, ExecuteBackend):
        cores = held.enter_context(reserve_cores(way.threads))
        notes += () if cores else (UNPINNED,)
        return PreparedJob(provided.build, ground, None, notes, cores, executing(ground, cores))
    if isinstance(way, RegisterBackend):
        return PreparedJob(provided.build, ground, None, notes, frozenset(), registering(ground))
    platform = way.platform if isinstance(way, LowerBackend) else way.compiler.driver
    exported = (exports or Exports(scratch)).begin(str(provided.python), job.framework, job.suite, platform)
    if isinstance(way, LowerBackend):
        return PreparedJob(provided.build, ground, None, notes, frozenset(), lowering(ground, platform, exported))
    compiler = _compiler_of(way, provided, cache, say)
    if compiler:
        held.enter_context(hold_environment(compiler.python))
        told = (compiler.build.why, *compiler.notes)
        notes += tuple(clean(f"compiler: {note}") for note in told if note)
    python = compiler.python if compiler else provided.python
    lanes = compiling(ground, way, python, exported)
    return PreparedJob(provided.build, ground, compiler.build if compiler else None, notes, frozenset(), lanes)


def _examiner(start: WorkerFactory, job: Job, target: Target) -> ConfirmingWorker:
    way = target.backend(job.evidence)
    limits = Limits(way.case_seconds, way.case_memory_mib)
    if job.evidence.certain:
        return ConfirmingWorker(start, limits, {}, frozenset())
    # A refusal to compile does not come from a damaged process, nor does an account of what was passed on.
    suspect = SUSPECT if job.evidence is Evidence.EXECUTED else frozenset({Outcome.ERROR, Outcome.CRASH})
    return ConfirmingWorker(start, limits, job.watch, suspect)


def _compiler_of(
    way: CompileBackend, provided: ProvisionedBuild, cache: Path, say: Callable[[str], None]
) -> ProvisionedBuild | None:
    """The newest build of the compiler, where the framework's own environment does not have one.

    Raises BuildUnavailable.
    """
    if {package.name for package in provided.build.packages} & set(way.compiler.own.distributions):
        return None
    try:
        return provision(way.compiler, way.compiler.own.name, cache=cache, log=say)
    except BuildUnavailable as error:
        raise BuildUnavailable(f"the compiler: {error}") from error


def _provide(
    job: Job, target: Target, begun: RunFile | None, cache: Path, say: Callable[[str], None]
) -> ProvisionedBuild:
    """The build of a job; for a run that was begun, the very same one again."""
    exact = begun.run.build.label if begun and begun.run.build and not job.python else job.build
    offer = target.sources(job.evidence)
    provided = provision(
        offer, job.framework, channel=job.channel, requirement=exact, python=job.python, cache=cache, log=say
    )
    if begun and begun.run.build and (other := _difference(begun.run.build, provided.build)):
        raise ResumeError(f"the run was begun with {other}; start a new one")
    return provided


def _difference(before: Build, now: Build) -> str:
    there = {(package.name, package.version) for package in now.packages}
    return ", ".join(f"{p.name} {p.version}" for p in before.packages if (p.name, p.version) not in there)


def _run_of(job: Job, prepared: PreparedJob, ready: ProcessInfo) -> Run:
    cases = selected(ready.cases, job.selection)
    if job.shard:
        cases = cases_of_shard(cases, job.shard, job.costs)
    return replace(
        _head(job, replace(prepared, build=replace(prepared.build, commit=ready.commit))),
        cases=cases,
        notes=prepared.notes,
        environment=describe_host() | {"host.pinned": ",".join(map(str, sorted(prepared.cores)))} | ready.environment,
    )


def selected(cases: Iterable[str], selection: Sequence[str]) -> tuple[str, ...]:
    """The cases that a selection of shell patterns fits; all of them where it is empty."""
    return tuple(case for case in cases if not selection or any(fnmatchcase(case, one) for one in selection))


def no_case(job: Job, cases: Iterable[str]) -> str:
    """Say in one line that a selection fits no case, with the nearest one there is."""
    asked = " ".join(job.selection)
    close = get_close_matches(job.selection[0], cases, n=1, cutoff=0) if job.selection else []
    near = f', the nearest is "{close[0]}"' if close else ""
    return f"--case {asked}: fits no case of suite {job.suite} of {job.framework}{near}"


def _head(job: Job, prepared: PreparedJob | None, *, blocked: str = "") -> Run:
    started = _now()
    return Run(
        id=f"{started.replace('-', '').replace(':', '')}-{secrets.token_hex(3)}",
        started=started,
        target=job.target,
        framework=job.framework,
        suite=job.suite,
        evidence=job.evidence,
        build=prepared.build if prepared else None,
        compiler=prepared.compiler if prepared else None,
        selection=job.selection,
        shard=job.shard,
        blocked=blocked,
    )


def _observe(
    run: Run,
    answered: set[str],
    examiners: Sequence[ConfirmingWorker],
    writer: RunFileWriter,
    show: Callable[[RunProgress], None],
) -> None:
    """Have every case answered that is not, by whichever examiner is free, each in a thread of its own.

    The cases of one function go to one examiner: some of them come to the same program, which it compiles once.
    """
    asked = [case for case in run.cases if case not in answered]
    waiting = iter([[*cases] for _, cases in groupby(asked, function_of)])
    total, done = len(run.cases), len(answered)
    turn, over = threading.Lock(), threading.Event()

    def work(examiner: ConfirmingWorker) -> None:
        nonlocal done
        gone = ""
        for case in chain.from_iterable(_taking_turns(waiting, turn)):
            if not gone:
                try:
                    observation = examiner.ask(case)
                except WorkerUnavailableError as error:
                    gone = f"no worker could be started any more: {error}"
            if gone:
                observation = Observation(case, Outcome.BLOCKED, run.evidence, message=gone)
            with turn:
                if over.is_set():  # what an interrupted process came to is no answer
                    return
                writer.write_observation(observation)
                done += 1
                show(RunProgress(done, total, observation))

    with ThreadPoolExecutor(len(examiners)) as lanes:
        working = [lanes.submit(work, examiner) for examiner in examiners]
        try:
            for one in working:
                one.result()
        except BaseException:
            with turn:
                over.set()
            for examiner in examiners:
                examiner.worker.kill()
            raise


def _taking_turns(waiting: Iterator[T], turn: threading.Lock) -> Iterator[T]:
    """What is left of an iterator that several threads take from."""
    while True:
        with turn:
            try:
                item = next(waiting)
            except StopIteration:
                return
        yield item


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
