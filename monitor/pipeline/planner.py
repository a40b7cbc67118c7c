"""Plan jobs: the suites of each framework on each target, with the outcomes that the history has for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from shutil import which
from types import MappingProxyType

from monitor.analysis.latency.slowdown_tracker import next_baseline
from monitor.analysis.outcomes.machine_baselines import differing_outcomes
from monitor.execution.builds.provider import AUTO
from monitor.execution.targets.package_sources import CHANNELS, FrameworkSources
from monitor.execution.targets.target import Target, find_target
from monitor.history.store import History
from monitor.model import NAMES, Evidence, Job, Period, Series, WeeklyCases, period_of
from monitor.pipeline.errors import UserError, refuse_unknown
from monitor.pipeline.progress_log import log
from monitor.pipeline.weekly_past import WeeklyPast, has_weekly, weekly_past
from monitor.suite.discovery import declared_ids, generated, is_listed, suites
from monitor.suite_files import KERNELS, frameworks

Listed = Mapping[tuple[str, str], frozenset[str]]  # cases by framework and suite

# Enough for 30 nights on each of the three kinds of machine that a hosted runner may be.
RECENT_NIGHTS = 100

WILDCARD = re.compile(r"[*?\[]")  # the characters of a shell pattern that match others

# GitHub's limit for one matrix; here the jobs of one target and one kind of evidence.
MAX_JOBS = 256


@dataclass(frozen=True)
class PlanRequest:
    """Selection of jobs. An empty tuple selects everything; each of `builds` ("jax==0.9.2") applies to its framework.

    With `compare`, a run measures suspicious cases again beside the last good build. `weekly` says which weekly cases
    run. `self_hosted` are the targets that have their own runner.
    """

    targets: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    channel: str = "auto"
    builds: tuple[str, ...] = ()
    python: str = ""
    cases: tuple[str, ...] = ()
    evidences: tuple[Evidence, ...] = ()
    shards: int = 1
    compare: bool = True
    weekly: WeeklyCases = WeeklyCases.SHARE
    self_hosted: tuple[str, ...] = ()


def plan_jobs(request: PlanRequest, targets: Mapping[str, Target], history: History) -> tuple[Job, ...]:
    """Return the jobs of a request, each with its watch list. Raises UserError if a name is unknown."""
    refuse_unknown("channel", request.channel, (AUTO, *CHANNELS))
    for framework in request.frameworks:
        refuse_unknown("framework", framework, frameworks())
    every_suite = {KERNELS, *(suite for framework in frameworks() for suite in suites(framework))}
    for suite in request.suites:
        refuse_unknown("suite", suite, every_suite)
    for name in request.self_hosted:
        find_target(targets, name)
    chosen = _targets_of(request, targets)
    if request.python and len(request.frameworks) != 1:
        raise UserError("--python needs one --framework: which one does that interpreter have?")
    if request.python and not which(request.python):
        raise UserError(f"--python {request.python}: no program that can be run; name an interpreter")
    every = tuple(job for target in chosen for job in _jobs_of(request, target, history))
    if not every:
        why = left_out(request, targets) or _missing(request, chosen)
        raise UserError(f"nothing to do: {why}")
    _refuse_unused(request, every)
    listed = {key: history.cases(*key) for key in _suites_of(every) if request.cases and _lists_itself(*key)}
    jobs = matching_jobs(request.cases, every, listed)
    for framework, suite in _suites_of(jobs):
        if listed.get((framework, suite)) == frozenset():
            log(f"--case: no run of suite {suite} of {framework} is recorded, so only the run finds out what fits")
    for (target, evidence), number in Counter((job.target, job.evidence) for job in jobs).items():
        if number > MAX_JOBS:
            most = MAX_JOBS * request.shards // number
            raise UserError(
                f"--shards {request.shards}: makes {number} jobs of {target}, {evidence}, and GitHub starts at most "
                f"{MAX_JOBS} in one run; take at most {most}"
            )
    return jobs


def matching_jobs(
    patterns: tuple[str, ...], jobs: tuple[Job, ...], listed: Listed = MappingProxyType({})
) -> tuple[Job, ...]:
    """Return the jobs that may have a case that matches one of the patterns; all jobs if there is no pattern.

    `listed` has the known cases of suites whose cases a build lists. If none are known, a pattern may match every case
    of its framework. Raises UserError, with the nearest case, if a pattern matches nothing.
    """
    if not patterns:
        return jobs
    suites_of = {(job.framework, job.suite): job.suite for job in jobs}
    cases = {
        key: frozenset(generated(*key)) or listed.get(key, frozenset())
        if _lists_itself(*key)
        else frozenset(declared_ids(*key))
        for key in suites_of
    }

    def matches(pattern: str, job: Job) -> bool:
        if known := cases[job.framework, job.suite]:
            return any(fnmatchcase(case, pattern) for case in known)
        framework, slash, _ = pattern.partition("/")
        return bool(WILDCARD.search(framework)) or bool(slash and framework == job.framework)

    for pattern in patterns:
        if not any(matches(pattern, job) for job in jobs):
            near = get_close_matches(pattern, sorted(frozenset().union(*cases.values())), n=1, cutoff=0.3)
            raise UserError(
                f'--case "{pattern}": fits no case of suite {", ".join(sorted({*suites_of.values()}))}'
                + (f', did you mean "{near[0]}"?' if near else "")
            )
    return tuple(job for job in jobs if any(matches(pattern, job) for pattern in patterns))


def _suites_of(jobs: Iterable[Job]) -> list[tuple[str, str]]:
    """Return the (framework, suite) pairs of jobs, sorted."""
    return sorted({(job.framework, job.suite) for job in jobs})


def _lists_itself(framework: str, suite: str) -> bool:
    """Return True if only an installed build knows the cases of a suite."""
    return suite == KERNELS or is_listed(framework, suite)


def _refuse_unused(request: PlanRequest, jobs: tuple[Job, ...]) -> None:
    """Raise UserError if a named build, framework, suite or evidence is in none of the jobs."""
    for option, named, used in (
        ("--build", request.builds, {job.build for job in jobs} - {""}),
        ("--framework", request.frameworks, {job.framework for job in jobs}),
        ("--suite", request.suites, {job.suite for job in jobs}),
        ("--evidence", request.evidences, {job.evidence for job in jobs}),
    ):
        if unused := ", ".join(name or '""' for name in sorted(set(named) - used)):
            why = "framework selected here is installed by that name" if option == "--build" else ""
            rest = why or f"target selected here has it with the rest of the call; it has {', '.join(sorted(used))}"
            raise UserError(f"{option} {unused}: no {rest}")


def _missing(request: PlanRequest, chosen: Sequence[Target]) -> str:
    """Return in one line which selected evidence, framework or suite none of the targets has."""
    names = ", ".join(target.name for target in chosen)
    evidences = {evidence for target in chosen for evidence in target.evidences}
    if request.evidences and not evidences & {*request.evidences}:
        selected = ", ".join(request.evidences)
        return f"--evidence {selected}: {names} can only be {', '.join(sorted(evidences))}"
    offered = {
        framework
        for target in chosen
        for evidence in _runnable_evidences(request, target)
        for framework in target.sources(evidence).frameworks
    }
    if request.frameworks and not offered & {*request.frameworks}:
        return f"--framework {', '.join(request.frameworks)}: {names} has {', '.join(sorted(offered))} that way"
    known = {suite for framework in offered & {*(request.frameworks or offered)} for suite in suites(framework)}
    return f"--suite {', '.join(request.suites)}: {names} has {', '.join(sorted(known))}"


def left_out(request: PlanRequest, targets: Mapping[str, Target]) -> str:
    """Return in one line which targets lack a runner, and how to add one; "" if none does."""
    names = [
        target.name
        for target in _targets_of(request, targets)
        for evidence in _evidences(request, target)
        if not _has_runner(request, target, evidence)
    ]
    if not names:
        return ""
    return (
        f"not executed on {', '.join(names)}: that takes a runner of your own. Name those you have with --self-hosted "
        "or in PORTABILITY_RUNNERS; on the machine itself, --target with --evidence executed"
    )


def planned_series(request: PlanRequest, targets: Mapping[str, Target]) -> tuple[Series, ...]:
    """Return the series that a request runs, also those that were measured already."""
    return tuple(
        (target.name, framework, suite, evidence)
        for target in _targets_of(request, targets)
        for evidence, framework, suite in _series_of(request, target)
    )


def suite_of(case: str, evidence: Evidence) -> str:
    """Return the suite that has a case, by its id. Raises UserError with the nearest id."""
    framework, _, variant = (*case.split("/", 2), "", "")[:3]
    refuse_unknown("framework", framework, frameworks())
    if evidence is Evidence.REGISTERED:
        return KERNELS
    listed = variant.partition("-")[0]
    if is_listed(framework, listed):
        return listed
    declared = [suite for suite in suites(framework) if not is_listed(framework, suite)]
    suite_by_case = {name: suite for suite in declared for name in declared_ids(framework, suite)}
    if case not in suite_by_case:
        near = get_close_matches(case, suite_by_case, n=1)
        raise UserError(f'no suite has a case "{case}"' + (f', did you mean "{near[0]}"?' if near else ""))
    return suite_by_case[case]


def _jobs_of(request: PlanRequest, target: Target, history: History) -> list[Job]:
    whole = [
        _job_of(request, target, (target.name, framework, suite, evidence), history)
        for evidence, framework, suite in _series_of(request, target)
    ]
    if request.shards == 1:
        return whole
    return [
        replace(job, shard=f"{number}/{request.shards}", costs=costs)
        for job in whole
        for costs in [history.costs(job.target, job.framework, job.suite, job.evidence)]
        for number in range(1, request.shards + 1)
    ]


def _job_of(request: PlanRequest, target: Target, series: Series, history: History) -> Job:
    """Return the job of a series, with its past."""
    _, framework, suite, evidence = series
    build = _build_of(request, target.sources(evidence).framework(framework))
    version = build.partition("==")[2]
    watch = history.watch_list(*series, version=version)
    takes_turns = request.weekly is not WeeklyCases.ALL and not request.cases and has_weekly(suite, watch)
    compared = request.compare and evidence is Evidence.EXECUTED
    recent = history.recent(series, nights=RECENT_NIGHTS, version=version) if compared or takes_turns else None
    baseline = next_baseline(recent, series) if recent and compared else None
    past = weekly_past(recent) if recent and takes_turns else WeeklyPast()
    followed = [case for case in baseline.followed if period_of(suite, case) is Period.WEEK] if baseline else []
    return Job(
        target=target.name,
        framework=framework,
        suite=suite,
        evidence=evidence,
        channel=request.channel,
        build=build,
        python=request.python,
        selection=request.cases,
        costs=past.costs,
        weekly=request.weekly,
        last_ran=past.last_ran,
        due=tuple(sorted({*past.due, *followed})) if takes_turns else (),
        watch=watch,
        watch_on=differing_outcomes(recent, watch) if recent and compared else {},
        baseline=baseline,
    )


def _series_of(request: PlanRequest, target: Target) -> Iterator[tuple[Evidence, str, str]]:
    """Yield the evidence, framework and suite of each series that a request runs on a target."""
    for evidence in _runnable_evidences(request, target):
        offer = target.sources(evidence)
        for framework in offer.frameworks:
            if framework in (request.frameworks or (framework,)):
                for suite in _possible_suites(request, evidence, framework):
                    if suite in (request.suites or _default_suites(offer.framework(framework), framework)):
                        yield evidence, framework, suite


def _possible_suites(request: PlanRequest, evidence: Evidence, framework: str) -> tuple[str, ...]:
    """Return the suites that can give that evidence; names are no cases, and not compiled."""
    if evidence is Evidence.REGISTERED:
        return (KERNELS,)
    lists_names = evidence is Evidence.EXECUTED and not request.cases
    return tuple(suite for suite in suites(framework) if suite != NAMES or lists_names)


def _default_suites(sources: FrameworkSources, framework: str) -> tuple[str, ...]:
    """Return the suites that a runner file names, or else all; names need no accelerator, so a CPU lists them."""
    every = (KERNELS, *(suite for suite in suites(framework) if suite != NAMES or sources.device == "cpu"))
    return sources.suites or every


def _targets_of(request: PlanRequest, targets: Mapping[str, Target]) -> list[Target]:
    return [find_target(targets, name) for name in request.targets] or [*targets.values()]


def _evidences(request: PlanRequest, target: Target) -> tuple[Evidence, ...]:
    return tuple(evidence for evidence in target.evidences if evidence in (request.evidences or target.evidences))


def _runnable_evidences(request: PlanRequest, target: Target) -> tuple[Evidence, ...]:
    return tuple(evidence for evidence in _evidences(request, target) if _has_runner(request, target, evidence))


def _has_runner(request: PlanRequest, target: Target, evidence: Evidence) -> bool:
    """Return True if a runner is expected. A job without a runner would wait in GitHub's queue for a day."""
    named = target.name in request.targets and evidence in request.evidences
    return target.backend(evidence).hosted or target.name in request.self_hosted or named


def _build_of(request: PlanRequest, framework: FrameworkSources) -> str:
    return next((build for build in request.builds if build.partition("==")[0] in framework.distributions), "")
