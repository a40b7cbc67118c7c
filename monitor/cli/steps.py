"""The steps of the pipeline, each a command, each hand-over a file."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from monitor.analysis.latency.slowdown_tracker import LatencyNight
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.regressions.triage import excused, filed
from monitor.cli.common import (
    DEFAULT_HISTORY,
    FINDINGS,
    RUNNERS,
    TEMPLATES,
    WORK,
    HistoryOption,
    JsonOption,
    TargetsOption,
    UserError,
    examples,
    gathered,
    open_history,
    print_json,
    say,
    told_of,
)
from monitor.cli.github import RepositoryOption, api, check_repository, github_token
from monitor.cli.paths import existing_file, made_by, new_directory
from monitor.cli.planner import PlanRequest, job_name, left_out, plan_jobs
from monitor.cli.skip_policy import SkipDecision, looks
from monitor.cli.triage_context import TRIAGE, TriageOption, judgement
from monitor.execution.__main__ import main as run_step
from monitor.execution.targets.target import Target, load_targets
from monitor.federation.columns import Federation, load_federation
from monitor.formats.run_file import RunFile, RunFileError
from monitor.formats.serialization import from_json, to_json
from monitor.github.commit_ranges import commit_subject_reader, look_up_commits
from monitor.history.commit_table import is_nightly
from monitor.history.merge_branches import ARTIFACT
from monitor.history.merge_shards import join_shards
from monitor.history.retraction import read_followed
from monitor.history.store import History
from monitor.model import Evidence, Job
from monitor.pipeline.provenance import accept, newest_versions, started_for
from monitor.reports.changes_text import changes_markdown, changes_text
from monitor.reports.slowdown_text import slowdowns_markdown, slowdowns_text
from monitor.site.build import write_site
from monitor.site.dev_server import LOOPBACK, serve_site
from monitor.site.incremental import refuse_foreign
from monitor.site.known_issues import load_known_issues
from monitor.site.project_metadata import ProjectMetadata
from monitor.site.target_info import TargetInfo
from monitor.snapshot.snapshot import Snapshot
from monitor.suite.catalog import load_catalog
from monitor.suite.repro import NoScriptError, script

MATRIX = "matrix.json"  # in the folder of a plan

FrameworksOption = Annotated[
    list[str], typer.Option("--framework", help="torch, jax or tensorflow; all where not given.")
]
SuitesOption = Annotated[list[str], typer.Option("--suite", help="A suite's name; all where not given.")]
ChannelOption = Annotated[str, typer.Option(help="auto, nightly, release or pinned.")]
BuildsOption = Annotated[list[str], typer.Option("--build", help="One version of one framework: jax==0.9.2")]
PythonOption = Annotated[str, typer.Option("--python", help="An interpreter that already has the framework.")]
EvidencesOption = Annotated[
    list[Evidence],
    typer.Option(
        "--evidence", help="executed, compiled, lowered or registered; all that a target can give where not given."
    ),
]
RunnersOption = Annotated[
    list[str],
    typer.Option("--runner", envvar="PORTABILITY_RUNNERS", help="A target that has a runner of its own here."),
]
CasesOption = Annotated[list[str], typer.Option("--case", help="Only cases whose id matches this shell pattern.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        epilog=examples(
            "portability plan --history history --out plan",
            "portability plan --target cpu --framework jax --channel release",
            "portability plan --suite opinfo --shards 8",
            "portability plan --runner nvidia-h100 --runner tpu-v5e",
            "portability plan --target cpu --framework jax --again",
        )
    )(plan)
    app.command(
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    )(run)
    app.command(
        epilog=examples(
            "portability record runs/*.jsonl --history history",
            "portability record runs/*.jsonl --history history --push",
            "portability record --fetched runs --history history --push",
        )
    )(record)
    app.command(epilog=examples("portability judge", "portability judge --history history --json | jq '.[].changes'"))(
        judge
    )
    app.command(
        epilog=examples(
            "portability site --history history --out public --base-url https://example.org/monitor/",
            "portability site --federation .portability/federation.json",
            "portability site --serve",
        )
    )(site)


def plan(
    history: HistoryOption = DEFAULT_HISTORY,
    out: Annotated[
        Path,
        typer.Option(help="Where to write matrix.json and a file for each job.", metavar="DIR", parser=new_directory),
    ] = WORK / "plan",
    target: TargetsOption = [],  # noqa: B006 - typer copies it
    framework: FrameworksOption = [],  # noqa: B006
    suite: SuitesOption = [],  # noqa: B006
    channel: ChannelOption = "auto",
    build: BuildsOption = [],  # noqa: B006
    evidence: EvidencesOption = [],  # noqa: B006
    runner: RunnersOption = [],  # noqa: B006
    case: CasesOption = [],  # noqa: B006
    shards: Annotated[int, typer.Option(min=1, max=100, help="Split each suite into so many equal jobs.")] = 1,
    again: Annotated[bool, typer.Option("--again", help="Also where tonight's build is measured already.")] = False,
) -> None:
    """Say what is to be run: a job for each suite of each framework on each target, with what is known of it.

    What GitHub's runners can do is planned for everybody, what takes another only where it is named by --runner. A
    build that is measured already is left out for a night, unless it is named by --build, or another night of it would
    decide something: a change that is not confirmed, a slowdown that was confirmed once.

    Writes OUT/matrix.json, a list of {name, job, labels, target, evidence}, and one OUT/<name>.json a job.
    """
    wish = PlanRequest(
        tuple(target),
        tuple(framework),
        tuple(suite),
        channel,
        tuple(build),
        cases=tuple(case),
        evidences=tuple(evidence),
        shards=shards,
        runners=tuple(runner),
    )
    targets, recorded = load_targets(RUNNERS), open_history(history)
    jobs = plan_jobs(wish, targets, recorded)
    found = {job.series: SkipDecision(due=True) for job in jobs} if again else looks(jobs, targets, recorded)
    due = [job for job in jobs if found[job.series].due]
    write_plan(due, targets, out)
    for job in due:
        why = found[job.series].why
        print(f"- {job_name(job)}: {job.build or job.channel}, {len(job.watch)} cases known{why and f'; {why}'}")
    for job in {job.series: job for job in jobs if not found[job.series].due}.values():
        print(f"- {job_name(dataclasses.replace(job, shard=''))}: left out, {found[job.series].why}")
    if line := left_out(wish, targets):
        print(f"- {line}")


def write_plan(jobs: Sequence[Job], targets: dict[str, Target], directory: Path) -> None:
    """Write a plan: the jobs, and then the matrix that names them, which workflows read."""
    directory.mkdir(parents=True, exist_ok=True)
    matrix = []
    for job in jobs:
        name = job_name(job)
        labels = targets[job.target].backend(job.evidence).labels
        matrix.append(
            {"name": name, "job": f"{name}.json", "labels": labels, "target": job.target, "evidence": job.evidence}
        )
        (directory / f"{name}.json").write_text(json.dumps(to_json(job), indent=1) + "\n")
    draft = directory / f"{MATRIX}.draft"
    draft.write_text(json.dumps(matrix) + "\n")
    draft.replace(directory / MATRIX)


def read_plan(directory: Path) -> tuple[Job, ...]:
    """The jobs of a plan."""
    matrix = json.loads((directory / MATRIX).read_text())
    return tuple(from_json(Job, json.loads((directory / entry["job"]).read_text())) for entry in matrix)


def run(context: typer.Context) -> None:
    """Run one job and write its run file. `portability run --help` tells the options."""
    raise typer.Exit(run_step(context.args, program="portability run"))


def record(
    runs: Annotated[list[Path], typer.Argument(help="Run files; untrusted, each is checked whole first.")] = [],  # noqa: B006
    history: HistoryOption = DEFAULT_HISTORY,
    fetched: Annotated[
        Path | None,
        typer.Option(
            help="What `portability actions fetch` wrote: a folder an artifact.",
            metavar="DIR",
            parser=made_by("portability actions fetch"),
        ),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            help="What `portability plan` wrote: each run has to be one that it asks for.",
            metavar="DIR",
            parser=made_by("portability plan"),
        ),
    ] = None,
    push: Annotated[bool, typer.Option("--push", help="Push to the remote `origin`, on top of what is there.")] = False,
) -> None:
    """Add run files to the history, in one commit whose diff is the night's news.

    A bad file is refused whole, in one line that says where; the others are recorded, and the exit status is 2. Bad is
    also what the runner file of its target does not have, and what its workflow was not started for.
    """
    targets = load_targets(RUNNERS)
    jobs = read_plan(plan) if plan else None
    artifacts = sorted(path for path in fetched.iterdir() if path.is_dir()) if fetched else []
    paths = [*runs, *(path for artifact in artifacts for path in sorted(artifact.glob("*.jsonl")))]
    started = {artifact: started_for(artifact) for artifact in artifacts}
    runfiles, refused = [], []
    if not paths:
        say("nothing to record")
        return
    recorded = open_history(history)
    retracted = recorded.retractions()
    known = newest_versions(read_followed(recorded.files))
    for path in paths:
        try:
            runfile = accept(path, targets, started_for=started.get(path.parent), jobs=jobs, known=known)
            if told := retracted.get(runfile.run.id):
                raise RunFileError(f"{path}:1: run.id: {told.run} was retracted on {told.day}: {told.why}")
            runfiles.append(runfile)
        except RunFileError as error:
            say(f"refused: {error}")
            refused.append(path)
    if runfiles:
        # What was refused stays unnamed: a mended monitor may take it, as long as GitHub keeps it.
        whole = {path.name for path in artifacts} - {path.parent.name for path in refused}
        commit = record_runs(recorded, runfiles, push=push, artifacts=sorted(whole))
        say(f"recorded as {commit[:12]}" if commit else "nothing new: these runs were recorded before")
    if refused:
        raise typer.Exit(2)


def record_runs(
    history: History, runfiles: Sequence[RunFile], *, push: bool = False, artifacts: Sequence[str] = ()
) -> str | None:
    """Record runs, shards joined, with a commit message that names them; None where nothing was new, or its hash.

    The message also names the artifacts at GitHub that they came in.
    """
    runfiles = join_shards(runfiles)
    lines = [f"{r.run.target} {r.run.framework} {r.run.suite} {r.run.evidence}: {_said(r)}" for r in runfiles]
    message = [f"Record {len(lines)} runs", "", *lines] if len(lines) > 1 else lines
    if artifacts:
        message += ["", *(f"{ARTIFACT}: {artifact}" for artifact in artifacts)]
    numbers = [int(artifact) for artifact in artifacts if artifact.isdecimal()]
    commits = commits_of_main(history, runfiles)
    return history.record(runfiles, "\n".join(message), push=push, say=say, commits=commits, artifacts=numbers)


def commits_of_main(history: History, runfiles: Sequence[RunFile]) -> dict[str, str]:
    """The commits of `main` that PyTorch's nightlies are made of, as far as the history lacks them and GitHub tells."""
    known = history.main_commits()
    builds = [runfile.run.build for runfile in runfiles if runfile.run.framework == "torch" and runfile.run.build]
    new = [build.commit for build in builds if is_nightly(build.version) and build.commit not in known]
    if not new:
        return {}
    found, fault = look_up_commits((*new, *history.commits_to_look_up()), commit_subject_reader(api(), github_token()))
    if fault:
        say(f"commits of branch nightly are left to a later record to look up on main: {fault}")
    return found


def _said(runfile: RunFile) -> str:
    if runfile.run.blocked:
        return f"blocked: {runfile.run.blocked}"
    build = runfile.run.build.label if runfile.run.build else "no build"
    return f"{build}, {len(runfile.observations)} of {len(runfile.run.cases)} cases answered"


def judge(
    history: HistoryOption = DEFAULT_HISTORY,
    triage: TriageOption = TRIAGE,
    json_: JsonOption = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Answer in Markdown, for a job summary.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 where something that counts turned worse or slower.")
    ] = False,
) -> None:
    """Say what changed on the newest night of each target, framework and suite, and what of it counts.

    Slowdowns are told with the last good build and the new one side by side, and how far each has come: suspect,
    confirmed side by side, reported after two nights of three, ongoing from then on, recovered.
    """
    material = gathered(history)
    known = judgement(material, triage)
    newest = [excused(night, known.excuse) for night in material.newest]
    pace = material.paces
    if json_:
        of_run = {night.run.id: night for night in pace}
        print_json([night_json(night, of_run.get(night.run.id)) for night in newest])
        for fault in known.faults:
            say(fault)
    else:
        news, slow = (changes_markdown, slowdowns_markdown) if markdown else (changes_text, slowdowns_text)
        print("\n\n".join(part for part in (news(newest, known.faults), slow(pace)) if part))
    worse = any(night.regressions or night.incidents for night in newest)
    if exit_code and (worse or any(filed(night, known.excuse) for night in pace)):
        raise typer.Exit(1)


def night_json(night: NightChanges, pace: LatencyNight | None) -> dict[str, object]:
    """A night as JSON: the run without its packages, and everything that was found, slowdowns where it was timed."""
    build = dataclasses.replace(night.run.build, packages=()) if night.run.build else None
    run = to_json(dataclasses.replace(night.run, build=build))
    return {
        "run": run,
        "baseline": night.baseline.label if night.baseline else None,
        "expected": night.expected,
        "observed": night.observed,
        "functions": to_json(night.score),
        "incidents": list(night.incidents),
        "changes": [to_json(change) | {"function": change.function} for change in night.changes],
        "regressions": [change.case for change in night.regressions],
        "latency": {name: value for name, value in to_json(pace).items() if name != "run"} if pace else None,
    }


def site(
    history: HistoryOption = DEFAULT_HISTORY,
    out: Annotated[Path, typer.Option(help="Where to write the pages.", metavar="DIR", parser=new_directory)] = WORK
    / "site",
    base_url: Annotated[
        str, typer.Option(help="The address that the site will have: feeds and the map of the site need it.")
    ] = "",
    repository: RepositoryOption = "",
    federation: Annotated[
        Path | None,
        typer.Option(
            help="Columns of forks, as portability federation fetched them.", metavar="FILE", parser=existing_file
        ),
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve", help="Show it on this machine, made anew when templates or the history change.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to show it; 0: any free port.")] = 8000,
) -> None:
    """Write the static site from the history. What did not change since the site in DIR is left as it is."""
    refuse_foreign(out)
    if repository:
        check_repository(repository)
    _base(base_url)
    recorded = open_history(history)
    if serve:
        here = f"http://{LOOPBACK}:{port}/" if port else ""
        base = _base(base_url) or here

        def make() -> Path:
            recorded.refresh()
            return write_pages(told_of(recorded), out, base, federation, repository)

        serve_site(make, out, watched=[TEMPLATES, history], port=port)
    else:
        print(write_pages(told_of(recorded), out, _base(base_url), federation, repository).as_uri())


def _base(url: str) -> str:
    """The address of the site, with the slash at its end. Raises UserError."""
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise UserError(f'--base-url "{url}": not the address of a site; write it as https://example.org/monitor/')
    return url if url.endswith("/") or not url else f"{url}/"


def write_pages(
    material: Snapshot, directory: Path, base: str = "", federation: Path | None = None, repository: str = ""
) -> Path:
    """Write the site, and return the path of its first page."""
    generated = datetime.now(UTC)
    project = ProjectMetadata(
        catalog=load_catalog(),
        script=script_of,
        hardware={name: _hardware(target) for name, target in load_targets(RUNNERS).items()},
        excuse=judgement(material).excuse,
        known_issues=load_known_issues(FINDINGS),
        federation=load_federation(federation, generated) if federation else Federation(),
    )
    page = write_site(
        material, project, directory, templates=TEMPLATES, generated=generated, base=base, repository=repository
    )
    return page.resolve()


def _hardware(target: Target) -> TargetInfo:
    ways = {evidence: tuple(target.sources(evidence).frameworks) for evidence in target.evidences}
    return TargetInfo(target.title, ways, target.compile.chip if target.compile else None)


def script_of(case: str, seen: str) -> str:
    """A case's script, which is told what was seen of it; empty for a case of the past that the suite has no more."""
    try:
        return script(case, seen)
    except NoScriptError:
        return ""
