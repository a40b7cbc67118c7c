"""Check run files and add them to the history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.execution.targets.target import Target
from monitor.formats.run_file import RunFile, RunFileError
from monitor.github.commit_ranges import commit_subject_reader, look_up_commits
from monitor.history.commit_table import is_nightly
from monitor.history.merge_branches import ARTIFACT
from monitor.history.merge_shards import merge_shards
from monitor.history.retraction import read_series_runs
from monitor.history.store import History
from monitor.model import Job
from monitor.pipeline.github_access import api_url, github_token
from monitor.pipeline.progress_log import log
from monitor.pipeline.provenance import accept, newest_versions, started_for


@dataclass(frozen=True)
class RecordResult:
    """Result of `record_files`. `commit` is the new commit's hash, None if every accepted run was recorded before."""

    commit: str | None
    accepted: int
    refused: tuple[Path, ...]


def record_files(
    history: History,
    paths: Iterable[Path],
    targets: Mapping[str, Target],
    *,
    artifacts: Sequence[Path] = (),
    jobs: Collection[Job] | None = None,
    push: bool = False,
) -> RecordResult:
    """Record run files and the contents of artifact folders in one commit; log each refused file in one line.

    With `jobs`, each run must belong to one of them.
    """
    started = {artifact: started_for(artifact) for artifact in artifacts}
    retracted = history.retractions()
    versions = newest_versions(read_series_runs(history.files))
    runfiles, refused = [], []
    for path in (*paths, *artifact_files(artifacts)):
        try:
            runfile = accept(path, targets, started_for=started.get(path.parent), jobs=jobs, known=versions)
            if retraction := retracted.get(runfile.run.id):
                reason = f"{retraction.run} was retracted on {retraction.day}: {retraction.why}"
                raise RunFileError(f"{path}:1: run.id: {reason}")
            runfiles.append(runfile)
        except RunFileError as error:
            log(f"refused: {error}")
            refused.append(path)
    commit = None
    if runfiles:
        # Artifacts with a rejected file are not listed as ingested, so a fixed version can retry them while GitHub
        # keeps them.
        whole = {path.name for path in artifacts} - {path.parent.name for path in refused}
        commit = record_runs(history, runfiles, push=push, artifacts=sorted(whole))
    return RecordResult(commit, len(runfiles), tuple(refused))


def artifact_files(artifacts: Iterable[Path]) -> list[Path]:
    """Return the run files in artifact folders."""
    return [path for artifact in artifacts for path in sorted(artifact.glob("*.jsonl"))]


def record_runs(
    history: History, runfiles: Sequence[RunFile], *, push: bool = False, artifacts: Sequence[str] = ()
) -> str | None:
    """Record runs, shards joined, and return the commit's hash; None if all of them were recorded before.

    The commit message names the runs, and the GitHub artifacts that they came in.
    """
    runfiles = merge_shards(runfiles)
    lines = [f"{r.run.target} {r.run.framework} {r.run.suite} {r.run.evidence}: {_outcome(r)}" for r in runfiles]
    message = [f"Record {len(lines)} runs", "", *lines] if len(lines) > 1 else lines
    if artifacts:
        message += ["", *(f"{ARTIFACT}: {artifact}" for artifact in artifacts)]
    numbers = [int(artifact) for artifact in artifacts if artifact.isdecimal()]
    commits = commits_of_main(history, runfiles)
    return history.record(runfiles, "\n".join(message), push=push, say=log, commits=commits, artifacts=numbers)


def commits_of_main(history: History, runfiles: Sequence[RunFile]) -> dict[str, str]:
    """Return commits of `main` that PyTorch's nightlies are built from: those that the history lacks, from GitHub."""
    known = history.main_commits()
    builds = [runfile.run.build for runfile in runfiles if runfile.run.framework == "torch" and runfile.run.build]
    new = [build.commit for build in builds if is_nightly(build.version) and build.commit not in known]
    if not new:
        return {}
    found, fault = look_up_commits(
        (*new, *history.commits_to_look_up()), commit_subject_reader(api_url(), github_token())
    )
    if fault:
        log(f"commits of branch nightly are left to a later record to look up on main: {fault}")
    return found


def _outcome(runfile: RunFile) -> str:
    if runfile.run.blocked:
        return f"blocked: {runfile.run.blocked}"
    build = runfile.run.build.requirement if runfile.run.build else "no build"
    return f"{build}, {len(runfile.observations)} of {len(runfile.run.cases)} cases answered"
