"""`portability backfill`: the same suite over builds of the past, into the same history."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterable
from contextlib import closing
from datetime import date
from itertools import islice, takewhile
from pathlib import Path
from typing import Annotated

import typer
from packaging.version import InvalidVersion, Version

from monitor.analysis.outcomes.outcome_changes import nights
from monitor.analysis.outcomes.removals import with_removals
from monitor.cli.common import (
    DEFAULT_HISTORY,
    RUNNERS,
    WORK,
    CacheOption,
    HistoryOption,
    UserError,
    examples,
    open_history,
    refuse_unknown,
    say,
)
from monitor.cli.older_builds import PAST_BUILDS, builds_back, let_go, listed_builds, own_cache
from monitor.cli.paths import new_directory
from monitor.cli.planner import PlanRequest, job_name, plan_jobs
from monitor.cli.steps import CasesOption, EvidencesOption, SuitesOption, record_runs
from monitor.execution.command_line import AT_FAULT
from monitor.execution.targets.package_sources import PackageSources
from monitor.execution.targets.target import find_target, load_targets
from monitor.formats.run_file import RunFile, RunFileError
from monitor.formats.serialization import to_json
from monitor.history.store import History
from monitor.model import Build, Channel, Job
from monitor.pipeline.provenance import accept
from monitor.reports.changes_text import changes_text
from monitor.suite.catalog import replaced_names

BACKFILL = WORK / "backfill"
POLL_SECONDS = 0.2
DAYS = re.compile(r"(\d{1,4})d")
PAST_CHANNELS = (Channel.NIGHTLY, Channel.RELEASE, Channel.PINNED)


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog=examples(
            "portability backfill --framework tensorflow --channel nightly --since 2026-06-01 --every 14d",
            "portability backfill --framework jax --since 0.7.0",
            "portability backfill --framework jax --builds 0.5.3,0.6.0 --suite harness --jobs 2",
            "portability backfill --framework jax --since 0.7.0 --out runs",
        )
    )(backfill)


def backfill(
    framework: Annotated[str, typer.Option(help="torch, jax or tensorflow.")],
    target: Annotated[str, typer.Option(help="A runner file's name.")] = "cpu",
    suite: SuitesOption = ["paper"],  # noqa: B006
    channel: Annotated[str, typer.Option(help="Whose builds: nightly or release.")] = "release",
    since: Annotated[str, typer.Option(help="The oldest: a date for nightlies, else a version.")] = "",
    every: Annotated[str, typer.Option(help="Days between two nightlies.", metavar="DAYS")] = "1d",
    builds: Annotated[str, typer.Option(help="These instead: 0.5.3,0.6.0 or jax==0.5.3.", metavar="VERSIONS")] = "",
    case: CasesOption = [],  # noqa: B006
    evidence: EvidencesOption = [],  # noqa: B006
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", min=1, max=256, help="Runs at the same time. Outcomes do not mind; latencies are noisier."
        ),
    ] = 1,
    keep: Annotated[int, typer.Option(min=0, help="How many environments to keep, the last used.")] = 2,
    history: HistoryOption = DEFAULT_HISTORY,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write the run files there, for somebody else to record, and record nothing.",
            metavar="DIR",
            parser=new_directory,
        ),
    ] = None,
    cache: CacheOption = PAST_BUILDS,
) -> None:
    """Run a suite on builds of the past, the oldest first, and record each in its place.

    A build that the history has already is not run again, so an interrupted backfill goes on when it is called again.
    Exit status: 0, 1 where a build could not be had, 2 when the call is at fault.
    """
    refuse_unknown("channel", channel, PAST_CHANNELS)
    _days(every)
    if since and builds:
        raise UserError("--since is of a channel's builds, --builds names them: give one of the two")
    targets = load_targets(RUNNERS)
    chosen = find_target(targets, target)
    offer = chosen.sources(evidence[0] if evidence else chosen.evidences[0])
    found = (
        listed_builds(offer.framework(framework), builds) if builds else walk(offer, framework, channel, since, every)
    )
    recorded = open_history(history)
    asked = []
    for build in found:
        selected = (tuple(suite), "auto", (build.label,), "", tuple(case), tuple(evidence))
        # Comparing would need two environments at a time, and as long again for each build.
        wish = PlanRequest((target,), (framework,), *selected, compare=False)
        for job in plan_jobs(wish, targets, recorded):
            if recorded.has(job, build):
                say(f"{job_name(job)}: {build.label} is recorded already")
            else:
                asked.append((job, build))
    say(f"{len(found)} builds: {', '.join(build.version for build in found)}")
    missing = unlisted = 0
    own = own_cache(cache)
    with closing(_observed(asked, jobs, own)) as observed:
        for path in observed:
            if not path.exists():  # the run step has said why: the build lists no case that was asked for
                say(f"{path.stem} is left out: see the line above")
                path.with_suffix(".json").unlink()
                unlisted += 1
                continue
            try:
                runfile = accept(path, targets)
            except RunFileError as error:
                say(f"refused, and left where it is: {error}")
                missing += 1
                continue
            if not runfile.run.build:
                say(f"{path.stem} is left out: {runfile.run.blocked}")
                missing += 1
            elif out:
                _hand_over(path, runfile, out)
            else:
                _record(runfile, recorded)
            _forget(path)
            let_go(own, offer.framework(framework), keep)
    if unlisted and unlisted == len(asked):
        raise UserError(f"nothing was run: --case {' '.join(case)} fits no case of these builds")
    if missing or unlisted:
        raise typer.Exit(1)


def walk(offer: PackageSources, framework: str, channel: str, since: str, every: str) -> list[Build]:
    """The builds of a channel back to the oldest wished for, the oldest first. Raises UserError."""
    if not since:
        raise UserError("--since is missing: how far back? Or name --builds")
    back = builds_back(offer, framework, channel, days=_days(every))
    return [*takewhile(lambda build: not _older(build, since), back)][::-1]


def _days(every: str) -> int:
    if not (days := DAYS.fullmatch(every)) or not int(days[1]):
        raise UserError(f'--every {every}: name days, such as "14d"')
    return int(days[1])


def _older(build: Build, since: str) -> bool:
    if build.date:
        try:
            return date.fromisoformat(build.date) < date.fromisoformat(since)
        except ValueError:
            raise UserError(f"--since {since}: {build.label} is a nightly; name a day, as in 2026-06-01") from None
    try:
        return Version(build.version) < Version(since)
    except InvalidVersion:
        raise UserError(f"--since {since}: {build.label} is no nightly; name a version") from None


def _observed(asked: Iterable[tuple[Job, Build]], jobs: int, cache: Path) -> Generator[Path]:
    """Run each job, so many at a time, each in a process of its own; the run files, as they end.

    One of them is not there where its build lists no case that was asked for.

    Raises typer.Exit: 130 where it is interrupted, 2 where a run step finds the call at fault and has said why.
    """
    BACKFILL.mkdir(parents=True, exist_ok=True)
    waiting, running = iter(asked), dict[subprocess.Popen[bytes], Path]()
    selected = set()  # those that a build may list no case for
    try:
        while True:
            for job, build in islice(waiting, jobs - len(running)):
                version = build.version.replace("+", "_")  # a run file that is handed over has a plain name
                path = BACKFILL / f"{job_name(job)}-{version}.jsonl"
                running[_start(job, path, cache)] = path
                selected.update([path] if job.selection else [])
            if not running:
                return
            ended = [process for process in running if process.poll() is not None]
            for process in ended:
                path = running.pop(process)
                listed_nothing = process.returncode == AT_FAULT and path in selected and not path.exists()
                if process.returncode not in (0, 1) and not listed_nothing:
                    raise typer.Exit(process.returncode)
                yield path
            if not ended:
                time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        say("\ninterrupted; call it again to go on")
        raise typer.Exit(130) from None
    finally:
        for process in running:
            process.send_signal(signal.SIGINT)  # it writes down what was answered
            process.wait()


def _start(job: Job, path: Path, cache: Path) -> subprocess.Popen[bytes]:
    order = path.with_suffix(".json")
    order.write_text(json.dumps(to_json(job)))
    options = ("--job", order, "--out", path, "--resume", "--runners", RUNNERS, "--cache", cache)
    return subprocess.Popen([sys.executable, "-m", "monitor.execution", *map(str, options)])


def _record(runfile: RunFile, history: History) -> None:
    """Record a run and tell its news."""
    record_runs(history, [runfile])
    run = runfile.run
    told = nights(history.load(run.target, run.framework))
    replaced = replaced_names()
    print(changes_text([with_removals(night, replaced) for night in told if night.run.id == run.id]), flush=True)


def _hand_over(path: Path, runfile: RunFile, out: Path) -> None:
    """Put a run file where somebody else takes it from, and say what it has."""
    out.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, out / path.name)
    print(f"- {path.stem}: {len(runfile.observations)} of {len(runfile.run.cases)} cases answered", flush=True)


def _forget(path: Path) -> None:
    path.unlink()
    path.with_suffix(".json").unlink()
