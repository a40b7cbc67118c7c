"""How one build is tried: in an environment of its own, beside the same dependencies as every other."""

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
from monitor.analysis.latency.ab_tests import Direction, directions
from monitor.analysis.latency.detection import SAMPLES
from monitor.cli.common import say
from monitor.cli.compare import measure
from monitor.cli.older_builds import let_go
from monitor.execution.builds.environments import hold_environment
from monitor.execution.builds.provider import ProvisionedBuild, other_packages, provision
from monitor.execution.run import run_job
from monitor.execution.targets.target import Target
from monitor.execution.workers.pool import environment_of
from monitor.execution.workers.process import WorkerUnavailableError, clean_environment
from monitor.formats.error_text import clean
from monitor.formats.run_file import RunFile
from monitor.model import ComparisonSide, Evidence, Job, Outcome, Package

KEPT = 2  # environments, the last used: that of the good build is asked for again and again

# No answer is this one, so every answer is news to the run step, which has fresh workers confirm it.
UNHEARD_OF = Outcome.BLOCKED
NO_CASE = ("",)  # a selection that no case is in
CANNOT_TELL = 125  # a script's exit status, as `git bisect run` has it


@dataclass(frozen=True)
class TrialContext:
    """Where builds are tried. `folder` takes the log of each trial; `suite` is the one that a worker is started on.

    `cache` is what `monitor.cli.older_builds.own_cache` returned: environments in it are removed when later ones are
    made. `held` are the packages of the good build, which the others are given too, as far as they allow it.
    """

    target: Target
    framework: str
    suite: str
    evidence: Evidence
    held: tuple[Package, ...]
    cache: Path
    folder: Path


def try_case(bench: TrialContext, label: str, case: str) -> Trial:
    """What a case comes to under a build, as fresh workers agree. Raises BuildUnavailable."""
    start = time.monotonic()
    with _provided(bench, label) as provided:
        runfile = _run(bench, label, provided, (escape(case),), {case: UNHEARD_OF})
        trial = _blocked(label, runfile) or _answered(label, runfile)
        return _told(trial, bench, provided, runfile, start)


def try_script(bench: TrialContext, label: str, script: Path) -> Trial:
    """What a script of the user's own says of a build by its exit status. Raises BuildUnavailable.

    The build's interpreter runs it, with the device as its argument. A build that does not import is not asked.
    """
    start = time.monotonic()
    with _provided(bench, label) as provided, TemporaryDirectory(prefix="portability-") as scratch:
        runfile = _run(bench, label, provided, NO_CASE, {})
        if (trial := _blocked(label, runfile)) is None:
            way = bench.target.backend(bench.evidence)
            framework = bench.target.sources(bench.evidence).framework(bench.framework)
            variables = clean_environment(os.environ) | environment_of(way, framework, Path(scratch))
            command = [str(provided.python), str(script), framework.device]
            log = _log(bench, label, ".log")
            with log.open("wb") as output:
                done = subprocess.run(
                    command, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
                )
            trial = exited(label, done.returncode, log.read_text(encoding="utf-8", errors="replace"))
        return _told(trial, bench, provided, runfile, start)


def try_latency(bench: TrialContext, label: str, case: str, good: str) -> Trial:
    """How much longer a case takes than under the good build, in fresh processes of both, in turns.

    Raises BuildUnavailable.
    """
    trial = try_case(bench, label, case)
    if label == good or trial.outcome is not Outcome.PASS:
        return replace(trial, slower=0.0)
    job = Job(bench.target.name, bench.framework, bench.suite, selection=(escape(case),))
    try:
        (pair,) = measure(job, bench.target, (good, label), SAMPLES, bench.cache, bench.held).values()
    except WorkerUnavailableError as error:
        return replace(trial, outcome=Outcome.BLOCKED, message=str(error))
    return timed(trial, *pair)


@contextmanager
def _provided(bench: TrialContext, label: str) -> Iterator[ProvisionedBuild]:
    """A build that stays while it is tried; those before it go."""
    offer = bench.target.sources(bench.evidence)
    provided = provision(offer, bench.framework, requirement=label, preferred=bench.held, cache=bench.cache, log=say)
    with hold_environment(provided.python):
        yield provided
    let_go(bench.cache, offer.framework(bench.framework), KEPT)


def _run(
    bench: TrialContext, label: str, provided: ProvisionedBuild, selection: tuple[str, ...], watch: dict[str, Outcome]
) -> RunFile:
    path = _log(bench, label, ".jsonl")
    path.unlink(missing_ok=True)  # of a trial that was interrupted
    job = Job(
        target=bench.target.name,
        framework=bench.framework,
        suite=bench.suite,
        evidence=bench.evidence,
        build=label,
        python=str(provided.python),
        selection=selection,
        watch=watch,
    )
    return run_job(job, bench.target, path, cache=bench.cache, say=say, show=lambda _: None, may_be_empty=True)


def _blocked(label: str, runfile: RunFile) -> Trial | None:
    blocked = runfile.run.blocked
    return Trial(label, Outcome.BLOCKED, blocked) if blocked else None


def _answered(label: str, runfile: RunFile) -> Trial:
    if not runfile.observations:
        return Trial(label, Outcome.BLOCKED, "this build lists no such case")
    (seen,) = runfile.observations
    return Trial(label, seen.outcome, seen.message, digest=seen.digest)


def timed(trial: Trial, good: ComparisonSide, new: ComparisonSide) -> Trial:
    """A trial with how the latencies of both sides compare."""
    if not (good.latencies and new.latencies):
        return replace(trial, outcome=Outcome.BLOCKED, message="it is not timed")
    ratio = median(new.latencies) / median(good.latencies)
    (way,) = directions([(good, new)])
    slower = math.log(ratio) if way is Direction.SLOWER else 0.0
    return replace(trial, message=f"{ratio:.2f} times as long as {good.build}: {way}", slower=slower)


def exited(label: str, status: int, output: str) -> Trial:
    """What a script's exit status says of a build, with the last line that it wrote."""
    said = [line for line in output.splitlines() if line.strip()]
    last = f": {said[-1]}" if said else ""
    if status == 0:
        return Trial(label, Outcome.PASS)
    if status == CANNOT_TELL:
        return Trial(label, Outcome.BLOCKED, clean(f"the script cannot tell{last}"))
    if status < 0:
        return Trial(label, Outcome.CRASH, clean(f"the script was killed by {Signals(-status).name}{last}"))
    return Trial(label, Outcome.ERROR, clean(f"exit status {status}{last}"))


def _told(trial: Trial, bench: TrialContext, provided: ProvisionedBuild, runfile: RunFile, start: float) -> Trial:
    """A trial with what else there is to say of it."""
    framework = bench.target.sources(bench.evidence).framework(bench.framework)
    there = {package.name: package.version for package in provided.build.packages}
    moved = tuple(
        f"{package.name} {there[package.name]}, not {package.version}"
        for package in other_packages(framework, bench.held)
        if there.get(package.name, package.version) != package.version
    )
    return replace(
        trial,
        commit=runfile.run.build.commit if runfile.run.build else "",
        notes=(*map(clean, provided.notes), *moved),
        seconds=round(time.monotonic() - start, 1),
    )


def _log(bench: TrialContext, label: str, suffix: str) -> Path:
    bench.folder.mkdir(parents=True, exist_ok=True)
    return bench.folder / f"{label}{suffix}"
