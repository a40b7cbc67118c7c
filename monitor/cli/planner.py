"""What is to be done tonight: which suite of which framework on which target, and what is known of it already."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from shutil import which
from types import MappingProxyType

from monitor.analysis.latency.slowdown_tracker import baseline
from monitor.analysis.outcomes.machine_baselines import other_answers
from monitor.cli.common import UserError, refuse_unknown, say
from monitor.execution.builds.provider import AUTO
from monitor.execution.targets.package_sources import CHANNELS, FrameworkSources
from monitor.execution.targets.target import Target, find_target
from monitor.history.store import History, LoadedHistory
from monitor.model import Evidence, Job, Series
from monitor.suite.discovery import KERNELS, collect, frameworks, is_listed, suites

Listed = Mapping[tuple[str, str], frozenset[str]]  # cases by framework and suite

# Enough for 30 nights on each of three kinds of machine, which is what a hosted runner may turn out to be.
NIGHTS_LOOKED_BACK = 100

WILD = re.compile(r"[*?\[]")  # what stands for other letters in a shell pattern

# As many as GitHub makes of one matrix: those of one target, by one kind of evidence.
MOST_JOBS = 256


@dataclass(frozen=True)
class PlanRequest:
    """What the user selects. An empty tuple selects everything; builds ("jax==0.9.2") go to their framework.

    With `compare`, what stands out is to be measured again beside the last good build. `runners` are the targets that
    have a runner of their own here.
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
    runners: tuple[str, ...] = ()


def plan_jobs(wish: PlanRequest, targets: Mapping[str, Target], history: History) -> tuple[Job, ...]:
    """The jobs that a wish comes to, each with its watch list. Raises UserError where a name is not known."""
    refuse_unknown("channel", wish.channel, (AUTO, *CHANNELS))
    for framework in wish.frameworks:
        refuse_unknown("framework", framework, frameworks())
    every_suite = {KERNELS, *(suite for framework in frameworks() for suite in suites(framework))}
    for suite in wish.suites:
        refuse_unknown("suite", suite, every_suite)
    for name in wish.runners:
        find_target(targets, name)
    chosen = _chosen(wish, targets)
    if wish.python and len(wish.frameworks) != 1:
        raise UserError("--python needs one --framework: which one does that interpreter have?")
    if wish.python and not which(wish.python):
        raise UserError(f"--python {wish.python}: no program that can be run; name an interpreter")
    every = tuple(job for target in chosen for job in _jobs_of(wish, target, history))
    if not every:
        why = left_out(wish, targets) or _missing(wish, chosen)
        raise UserError(f"nothing to do: {why}")
    _refuse_unused(wish, every)
    listed = {key: history.cases(*key) for key in _suites_of(every) if wish.cases and _lists_itself(*key)}
    jobs = fitting(wish.cases, every, listed)
    for framework, suite in _suites_of(jobs):
        if listed.get((framework, suite)) == frozenset():
            say(f"--case: no run of suite {suite} of {framework} is recorded, so only the run finds out what fits")
    for (target, evidence), number in Counter((job.target, job.evidence) for job in jobs).items():
        if number > MOST_JOBS:
            most = MOST_JOBS * wish.shards // number
            raise UserError(
                f"--shards {wish.shards}: makes {number} jobs of {target}, {evidence}, and GitHub starts at most "
                f"{MOST_JOBS} in one run; take at most {most}"
            )
    return jobs


def fitting(patterns: tuple[str, ...], jobs: tuple[Job, ...], listed: Listed = MappingProxyType({})) -> tuple[Job, ...]:
    """The jobs that may have a case that one of the patterns fits; all of them where there is no pattern.

    `listed` has the known cases of suites whose cases a build lists. Where none are known, a pattern may fit whatever
    its framework's name does not rule out. Raises UserError, with the nearest case, where a pattern fits nothing.
    """
    if not patterns:
        return jobs
    suites_of = {(job.framework, job.suite): job.suite for job in jobs}
    cases = {
        key: listed.get(key, frozenset()) if _lists_itself(*key) else frozenset(collect(*key)) for key in suites_of
    }

    def fits(pattern: str, job: Job) -> bool:
        if known := cases[job.framework, job.suite]:
            return any(fnmatchcase(case, pattern) for case in known)
        framework, slash, _ = pattern.partition("/")
        return bool(WILD.search(framework)) or bool(slash and framework == job.framework)

    for pattern in patterns:
        if not any(fits(pattern, job) for job in jobs):
            near = get_close_matches(pattern, sorted(frozenset().union(*cases.values())), n=1, cutoff=0.3)
            raise UserError(
                f'--case "{pattern}": fits no case of suite {", ".join(sorted({*suites_of.values()}))}'
                + (f', did you mean "{near[0]}"?' if near else "")
            )
    return tuple(job for job in jobs if any(fits(pattern, job) for pattern in patterns))


def _suites_of(jobs: Iterable[Job]) -> list[tuple[str, str]]:
    """Return the suites of jobs, sorted, each after its framework."""
    return sorted({(job.framework, job.suite) for job in jobs})


def _lists_itself(framework: str, suite: str) -> bool:
    """Whether the cases of a suite are known only from an installed build."""
    return suite == KERNELS or is_listed(framework, suite)


def _refuse_unused(wish: PlanRequest, jobs: tuple[Job, ...]) -> None:
    """Raise UserError where something that was named is in none of the jobs: it would be left out without a word."""
    for option, named, used in (
        ("--build", wish.builds, {job.build for job in jobs} - {""}),
        ("--framework", wish.frameworks, {job.framework for job in jobs}),
        ("--suite", wish.suites, {job.suite for job in jobs}),
        ("--evidence", wish.evidences, {job.evidence for job in jobs}),
    ):
        if unused := ", ".join(name or '""' for name in sorted(set(named) - used)):
            why = "framework selected here is installed by that name" if option == "--build" else ""
            rest = why or f"target selected here has it with the rest of the call; it has {', '.join(sorted(used))}"
            raise UserError(f"{option} {unused}: no {rest}")


def _missing(wish: PlanRequest, chosen: Sequence[Target]) -> str:
    """What none of the targets has, of all that was asked for together."""
    names = ", ".join(target.name for target in chosen)
    evidences = {evidence for target in chosen for evidence in target.evidences}
    if wish.evidences and not evidences & {*wish.evidences}:
        asked = ", ".join(wish.evidences)
        return f"--evidence {asked}: {names} can only be {', '.join(sorted(evidences))}"
    offered = {
        framework
        for target in chosen
        for evidence in _given(wish, target)
        for framework in target.sources(evidence).frameworks
    }
    if wish.frameworks and not offered & {*wish.frameworks}:
        return f"--framework {', '.join(wish.frameworks)}: {names} has {', '.join(sorted(offered))} that way"
    there = {suite for framework in offered & {*(wish.frameworks or offered)} for suite in suites(framework)}
    return f"--suite {', '.join(wish.suites)}: {names} has {', '.join(sorted(there))}"


def left_out(wish: PlanRequest, targets: Mapping[str, Target]) -> str:
    """Which targets are not executed on for want of a runner, and how to mend it, in one line; empty where all are."""
    names = [
        target.name
        for target in _chosen(wish, targets)
        for evidence in _evidences(wish, target)
        if not _served(wish, target, evidence)
    ]
    if not names:
        return ""
    return (
        f"not executed on {', '.join(names)}: that takes a runner of your own. Name those you have with --runner or in "
        "PORTABILITY_RUNNERS; on the machine itself, --target with --evidence executed"
    )


def planned_series(wish: PlanRequest, targets: Mapping[str, Target]) -> tuple[Series, ...]:
    """Return the series that a plan of this wish runs, without a look at what is measured already."""
    return tuple(
        (target.name, framework, suite, evidence)
        for target in _chosen(wish, targets)
        for evidence, framework, suite in _series_of(wish, target)
    )


def suite_of(case: str, evidence: Evidence) -> str:
    """The suite that has a case, by its id. Raises UserError with the nearest id."""
    framework, _, variant = (*case.split("/", 2), "", "")[:3]
    refuse_unknown("framework", framework, frameworks())
    if evidence is Evidence.REGISTERED:
        return KERNELS
    listed = variant.partition("-")[0]
    if is_listed(framework, listed):
        return listed
    declared = [suite for suite in suites(framework) if not is_listed(framework, suite)]
    found = {name: suite for suite in declared for name in collect(framework, suite)}
    if case not in found:
        near = get_close_matches(case, found, n=1)
        raise UserError(f'no suite has a case "{case}"' + (f', did you mean "{near[0]}"?' if near else ""))
    return found[case]


def job_name(job: Job) -> str:
    """A job's name, which is also that of its files."""
    name = f"{job.target}-{job.framework}-{job.suite}"
    if job.evidence is not Evidence.EXECUTED:
        name += f"-{job.evidence}"
    return f"{name}-{job.shard.replace('/', '-of-')}" if job.shard else name


def _jobs_of(wish: PlanRequest, target: Target, history: History) -> list[Job]:
    whole = [
        Job(
            target=target.name,
            framework=framework,
            suite=suite,
            evidence=evidence,
            channel=wish.channel,
            build=build,
            python=wish.python,
            selection=wish.cases,
            watch=(watch := history.watch_list(target.name, framework, suite, evidence, version=version)),
            watch_on=other_answers(recent, watch) if recent else {},
            baseline=baseline(recent, (target.name, framework, suite, evidence)) if recent else None,
        )
        for evidence, framework, suite in _series_of(wish, target)
        for build in [_build_of(wish, target.sources(evidence).framework(framework))]
        for version in [build.partition("==")[2]]
        for recent in [_recent((target.name, framework, suite, evidence), history, version) if wish.compare else None]
    ]
    if wish.shards == 1:
        return whole
    return [
        replace(job, shard=f"{number}/{wish.shards}", costs=costs)
        for job in whole
        for costs in [history.costs(job.target, job.framework, job.suite, job.evidence)]
        for number in range(1, wish.shards + 1)
    ]


def _series_of(wish: PlanRequest, target: Target) -> Iterator[tuple[Evidence, str, str]]:
    """Yield the evidence, framework and suite of each series that a wish runs on a target."""
    for evidence in _given(wish, target):
        offer = target.sources(evidence)
        for framework in offer.frameworks:
            if framework in (wish.frameworks or (framework,)):
                for suite in (KERNELS,) if evidence is Evidence.REGISTERED else suites(framework):
                    if suite in (wish.suites or offer.framework(framework).suites or (suite,)):
                        yield evidence, framework, suite


def _recent(series: Series, history: History, version: str) -> LoadedHistory | None:
    """What a night of a series is held against; None where it is not executed: the machine decides nothing then."""
    if series[-1] is not Evidence.EXECUTED:
        return None
    return history.recent(series, nights=NIGHTS_LOOKED_BACK, version=version)


def _chosen(wish: PlanRequest, targets: Mapping[str, Target]) -> list[Target]:
    return [find_target(targets, name) for name in wish.targets] or [*targets.values()]


def _evidences(wish: PlanRequest, target: Target) -> tuple[Evidence, ...]:
    return tuple(evidence for evidence in target.evidences if evidence in (wish.evidences or target.evidences))


def _given(wish: PlanRequest, target: Target) -> tuple[Evidence, ...]:
    return tuple(evidence for evidence in _evidences(wish, target) if _served(wish, target, evidence))


def _served(wish: PlanRequest, target: Target, evidence: Evidence) -> bool:
    """Whether somebody goes that way. A job for a runner that is not there would wait in the queue for a day."""
    asked_for = target.name in wish.targets and evidence in wish.evidences
    return target.backend(evidence).hosted or target.name in wish.runners or asked_for


def _build_of(wish: PlanRequest, framework: FrameworkSources) -> str:
    return next((build for build in wish.builds if build.partition("==")[0] in framework.distributions), "")
