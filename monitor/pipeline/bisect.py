"""Find the two neighbouring builds between which a case changed, and the commits between them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType

from packaging.version import Version

from monitor.analysis.bisection import EndError, Trial, TrialVerdict, boundary, next_trial, symptom, trial_verdict
from monitor.analysis.outcomes.last_change import LastChange, NoChangeError, last_change
from monitor.execution import provision
from monitor.execution.builds.provider import BuildUnavailable, parse_requirement
from monitor.execution.targets.package_sources import PackageSources
from monitor.execution.targets.target import Target, find_target, load_targets
from monitor.github.commit_ranges import (
    BuildCommit,
    CommitRange,
    commit_subject_reader,
    commits_between,
    look_up_builds,
)
from monitor.history.ordering import version_sort_key
from monitor.history.store import History
from monitor.model import Channel, Evidence, Outcome, Package
from monitor.pipeline.bisect_state import BisectSpec, BisectState
from monitor.pipeline.bisect_trials import TrialContext, try_case, try_latency, try_script
from monitor.pipeline.errors import UserError, refuse_unknown
from monitor.pipeline.github_access import api_url, github_token
from monitor.pipeline.locations import BISECTIONS, RUNNERS
from monitor.pipeline.older_builds import listed_builds, own_cache, walk_channel_backwards
from monitor.pipeline.planner import suite_of
from monitor.pipeline.progress_log import log
from monitor.pipeline.snapshots import open_history
from monitor.reports.bisect_report import BisectResult, TrialStep
from monitor.suite.discovery import is_listed, suites


@dataclass(frozen=True)
class BisectRequest:
    """Selection of a bisection by the user: a case or a script, and the ends. An empty field is found by the search.

    `builds` are versions separated by commas, to search instead of a channel's builds.
    """

    target: str
    case: str = ""
    script: Path | None = None
    evidence: Evidence | None = None
    good: str = ""
    bad: str = ""
    channel: str = ""
    builds: str = ""
    fixed: bool = False
    latency: bool = False


def run_bisection(request: BisectRequest, history: Path, cache: Path) -> tuple[BisectResult, Path]:
    """Run or continue a bisection; return its result and the folder of its logs. Raises UserError."""
    _check(request)
    target = find_target(load_targets(RUNNERS), request.target)
    executed_only = request.script or request.latency
    evidence = Evidence.EXECUTED if executed_only else request.evidence or target.evidences[0]
    suite = suite_of(request.case, evidence) if request.case else ""
    change = None if request.good and request.bad else _last_change(request, evidence, history)
    spec = _spec(request, target, evidence, change)
    sources = target.sources(evidence)
    state, own = BisectState(BISECTIONS, spec), own_cache(cache)
    try:
        held = state.progress.held or (change.good.packages if change and not request.good else ())
        state.hold(held or _packages(target, spec, own))
        suite = suite or _any_declared_suite(spec.framework)
        context = TrialContext(target, spec.framework, suite, evidence, state.progress.held, own, state.folder)
        return search(
            state, _trial_function(context, spec, request.script), sources, known_commits(history)
        ), state.folder
    except EndError as error:
        raise UserError(str(error)) from error
    except KeyboardInterrupt:
        log("\ninterrupted; call it again to go on")
        raise


def _check(request: BisectRequest) -> None:
    """Raise UserError if the parts of a request contradict one another."""
    if bool(request.case) == bool(request.script):
        raise UserError("name a case, or a --script instead")
    if request.latency and (request.script or request.fixed or not (request.good and request.bad)):
        raise UserError("--latency is of a case, between --good and --bad; --fixed is another question")
    if request.channel:
        refuse_unknown("channel", request.channel, (Channel.NIGHTLY, Channel.RELEASE, Channel.PINNED))


def _last_change(request: BisectRequest, evidence: Evidence, history: Path) -> LastChange:
    """Return the last change of a case in the history. Raises UserError."""
    if not request.case:
        raise UserError("--script needs --good and --bad: the history has cases only")
    loaded = open_history(history).load(request.target, request.case.partition("/")[0])
    try:
        return last_change(loaded, request.target, request.case, evidence, fixed=request.fixed)
    except NoChangeError as error:
        raise UserError(f"{error}; name --good and --bad") from error


def _spec(request: BisectRequest, target: Target, evidence: Evidence, change: LastChange | None) -> BisectSpec:
    """Return the specification of a bisection; `change` gives the ends that the request leaves out.

    Raises UserError and TargetError.
    """
    sources = target.sources(evidence)
    framework, first = parse_requirement(sources, request.good or (change.good.requirement if change else ""))
    other, last = parse_requirement(sources, request.bad or (change.bad.requirement if change else ""))
    expected = request.case.partition("/")[0] or framework
    if not framework == other == expected:
        subject = expected if request.case else "one framework"
        raise UserError(f"{first.requirement} and {last.requirement} are not builds of {subject}")
    if not version_sort_key(first.version) < version_sort_key(last.version):
        raise UserError(f"--good {first.requirement} is not older than --bad {last.requirement}")
    listed = listed_builds(sources.framework(framework), request.builds) if request.builds else ()
    return BisectSpec(
        target.name,
        framework,
        evidence,
        first.requirement,
        last.requirement,
        request.channel or (Channel.NIGHTLY if first.date or last.date else Channel.RELEASE),
        request.case,
        hashlib.sha256(request.script.read_bytes()).hexdigest() if request.script else "",
        request.fixed,
        request.latency,
        tuple(build.requirement for build in listed),
    )


def _trial_function(context: TrialContext, spec: BisectSpec, script: Path | None) -> Callable[[str], Trial]:
    """Return the function that tries a build."""
    if script:
        return partial(try_script, context, script=script)
    if spec.latency:
        return partial(try_latency, context, case=spec.case, good=spec.good)
    return partial(try_case, context, case=spec.case)


def _any_declared_suite(framework: str) -> str:
    """Return a suite to start a worker on that runs no case; the start shows that the build imports."""
    return next(suite for suite in suites(framework) if not is_listed(framework, suite))


def _packages(target: Target, spec: BisectSpec, cache: Path) -> tuple[Package, ...]:
    """Return the packages that are installed beside the good build. Raises UserError."""
    sources = target.sources(spec.evidence)
    try:
        return provision(sources, spec.framework, requirement=spec.good, cache=cache, log=log).build.packages
    except BuildUnavailable as error:
        raise UserError(f"{spec.good}, the good end, cannot be had: {error}") from error


@dataclass
class _Trials:
    """The trials of a search by build; `state` keeps them."""

    state: BisectState
    attempt: Callable[[str], Trial]
    by_build: dict[str, Trial] = field(default_factory=dict)

    def of(self, build: str) -> Trial:
        """Return the trial of a build, a kept one if there is one."""
        self.by_build[build] = self.state.trial(build) or self._run(build)
        return self.by_build[build]

    def _run(self, build: str) -> Trial:
        """Run a trial. Keep only a definite result: an unavailable or blocked build may work on another day."""
        try:
            trial = self.attempt(build)
        except BuildUnavailable as error:
            return Trial(build, Outcome.BLOCKED, f"cannot be had: {error}")
        if trial.outcome.known:
            self.state.add(trial)
        return trial


def search(
    state: BisectState,
    attempt: Callable[[str], Trial],
    sources: PackageSources,
    commits_of_main: Mapping[str, str] = MappingProxyType({}),
) -> BisectResult:
    """Try the ends, then builds between them until two neighbours are left. Raises EndError.

    `commits_of_main` maps known builds' commits to the commits of `main` that PyTorch's nightlies are built from.
    """
    spec = state.progress.spec
    trials = _Trials(state, attempt)
    good, bad = trials.of(spec.good), trials.of(spec.bad)
    kind = symptom(good, bad, fixed=spec.fixed, latency=spec.latency)
    if state.progress.between is None:
        state.set_candidates(_candidates(sources, spec))
    builds = [spec.good, *(state.progress.between or ()), spec.bad]
    marks: list[TrialVerdict | None] = [TrialVerdict.GOOD, *[None] * (len(builds) - 2), TrialVerdict.BAD]
    log(f"{kind}: {len(builds) - 2} builds between {builds[0]} and {builds[-1]}")
    while (place := next_trial(marks)) is not None:
        trial = trials.of(builds[place])
        marks[place] = verdict = trial_verdict(trial, good, bad, kind)
        first, last = boundary(marks)
        log(f"{trial.build} is {verdict} ({trial.shown}): {marks[first:last].count(None)} builds are left")
    first, last = boundary(marks)
    good, bad = trials.by_build[builds[first]], trials.by_build[builds[last]]
    verdicts = dict(zip(builds, marks, strict=True))
    ends = BuildCommit(good.build, good.commit), BuildCommit(bad.build, bad.commit)
    return BisectResult(
        f"{spec.case or 'the script'} on {spec.target}, {spec.evidence}",
        kind,
        good,
        bad,
        tuple(trials.by_build[label] for label in builds[first + 1 : last]),
        _commits(spec.framework, *ends, commits_of_main),
        tuple(TrialStep(trial, verdicts[label] or TrialVerdict.SKIP) for label, trial in trials.by_build.items()),
        state.progress.held,
    )


def _commits(framework: str, good: BuildCommit, bad: BuildCommit, commits_of_main: Mapping[str, str]) -> CommitRange:
    """Return the commits between two builds. GitHub is queried for the builds that the history lacks; it may fail."""
    new = [build for build in (good, bad) if build.commit not in commits_of_main]
    found = look_up_builds(new, commit_subject_reader(api_url(), github_token()))
    return commits_between(framework, good, bad, {**found, **commits_of_main})


def known_commits(history: Path) -> Mapping[str, str]:
    """Return the commits of `main` that the history has; none if there is no history."""
    return History(history).main_commits()


def _candidates(sources: PackageSources, spec: BisectSpec) -> tuple[str, ...]:
    """Return the builds between the ends, the oldest first."""
    (_, first), (_, last) = parse_requirement(sources, spec.good), parse_requirement(sources, spec.bad)
    if spec.among:
        versions = {label: _public(parse_requirement(sources, label)[1].version) for label in spec.among}
        return tuple(label for label in versions if _public(first.version) < versions[label] < _public(last.version))
    older = walk_channel_backwards(sources, spec.framework, spec.channel, below=last.version)
    newer = takewhile(lambda build: _public(build.version) > _public(first.version), older)
    return tuple(build.requirement for build in newer)[::-1]


def _public(version: str) -> Version:
    """Return a version without its local part: a build may be named with it or without it."""
    return version_sort_key(version.partition("+")[0])
