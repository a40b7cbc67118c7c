"""Run a whole night on this machine: plan, run, record, compare with the past, write the site."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.analysis.regressions.triage import apply_triage
from monitor.execution import run_job
from monitor.execution.progress import ProgressLine
from monitor.execution.run import NoCaseError, ResumeError
from monitor.execution.targets.target import Target, load_targets
from monitor.execution.workers.compile_worker import Exports
from monitor.formats.run_file import RunFile, RunFileError
from monitor.history.retraction import read_series_runs
from monitor.history.store import History
from monitor.model import Job, function_of
from monitor.pipeline.errors import UserError
from monitor.pipeline.locations import NIGHTS, RUNNERS
from monitor.pipeline.plan_files import MATRIX, job_name, read_plan, write_plan
from monitor.pipeline.planner import PlanRequest, left_out, plan_jobs
from monitor.pipeline.progress_log import log
from monitor.pipeline.provenance import accept, newest_versions
from monitor.pipeline.record import record_runs
from monitor.pipeline.snapshots import load_snapshot, open_history
from monitor.pipeline.triage_context import load_triage_context
from monitor.reports.changes_text import changes_text, excluded_runs_text
from monitor.reports.slowdown_text import slowdowns_text
from monitor.snapshot.snapshot import Snapshot


@dataclass(frozen=True)
class NightReport:
    """Result of a night: its changes as text, a snapshot with its runs, and whether a run was refused or blocked.

    `functions` are the observed functions by framework and name, in order.
    """

    text: str
    snapshot: Snapshot
    functions: tuple[tuple[str, str], ...]
    refused: bool
    blocked: bool


@dataclass(frozen=True)
class _Night:
    """A planned night: the folder of its plan and run files, and its jobs."""

    folder: Path
    jobs: tuple[Job, ...]

    def path(self, job: Job) -> Path:
        """Return the path of a job's run file."""
        return self.folder / "runs" / f"{job_name(job)}.jsonl"


def run_night(request: PlanRequest, directory: Path, cache: Path, *, resume: bool) -> NightReport:
    """Run the jobs of a request, and record them in the history in `directory`.

    With `resume`, continue the last night instead. Raises UserError.
    """
    targets = load_targets(RUNNERS)
    history = open_history(directory)
    night = _last_night() if resume else _new_night(request, targets, history)
    done = _run_jobs(night, targets, cache)
    if not done:
        if not resume:
            shutil.rmtree(night.folder)  # otherwise --resume would take it for the last night
        patterns = " ".join(night.jobs[0].selection)
        raise UserError(f"nothing was run, and nothing is recorded: --case {patterns} fits no case")
    runfiles = _accepted(done, night, targets, history)
    if runfiles:
        commit = record_runs(history, runfiles)
        log(f"recorded in {directory} as {commit[:12]}" if commit else f"recorded in {directory} before")
    snapshot = load_snapshot(directory)
    text = _changes_text(snapshot, {runfile.run.id for runfile in runfiles})
    blocked = any(runfile.run.blocked for runfile in runfiles)
    functions = {
        (runfile.run.framework, function_of(item.case)) for runfile in runfiles for item in runfile.observations
    }
    return NightReport(text, snapshot, tuple(sorted(functions)), refused=len(runfiles) < len(done), blocked=blocked)


def _new_night(request: PlanRequest, targets: Mapping[str, Target], history: History) -> _Night:
    """Plan a night and write the plan. Raises UserError."""
    jobs = plan_jobs(request, targets, history)
    if line := left_out(request, targets):
        log(line)
    folder = NIGHTS / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    write_plan(jobs, targets, folder / "plan")
    return _Night(folder, tuple(jobs))


def _last_night() -> _Night:
    """Return the newest night that has a whole plan. Raises UserError."""
    begun = sorted(NIGHTS.glob(f"*/plan/{MATRIX}"))
    if not begun:
        raise UserError(f"no night to go on with in {NIGHTS}; start one without --resume")
    folder = begun[-1].parent.parent
    log(f"going on with {folder}")
    return _Night(folder, read_plan(folder / "plan"))


def _run_jobs(night: _Night, targets: Mapping[str, Target], cache: Path) -> list[Job]:
    """Run the jobs, and return those that ran: a build need not list a selected case. Raises UserError."""
    with TemporaryDirectory(prefix="portability-") as folder:
        exports = Exports(Path(folder))
        return [job for job in night.jobs if _run(job, targets[job.target], night.path(job), cache, exports)]


def _run(job: Job, target: Target, path: Path, cache: Path, exports: Exports) -> bool:
    """Run a job; return False if the build lists no selected case."""
    show = ProgressLine(job_name(job))
    try:
        run_job(job, target, path, cache=cache, resume=True, exports=exports, log=log, on_progress=show)
    except NoCaseError as error:
        log(f"{job_name(job)} is left out: {error}")
        return False
    except ResumeError as error:
        raise UserError(str(error)) from error
    except KeyboardInterrupt:
        log("\ninterrupted; go on with: portability nightly --resume")
        raise
    return True


def _accepted(jobs: Sequence[Job], night: _Night, targets: Mapping[str, Target], history: History) -> list[RunFile]:
    """Return the valid run files; log each refused file in one line."""
    runfiles = []
    versions = newest_versions(read_series_runs(history.files))
    for job in jobs:
        try:
            runfiles.append(accept(night.path(job), targets, jobs=(job,), known=versions))
        except RunFileError as error:
            log(f"refused: {error}")
    return runfiles


def _changes_text(snapshot: Snapshot, runs: set[str]) -> str:
    """Return the changes that these runs found, as text."""
    context = load_triage_context(snapshot)
    nights = [apply_triage(night, context.excuse) for night in snapshot.nights if night.run.id in runs]
    parts = [
        slowdowns_text([night for night in snapshot.paces if night.run.id in runs]),
        excluded_runs_text([item for item in snapshot.apart if item.run.id in runs]),
    ]
    return "\n\n".join([changes_text(nights, context.faults), *filter(None, parts)])
