"""The main job: all steps on this machine, the history an embedded git repository."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from monitor.analysis.regressions.triage import excused
from monitor.cli.common import (
    DEFAULT_CACHE,
    DEFAULT_HISTORY,
    RUNNERS,
    WORK,
    CacheOption,
    HistoryOption,
    UserError,
    examples,
    gathered,
    open_history,
    say,
)
from monitor.cli.paths import new_directory
from monitor.cli.planner import PlanRequest, job_name, left_out, plan_jobs
from monitor.cli.steps import (
    MATRIX,
    BuildsOption,
    CasesOption,
    ChannelOption,
    EvidencesOption,
    FrameworksOption,
    PythonOption,
    SuitesOption,
    read_plan,
    record_runs,
    write_pages,
    write_plan,
)
from monitor.cli.triage_context import judgement
from monitor.execution.progress import ProgressLine
from monitor.execution.run import NoCaseError, ResumeError, run_job
from monitor.execution.targets.target import Target, load_targets
from monitor.execution.workers.compile_worker import Exports
from monitor.formats.run_file import RunFileError
from monitor.history.retraction import read_followed
from monitor.model import Job
from monitor.pipeline.provenance import accept, newest_versions
from monitor.reports.changes_text import changes_text, excluded_runs_text
from monitor.reports.slowdown_text import slowdowns_text
from monitor.site.incremental import refuse_foreign

NIGHTS = WORK / "nights"


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog=examples(
            "portability nightly",
            "portability nightly --framework jax --build jax==0.6.0",
            "portability nightly --target tpu-v5e --framework jax",
            "portability nightly --target nvidia-h100 --evidence executed",
            "portability nightly --target cpu --framework tensorflow --suite paper --channel nightly",
            "portability nightly --resume",
        )
    )(nightly)


def nightly(
    target: Annotated[list[str], typer.Option("--target", help="A runner file's name.")] = ["cpu"],  # noqa: B006
    framework: FrameworksOption = [],  # noqa: B006
    suite: SuitesOption = [],  # noqa: B006
    channel: ChannelOption = "auto",
    build: BuildsOption = [],  # noqa: B006
    python: PythonOption = "",
    case: CasesOption = [],  # noqa: B006
    evidence: EvidencesOption = [],  # noqa: B006
    history: HistoryOption = DEFAULT_HISTORY,
    site: Annotated[
        Path, typer.Option("--site", help="Where to write the pages.", metavar="DIR", parser=new_directory)
    ] = WORK / "site",
    cache: CacheOption = DEFAULT_CACHE,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last night where it was interrupted.")
    ] = False,
) -> None:
    """Do a whole night on this machine: plan, run, record, judge, and write the site.

    Exit status: 0 when every run observed something, 1 when one was blocked, 2 when the call is at fault or a
    run file was refused.
    """
    refuse_foreign(site)  # now, and not when the night is over
    targets = load_targets(RUNNERS)
    recorded = open_history(history)
    if resume:
        night = _last_night()
        jobs: Sequence[Job] = read_plan(night / "plan")
        say(f"going on with {night}")
    else:
        selected = (tuple(target), tuple(framework), tuple(suite))
        wish = PlanRequest(*selected, channel, tuple(build), python, tuple(case), tuple(evidence))
        jobs = plan_jobs(wish, targets, recorded)
        if line := left_out(wish, targets):
            say(line)
        night = NIGHTS / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        write_plan(jobs, targets, night / "plan")
    with TemporaryDirectory(prefix="portability-") as folder:
        exports = Exports(Path(folder))
        files = [(job, night / "runs" / f"{job_name(job)}.jsonl") for job in jobs]
        done = [(job, path) for job, path in files if _run(job, targets[job.target], path, cache, exports)]
    if not done:
        if not resume:
            shutil.rmtree(night)  # or --resume would take it for the last night
        raise UserError(f"nothing was run, and nothing is recorded: --case {' '.join(jobs[0].selection)} fits no case")
    runfiles, refused = [], False
    versions = newest_versions(read_followed(recorded.files))
    for job, path in done:
        try:
            runfiles.append(accept(path, targets, jobs=(job,), known=versions))
        except RunFileError as error:
            say(f"refused: {error}")
            refused = True
    if runfiles:
        commit = record_runs(recorded, runfiles)
        say(f"recorded in {history} as {commit[:12]}" if commit else f"recorded in {history} before")
    material = gathered(history)
    just_run = {runfile.run.id for runfile in runfiles}
    known = judgement(material)
    told = [excused(night, known.excuse) for night in material.nights if night.run.id in just_run]
    print(changes_text(told, known.faults))
    if slow := slowdowns_text([night for night in material.paces if night.run.id in just_run]):
        print(f"\n{slow}")
    if aside := excluded_runs_text([one for one in material.apart if one.run.id in just_run]):
        print(f"\n{aside}")
    print(f"\nThe site: {write_pages(material, site).as_uri()}")
    if refused:
        raise typer.Exit(2)
    if any(runfile.run.blocked for runfile in runfiles):
        raise typer.Exit(1)


def _run(job: Job, target: Target, path: Path, cache: Path, exports: Exports) -> bool:
    """Run a job; False where the build lists no case that was asked for."""
    show = ProgressLine(job_name(job))
    try:
        run_job(job, target, path, cache=cache, resume=True, exports=exports, say=say, show=show)
    except NoCaseError as error:
        say(f"{job_name(job)} is left out: {error}")
        return False
    except ResumeError as error:
        raise UserError(str(error)) from error
    except KeyboardInterrupt:
        say("\ninterrupted; go on with: portability nightly --resume")
        raise typer.Exit(130) from None
    return True


def _last_night() -> Path:
    begun = sorted(NIGHTS.glob(f"*/plan/{MATRIX}"))
    if not begun:
        raise UserError(f"no night to go on with in {NIGHTS}; start one without --resume")
    return begun[-1].parent.parent
