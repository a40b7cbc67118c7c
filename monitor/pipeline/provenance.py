"""Where a run comes from: it is held against the runner file of its target, and against what it was started for.

Whoever wrote a run file ran a nightly build, and may say anything. What a target does not have, and what no channel of
it gives, is refused. That a run did what it says cannot be checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from monitor.execution.builds.provider import AUTO, distribution_names
from monitor.execution.targets.backends import CompileBackend
from monitor.execution.targets.package_sources import ChannelSource, FrameworkSources
from monitor.execution.targets.target import Target
from monitor.formats.error_text import one_line
from monitor.formats.run_file import RunFile, RunFileError
from monitor.formats.toml_reader import nearest
from monitor.history.ingest import read_untrusted
from monitor.history.layout import RecordedRun
from monitor.history.ordering import OLDEST, version_sort_key
from monitor.history.trial_write import rehearse
from monitor.model import Build, Channel, Evidence, Job, Run
from monitor.suite.discovery import KERNELS, suites

Fault = tuple[str, str]  # a field, and what is wrong with it
Known = Mapping[tuple[str, str], Version]  # the newest version, by "build" and framework or "compiler" and distribution

# How far the first number of a release that differs from that of the newest known build may exceed it. A new
# major version is a step of 1. A history that slept may miss many releases: JAX had 0.4.18 to 0.4.38.
MOST_STEPS = 50

# How run.yml and backfill.yml name their runs at GitHub: by their inputs, which nothing that they run can change.
STARTED_FOR = re.compile(
    r"(Run (?P<run>[a-z0-9-]+), (?P<evidence>[a-z]+)|Backfill [a-z]+ on (?P<backfill>[a-z0-9-]+)(, (?P<kind>[a-z]+))?)"
)
# What uv takes pre-releases for, where nothing is said: for what names one.
NO_PRERELEASE = ("", "disallow", "explicit", "if-necessary", "if-necessary-or-explicit")


@dataclass(frozen=True)
class StartedFor:
    """What a run of a workflow was started for; what is empty may be anything."""

    target: str = ""
    evidence: str = ""

    @classmethod
    def of_title(cls, title: str) -> StartedFor:
        """What the title of a workflow's run says; nothing where it is that of another workflow."""
        if not (match := STARTED_FOR.fullmatch(title)):
            return cls()
        return cls(match["run"] or match["backfill"], match["evidence"] or match["kind"] or "")

    def fault(self, run: Run) -> str:
        """Return in one line what of a run it was not started for; empty where that is nothing."""
        if self.target and run.target != self.target:
            return f"run.target: {run.target}, and the workflow was started for {self.target}"
        if self.evidence and run.evidence != self.evidence:
            return f"run.evidence: {run.evidence}, and the workflow was started for {self.evidence}"
        return ""


def note_start(artifact: Path, title: str) -> None:
    """Keep beside an artifact, where nothing that is unpacked comes, the title of the workflow's run that it is of."""
    _beside(artifact).write_text(json.dumps({"title": title}) + "\n")


def started_for(artifact: Path) -> StartedFor:
    """Return what the workflow was started for whose run handed an artifact over; anything where nothing is kept."""
    path = _beside(artifact)
    return StartedFor.of_title(json.loads(path.read_text())["title"]) if path.exists() else StartedFor()


def _beside(artifact: Path) -> Path:
    return artifact.with_name(f"{artifact.name}.json")


def accept(
    path: Path,
    targets: Mapping[str, Target],
    *,
    started_for: StartedFor | None = None,
    jobs: Collection[Job] | None = None,
    known: Known = MappingProxyType({}),
) -> RunFile:
    """Return a run file that may be recorded. Raises RunFileError, which names the file and the field.

    It is held against the runner file of its target, and where they are given, against what its workflow was started
    for, the job of a plan, and the newest versions that are known (`newest_versions`). Whatever goes wrong with one
    file is that file's: so what nobody thought of is a refusal here too. It says that the monitor is at fault, and
    others are recorded.
    """
    try:
        runfile = read_untrusted(path, targets=targets)
        reasons = (
            fault(runfile, targets),
            started_for.fault(runfile.run) if started_for else "",
            not_planned(runfile.run, jobs) if jobs is not None else "",
            too_new(runfile.run, known, jobs or ()),
        )
        if reason := next(filter(None, reasons), ""):
            raise RunFileError(f"{path}:1: {reason}")
        rehearse(runfile)
    except RunFileError:
        raise
    except Exception as error:
        why = one_line(f"{type(error).__name__}: {error}")
        raise RunFileError(f"{path}: the monitor cannot record it, which is a fault of its own: {why}") from error
    return runfile


def fault(runfile: RunFile, targets: Mapping[str, Target]) -> str:
    """Return in one line what of a run its target does not have; empty where that is nothing."""
    return next((f"{field}: {reason}" for field, reason in _faults(runfile, targets)), "")


def not_planned(run: Run, jobs: Collection[Job]) -> str:
    """Return in one line why a run is none that a plan asks for; empty where it is."""
    found = [deviation(run, job) for job in jobs if (job.series, job.shard) == (run.series, run.shard)]
    if not found:
        return f"run.suite: no job of the plan is {' '.join(run.series)}{run.shard and f', shard {run.shard}'}"
    return "" if "" in found else found[0]


def deviation(run: Run, job: Job) -> str:
    """Return in one line what of a run is not what a job asked for; empty where that is nothing."""
    if run.selection != job.selection:
        told, wanted = (", ".join(patterns) or "none" for patterns in (run.selection, job.selection))
        return f"run.selection: {told}, and {wanted} was planned"
    if job.build and run.build and job.build not in (run.build.label, run.build.label.partition("+")[0]):
        return f"run.build: {run.build.label}, and {job.build} was planned"
    if run.build and (run.build.channel is Channel.GIVEN) is not bool(job.python):
        return f"run.build.channel: {run.build.channel}, and an interpreter was {'' if job.python else 'not '}given"
    if run.build and not (job.build or job.python) and job.channel not in (AUTO, run.build.channel):
        return f"run.build.channel: {run.build.channel}, and {job.channel} was planned"
    return ""


def newest_versions(runs: Iterable[RecordedRun]) -> dict[tuple[str, str], Version]:
    """Return the newest version of each framework and of each compiler among runs that a series has."""
    found: dict[tuple[str, str], Version] = {}
    for run in (item.run for item in runs):
        for key, build in _versioned(run):
            found[key] = max(found.get(key, OLDEST), version_sort_key(build.version))
    return found


def _versioned(run: Run) -> Iterator[tuple[tuple[str, str], Build]]:
    if run.build:
        yield ("build", run.framework), run.build
    if run.compiler:
        yield ("compiler", run.compiler.distribution), run.compiler


def too_new(run: Run, known: Known, jobs: Collection[Job] = ()) -> str:
    """Return in one line why no channel can have given a version yet; empty where one can, or a job names the build.

    The first number that differs from the newest version known exceeds it by at most `MOST_STEPS`.
    """
    if run.one_off or any(job.build and not deviation(run, job) for job in jobs):
        return ""
    for key, build in _versioned(run):
        before = known.get(key)
        if before and (after := version_sort_key(build.version)) > before:
            numbers = zip_longest(after.release, before.release, fillvalue=0)
            step = next((new - old for new, old in numbers if new != old), 0)
            if step > MOST_STEPS or after.epoch != before.epoch:
                return (
                    f"run.{key[0]}.version: {build.version} is too far from {before}, the newest known; if it is real, "
                    f'record it with a plan that names it: `portability plan --build "{build.label}"`'
                )
    return ""


def _faults(runfile: RunFile, targets: Mapping[str, Target]) -> Iterator[Fault]:
    run = runfile.run
    target = targets[run.target]
    if run.evidence not in target.evidences:
        yield "run.evidence", f"{run.target} is not {run.evidence}, {nearest(run.evidence, target.evidences)}"
        return
    offer = target.sources(run.evidence)
    if run.framework not in offer.frameworks:
        yield (
            "run.framework",
            f"{run.framework} is not {run.evidence} there, {nearest(run.framework, offer.frameworks)}",
        )
        return
    known = (KERNELS,) if run.evidence is Evidence.REGISTERED else suites(run.framework)
    if run.suite not in known:
        yield "run.suite", f"{run.framework} has no suite {run.suite}, {nearest(run.suite, known)}"
    framework = offer.framework(run.framework)
    if run.build:
        yield from _build_faults("run.build", run.build, framework)
    if run.compiler:
        yield from _compiler_faults(run.compiler, target, run.evidence)
    names = distribution_names(framework)
    for good in {good.build for comparison in runfile.comparisons for good in comparison.goods}:
        if (name := good.partition("==")[0]) not in names:
            yield "comparison.good.build", f"{run.framework} is not installed as {name}, {nearest(name, names)}"


def _compiler_faults(build: Build, target: Target, evidence: Evidence) -> Iterator[Fault]:
    way = target.backend(evidence)
    if isinstance(way, CompileBackend):
        yield from _build_faults("run.compiler", build, way.compiler.own)
    else:
        yield "run.compiler", f"there is none in a run that is {evidence}"


def _build_faults(field: str, build: Build, framework: FrameworkSources) -> Iterator[Fault]:
    names = distribution_names(framework)
    if build.distribution not in names:
        yield f"{field}.distribution", f"{build.distribution} is not one of {', '.join(names)}"
    if build.channel is Channel.GIVEN:
        return
    source = framework.versioned if build.channel is Channel.EXACT else framework.channels.get(build.channel)
    if source is None:
        yield f"{field}.channel", f"{framework.name} has no channel {build.channel} there"
    elif why := _not_of_channel(build, source, names):
        yield f"{field}.version", why


def _not_of_channel(build: Build, source: ChannelSource, names: Sequence[str]) -> str:
    """Return in one line why a channel cannot have given a version; empty where it can."""
    version = Version(build.version)
    match build.channel:
        case Channel.NIGHTLY if not version.is_devrelease:
            return f"{build.version} of channel nightly is no nightly: it has no day (.dev20261101)"
        case Channel.RELEASE if version.is_prerelease and source.prerelease in NO_PRERELEASE:
            return f"{build.version} of channel release is a pre-release"
        case Channel.PINNED:
            pins = [pin for text in source.packages if (pin := _requirement(text)) and pin.name in names]
            if pins and not any(pin.specifier.contains(version, prereleases=True) for pin in pins):
                return f"{build.version} is not what is pinned, {', '.join(map(str, pins))}"
    return ""


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None
