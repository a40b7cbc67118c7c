"""The run step: one job, from the build to the last line of its run file."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.execution.builds import BuildUnavailable, Provided, provide
from monitor.execution.calibration import calibrate
from monitor.execution.cores import own_cores
from monitor.execution.environments import in_use
from monitor.execution.examiner import Examiner
from monitor.execution.host import describe_host
from monitor.execution.shards import cases_of_shard
from monitor.execution.supervisor import PACKAGE, Limits, Worker, WorkerCommand, WorkerUnavailableError
from monitor.execution.targets import Target
from monitor.handover.messages import clean
from monitor.handover.runfile import RunFile, RunFileWriter, read_run_file
from monitor.model import Build, End, Job, Observation, Outcome, Run

# As many threads as the target allows; its default of one is what makes two equal nights differ least.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONWARNINGS": "ignore"}


UNPINNED = "the workers were not pinned to cores of their own: other runs held them, or this system has no pinning"


class ResumeError(Exception):
    """A run file that cannot be continued, in one line that says why."""


@dataclass(frozen=True)
class Progress:
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
    say: Callable[[str], None],
    show: Callable[[Progress], None],
    package: Path = PACKAGE,
) -> RunFile:
    """Do a job and write its run file to `path`.

    With `resume`, an unfinished run file there is continued: nothing answered is asked again. A build that cannot be
    had, or a device that is not there, makes a run file too: a blocked one. `say` takes lines for the reader of the
    log. Raises ResumeError, FileExistsError where there is a run file and it is not to be continued, and
    `monitor.execution.targets.TargetError`.
    """
    begun = _begun(path, resume=resume)
    if begun and begun.end:
        say(f"{path} is complete; nothing is left to do")
        return begun
    with (
        RunFileWriter(path) as writer,
        TemporaryDirectory(prefix="portability-") as scratch,
        own_cores(target.execute.threads) as cores,
    ):
        calibration = calibrate()
        try:
            provided = _provide(job, target, begun, cache, say)
            command = _command(job, target, provided, Path(scratch), package, cores)
            say(f"{job.framework}: starting {provided.build.label} on {target.name}")
            limits = Limits(target.execute.case_seconds, target.execute.case_memory_mib)
            examiner = Examiner(lambda: Worker(command), limits, job.watch)
        except (BuildUnavailable, WorkerUnavailableError) as error:
            if begun:
                raise ResumeError(f"{path} cannot be continued: {error}") from error
            say(f"{job.framework}: blocked: {error}")
            build = provided.build if isinstance(error, WorkerUnavailableError) else None
            writer.write_run(_head(job, build, blocked=clean(str(error))))
        else:
            with in_use(provided.python), examiner:
                run = begun.run if begun else _run_of(job, provided, examiner.worker, cores)
                if not begun:
                    writer.write_run(run)
                answered = {observation.case for observation in begun.observations} if begun else set()
                _observe(run, answered, examiner, writer, show)
        writer.write_end(End(_now(), (calibration, calibrate())))
    return read_run_file(path)


def _begun(path: Path, *, resume: bool) -> RunFile | None:
    if not path.exists() or path.stat().st_size == 0:
        return None
    if not resume:
        raise FileExistsError(f"{path} exists; continue it with --resume, or name another file")
    return read_run_file(path)


def _provide(job: Job, target: Target, begun: RunFile | None, cache: Path, say: Callable[[str], None]) -> Provided:
    """The build of a job; for a run that was begun, the very same one again."""
    if begun is None or job.python:
        wish = {"channel": job.channel, "exact": job.build, "python": job.python}
    else:
        wish = {"exact": begun.run.build.label if begun.run.build else ""}
    provided = provide(target, job.framework, **wish, cache=cache, say=say)
    if begun and begun.run.build and (other := _difference(begun.run.build, provided.build)):
        raise ResumeError(f"the run was begun with {other}; start a new one")
    return provided


def _difference(before: Build, now: Build) -> str:
    there = {(package.name, package.version) for package in now.packages}
    return ", ".join(f"{p.name} {p.version}" for p in before.packages if (p.name, p.version) not in there)


def _command(
    job: Job, target: Target, provided: Provided, scratch: Path, package: Path, cores: frozenset[int]
) -> WorkerCommand:
    framework = target.framework(job.framework)
    return WorkerCommand(
        python=provided.python,
        framework=job.framework,
        suite=job.suite,
        device=framework.device,
        environment=environment_of(target, job.framework, scratch),
        log=scratch / "worker.log",
        package=package,
        cores=cores,
    )


def environment_of(target: Target, framework: str, scratch: Path) -> dict[str, str]:
    """The variables that a process which runs cases on a target has on top of our own."""
    return {
        **QUIET,
        **dict.fromkeys(THREAD_VARIABLES, str(target.execute.threads)),
        "TORCHINDUCTOR_COMPILE_THREADS": str(target.execute.threads),
        # A cache of compiled code from an earlier night would hide what tonight's compiler does, and how fast.
        "TORCHINDUCTOR_CACHE_DIR": str(scratch / "inductor"),
        "TMPDIR": str(scratch),
        **target.framework(framework).env,
    }


def _run_of(job: Job, provided: Provided, worker: Worker, cores: frozenset[int]) -> Run:
    ready = worker.ready
    cases = tuple(
        case
        for case in ready.cases
        if not job.selection or any(fnmatchcase(case, pattern) for pattern in job.selection)
    )
    if job.shard:
        cases = cases_of_shard(cases, job.shard, job.costs)
    head = _head(job, replace(provided.build, commit=ready.commit))
    return replace(
        head,
        cases=cases,
        notes=tuple(map(clean, provided.notes)) + (() if cores else (UNPINNED,)),
        environment=describe_host() | {"host.pinned": ",".join(map(str, sorted(cores)))} | ready.environment,
    )


def _head(job: Job, build: Build | None, *, blocked: str = "") -> Run:
    started = _now()
    return Run(
        id=f"{started.replace('-', '').replace(':', '')}-{secrets.token_hex(3)}",
        started=started,
        target=job.target,
        framework=job.framework,
        suite=job.suite,
        build=build,
        selection=job.selection,
        shard=job.shard,
        blocked=blocked,
    )


def _observe(
    run: Run, answered: set[str], examiner: Examiner, writer: RunFileWriter, show: Callable[[Progress], None]
) -> None:
    gone = ""
    for number, case in enumerate(run.cases, start=1):
        if case in answered:
            continue
        if not gone:
            try:
                observation = examiner.ask(case)
            except WorkerUnavailableError as error:
                gone = f"no worker could be started any more: {error}"
        if gone:
            observation = Observation(case, Outcome.BLOCKED, message=gone)
        writer.write_observation(observation)
        show(Progress(number, len(run.cases), observation))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
