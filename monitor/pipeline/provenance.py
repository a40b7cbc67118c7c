"""Check the provenance of a run file against its target's runner file, its workflow's start, and the plan.

The writer of a run file ran a nightly build, so the file may contain anything. A run is refused if its target, or no
channel of the target, can have what it contains. The checks cannot show that the run happened.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from monitor.history.ordering import version_sort_key
from monitor.history.run_files import RecordedRun
from monitor.history.trial_write import trial_write
from monitor.history.untrusted_run_file import read_untrusted
from monitor.model import Build, Channel, Evidence, Job, Period, Run, WeeklyCases, period_of
from monitor.suite.discovery import suites
from monitor.suite_files import KERNELS

Fault = tuple[str, str]  # a field, and what is wrong with it

# Most releases between the newest known version and a new one. The first version number that differs may grow by so
# many, and by one for each week since the newest known version last ran: a history without recent nights misses
# releases. JAX released 0.4.18 to 0.4.38 within 61 weeks. libtpu went from 0.0.42 to 0.0.50 from one pin to the next.
MAX_NEW_RELEASES = 10

# Titles of runs of run.yml and backfill.yml at GitHub. They have the inputs, which no code of a run can change.
STARTED_FOR = re.compile(
    r"(Run (?P<run>[a-z0-9-]+), (?P<evidence>[a-z]+)|Backfill [a-z]+ on (?P<backfill>[a-z0-9-]+)(, (?P<kind>[a-z]+))?)"
)
# Values of uv's option for pre-releases under which it installs none, unless a requirement names one.
NO_PRERELEASE = ("", "disallow", "explicit", "if-necessary", "if-necessary-or-explicit")


@dataclass(frozen=True)
class NewestVersion:
    """The newest known version of a framework or compiler, and the start of the last run that had it."""

    version: Version
    started: str


Known = Mapping[tuple[str, str], NewestVersion]  # by "build" and framework, or "compiler" and distribution


@dataclass(frozen=True)
class StartedFor:
    """Target and evidence that a workflow run was started for; an empty field may be anything."""

    target: str = ""
    evidence: str = ""

    @classmethod
    def of_title(cls, title: str) -> StartedFor:
        """Parse the title of a workflow run; return empty fields for another workflow."""
        if not (match := STARTED_FOR.fullmatch(title)):
            return cls()
        return cls(match["run"] or match["backfill"], match["evidence"] or match["kind"] or "")

    def fault(self, run: Run) -> str:
        """Return in one line the field of a run that differs, "" if none does."""
        if self.target and run.target != self.target:
            return f"run.target: {run.target}, and the workflow was started for {self.target}"
        if self.evidence and run.evidence != self.evidence:
            return f"run.evidence: {run.evidence}, and the workflow was started for {self.evidence}"
        return ""


def note_start(artifact: Path, title: str) -> None:
    """Write the title of an artifact's workflow run beside its folder, where no unpacked file can replace it."""
    _beside(artifact).write_text(json.dumps({"title": title}) + "\n")


def started_for(artifact: Path) -> StartedFor:
    """Return the target and evidence of an artifact's workflow run; empty fields if no title was written."""
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
    """Read a run file that may be recorded. Raises RunFileError, which names the file and the field.

    Check the run against the runner file of its target and, if given, against the start of its workflow, the jobs of a
    plan, and the newest known versions (`newest_versions`). Any other exception also refuses the file, with a message
    that the monitor is at fault, so that other files are still recorded.
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
        trial_write(runfile)
    except RunFileError:
        raise
    except Exception as error:
        why = one_line(f"{type(error).__name__}: {error}")
        raise RunFileError(f"{path}: the monitor cannot record it, which is a fault of its own: {why}") from error
    return runfile


def fault(runfile: RunFile, targets: Mapping[str, Target]) -> str:
    """Return in one line the field of a run that its target does not have, "" if there is none."""
    return next((f"{field}: {reason}" for field, reason in _faults(runfile, targets)), "")


def not_planned(run: Run, jobs: Collection[Job]) -> str:
    """Return in one line why no job of a plan accounts for a run, "" if one does."""
    deviations = [deviation(run, job) for job in jobs if (job.series, job.shard) == (run.series, run.shard)]
    if not deviations:
        return f"run.suite: no job of the plan is {' '.join(run.series)}{run.shard and f', shard {run.shard}'}"
    return "" if "" in deviations else deviations[0]


def deviation(run: Run, job: Job) -> str:
    """Return in one line the field of a run that differs from its job, "" if none does."""
    if run.selection != job.selection:
        selected, planned = (", ".join(patterns) or "none" for patterns in (run.selection, job.selection))
        return f"run.selection: {selected}, and {planned} was planned"
    if run.resting and job.weekly is WeeklyCases.ALL:
        return f"run.resting: {run.resting} cases rest, and all cases were planned"
    if missing := _missing_nightly_case(run, job):
        return f"run.cases: {missing} is neither there nor removed, and runs every night"
    if job.build and run.build and job.build not in (run.build.requirement, run.build.requirement.partition("+")[0]):
        return f"run.build: {run.build.requirement}, and {job.build} was planned"
    if run.build and (run.build.channel is Channel.GIVEN) is not bool(job.python):
        return f"run.build.channel: {run.build.channel}, and an interpreter was {'' if job.python else 'not '}given"
    if run.build and not (job.build or job.python) and job.channel not in (AUTO, run.build.channel):
        return f"run.build.channel: {run.build.channel}, and {job.channel} was planned"
    return ""


def _missing_nightly_case(run: Run, job: Job) -> str:
    """Return the first nightly case of a job that a run with resting cases lacks without a word; "" if none.

    A shard has only a part of the cases, so nothing is missed in it.
    """
    if not run.resting or run.shard:
        return ""
    missing = set(job.watch).difference(run.cases, run.removed)
    return min((case for case in missing if period_of(run.suite, case) is Period.NIGHT), default="")


def newest_versions(runs: Iterable[RecordedRun]) -> dict[tuple[str, str], NewestVersion]:
    """Return the newest version of each framework and compiler among runs, with the keys of `Known`."""
    newest: dict[tuple[str, str], NewestVersion] = {}
    for run in (item.run for item in runs):
        for key, build in _versioned(run):
            this = NewestVersion(version_sort_key(build.version), run.started)
            newest[key] = max(newest.get(key, this), this, key=lambda one: (one.version, one.started))
    return newest


def _versioned(run: Run) -> Iterator[tuple[tuple[str, str], Build]]:
    if run.build:
        yield ("build", run.framework), run.build
    if run.compiler:
        yield ("compiler", run.compiler.distribution), run.compiler


def too_new(run: Run, known: Known, jobs: Collection[Job] = ()) -> str:
    """Return in one line why no channel can have a version yet, "" if one can or a job names the build.

    A new major version is one step after the newest known one. The first other number that differs may exceed that of
    the newest known version by `MAX_NEW_RELEASES`, and by one for each week since.
    """
    if run.one_off or any(job.build and not deviation(run, job) for job in jobs):
        return ""
    for key, build in _versioned(run):
        before, after = known.get(key), version_sort_key(build.version)
        if before and after > before.version and not _is_near(after, before, run.started):
            return (
                f"run.{key[0]}.version: {build.version} is too far from {before.version}, the newest known; if it is "
                f'real, record it with a plan that names it: `portability plan --build "{build.requirement}"`'
            )
    return ""


def _is_near(after: Version, newest: NewestVersion, started: str) -> bool:
    """Return whether a version can follow the newest known one by the time of a run."""
    before = newest.version
    weeks = max(0, (datetime.fromisoformat(started) - datetime.fromisoformat(newest.started)).days // 7)
    (major, old), *minor = zip_longest(after.release, before.release, fillvalue=0)
    step = next((new - old for new, old in minor if new != old), 0) if major == old else after.minor
    return after.epoch == before.epoch and major - old <= 1 and step <= MAX_NEW_RELEASES + weeks


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
    """Return in one line why a channel cannot have a version, "" if it can."""
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
