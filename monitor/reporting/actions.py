"""The workflows at GitHub: started, and what their runs left behind fetched.

What a run left is untrusted: it was written beside code that nobody has read. So an archive is bounded before it is
opened, no name in it becomes a path but a plain one, and what is in the files is for `record` to judge.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import requests
from github import GithubException
from github.WorkflowRun import WorkflowRun

from monitor.reporting.asking import ANSWERED_WITHIN, Asking, words

# What the last job of a run hands over, all run files of a target in one: that it is there says that the run is done.
HANDED_OVER = "runs"
# Who may start a run: neither is open to strangers.
EVENTS = ("schedule", "workflow_dispatch")
RUN_FILE = re.compile(r"[a-z0-9][a-z0-9._-]{0,200}\.jsonl")
LARGEST_ARCHIVE = 512 << 20  # bytes, before and after it is unpacked: a target's night has a few MiB
MOST_FILES = 256  # as many jobs as one run of a workflow may have
CHUNK = 1 << 20


class ArtifactError(Exception):
    """An artifact that is not taken: one line."""


class StartError(Exception):
    """A workflow that GitHub does not start: one line."""


@dataclass(frozen=True)
class Handed:
    """What a run of a workflow handed over. `title` is the run's, `at` its address for a person."""

    artifact: int
    run: int
    title: str
    at: str
    size: int
    archive: str


def states(asking: Asking) -> dict[str, str]:
    """GitHub's word for the state of each workflow, by the name of its file. Raises GitHubError."""
    found = asking.ask(lambda: [*asking.repository.get_workflows()])
    return {one.path.rpartition("/")[2]: one.state for one in found}


class Workflows:
    """The workflows of a repository, on its branch `branch`; only what ran there is taken."""

    def __init__(self, asking: Asking, branch: str) -> None:
        self._asking = asking
        self._branch = branch

    def start(self, workflow: str, inputs: Mapping[str, str]) -> None:
        """Start a workflow by the name of its file. Raises StartError, GitHubError.

        An answer that is lost may start it twice: its concurrency group lets the second wait for the first, and what
        both record is one observation more.
        """
        ours = self._asking.repository.get_workflow(workflow)
        try:
            self._asking.carefully(lambda: ours.create_dispatch(self._branch, dict(inputs), throw=True))
        except GithubException as fault:
            if fault.status in (404, 422):
                raise StartError(f"{workflow}: GitHub answers {fault.status}, {words(fault)}") from fault
            raise self._asking.error(fault) from fault

    def handed_over(self, workflows: Collection[str], days: int, taken: Collection[int]) -> tuple[Handed, ...]:
        """What these workflows handed over in the last days and is not `taken`, oldest first. Raises GitHubError."""
        since = f">={(datetime.now(UTC) - timedelta(days=days)).date()}"
        return self._asking.ask(lambda: self._handed_over(workflows, since, taken))

    def fetch(self, handed: Handed, directory: Path) -> tuple[Path, ...]:
        """Unpack what was handed over into a directory. Raises ArtifactError, GitHubError."""
        with TemporaryFile() as archive:
            self._asking.carefully(lambda: self._download(handed, archive))
            return _unpack(archive, directory, f"artifact {handed.artifact} of {handed.at}")

    def _handed_over(self, workflows: Collection[str], since: str, taken: Collection[int]) -> tuple[Handed, ...]:
        runs = {
            run.id: run
            for workflow in workflows
            for run in self._asking.repository.get_workflow(workflow).get_runs(branch=self._branch, created=since)
            if self._is_ours(run)
        }
        found = []
        # Newest first, and of every workflow: what is older than the oldest run need not be listed.
        oldest = min(runs, default=0)
        for artifact in self._asking.repository.get_artifacts(name=HANDED_OVER):
            run = artifact.workflow_run.id if artifact.workflow_run else 0
            if run in runs and not artifact.expired and artifact.id not in taken:
                at, title = runs[run].html_url, runs[run].display_title
                address = artifact.archive_download_url
                found.append(Handed(artifact.id, run, title, at, artifact.size_in_bytes, address))
            if run < oldest:
                break
        return tuple(sorted(found, key=lambda one: one.artifact))

    def _is_ours(self, run: WorkflowRun) -> bool:
        """Whether it ran this repository's own branch: that of a fork may have the same name."""
        here = run.head_repository.full_name == self._asking.name
        return here and run.event in EVENTS and run.head_branch == self._branch

    def _download(self, handed: Handed, archive: IO[bytes]) -> None:
        if handed.size > LARGEST_ARCHIVE:
            raise ArtifactError(f"artifact {handed.artifact} of {handed.at}: larger than {LARGEST_ARCHIVE} bytes")
        archive.seek(0)
        archive.truncate()
        # GitHub sends one on to where it stores archives; requests does not take the token along to another host.
        token = self._asking.token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with requests.get(handed.archive, headers=headers, stream=True, timeout=ANSWERED_WITHIN) as answer:
            if answer.status_code in (404, 410):  # deleted, or too old: others are there
                raise ArtifactError(f"artifact {handed.artifact} of {handed.at}: GitHub answers {answer.status_code}")
            answer.raise_for_status()
            size = 0
            for chunk in answer.iter_content(CHUNK):
                size += len(chunk)
                if size > LARGEST_ARCHIVE:
                    raise ArtifactError(f"artifact {handed.artifact}: larger than {LARGEST_ARCHIVE} bytes")
                archive.write(chunk)


def _unpack(archive: IO[bytes], directory: Path, name: str) -> tuple[Path, ...]:
    """The run files of an archive. Nothing else is written; what names a folder is refused. Raises ArtifactError."""
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > LARGEST_ARCHIVE:
                raise ArtifactError(f"{name}: over {MOST_FILES} files, or {LARGEST_ARCHIVE} bytes")
            names = [entry.filename for entry in entries]
            if len({*names}) < len(names) or not all(RUN_FILE.fullmatch(one) for one in names):
                raise ArtifactError(f"{name}: holds something else than run files")
            directory.mkdir(parents=True, exist_ok=True)
            for entry in entries:
                # zipfile reads no more than the size that an entry declares, and those were added up above.
                (directory / entry.filename).write_bytes(opened.read(entry))
            return tuple(directory / one for one in names)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise ArtifactError(f"{name}: no archive that can be read, {type(error).__name__}") from error
