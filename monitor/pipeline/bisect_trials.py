"""Try one build of a bisection in its own environment, with the same dependencies as every other build."""

from __future__ import annotations

import math
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path
from signal import Signals
from statistics import median
from tempfile import TemporaryDirectory

from monitor.analysis.bisection import Trial
from monitor.analysis.latency.builds_in_turns import Direction, directions
from monitor.analysis.latency.detection import SAMPLES
from monitor.execution import provision, run_job
from monitor.execution.builds.environments import hold_environment
from monitor.execution.builds.provider import ProvisionedBuild, other_packages
from monitor.execution.targets.target import Target
from monitor.execution.workers.factories import worker_environment
from monitor.execution.workers.process import WorkerUnavailableError, clean_environment
from monitor.formats.error_text import clean
from monitor.formats.run_file import RunFile
from monitor.model import ComparisonSide, Evidence, Job, Outcome, Package
from monitor.pipeline.compare import measure
from monitor.pipeline.older_builds import prune_old_builds
from monitor.pipeline.progress_log import log

MAX_CACHED_ENVIRONMENTS = 2  # the last used: a bisection needs the good build's environment again and again

# As last known outcome, it differs from every result, so the run step confirms each result in fresh workers.
NOT_RUN = Outcome.BLOCKED
NO_CASE = ("",)  # a selection that no case matches
SKIP_STATUS = 125  # exit status of a script that cannot judge a build, as in `git bisect run`


@dataclass(frozen=True)
class TrialContext:
    """Settings that all trials of a bisection share. Logs go to `folder`; workers start on `suite`.

    `cache` is the result of `monitor.pipeline.older_builds.own_cache`: later environments replace earlier ones in it.
    `held` are the packages of the good build; other builds get the same versions where their requirements allow it.
    """

    target: Target
    framework: str
    suite: str
    evidence: Evidence
    held: tuple[Package, ...]
    cache: Path
    folder: Path


def try_case(context: TrialContext, label: str, case: str) -> Trial:
    """Return the outcome of a case under a build, confirmed by fresh workers. Raises BuildUnavailable."""
    start = time.monotonic()
    with _provided(context, label) as provided:
        runfile = _run(context, label, provided, (escape(case),), {case: NOT_RUN})
        trial = _blocked(label, runfile) or _answered(label, runfile)
        return _with_details(trial, context, provided, runfile, start)


def try_script(context: TrialContext, label: str, script: Path) -> Trial:
    """Return the result of a user's script under a build, by its exit status. Raises BuildUnavailable.

    The build's interpreter runs the script, with the device as its argument. A build that does not import is blocked.
    """
    start = time.monotonic()
    with _provided(context, label) as provided, TemporaryDirectory(prefix="portability-") as scratch:
        runfile = _run(context, label, provided, NO_CASE, {})
        if (trial := _blocked(label, runfile)) is None:
            way = context.target.backend(context.evidence)
            framework = context.target.sources(context.evidence).framework(context.framework)
            variables = clean_environment(os.environ) | worker_environment(way, framework, Path(scratch))
            command = [str(provided.python), str(script), framework.device]
            log = _log(context, label, ".log")
            with log.open("wb") as output:
                done = subprocess.run(
                    command, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
                )
            trial = exited(label, done.returncode, log.read_text(encoding="utf-8", errors="replace"))
        return _with_details(trial, context, provided, runfile, start)


def try_latency(context: TrialContext, label: str, case: str, good: str) -> Trial:
    """Return how much slower a case is than under the good build, by a comparison. Raises BuildUnavailable."""
    trial = try_case(context, label, case)
    if label == good or trial.outcome is not Outcome.PASS:
        return replace(trial, slower=0.0)
    job = Job(context.target.name, context.framework, context.suite, selection=(escape(case),))
    try:
        (pair,) = measure(job, context.target, (good, label), SAMPLES, context.cache, context.held).values()
    except WorkerUnavailableError as error:
        return replace(trial, outcome=Outcome.BLOCKED, message=str(error))
    return timed(trial, *pair)


@contextmanager
def _provided(context: TrialContext, label: str) -> Iterator[ProvisionedBuild]:
    """Provide a build for the duration of a trial, and then prune older environments."""
    offer = context.target.sources(context.evidence)
    provided = provision(
        offer, context.framework, requirement=label, preferred=context.held, cache=context.cache, log=log
    )
    with hold_environment(provided.python):
        yield provided
    prune_old_builds(context.cache, offer.framework(context.framework), MAX_CACHED_ENVIRONMENTS)


def _run(
    context: TrialContext, label: str, provided: ProvisionedBuild, selection: tuple[str, ...], watch: dict[str, Outcome]
) -> RunFile:
    path = _log(context, label, ".jsonl")
    path.unlink(missing_ok=True)  # of a trial that was interrupted
    job = Job(
        target=context.target.name,
        framework=context.framework,
        suite=context.suite,
        evidence=context.evidence,
        build=label,
        python=str(provided.python),
        selection=selection,
        watch=watch,
    )
    return run_job(
        job, context.target, path, cache=context.cache, log=log, on_progress=lambda _: None, allow_empty=True
    )


def _blocked(label: str, runfile: RunFile) -> Trial | None:
    blocked = runfile.run.blocked
    return Trial(label, Outcome.BLOCKED, blocked) if blocked else None


def _answered(label: str, runfile: RunFile) -> Trial:
    if not runfile.observations:
        return Trial(label, Outcome.BLOCKED, "this build lists no such case")
    (seen,) = runfile.observations
    return Trial(label, seen.outcome, seen.message, digest=seen.digest)


def timed(trial: Trial, good: ComparisonSide, new: ComparisonSide) -> Trial:
    """Return a trial with the ratio of the latencies of both sides."""
    if not (good.latencies and new.latencies):
        return replace(trial, outcome=Outcome.BLOCKED, message="it is not timed")
    ratio = median(new.latencies) / median(good.latencies)
    (direction,) = directions([(good, new)])
    slower = math.log(ratio) if direction is Direction.SLOWER else 0.0
    return replace(trial, message=f"{ratio:.2f} times as long as {good.build}: {direction}", slower=slower)


def exited(label: str, status: int, output: str) -> Trial:
    """Return the trial of a script that ended with an exit status, with the last line of its output."""
    lines = [line for line in output.splitlines() if line.strip()]
    last = f": {lines[-1]}" if lines else ""
    if status == 0:
        return Trial(label, Outcome.PASS)
    if status == SKIP_STATUS:
        return Trial(label, Outcome.BLOCKED, clean(f"the script cannot tell{last}"))
    if status < 0:
        return Trial(label, Outcome.CRASH, clean(f"the script was killed by {Signals(-status).name}{last}"))
    return Trial(label, Outcome.ERROR, clean(f"exit status {status}{last}"))


def _with_details(
    trial: Trial, context: TrialContext, provided: ProvisionedBuild, runfile: RunFile, start: float
) -> Trial:
    """Return a trial with its commit, notes and duration."""
    framework = context.target.sources(context.evidence).framework(context.framework)
    installed = {package.name: package.version for package in provided.build.packages}
    moved = tuple(
        f"{package.name} {installed[package.name]}, not {package.version}"
        for package in other_packages(framework, context.held)
        if installed.get(package.name, package.version) != package.version
    )
    return replace(
        trial,
        commit=runfile.run.build.commit if runfile.run.build else "",
        notes=(*map(clean, provided.notes), *moved),
        seconds=round(time.monotonic() - start, 1),
    )


def _log(context: TrialContext, label: str, suffix: str) -> Path:
    context.folder.mkdir(parents=True, exist_ok=True)
    return context.folder / f"{label}{suffix}"
