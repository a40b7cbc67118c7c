"""Start workflows at GitHub, and download the artifacts of their runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.github.archives import ArtifactError
from monitor.github.workflows import LOSS_REPORT_DAYS, Artifact, StartError, Workflows
from monitor.pipeline.errors import UserError
from monitor.pipeline.github_access import open_repository
from monitor.pipeline.plan_files import planned_backends
from monitor.pipeline.progress_log import log
from monitor.pipeline.provenance import note_start
from monitor.pipeline.snapshots import open_history


@dataclass(frozen=True)
class DispatchResult:
    """A workflow that was started with these inputs; `failed` is the reason if it was not."""

    workflow: str
    inputs: Mapping[str, str]
    failed: str
    name: str  # the workflow, and the target and evidence of a plan


def dispatch(
    repository: str, branch: str, workflow: str, inputs: Mapping[str, str], plan: Path | None
) -> Iterator[DispatchResult]:
    """Start a workflow once, or once for each target and evidence of a plan; yield each result. Raises UserError."""
    workflows = _workflows(repository, branch)
    for planned in planned_backends(plan) if plan else [{}]:
        given = {**inputs, **planned}
        failed = ""
        try:
            workflows.dispatch(workflow, given)
        except StartError as error:
            failed = str(error)
        yield DispatchResult(workflow, given, failed, " ".join([workflow, *planned.values()]))


def parse_inputs(texts: Sequence[str]) -> dict[str, str]:
    """Return the inputs NAME=VALUE of a workflow. Raises UserError."""
    inputs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise UserError(f'--input "{text}": must be NAME=VALUE, as in suite=paper')
        inputs[name] = value
    return inputs


@dataclass(frozen=True)
class Download:
    """An artifact, and its files; `fault` is the reason if it has none: it expired, or is not valid."""

    artifact: Artifact
    files: tuple[Path, ...] = ()
    fault: str = ""


def download(
    repository: str, branch: str, names: Sequence[str], history: Path, out: Path, days: int
) -> Iterator[Download]:
    """Yield the artifacts of runs of these workflows that the history lacks, the expired ones first.

    Each artifact goes to its own folder in `out`. Raises UserError.
    """
    workflows = _workflows(repository, branch)
    artifacts = workflows.artifacts(names, days + LOSS_REPORT_DAYS, open_history(history).artifacts())
    out.mkdir(parents=True, exist_ok=True)
    for artifact in artifacts:
        if artifact.expired:
            log(f"lost: {artifact.label}: {artifact.loss}")
            yield Download(artifact, fault=artifact.loss)
    for artifact in artifacts:
        if not artifact.expired:
            yield _download(workflows, artifact, out / str(artifact.artifact))


def _download(workflows: Workflows, artifact: Artifact, folder: Path) -> Download:
    try:
        files = workflows.download(artifact, folder)
        note_start(folder, artifact.title)
    except ArtifactError as error:
        log(f"refused: {error}")
        return Download(artifact, fault=str(error))
    return Download(artifact, tuple(files))


def _workflows(repository: str, branch: str) -> Workflows:
    without_token = "give a token that may read, or start, workflows"
    return Workflows(open_repository(repository, "actions", without_token=without_token), branch)
