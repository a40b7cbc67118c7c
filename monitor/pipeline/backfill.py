"""Run a suite on old builds, the oldest first, and record each run in its place."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import islice, takewhile
from pathlib import Path

from packaging.version import InvalidVersion, Version

from monitor.analysis.names.name_history import framework_names
from monitor.analysis.outcomes.outcome_changes import night_changes
from monitor.analysis.outcomes.removals import mark_api_removals
from monitor.execution.command_line import USAGE_ERROR
from monitor.execution.targets.package_sources import FrameworkSources, PackageSources
from monitor.execution.targets.target import Target, find_target, load_targets
from monitor.formats.run_file import RunFile, RunFileError
from monitor.formats.serialization import to_json
from monitor.history.store import History
from monitor.model import Build, Channel, Evidence, Job, WeeklyCases
from monitor.pipeline.errors import UserError, refuse_unknown
from monitor.pipeline.locations import BACKFILL, RUNNERS
from monitor.pipeline.older_builds import listed_builds, own_cache, prune_old_builds, walk_channel_backwards
from monitor.pipeline.plan_files import job_name
from monitor.pipeline.planner import PlanRequest, plan_jobs
from monitor.pipeline.progress_log import log
from monitor.pipeline.provenance import accept
from monitor.pipeline.record import record_runs
from monitor.pipeline.snapshots import open_history
from monitor.reports.changes_text import changes_text
from monitor.reports.names_text import names_text
from monitor.suite.catalog import replaced_names

POLL_SECONDS = 0.2
DAYS = re.compile(r"(\d{1,4})d")
CHANNELS = (Channel.NIGHTLY, Channel.RELEASE, Channel.PINNED)


class RunStepFailedError(Exception):
    """A run step that refused its call and has printed the reason; `status` is its exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"exit status {status}")
        self.status = status


@dataclass(frozen=True)
class BackfillRequest:
    """Selection of old builds of one framework on one target, and of the cases to run on them.

    `builds` are versions separated by commas; without them, the builds of `channel` back to `since`, a date for
    nightlies and a version otherwise, with `every` ("14d") between two nightlies.
    """

    framework: str
    target: str
    suites: tuple[str, ...]
    channel: str
    since: str
    every: str
    builds: str
    cases: tuple[str, ...]
    evidences: tuple[Evidence, ...]


def run_backfill(
    request: BackfillRequest,
    directory: Path,
    cache: Path,
    show: Callable[[str], None],
    *,
    processes: int,
    keep: int,
    out: Path | None,
) -> bool:
    """Run the builds that the history lacks, and record them; return True if every run could be recorded.

    `show` prints the changes that each run found.

    With `out`, write the run files there and record nothing. Raises UserError and RunStepFailedError.
    """
    _check(request)
    targets = load_targets(RUNNERS)
    target = find_target(targets, request.target)
    sources = target.sources(request.evidences[0] if request.evidences else target.evidences[0])
    framework = sources.framework(request.framework)
    if request.builds:
        builds = listed_builds(framework, request.builds)
    else:
        builds = channel_builds(sources, request.framework, request.channel, request.since, request.every)
    history = open_history(directory)
    jobs = _missing_jobs(request, builds, targets, history)
    log(f"{len(builds)} builds: {', '.join(build.version for build in builds)}")
    failed = unlisted = 0
    own = own_cache(cache)
    intake = _Intake(targets, history, framework, own, keep, out, show)
    with closing(_run_files(jobs, processes, own)) as paths:
        for path in paths:
            if not path.exists():  # the build lists no selected case; the run step has printed the reason
                log(f"{path.stem} is left out: see the line above")
                path.with_suffix(".json").unlink()
                unlisted += 1
            elif not intake.take(path):
                failed += 1
    if unlisted and unlisted == len(jobs):
        raise UserError(f"nothing was run: --case {' '.join(request.cases)} fits no case of these builds")
    return not (failed or unlisted)


def _check(request: BackfillRequest) -> None:
    """Raise UserError if a request contradicts itself."""
    refuse_unknown("channel", request.channel, CHANNELS)
    _days(request.every)
    if request.since and request.builds:
        raise UserError("--since is of a channel's builds, --builds names them: give one of the two")


def _missing_jobs(
    request: BackfillRequest, builds: Sequence[Build], targets: Mapping[str, Target], history: History
) -> list[tuple[Job, Build]]:
    """Return the jobs that the history lacks, each with its build. Raises UserError."""
    jobs = []
    for build in builds:
        # Comparisons would need two environments at a time, and as long again for each build.
        plan = PlanRequest(
            targets=(request.target,),
            frameworks=(request.framework,),
            suites=request.suites,
            builds=(build.requirement,),
            cases=request.cases,
            evidences=request.evidences,
            compare=False,
            weekly=WeeklyCases.ALL,
        )
        for job in plan_jobs(plan, targets, history):
            if history.has(job, build):
                log(f"{job_name(job)}: {build.requirement} is recorded already")
            else:
                jobs.append((job, build))
    return jobs


@dataclass(frozen=True)
class _Intake:
    """Destination of the run files of a backfill: the history, or the folder `out`; `show` prints what each run found.

    `own` is the cache of old builds, of which the `keep` last used of `framework` stay.
    """

    targets: Mapping[str, Target]
    history: History
    framework: FrameworkSources
    own: Path
    keep: int
    out: Path | None
    show: Callable[[str], None]

    def take(self, path: Path) -> bool:
        """Record or copy a run file, and remove it. Return False if it cannot be recorded."""
        try:
            runfile = accept(path, self.targets)
        except RunFileError as error:
            log(f"refused, and left where it is: {error}")
            return False
        if not runfile.run.build:
            log(f"{path.stem} is left out: {runfile.run.blocked}")
        elif self.out:
            self._copy(path, runfile, self.out)
        else:
            self._record(runfile)
        path.unlink()
        path.with_suffix(".json").unlink()
        prune_old_builds(self.own, self.framework, self.keep)
        return bool(runfile.run.build)

    def _record(self, runfile: RunFile) -> None:
        """Record a run and show its changes."""
        record_runs(self.history, [runfile])
        run = runfile.run
        loaded = night_changes(self.history.load(run.target, run.framework))
        replaced = replaced_names()
        self.show(changes_text([mark_api_removals(night, replaced) for night in loaded if night.run.id == run.id]))
        if runfile.names:
            names = framework_names(run.framework, self.history.listings(run.framework))
            self.show(names_text([one for one in names.builds if one.run.id == run.id]))

    def _copy(self, path: Path, runfile: RunFile, out: Path) -> None:
        """Copy a run file for another process to record, and show how many cases or names it has."""
        out.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, out / path.name)
        answered = f"{len(runfile.observations)} of {len(runfile.run.cases)} cases answered"
        self.show(f"- {path.stem}: {len(runfile.names)} names" if runfile.names else f"- {path.stem}: {answered}")


def channel_builds(sources: PackageSources, framework: str, channel: str, since: str, every: str) -> list[Build]:
    """Return the builds of a channel back to `since`, the oldest first. Raises UserError."""
    if not since:
        raise UserError("--since is missing: how far back? Or name --builds")
    older = walk_channel_backwards(sources, framework, channel, days=_days(every))
    return [*takewhile(lambda build: not _is_older(build, since), older)][::-1]


def _days(every: str) -> int:
    """Return the number of days in "14d". Raises UserError."""
    if not (days := DAYS.fullmatch(every)) or not int(days[1]):
        raise UserError(f'--every {every}: name days, such as "14d"')
    return int(days[1])


def _is_older(build: Build, since: str) -> bool:
    if build.date:
        try:
            return date.fromisoformat(build.date) < date.fromisoformat(since)
        except ValueError:
            raise UserError(
                f"--since {since}: {build.requirement} is a nightly; name a day, as in 2026-06-01"
            ) from None
    try:
        return Version(build.version) < Version(since)
    except InvalidVersion:
        raise UserError(f"--since {since}: {build.requirement} is no nightly; name a version") from None


def _run_files(jobs: Sequence[tuple[Job, Build]], processes: int, cache: Path) -> Generator[Path]:
    """Run each job in its own process, `processes` at a time, and yield the run files as they end.

    A yielded file does not exist if the build lists no selected case. Raises RunStepFailedError.
    """
    BACKFILL.mkdir(parents=True, exist_ok=True)
    waiting, running = iter(jobs), dict[subprocess.Popen[bytes], Path]()
    may_be_empty = set()  # run files of jobs with a selection that a build may not match
    try:
        while True:
            for job, build in islice(waiting, processes - len(running)):
                version = build.version.replace("+", "_")  # a run file in an artifact has a plain name
                path = BACKFILL / f"{job_name(job)}-{version}.jsonl"
                running[start_run_step(job, path, cache)] = path
                may_be_empty.update([path] if job.selection else [])
            if not running:
                return
            ended = [process for process in running if process.poll() is not None]
            for process in ended:
                path = running.pop(process)
                empty = process.returncode == USAGE_ERROR and path in may_be_empty and not path.exists()
                if process.returncode not in (0, 1) and not empty:
                    raise RunStepFailedError(process.returncode)
                yield path
            if not ended:
                time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        log("\ninterrupted; call it again to go on")
        raise
    finally:
        for process in running:
            process.send_signal(signal.SIGINT)  # the run step then writes what it has
            process.wait()


def start_run_step(job: Job, path: Path, cache: Path) -> subprocess.Popen[bytes]:
    """Start the run step of a job in its own process; the job is written beside the run file."""
    order = path.with_suffix(".json")
    order.write_text(json.dumps(to_json(job)))
    options = ("--job", order, "--out", path, "--resume", "--runners", RUNNERS, "--cache", cache)
    return subprocess.Popen([sys.executable, "-m", "monitor.execution", *map(str, options)])
