"""Run a whole night on this machine: plan, run, record, compare with the past, write the site."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from monitor.analysis.regressions.triage import apply_triage
from monitor.execution.command_line import USAGE_ERROR
from monitor.execution.targets.target import Target, load_targets
from monitor.formats.run_file import RunFile, RunFileError, read_run_file
from monitor.formatting.humanize import join_words
from monitor.history.retraction import read_series_runs
from monitor.history.store import History
from monitor.model import Job, function_of
from monitor.pipeline.errors import UserError
from monitor.pipeline.framework_process import run_path
from monitor.pipeline.locations import NIGHTS, RUNNERS
from monitor.pipeline.night_display import NightDisplay
from monitor.pipeline.night_processes import FrameworkJobs, NightProcesses, group_jobs
from monitor.pipeline.plan_files import MATRIX, job_name, read_plan, write_plan
from monitor.pipeline.planner import PlanRequest, left_out, plan_jobs
from monitor.pipeline.progress_log import log
from monitor.pipeline.provenance import accept, newest_versions
from monitor.pipeline.publish import write_pages
from monitor.pipeline.record import record_runs
from monitor.pipeline.snapshots import open_history, snapshot_of
from monitor.pipeline.triage_context import load_triage_context
from monitor.reports.changes_text import changes_text, excluded_runs_text
from monitor.reports.names_text import names_text
from monitor.reports.slowdown_text import slowdowns_text
from monitor.snapshot.snapshot import Snapshot

# The site is written before the end only if the rest of the night takes longer: the first version of the site takes
# about 10 s.
MIN_REMAINING_SECONDS = 30.0


@dataclass(frozen=True)
class NightReport:
    """Result of a night: its changes as text, and the first page of the site.

    `functions` are the observed functions by framework and name, in order. `blocked` is true if a run was blocked.
    `status` is the exit status of the night: 0, or that of the worst failure (a refused run file, a framework that
    failed).
    """

    text: str
    page: Path
    functions: tuple[tuple[str, str], ...]
    blocked: bool
    status: int


@dataclass
class _Night:
    """A planned night: the folder of its plan and run files, its jobs, and the results so far.

    `recorded` are the run files that the history has, `status` is the exit status of the worst failure.
    """

    folder: Path
    jobs: tuple[Job, ...]
    recorded: list[RunFile] = field(default_factory=list)
    status: int = 0

    def path(self, job: Job) -> Path:
        """Return the path of a job's run file."""
        return run_path(self.folder, job_name(job))

    def is_complete(self, job: Job) -> bool:
        """Return whether the run file of a job is complete already."""
        try:
            return read_run_file(self.path(job)).end is not None
        except (FileNotFoundError, RunFileError):
            return False


@dataclass(frozen=True)
class _Publisher:
    """Records the runs of a night in the history, and writes the site."""

    night: _Night
    targets: Mapping[str, Target]
    history: History
    site: Path

    def publish(self, jobs: Sequence[Job]) -> tuple[Snapshot, Path]:
        """Record the runs of jobs and write the site; return the snapshot of the history, and the first page."""
        if runfiles := self._accepted(jobs):
            commit, directory = record_runs(self.history, runfiles), self.history.directory
            log(f"recorded in {directory} as {commit[:12]}" if commit else f"recorded in {directory} before")
            self.night.recorded += runfiles
        snapshot = snapshot_of(self.history)
        return snapshot, write_pages(snapshot, self.site)

    def _accepted(self, jobs: Sequence[Job]) -> list[RunFile]:
        """Return the valid run files; log each refused file in one line."""
        runfiles = []
        versions = newest_versions(read_series_runs(self.history.files))
        for job in jobs:
            try:
                runfiles.append(accept(self.night.path(job), self.targets, jobs=(job,), known=versions))
            except RunFileError as error:
                log(f"refused: {error}")
                self.night.status = max(self.night.status, USAGE_ERROR)
        return runfiles


def run_night(request: PlanRequest, directory: Path, cache: Path, site: Path, *, resume: bool) -> NightReport:
    """Run the jobs of a request, record them in the history in `directory`, and write the site.

    The site is written as soon as the first framework has ended, and again after each further one. With `resume`,
    continue the last night instead. Raises UserError.
    """
    targets = load_targets(RUNNERS)
    history = open_history(directory)
    night = _last_night() if resume else _new_night(request, targets, history)
    publisher = _Publisher(night, targets, history, site)
    try:
        unpublished = _run(night, targets, cache, publisher)
        if not (unpublished or night.recorded or night.status):
            if not resume:
                shutil.rmtree(night.folder)  # otherwise --resume would take it for the last night
            patterns = " ".join(night.jobs[0].selection)
            raise UserError(f"nothing was run, and nothing is recorded: --case {patterns} fits no case")
        snapshot, page = publisher.publish(unpublished)
    except KeyboardInterrupt:
        log("interrupted; go on with: portability nightly --resume")
        raise
    return _report(night, snapshot, page)


def _run(night: _Night, targets: Mapping[str, Target], cache: Path, publisher: _Publisher) -> list[Job]:
    """Run the jobs; if the rest of the night will take long, publish what is done so far.

    Return the jobs that have a complete run file and are not published yet. A job whose build lists no selected case is
    left out.
    """
    complete = [job for job in night.jobs if night.is_complete(job)]
    groups = group_jobs([job for job in night.jobs if job not in complete], targets)
    unfinished = {group.title: group for group in groups}
    unpublished = complete
    with closing(NightProcesses(night.folder, cache, NightDisplay()).run(groups)) as results:
        for result in results:
            night.status = max(night.status, result.status)
            del unfinished[result.title]
            unpublished += result.jobs
            if unpublished and _takes_long([*unfinished.values()]):
                _, page = publisher.publish(unpublished)
                log(f"The site so far: {page.as_uri()} (open it in a browser; {join_words([*unfinished])} will follow)")
                unpublished = []
    return unpublished


def _report(night: _Night, snapshot: Snapshot, page: Path) -> NightReport:
    functions = {
        (runfile.run.framework, function_of(item.case)) for runfile in night.recorded for item in runfile.observations
    }
    return NightReport(
        _changes_text(snapshot, {runfile.run.id for runfile in night.recorded}),
        page,
        tuple(sorted(functions)),
        blocked=any(runfile.run.blocked for runfile in night.recorded),
        status=night.status,
    )


def _new_night(request: PlanRequest, targets: Mapping[str, Target], history: History) -> _Night:
    """Plan a night and write the plan. Raises UserError."""
    planned = plan_jobs(request, targets, history)
    jobs = [replace(job, costs=history.costs(*job.series) | job.costs) for job in planned]
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


def _takes_long(unfinished: Sequence[FrameworkJobs]) -> bool:
    """Return whether the unfinished frameworks will take so long that the site is worth writing now."""
    seconds = [group.seconds for group in unfinished]
    return any(known is None or known > MIN_REMAINING_SECONDS for known in seconds)


def _changes_text(snapshot: Snapshot, runs: set[str]) -> str:
    """Return the changes that these runs found, as text."""
    context = load_triage_context(snapshot)
    nights = [apply_triage(night, context.excuse) for night in snapshot.nights if night.run.id in runs]
    parts = [
        names_text(snapshot.listed_in(nights)),
        slowdowns_text([night for night in snapshot.latency_nights if night.run.id in runs]),
        excluded_runs_text([item for item in snapshot.excluded_runs if item.run.id in runs]),
    ]
    return "\n\n".join([changes_text(nights, context.faults), *filter(None, parts)])
