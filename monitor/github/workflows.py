"""Start workflows at GitHub, and download the artifacts of their runs.

An artifact is untrusted: a run writes it beside unreviewed code. So the size of an archive is limited before it is
opened, only plain file names are accepted, and `portability record` checks the contents.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import quote

from monitor.formatting.humanize import count, escape_invisible
from monitor.github.archives import MAX_ARCHIVE_BYTES, ArtifactError, unpack
from monitor.github.client import GitHubClient
from monitor.github.responses import (
    GitHubError,
    JsonObject,
    OutcomeUnknownError,
    RequestRefusedError,
    integer,
    nested,
    optional_text,
    text,
)

# The artifact of the last job of a run, with all run files of a target. Its presence means that the run has finished.
RUN_ARTIFACT = "runs"
# The workflows whose artifacts are recorded.
RECORDED_WORKFLOWS = ("run.yml", "backfill.yml")
# The events that may start a run. Strangers can cause neither.
TRUSTED_EVENTS = ("schedule", "workflow_dispatch")
# Days: the retention of an artifact by the workflow, and the time after it in which a loss is reported.
RETENTION_DAYS = 7
LOSS_REPORT_DAYS = 7
# An artifact that waits longer is reported before it expires: every day, something is recorded.
MAX_PENDING = timedelta(days=2)


class StartError(Exception):
    """A workflow that GitHub does not start. The message is one line."""


@dataclass(frozen=True)
class Artifact:
    """An artifact of a run of a workflow. `title` is the run's title, `at` the address of its page."""

    artifact: int
    run: int
    title: str
    at: str
    size: int
    created: datetime
    expires: datetime | None
    expired: bool

    @property
    def label(self) -> str:
        return f"artifact {self.artifact} of {self.at}"

    @property
    def loss(self) -> str:
        """The line that reports the artifact as lost."""
        expiry = f" on {self.expires:%Y-%m-%d}" if self.expires else ""
        return f"uploaded on {self.created:%Y-%m-%d}, expired{expiry}, never recorded"

    def overdue(self, now: datetime) -> str:
        """Return the line that reports the artifact as not yet recorded, empty if it is new."""
        if now - self.created <= MAX_PENDING:
            return ""
        expiry = f", expires on {self.expires:%Y-%m-%d}" if self.expires else ""
        return f"uploaded {count((now - self.created).days, 'day')} ago, not recorded yet{expiry}"


def workflow_states(client: GitHubClient) -> dict[str, str]:
    """Return GitHub's word for the state of each workflow, by the name of its file. Raises GitHubError."""

    def read() -> dict[str, str]:
        workflows = client.pages("actions/workflows", "workflows")
        return {text(workflow, "path").rpartition("/")[2]: text(workflow, "state") for workflow in workflows}

    return client.with_retry(read)


class Workflows:
    """The workflows of a repository, limited to runs on the branch `branch`."""

    def __init__(self, client: GitHubClient, branch: str) -> None:
        self._client = client
        self._branch = branch

    def dispatch(self, workflow: str, inputs: Mapping[str, str]) -> None:
        """Start a workflow by the name of its file. Raises StartError, GitHubError.

        After a lost response the workflow may start twice. Then its concurrency group queues the second run, and the
        history gets one more observation.
        """
        body = {"ref": self._branch, "inputs": dict(inputs)}
        path = f"actions/workflows/{quote(workflow, safe='')}/dispatches"
        try:
            self._client.with_retry(lambda: self._client.write("POST", path, body))
        except RequestRefusedError as refused:
            if refused.status in (400, 404, 422):
                raise StartError(f"{workflow}: {refused.brief}") from refused
            raise

    def artifacts(self, workflows: Collection[str], days: int, ingested: Collection[int]) -> tuple[Artifact, ...]:
        """Return the artifacts of these workflows of the last days, oldest first. Raises GitHubError.

        Artifacts in `ingested` are excluded. Expired artifacts are included, and so are new artifacts of old runs.
        """
        return self._client.with_retry(lambda: self._artifacts(workflows, days, ingested))

    def download(self, artifact: Artifact, directory: Path) -> tuple[Path, ...]:
        """Unpack an artifact into a directory, and return its files. Raises ArtifactError, GitHubError.

        ArtifactError concerns only this artifact: its archive, or the place where GitHub stores it.
        """
        if artifact.size > MAX_ARCHIVE_BYTES:
            raise ArtifactError(f"{artifact.label}: larger than {MAX_ARCHIVE_BYTES} bytes")
        path = f"actions/artifacts/{artifact.artifact}/zip"
        with TemporaryFile() as archive:
            try:
                complete = self._client.with_retry(lambda: self._client.download(path, archive, MAX_ARCHIVE_BYTES))
            except RequestRefusedError as refused:
                if refused.status == 401:  # the token is invalid for every artifact
                    raise
                raise ArtifactError(f"{artifact.label}: {refused}") from refused
            except GitHubError as error:
                if isinstance(error.__cause__, OutcomeUnknownError) and error.__cause__.wait is not None:
                    raise  # a rate limit concerns every artifact
                raise ArtifactError(f"{artifact.label}: {error}") from error
            if not complete:
                raise ArtifactError(f"{artifact.label}: larger than {MAX_ARCHIVE_BYTES} bytes")
            return unpack(archive, directory, artifact.label)

    def _artifacts(self, workflows: Collection[str], days: int, ingested: Collection[int]) -> tuple[Artifact, ...]:
        since = self._client.now - timedelta(days=days)
        runs = self._runs(workflows, since)
        artifacts: list[Artifact] = []
        for listed in self._client.pages("actions/artifacts", "artifacts", name=RUN_ARTIFACT):
            created = _time(optional_text(listed, "created_at"))
            if created is None:
                raise OutcomeUnknownError('answers without a time in the field "created_at"')
            if created < since:  # GitHub lists the newest first
                break
            if optional_text(listed, "name") == RUN_ARTIFACT and integer(listed, "id") not in ingested:
                artifacts += self._with_run(listed, created, runs, workflows)
        return tuple(sorted(artifacts, key=lambda artifact: artifact.artifact))

    def _runs(self, workflows: Collection[str], since: datetime) -> dict[int, JsonObject | None]:
        """Return the runs of these workflows since a time, by number. One request lists a hundred of them."""
        runs: dict[int, JsonObject | None] = {}
        for workflow in workflows:
            path = f"actions/workflows/{quote(workflow, safe='')}/runs"
            listed = self._client.pages(path, "workflow_runs", branch=self._branch, created=f">={since.date()}")
            for run in listed:
                runs[integer(run, "id")] = run
        return runs

    def _with_run(
        self, artifact: JsonObject, created: datetime, runs: dict[int, JsonObject | None], workflows: Collection[str]
    ) -> Iterator[Artifact]:
        """Yield an artifact with its run if the run is trusted. A re-run is older than its artifact."""
        summary = nested(artifact, "workflow_run")
        if not summary or optional_text(summary, "head_branch") != self._branch:
            return
        number = integer(summary, "id")
        if number not in runs:
            try:
                runs[number] = self._client.get(f"actions/runs/{number}")
            except RequestRefusedError as refused:
                if refused.status != 404:
                    raise
                runs[number] = None
        run = runs[number]
        if run is not None and self._is_trusted(run, workflows):
            yield Artifact(
                integer(artifact, "id"),
                number,
                str(escape_invisible(optional_text(run, "display_title"))),
                str(escape_invisible(optional_text(run, "html_url"))),
                integer(artifact, "size_in_bytes"),
                created,
                _time(optional_text(artifact, "expires_at")),
                artifact.get("expired") is True,
            )

    def _is_trusted(self, run: JsonObject, workflows: Collection[str]) -> bool:
        """Return True for a run on this repository's branch. A fork may have a branch of the same name."""
        head = optional_text(nested(run, "head_repository"), "full_name")
        workflow = optional_text(run, "path").partition("@")[0].rpartition("/")[2]
        on_branch = optional_text(run, "head_branch") == self._branch
        in_repository = head.lower() == self._client.repository.lower()
        return in_repository and on_branch and optional_text(run, "event") in TRUSTED_EVENTS and workflow in workflows


def _time(text: str) -> datetime | None:
    """Return a time with its zone, or None."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else None
