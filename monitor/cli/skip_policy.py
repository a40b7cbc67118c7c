"""Which builds are measured already, so that a plan leaves them out.

A channel is asked which build it has now, as the run would ask it, and nothing is installed. Where that build, with all
that comes beside it, was measured whole, and another night of it would decide nothing, the job rests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.analysis.outcomes.pending import undecided
from monitor.cli.planner import NIGHTS_LOOKED_BACK
from monitor.execution.builds.provider import AUTO, BuildUnavailable, newest_build
from monitor.execution.targets.backends import CompileBackend
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.package_sources import PackageSources
from monitor.execution.targets.target import Target
from monitor.formatting.humanize import format_time, parse_time
from monitor.history.store import History
from monitor.model import Build, Job, Run, Series

# A job rests for one night, and is run on the next whatever there is to say: a machine that is not asked does not say
# that it is alive, and the pace of a case is known from many nights. The site and the watchdog call a target silent
# after three days.
RESTS = timedelta(hours=36)


@dataclass(frozen=True)
class SkipDecision:
    """Whether a job is to be run, and the reason where it is not plain."""

    due: bool
    why: str = ""


class Channels:
    """What channels have now. Each is asked once, however many targets take their builds from it."""

    def __init__(self) -> None:
        self._told: dict[tuple[object, ...], Build | BuildUnavailable] = {}

    def newest(self, offer: PackageSources, framework: str, channel: str) -> Build:
        """Raises BuildUnavailable."""
        wanted = offer.framework(framework)
        key = (wanted.distributions, *wanted.channels.items(), channel)
        if key not in self._told:
            try:
                self._told[key] = newest_build(offer, framework, channel, log=_nobody)
            except BuildUnavailable as error:
                self._told[key] = error
        told = self._told[key]
        if isinstance(told, BuildUnavailable):
            raise told
        return told


def look(job: Job, target: Target, history: History, channels: Channels) -> SkipDecision:
    """Whether a job is to be run. What is asked for by name is; so is what no index can be asked about."""
    if job.build or job.python:
        return SkipDecision(due=True)
    since = datetime.now(UTC) - RESTS
    recent = [run for run in history.done(job) if parse_time(run.started) > since]
    if not recent:
        return SkipDecision(due=True)
    try:
        measured = [run for run in recent if _is_of_now(run, job, target, channels)]
    except (BuildUnavailable, TargetError) as error:  # a wish at fault is for the run to say, and holds back no other
        return SkipDecision(due=True, why=f"run in any case, as it cannot be told which build there is: {error}")
    if not measured:
        return SkipDecision(due=True)
    run = max(measured, key=lambda run: run.started)
    label, version = (run.build.label, run.build.version) if run.build else ("", "")
    past = history.recent(run.series, nights=NIGHTS_LOOKED_BACK, version=version)
    if still_open := undecided(past, run):
        return SkipDecision(due=True, why=f"{label} once more: {', '.join(still_open)}")
    return SkipDecision(due=False, why=f"{label} was measured, {format_time(parse_time(run.started))}")


def looks(jobs: Iterable[Job], targets: Mapping[str, Target], history: History) -> dict[Series, SkipDecision]:
    """Whether jobs are to be run: once for all shards of one suite."""
    channels, one_each = Channels(), {job.series: job for job in jobs}
    return {series: look(job, targets[job.target], history, channels) for series, job in one_each.items()}


def _is_of_now(run: Run, job: Job, target: Target, channels: Channels) -> bool:
    """Whether a run had the builds that it would have now. Raises BuildUnavailable."""
    way = target.backend(job.evidence)
    if not run.build or not _same(run.build, channels.newest(target.sources(job.evidence), job.framework, job.channel)):
        return False
    if not run.compiler or not isinstance(way, CompileBackend):
        return True
    return _same(run.compiler, channels.newest(way.compiler, way.compiler.own.name, AUTO))


def _same(there: Build, now: Build) -> bool:
    """Whether two builds are one: with another package beside it, it is another."""
    return there.label == now.label and {(one.name, one.version) for one in there.packages} == {
        (one.name, one.version) for one in now.packages
    }


def _nobody(_: str) -> None:
    """What a resolution says of itself is for whoever waits for a build."""
