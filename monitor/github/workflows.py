"""The workflows at GitHub: started, and what their runs left behind fetched.

What a run left is untrusted: it was written beside code that nobody has read. So an archive is bounded before it is
opened, no name in it becomes a path but a plain one, and what is in the files is for `record` to judge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import quote

from monitor.formatting.humanize import count, escape_invisible
from monitor.github.answers import (
    AnswerError,
    Fields,
    GitHubError,
    UnansweredError,
    fields,
    integer,
    text,
    text_or_empty,
)
from monitor.github.archives import LARGEST_ARCHIVE, ArtifactError, unpack
from monitor.github.client import GitHubClient

# What the last job of a run hands over, all run files of a target in one: that it is there says that the run is done.
HANDED_OVER = "runs"
# The workflows whose runs hand over what is to be recorded.
RECORDED = ("run.yml", "backfill.yml")
# Who may start a run: neither is open to strangers.
EVENTS = ("schedule", "workflow_dispatch")
# Days: as long as the workflow keeps what its runs hand over, and for how much longer a loss is told of.
KEPT = 7
TOLD_FOR = 7
# What waits for longer is told of before it is lost: something is recorded every day.
WAITS_AT_MOST = timedelta(days=2)


class StartError(Exception):
    """A workflow that GitHub does not start: one line."""


@dataclass(frozen=True)
class Artifact:
    """What a run of a workflow handed over. `title` is the run's, `at` its address for a person."""

    artifact: int
    run: int
    title: str
    at: str
    size: int
    created: datetime
    expires: datetime | None
    expired: bool

    @property
    def said(self) -> str:
        return f"artifact {self.artifact} of {self.at}"

    @property
    def loss(self) -> str:
        """That it is lost, in a line."""
        when = f" on {self.expires:%Y-%m-%d}" if self.expires else ""
        return f"handed over on {self.created:%Y-%m-%d}, expired{when}, and was never recorded"

    def waiting(self, now: datetime) -> str:
        """That it is there and nobody records it, in a line; empty where it is new."""
        if now - self.created <= WAITS_AT_MOST:
            return ""
        until = f", and kept until {self.expires:%Y-%m-%d}" if self.expires else ""
        return f"handed over {count((now - self.created).days, 'day')} ago, not recorded yet{until}"


def states(client: GitHubClient) -> dict[str, str]:
    """GitHub's word for the state of each workflow, by the name of its file. Raises GitHubError."""

    def ask() -> dict[str, str]:
        found = client.pages("actions/workflows", "workflows")
        return {text(one, "path").rpartition("/")[2]: text(one, "state") for one in found}

    return client.with_retry(ask)


class Workflows:
    """The workflows of a repository, on its branch `branch`; only what ran there is taken."""

    def __init__(self, client: GitHubClient, branch: str) -> None:
        self._client = client
        self._branch = branch

    def start(self, workflow: str, inputs: Mapping[str, str]) -> None:
        """Start a workflow by the name of its file. Raises StartError, GitHubError.

        An answer that is lost may start it twice: its concurrency group lets the second wait for the first, and what
        both record is one observation more.
        """
        body = {"ref": self._branch, "inputs": dict(inputs)}
        path = f"actions/workflows/{quote(workflow, safe='')}/dispatches"
        try:
            self._client.with_retry(lambda: self._client.write("POST", path, body))
        except AnswerError as refused:
            if refused.status in (400, 404, 422):
                raise StartError(f"{workflow}: {refused.brief}") from refused
            raise

    def handed_over(self, workflows: Collection[str], days: int, taken: Collection[int]) -> tuple[Artifact, ...]:
        """What these workflows handed over in the last days and is not `taken`, oldest first. Raises GitHubError.

        What has expired meanwhile is among it, and so is what an old run handed over anew.
        """
        return self._client.with_retry(lambda: self._handed_over(workflows, days, taken))

    def fetch(self, handed: Artifact, directory: Path) -> tuple[Path, ...]:
        """Unpack what was handed over into a directory. Raises ArtifactError, GitHubError.

        Whatever is wrong with one archive, or with the place where it is stored, is about that one alone.
        """
        if handed.size > LARGEST_ARCHIVE:
            raise ArtifactError(f"{handed.said}: larger than {LARGEST_ARCHIVE} bytes")
        path = f"actions/artifacts/{handed.artifact}/zip"
        with TemporaryFile() as archive:
            try:
                whole = self._client.with_retry(lambda: self._client.download(path, archive, LARGEST_ARCHIVE))
            except AnswerError as refused:
                if refused.status == 401:  # so is every other
                    raise
                raise ArtifactError(f"{handed.said}: {refused}") from refused
            except GitHubError as error:
                if isinstance(error.__cause__, UnansweredError) and error.__cause__.wait is not None:
                    raise  # a rate limit, for all of them
                raise ArtifactError(f"{handed.said}: {error}") from error
            if not whole:
                raise ArtifactError(f"{handed.said}: larger than {LARGEST_ARCHIVE} bytes")
            return unpack(archive, directory, handed.said)

    def _handed_over(self, workflows: Collection[str], days: int, taken: Collection[int]) -> tuple[Artifact, ...]:
        since = self._client.now - timedelta(days=days)
        runs = self._runs(workflows, since)
        found: list[Artifact] = []
        for artifact in self._client.pages("actions/artifacts", "artifacts", name=HANDED_OVER):
            created = _time(text_or_empty(artifact, "created_at"))
            if created is None:
                raise UnansweredError('answers without "created_at", or with one that is no time')
            if created < since:  # the newest are listed first
                break
            if text_or_empty(artifact, "name") == HANDED_OVER and integer(artifact, "id") not in taken:
                found += self._of_run(artifact, created, runs, workflows)
        return tuple(sorted(found, key=lambda one: one.artifact))

    def _runs(self, workflows: Collection[str], since: datetime) -> dict[int, Fields | None]:
        """The runs of these workflows that began in that time, by their numbers: a page has a hundred."""
        runs: dict[int, Fields | None] = {}
        for workflow in workflows:
            path = f"actions/workflows/{quote(workflow, safe='')}/runs"
            listed = self._client.pages(path, "workflow_runs", branch=self._branch, created=f">={since.date()}")
            for run in listed:
                runs[integer(run, "id")] = run
        return runs

    def _of_run(
        self, artifact: Fields, created: datetime, runs: dict[int, Fields | None], workflows: Collection[str]
    ) -> Iterator[Artifact]:
        """An artifact with its run, where that is one of ours. A run that is older than its artifact was run again."""
        told = fields(artifact, "workflow_run")
        if not told or text_or_empty(told, "head_branch") != self._branch:
            return
        number = integer(told, "id")
        if number not in runs:
            try:
                runs[number] = self._client.get(f"actions/runs/{number}")
            except AnswerError as refused:
                if refused.status != 404:
                    raise
                runs[number] = None
        run = runs[number]
        if run is not None and self._is_ours(run, workflows):
            yield Artifact(
                integer(artifact, "id"),
                number,
                str(escape_invisible(text_or_empty(run, "display_title"))),
                str(escape_invisible(text_or_empty(run, "html_url"))),
                integer(artifact, "size_in_bytes"),
                created,
                _time(text_or_empty(artifact, "expires_at")),
                artifact.get("expired") is True,
            )

    def _is_ours(self, run: Fields, workflows: Collection[str]) -> bool:
        """Whether it ran this repository's own branch: that of a fork may have the same name."""
        here = text_or_empty(fields(run, "head_repository"), "full_name").lower() == self._client.name.lower()
        workflow = text_or_empty(run, "path").partition("@")[0].rpartition("/")[2]
        on_branch = text_or_empty(run, "head_branch") == self._branch
        return here and on_branch and text_or_empty(run, "event") in EVENTS and workflow in workflows


def _time(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else None
