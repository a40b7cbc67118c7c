"""Run one job, from its builds to the last line of its run file."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.execution.baseline_comparison import compare_with_baseline
from monitor.execution.builds.job_builds import BuildChangedError, JobBuilds, provision_job
from monitor.execution.builds.provider import BuildUnavailable, parse_requirement
from monitor.execution.calibration import calibrate
from monitor.execution.case_selection import cases_of_shard, no_case_line, select_cases
from monitor.execution.cases_of_night import cases_of_night, removed_cases
from monitor.execution.collect_names import collect_names
from monitor.execution.host_info import describe_host
from monitor.execution.targets.backends import CompileBackend, ExecuteBackend, LowerBackend
from monitor.execution.targets.target import Target
from monitor.execution.workers.compile_worker import Exports
from monitor.execution.workers.cpu_affinity import UNPINNED, reserve_cores
from monitor.execution.workers.cxx_cache import FOLDER as COMPILED
from monitor.execution.workers.cxx_cache import prune_cxx_cache
from monitor.execution.workers.factories import (
    RunContext,
    WorkerFactory,
    compile_workers,
    execute_worker,
    framework_compile_workers,
    lower_workers,
    register_worker,
)
from monitor.execution.workers.pool import RunProgress, WorkerPool
from monitor.execution.workers.process import PACKAGE, Limits, ProcessInfo, WorkerUnavailableError
from monitor.file_lock import open_lock
from monitor.formats.error_text import clean
from monitor.formats.run_file import RunFile, RunFileWriter, read_run_file
from monitor.model import NAMES, Evidence, Job, Run, RunEnd

# A killed process holds its run file until the system has ended it, which may take a moment.
LOCK_SECONDS = 10.0
LOCK_POLL_SECONDS = 0.05

# Frameworks whose exporter applies rules of the platform. The programs of the others are the same for every platform.
LOWERED_BY_PLATFORM = frozenset({"jax"})


class NoCaseError(Exception):
    """A selection that matches no case of a suite in this build: one line with the nearest case."""


class ResumeError(Exception):
    """A run file that cannot be continued: one line with the reason."""


def run_job(
    job: Job,
    target: Target,
    path: Path,
    *,
    cache: Path,
    resume: bool = False,
    exports: Exports | None = None,
    cores: frozenset[int] = frozenset(),
    log: Callable[[str], None],
    log_builds: Callable[[str], None] | None = None,
    on_progress: Callable[[RunProgress], None],
    package: Path = PACKAGE,
    allow_empty: bool = False,
) -> RunFile:
    """Run a job, write its run file to `path`, and return it.

    With `resume`, an unfinished run file at `path` is continued: no observed case runs again. If the build or the
    device is unavailable, the run file is that of a blocked run. `exports` has the programs of earlier jobs of the
    night. `cores` are those that the caller has reserved; without them, the run reserves some. `log` takes lines on the
    progress, `log_builds` those on builds (default: `log`), `on_progress` each observation.

    Raises TargetError if the target has no packages for the build that the job names.
    Raises ResumeError if the file cannot be continued, or if another process writes it.
    Raises FileExistsError if the file has contents and `resume` is false.
    Raises NoCaseError if no case matches and `allow_empty` is false; no run file remains.
    """
    if job.build and not job.python:
        parse_requirement(target.sources(job.evidence), job.build)  # raises TargetError before the file exists
    with _sole_writer(path, resume=resume) as previous, ExitStack() as resources:
        if previous and previous.end:
            log(f"{path} is complete; nothing is left to do")
            return previous
        writer = resources.enter_context(RunFileWriter(path))
        calibration = calibrate()
        notes: tuple[str, ...] = ()
        builds: JobBuilds | None = None
        try:
            builds = _provision(job, target, previous, cache, log_builds or log, resources)
            log(f"{job.framework}: starting {builds.framework.build.requirement} on {target.name}")
            context = _open_context(job, target, builds, package, cores, resources, cache)
            pool = resources.enter_context(open_pool(context, builds, exports))
        except BuildChangedError as error:
            raise ResumeError(str(error)) from error
        except (BuildUnavailable, WorkerUnavailableError) as error:
            if previous:
                raise ResumeError(f"{path} cannot be continued: {error}") from error
            log(f"{job.framework}: blocked: {error}")
            writer.write_run(_head(job, builds, blocked=clean(str(error))))
        else:
            run = previous.run if previous else _new_run(context, builds, pool.info, allow_empty=allow_empty)
            if not previous:
                writer.write_run(run)
            pool.set_last_known(job.watch_for(run.machine))
            pool.run_cases(run, _observed_cases(previous), writer.write_observation, on_progress)
            pool.close()  # the comparison has the device for itself
            if job.evidence is Evidence.EXECUTED:
                notes = _after_cases(context, target, path, writer, calibration, cache, log, log_builds or log)
        writer.write_end(RunEnd(_now(), (calibration, calibrate()), notes))
    return read_run_file(path)


def _provision(
    job: Job, target: Target, previous: RunFile | None, cache: Path, log: Callable[[str], None], resources: ExitStack
) -> JobBuilds:
    """Install the builds of a job, or of its unfinished run."""
    before = previous.run.build if previous else None
    return provision_job(job, target, before, cache=cache, log=log, resources=resources)


def _observed_cases(previous: RunFile | None) -> set[str]:
    return {observation.case for observation in previous.observations} if previous else set()


@contextmanager
def _sole_writer(path: Path, *, resume: bool) -> Iterator[RunFile | None]:
    """Lock a run file, and yield its contents so far, None if it has none. An empty file is removed at the end.

    Raises FileExistsError if it has contents and `resume` is false, ResumeError if another process keeps the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_lock(path) as lock:
        deadline = time.monotonic() + LOCK_SECONDS
        while not lock.try_acquire():
            if time.monotonic() > deadline:
                raise ResumeError(f"{path}: another process writes this file; wait for its end, or stop it")
            time.sleep(LOCK_POLL_SECONDS)
        if path.stat().st_size and not resume:
            raise FileExistsError(f"{path} exists; continue it with --resume, or name another file")
        try:
            yield read_run_file(path) if path.stat().st_size else None
        finally:
            if path.stat().st_size == 0:
                path.unlink()


def open_pool(context: RunContext, builds: JobBuilds, exports: Exports | None = None) -> WorkerPool:
    """Start the workers of a run, as its kind of evidence needs them. Raises WorkerUnavailableError.

    `exports` has the exported programs of earlier jobs; without it, they are kept only for this run.
    """
    limits = Limits(context.backend.case_seconds, context.backend.case_memory_mib)
    return WorkerPool(_factories(context, builds, exports or Exports(context.scratch)), context.job, limits)


def _factories(context: RunContext, builds: JobBuilds, exports: Exports) -> tuple[WorkerFactory, ...]:
    backend, job = context.backend, context.job
    if isinstance(backend, ExecuteBackend):
        return (execute_worker(context),)
    if isinstance(backend, CompileBackend) and context.framework.compiler:
        return framework_compile_workers(context, backend)
    if isinstance(backend, CompileBackend | LowerBackend):
        platform = backend.platform if isinstance(backend, LowerBackend) else backend.compiler.driver
        lowered_for = platform if job.framework in LOWERED_BY_PLATFORM else ""
        exported = exports.begin(str(context.python), job.framework, job.suite, lowered_for)
        if isinstance(backend, LowerBackend):
            return lower_workers(context, platform, exported)
        if builds.frozen and exported.info is None:
            builds.frozen.unpack(exported)
        python = (builds.compiler or builds.framework).python
        return compile_workers(context, backend, python, exported, frozen=builds.frozen is not None)
    return (register_worker(context),)


def _open_context(
    job: Job,
    target: Target,
    builds: JobBuilds,
    package: Path,
    cores: frozenset[int],
    resources: ExitStack,
    cache: Path,
) -> RunContext:
    """Return the context of a run; its scratch folder and its own cores are released when `resources` close."""
    backend = target.backend(job.evidence)
    framework = target.sources(job.evidence).framework(job.framework)
    scratch = Path(resources.enter_context(TemporaryDirectory(prefix="portability-")))
    context = RunContext(job, backend, framework, builds.framework.python, scratch, package)
    if not isinstance(backend, ExecuteBackend):
        return context
    cores = cores or resources.enter_context(reserve_cores(backend.threads))
    return replace(context, cores=cores, compiled=_kept_libraries(job, cache))


def _kept_libraries(job: Job, cache: Path) -> Path | None:
    """Return the folder of libraries that g++ made of generated code; None if the framework generates none."""
    if job.framework != "torch":
        return None
    prune_cxx_cache(cache / COMPILED)
    return cache / COMPILED


def _after_cases(
    context: RunContext,
    target: Target,
    path: Path,
    writer: RunFileWriter,
    calibration: float,
    cache: Path,
    log: Callable[[str], None],
    log_builds: Callable[[str], None],
) -> tuple[str, ...]:
    """Record names, and compare cases with the baseline. Return notes on what was left out."""
    uncollected = collect_names(context, read_run_file(path), write=writer.write_names)
    uncompared = compare_with_baseline(
        context,
        target.sources(context.job.evidence),
        read_run_file(path),
        calibration,
        write=writer.write_comparison,
        cache=cache,
        log=log,
        log_builds=log_builds,
    )
    return uncollected + uncompared


def _new_run(context: RunContext, builds: JobBuilds, info: ProcessInfo, *, allow_empty: bool) -> Run:
    """Return the head of a run. Raises NoCaseError."""
    job = context.job
    cases = select_cases(info.cases, job.selection) if job.selection else cases_of_night(job, info.cases)
    if not (cases or allow_empty or job.suite == NAMES):
        raise NoCaseError(no_case_line(job, info.cases))
    resting = 0 if job.selection else len(info.cases) - len(cases)
    if job.shard:
        cases = cases_of_shard(cases, job.shard, job.costs)
    unpinned = isinstance(context.backend, ExecuteBackend) and not context.cores
    pinned = ",".join(map(str, sorted(context.cores)))
    head = _head(job, builds)
    return replace(
        head,
        build=replace(builds.framework.build, commit=info.commit),
        cases=cases,
        resting=resting,
        removed=removed_cases(job, info.cases) if resting else (),
        notes=builds.notes + ((UNPINNED,) if unpinned else ()),
        environment=describe_host() | {"host.pinned": pinned} | info.environment,
    )


def _head(job: Job, builds: JobBuilds | None, *, blocked: str = "") -> Run:
    started = _now()
    return Run(
        id=f"{started.replace('-', '').replace(':', '')}-{secrets.token_hex(3)}",
        started=started,
        target=job.target,
        framework=job.framework,
        suite=job.suite,
        evidence=job.evidence,
        build=builds.framework.build if builds else None,
        compiler=builds.compiler.build if builds and builds.compiler else None,
        selection=job.selection,
        shard=job.shard,
        blocked=blocked,
    )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
