"""Measure cases under two builds side by side, in fresh processes of each in turns."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.analysis.latency.builds_in_turns import Direction, directions
from monitor.execution import provision
from monitor.execution.ab_runner import BuildProcesses, compare_two_builds
from monitor.execution.builds.environments import hold_environment
from monitor.execution.builds.provider import BuildUnavailable
from monitor.execution.case_selection import no_case_line, select_cases
from monitor.execution.targets.target import Target, find_target, load_targets
from monitor.execution.workers.cpu_affinity import UNPINNED, reserve_cores
from monitor.execution.workers.factories import RunContext, WorkerFactory, execute_worker
from monitor.execution.workers.process import PACKAGE, Limits, WorkerUnavailableError
from monitor.model import ComparisonSide, Evidence, Job, Outcome, Package
from monitor.pipeline.errors import UserError, refuse_unknown
from monitor.pipeline.locations import RUNNERS
from monitor.pipeline.planner import matching_jobs
from monitor.pipeline.progress_log import log
from monitor.suite.discovery import suites

Sides = dict[str, tuple[ComparisonSide, ComparisonSide]]  # the old and the new side of each case


@dataclass(frozen=True)
class ComparedCase:
    """One case under two builds.

    `old_us` and `new_us` are the medians over processes in microseconds, `ratio` is new divided by old, and `spread`
    the larger of their interquartile ranges as a share of the median; None if a build was not timed. `values` is True
    if both builds gave the same values, None if that is unknown.
    """

    case: str
    old: ComparisonSide
    new: ComparisonSide
    old_us: float | None
    new_us: float | None
    ratio: float | None
    spread: float | None
    latency: Direction
    values: bool | None

    @property
    def worse(self) -> bool:
        """True if the case is slower under the new build, or never passes there and always did under the old one."""
        passes = {Outcome.PASS}
        return self.latency is Direction.SLOWER or (
            set(self.old.outcomes) == passes and Outcome.PASS not in self.new.outcomes and bool(self.new.outcomes)
        )


def compare_builds(
    patterns: Sequence[str], builds: str, target_name: str, suite: str, samples: int, cache: Path
) -> list[ComparedCase]:
    """Compare the cases that match a pattern under the two builds "OLD,NEW". Raises UserError and TargetError."""
    labels = builds.split(",")
    if len(labels) != 2:
        raise UserError(f'--builds {builds}: name two builds, as in "jax==0.9.2,jax==0.10.2"')
    target = find_target(load_targets(RUNNERS), target_name)
    framework = _framework_of(target, labels)
    refuse_unknown("suite", suite, suites(framework))
    (job,) = matching_jobs(tuple(patterns), (Job(target.name, framework, suite, selection=tuple(patterns)),))
    try:
        return compared_cases(measure(job, target, labels, samples, cache))
    except (BuildUnavailable, WorkerUnavailableError) as error:
        raise UserError(f"{framework} cannot be compared: {error}") from error


def _framework_of(target: Target, labels: Sequence[str]) -> str:
    """Return the framework of both builds. Raises UserError."""
    distributions = [label.strip().partition("==")[0] for label in labels]
    for name, sources in target.sources(Evidence.EXECUTED).frameworks.items():
        if all(distribution in sources.distributions for distribution in distributions):
            return name
    raise UserError(f"--builds {','.join(labels)}: {target.file} has no one framework that is installed by these names")


def measure(
    job: Job, target: Target, labels: Sequence[str], samples: int, cache: Path, held: tuple[Package, ...] = ()
) -> Sides:
    """Return both sides of each case, with `held` packages beside both builds.

    Raises BuildUnavailable, WorkerUnavailableError and UserError.
    """
    backend, sources = target.backend(job.evidence), target.sources(job.evidence)
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(TemporaryDirectory(prefix="portability-")))
        cores = stack.enter_context(reserve_cores(backend.threads))
        if not cores:
            log(UNPINNED)
        sides: list[BuildProcesses] = []
        for name, label in zip(("old", "new"), labels, strict=True):
            provided = provision(
                sources, job.framework, requirement=label.strip(), preferred=held, cache=cache, log=log
            )
            stack.enter_context(hold_environment(provided.python))
            folder = scratch / name
            folder.mkdir()
            framework = sources.framework(job.framework)
            context = RunContext(job, backend, framework, provided.python, folder, PACKAGE, cores)
            sides.append(BuildProcesses(provided.build.requirement, execute_worker(context)))
        cases = _matching_cases(job, sides[1].start)
        limits = Limits(backend.case_seconds, backend.case_memory_mib)
        return compare_two_builds(sides[0], sides[1], cases, limits, rounds=samples, log=log)


def _matching_cases(job: Job, start: WorkerFactory) -> list[str]:
    """Return the cases of a suite that match, as a build lists them. Raises UserError if none matches."""
    with closing(start()) as worker:
        cases = worker.info.cases
    if not (matching := select_cases(cases, job.selection)):
        others = ", ".join(sorted(set(suites(job.framework)) - {job.suite}))
        raise UserError(f"{no_case_line(job, cases)}; --suite has {others} too")
    return [*matching]


def compared_cases(pairs: Sides) -> list[ComparedCase]:
    """Return the comparison of each case."""
    latencies = directions([*pairs.values()])
    return [_compared(case, *sides, latency) for (case, sides), latency in zip(pairs.items(), latencies, strict=True)]


def _compared(case: str, old: ComparisonSide, new: ComparisonSide, latency: Direction) -> ComparedCase:
    old_us, new_us = (statistics.median(side.latencies) if side.latencies else None for side in (old, new))
    return ComparedCase(
        *(case, old, new, old_us, new_us),
        ratio=new_us / old_us if old_us and new_us else None,
        spread=max(map(_spread, (old, new))) if old_us and new_us else None,
        latency=latency,
        values=old.digest.agrees(new.digest) if old.digest and new.digest else None,
    )


def _spread(side: ComparisonSide) -> float:
    """Return the interquartile range over processes as a share of the median; 0 for a single process."""
    if len(side.latencies) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(side.latencies, n=4)
    return (high - low) / middle
