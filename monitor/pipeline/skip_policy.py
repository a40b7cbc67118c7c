"""Leave jobs out of a plan if a recent night measured the same build.

Resolve the newest build of a channel as the run would, without installing it. Skip the job if a recent run measured
that build whole, with the same packages, and another night would decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.analysis.outcomes.pending import open_questions
from monitor.execution.builds.job_builds import frozen_exports
from monitor.execution.builds.provider import AUTO, BuildUnavailable, newest_build
from monitor.execution.targets.backends import CompileBackend
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.package_sources import PackageSources
from monitor.execution.targets.target import Target
from monitor.formatting.humanize import format_time, parse_time
from monitor.history.store import History
from monitor.model import Build, Job, Run, Series
from monitor.pipeline.planner import RECENT_NIGHTS

# A job is skipped for one night only: a machine that runs nothing does not show that it is alive, and latency baselines
# need many nights. The site and the health check call a target silent after three days.
SKIP_WINDOW = timedelta(hours=36)


@dataclass(frozen=True)
class SkipDecision:
    """Decision to run a job or to skip it, with the reason; the reason is empty for a plain run."""

    due: bool
    reason: str = ""


class Channels:
    """The newest builds of channels. Each channel is resolved once, however many targets use it."""

    def __init__(self) -> None:
        self._resolved: dict[tuple[object, ...], Build | BuildUnavailable] = {}

    def newest(self, offer: PackageSources, framework: str, channel: str) -> Build:
        """Return the newest build of a channel. Raises BuildUnavailable."""
        sources = offer.framework(framework)
        key = (sources.distributions, *sources.channels.items(), channel)
        if key not in self._resolved:
            try:
                self._resolved[key] = newest_build(offer, framework, channel, log=_discard)
            except BuildUnavailable as error:
                self._resolved[key] = error
        build = self._resolved[key]
        if isinstance(build, BuildUnavailable):
            raise build
        return build


def decide(job: Job, target: Target, history: History, channels: Channels) -> SkipDecision:
    """Return whether a job is due. A job is always due if it names a build, or if no index can be resolved."""
    if job.build or job.python:
        return SkipDecision(due=True)
    since = datetime.now(UTC) - SKIP_WINDOW
    recent = [run for run in history.done(job) if parse_time(run.started) > since]
    if not recent:
        return SkipDecision(due=True)
    try:
        measured = [run for run in recent if _has_newest_builds(run, job, target, channels)]
    except (BuildUnavailable, TargetError) as error:  # the run reports it, and no other job is held back
        return SkipDecision(due=True, reason=f"run in any case, as the newest build is unknown: {error}")
    if not measured:
        return SkipDecision(due=True)
    run = max(measured, key=lambda run: run.started)
    label, version = (run.build.requirement, run.build.version) if run.build else ("", "")
    past = history.recent(run.series, nights=RECENT_NIGHTS, version=version)
    if still_open := open_questions(past, run):
        return SkipDecision(due=True, reason=f"{label} once more: {', '.join(still_open)}")
    return SkipDecision(due=False, reason=f"{label} was measured, {format_time(parse_time(run.started))}")


def skip_decisions(jobs: Iterable[Job], targets: Mapping[str, Target], history: History) -> dict[Series, SkipDecision]:
    """Return a decision for each series of the jobs; the shards of a suite share one."""
    channels, job_by_series = Channels(), {job.series: job for job in jobs}
    return {series: decide(job, targets[job.target], history, channels) for series, job in job_by_series.items()}


def _has_newest_builds(run: Run, job: Job, target: Target, channels: Channels) -> bool:
    """Return True if a run measured the builds that it would get now. Raises BuildUnavailable."""
    way = target.backend(job.evidence)
    frozen = frozen_exports(job, way) if isinstance(way, CompileBackend) else None
    newest = frozen.build if frozen else channels.newest(target.sources(job.evidence), job.framework, job.channel)
    if not run.build or not _same(run.build, newest):
        return False
    if not run.compiler or not isinstance(way, CompileBackend):
        return True
    return _same(run.compiler, channels.newest(way.compiler, way.compiler.own.name, AUTO))


def _same(measured: Build, newest: Build) -> bool:
    """Return True if two builds are equal, with all their packages."""
    versions = [{(package.name, package.version) for package in build.packages} for build in (measured, newest)]
    return measured.requirement == newest.requirement and versions[0] == versions[1]


def _discard(_: str) -> None:
    """Drop the messages of a resolution; nobody waits for a build."""
