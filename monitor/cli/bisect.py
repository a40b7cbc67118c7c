"""`portability bisect`: since which build, and with which commits, a case is not what it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer
from packaging.version import Version

from monitor.analysis.bisection import EndError, Trial, TrialVerdict, boundary, mark, next_place, symptom
from monitor.analysis.outcomes.last_change import LastChange, NoChangeError, last_turn
from monitor.cli.bisect_trials import TrialContext, try_case, try_latency, try_script
from monitor.cli.common import (
    DEFAULT_HISTORY,
    RUNNERS,
    WORK,
    CacheOption,
    HistoryOption,
    JsonOption,
    UserError,
    examples,
    open_history,
    print_json,
    refuse_unknown,
    say,
)
from monitor.cli.github import api, github_token
from monitor.cli.older_builds import PAST_BUILDS, builds_back, listed_builds, own_cache
from monitor.cli.paths import existing_file
from monitor.cli.planner import suite_of
from monitor.execution.builds.provider import BuildUnavailable, parse_requirement, provision
from monitor.execution.targets.package_sources import PackageSources
from monitor.execution.targets.target import Target, find_target, load_targets
from monitor.github.commit_ranges import (
    BuildCommit,
    CommitRange,
    commit_subject_reader,
    commits_between,
    look_up_builds,
)
from monitor.history.ordering import age
from monitor.history.store import History
from monitor.model import Channel, Evidence, Outcome, Package
from monitor.pipeline.bisect_state import BisectSpec, BisectState
from monitor.reports.bisect_report import BisectResult, TrialStep, bisect_json, bisect_text
from monitor.suite.discovery import is_listed, suites

SEARCHES = WORK / "bisect"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog=examples(
            "portability bisect jax/jax.tree_map/eager-float32",
            "portability bisect jax/jax.tree_map/eager-float32 --good jax==0.5.0 --bad jax==0.7.0",
            "portability bisect torch/torch.nn.init.xavier_uniform_/eager-bfloat16 --builds 2.11.0,2.12.0,2.12.1",
            "portability bisect --script check.py --good tf-nightly-cpu==2.21.0.dev20250901 "
            "--bad tf-nightly-cpu==2.22.0.dev20260904",
        )
    )(bisect)


def bisect(
    case: Annotated[str, typer.Argument(help="A case's id, as the site and `portability suite list` show it.")] = "",
    target: Annotated[str, typer.Option(help="A runner file's name.")] = "cpu",
    evidence: Annotated[Evidence | None, typer.Option(help="The strongest of the target's where not given.")] = None,
    good: Annotated[str, typer.Option(help="A build where all was well: jax==0.5.0", metavar="BUILD")] = "",
    bad: Annotated[str, typer.Option(help="A later build where it is not.", metavar="BUILD")] = "",
    channel: Annotated[
        str, typer.Option(help="Whose builds: nightly or release; that of the ends where not given.")
    ] = "",
    builds: Annotated[
        str, typer.Option(help="Look among these instead of a channel's: 2.12.0,2.12.1", metavar="VERSIONS")
    ] = "",
    script: Annotated[
        Path | None,
        typer.Option(
            help="A check of your own instead of a case. Exit status 0 is good, 125 says that it cannot tell.",
            metavar="FILE",
            parser=existing_file,
        ),
    ] = None,
    mended: Annotated[
        bool, typer.Option("--mended", help="Look for the build that mended it: the older end fails, the newer passes.")
    ] = False,
    latency: Annotated[
        bool, typer.Option("--latency", help="Look for the build that made it slower; needs --good and --bad.")
    ] = False,
    history: HistoryOption = DEFAULT_HISTORY,
    cache: CacheOption = PAST_BUILDS,
    json_: JsonOption = False,
) -> None:
    """Find the two neighbouring builds between which a case changed, and the commits between them.

    The ends come from the history where they are not given: the last build under which the case passed, and the first
    after it under which it does not; where it passes everywhere, those between which its values changed. Both are tried
    first, then builds between them, each with the other packages of the good one. Call it again to go on with a search
    that was interrupted.

    Exit status: 0, 1 where builds between the two could not be judged, 2 when the call is at fault.
    """
    if bool(case) == bool(script):
        raise UserError("name a case, or a --script instead")
    if latency and (script or mended or not (good and bad)):
        raise UserError("--latency is of a case, between --good and --bad; --mended is another question")
    if channel:
        refuse_unknown("channel", channel, (Channel.NIGHTLY, Channel.RELEASE, Channel.PINNED))
    chosen = find_target(load_targets(RUNNERS), target)
    seen = Evidence.EXECUTED if script or latency else evidence or chosen.evidences[0]
    suite = suite_of(case, seen) if case else ""
    turn = None if good and bad else _turn(history, target, case, seen, mended)
    question = _question(chosen, case, script, seen, good, bad, channel, turn)
    framework = chosen.sources(seen).framework(question.framework)
    among = tuple(build.label for build in listed_builds(framework, builds)) if builds else ()
    question = replace(question, mended=mended, latency=latency, among=among)
    journal, own = BisectState(SEARCHES, question), own_cache(cache)
    try:
        held = journal.search.held or (turn.good.packages if turn and not good else ())
        journal.hold(held or _packages(chosen, question, own))
        suite = suite or _any_declared(question.framework)
        bench = TrialContext(chosen, question.framework, suite, seen, journal.search.held, own, journal.folder)
        found = search(journal, _attempt(bench, question, script), chosen.sources(seen), known_commits(history))
    except EndError as error:
        raise UserError(str(error)) from error
    except KeyboardInterrupt:
        say("\ninterrupted; call it again to go on")
        raise typer.Exit(130) from None
    if json_:
        print_json(bisect_json(found))
    else:
        print(f"{bisect_text(found)}\nThe log of each step: {journal.folder}")
    if found.skipped:
        raise typer.Exit(1)


def _turn(history: Path, target: str, case: str, evidence: Evidence, mended: bool) -> LastChange:
    if not case:
        raise UserError("--script needs --good and --bad: the history tells of cases alone")
    there = open_history(history).load(target, case.partition("/")[0])
    try:
        return last_turn(there, target, case, evidence, mended=mended)
    except NoChangeError as error:
        raise UserError(f"{error}; name --good and --bad") from error


def _question(
    target: Target,
    case: str,
    script: Path | None,
    evidence: Evidence,
    good: str,
    bad: str,
    channel: str,
    turn: LastChange | None,
) -> BisectSpec:
    """What is looked for, as far as the call and the history tell. Raises UserError, and TargetError."""
    offer = target.sources(evidence)
    ends = [
        parse_requirement(offer, label or (turned.label if turned else ""))
        for label, turned in ((good, turn and turn.good), (bad, turn and turn.bad))
    ]
    (framework, first), (other, last) = ends
    wanted = case.partition("/")[0] or framework
    if not framework == other == wanted:
        what = wanted if case else "one framework"
        raise UserError(f"{first.label} and {last.label} are not builds of {what}")
    if not age(first.version) < age(last.version):
        raise UserError(f"--good {first.label} is not older than --bad {last.label}")
    return BisectSpec(
        target.name,
        framework,
        evidence,
        first.label,
        last.label,
        channel or (Channel.NIGHTLY if first.date or last.date else Channel.RELEASE),
        case,
        hashlib.sha256(script.read_bytes()).hexdigest() if script else "",
    )


def _attempt(bench: TrialContext, question: BisectSpec, script: Path | None) -> Callable[[str], Trial]:
    """How a build is tried."""
    if script:
        return partial(try_script, bench, script=script)
    if question.latency:
        return partial(try_latency, bench, case=question.case, good=question.good)
    return partial(try_case, bench, case=question.case)


def _any_declared(framework: str) -> str:
    """A suite to start a worker on that is asked for none of its cases: it says that the build imports."""
    return next(suite for suite in suites(framework) if not is_listed(framework, suite))


def _packages(target: Target, question: BisectSpec, cache: Path) -> tuple[Package, ...]:
    """What is installed beside the good build where nothing else says what to hold."""
    offer = target.sources(question.evidence)
    try:
        return provision(offer, question.framework, requirement=question.good, cache=cache, log=say).build.packages
    except BuildUnavailable as error:
        raise UserError(f"{question.good}, the good end, cannot be had: {error}") from error


def search(
    journal: BisectState,
    attempt: Callable[[str], Trial],
    offer: PackageSources,
    on_main: Mapping[str, str] = MappingProxyType({}),
) -> BisectResult:
    """Try the ends, then builds between them until two are left. Raises EndError.

    `on_main` has the commits of `main` that PyTorch's nightlies are made of, as far as they are known.
    """
    question = journal.search.question
    trials: dict[str, Trial] = {}

    def tried(label: str) -> Trial:
        trials[label] = journal.trial(label) or _kept(journal, attempt, label)
        return trials[label]

    good, bad = tried(question.good), tried(question.bad)
    kind = symptom(good, bad, mended=question.mended, latency=question.latency)
    if journal.search.between is None:
        journal.line_up(_between(offer, question))
    row = [question.good, *(journal.search.between or ()), question.bad]
    marks: list[TrialVerdict | None] = [TrialVerdict.GOOD, *[None] * (len(row) - 2), TrialVerdict.BAD]
    say(f"{kind}: {len(row) - 2} builds between {row[0]} and {row[-1]}")
    while (place := next_place(marks)) is not None:
        trial = tried(row[place])
        marks[place] = found = mark(trial, good, bad, kind)
        first, last = boundary(marks)
        say(f"{trial.build} is {found} ({trial.shown}): {marks[first:last].count(None)} builds are left")
    first, last = boundary(marks)
    good, bad = trials[row[first]], trials[row[last]]
    said = dict(zip(row, marks, strict=True))
    return BisectResult(
        f"{question.case or 'the script'} on {question.target}, {question.evidence}",
        kind,
        good,
        bad,
        tuple(trials[label] for label in row[first + 1 : last]),
        _commits(question.framework, BuildCommit(good.build, good.commit), BuildCommit(bad.build, bad.commit), on_main),
        tuple(TrialStep(trial, said[label] or TrialVerdict.SKIP) for label, trial in trials.items()),
        journal.search.held,
    )


def _commits(framework: str, good: BuildCommit, bad: BuildCommit, on_main: Mapping[str, str]) -> CommitRange:
    """The commits between two builds. GitHub is asked for those that the history lacks, and need not answer."""
    new = [one for one in (good, bad) if one.commit not in on_main]
    found = look_up_builds(new, commit_subject_reader(api(), github_token()))
    return commits_between(framework, good, bad, {**found, **on_main})


def known_commits(history: Path) -> Mapping[str, str]:
    """The commits of `main` that the history has, where there is one."""
    return History(history).main_commits()


def _kept(journal: BisectState, attempt: Callable[[str], Trial], label: str) -> Trial:
    """A new trial, kept where it tells something: a build that cannot be had, or judged, today may be another day."""
    try:
        trial = attempt(label)
    except BuildUnavailable as error:
        return Trial(label, Outcome.BLOCKED, f"cannot be had: {error}")
    if trial.outcome.known:
        journal.add(trial)
    return trial


def _between(offer: PackageSources, question: BisectSpec) -> tuple[str, ...]:
    """The builds between the ends, the oldest first: those to look among, or else those that the channel has."""
    (_, first), (_, last) = parse_requirement(offer, question.good), parse_requirement(offer, question.bad)
    if question.among:
        versions = {label: _public(parse_requirement(offer, label)[1].version) for label in question.among}
        return tuple(label for label in versions if _public(first.version) < versions[label] < _public(last.version))
    back = builds_back(offer, question.framework, question.channel, below=last.version)
    newer = takewhile(lambda build: _public(build.version) > _public(first.version), back)
    return tuple(build.label for build in newer)[::-1]


def _public(version: str) -> Version:
    """A version without its local part: the same build may be named with it, and without."""
    return age(version.partition("+")[0])
