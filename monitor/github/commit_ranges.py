"""Find the commits between two builds, for the site, issues, reports and bisections alike.

Each framework names its commit in its own way. A JAX wheel has the full hash. TensorFlow's `git describe` ends in a
short hash, which the public repository may lack. A PyTorch nightly is built from the branch `nightly`, where each
commit message names the commit of `main` behind it. `portability record` asks GitHub for that name once and stores it
in the history (`monitor.history.commit_table`). Without it, the commits of the branch `nightly` are compared, and the
link says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from monitor.github.client import GitHubClient
from monitor.github.responses import GitHubError, nested, optional_text
from monitor.history.commit_table import is_nightly
from monitor.model import Build

REPOSITORIES = {"jax": "jax-ml/jax", "tensorflow": "tensorflow/tensorflow", "torch": "pytorch/pytorch"}
TORCH = "torch"

HASH = re.compile(r"[0-9a-f]{7,40}")
# "2026-11-24 nightly release (0123456789abcdef0123456789abcdef01234567)"
NIGHTLY_SUBJECT = re.compile(r"nightly release [(\[]([0-9a-f]{40})[)\]]")

# The tags of releases, for wheels without a commit, such as JAX's before 0.9.
RELEASE = re.compile(r"\d+\.\d+\.\d+")
RELEASE_TAGS = {"jax": "jax-v{}", "tensorflow": "v{}", "torch": "v{}"}

TIMEOUT = 20
# GitHub answers sixty requests an hour without a token. A night adds one nightly; the next nights look up the rest.
MAX_LOOKUPS = 20


@dataclass(frozen=True)
class BuildCommit:
    """The label of a build and its commit, empty if the build names none."""

    requirement: str
    commit: str

    @classmethod
    def of(cls, build: Build) -> BuildCommit:
        return cls(build.requirement, build.commit)

    @property
    def version(self) -> str:
        return self.requirement.partition("==")[2]


@dataclass(frozen=True)
class CommitRange:
    """The commits of two builds, or the tags of releases without a commit. Both are empty if unknown.

    `link` compares the two, `notes` are remarks for readers. Without `resolved`, the commits of PyTorch's nightlies are
    those of the branch `nightly`.
    """

    good: str
    bad: str
    link: str
    notes: tuple[str, ...] = ()
    resolved: bool = True

    @property
    def link_text(self) -> str:
        return "the commits" if self.resolved else "the commits of branch nightly, not resolved to main"


class CommitUnknownError(Exception):
    """A commit whose message GitHub does not return. The message is one line."""


def commits_between(framework: str, good: BuildCommit, bad: BuildCommit, on_main: Mapping[str, str]) -> CommitRange:
    """Return the commits of two builds. `on_main` maps commits of PyTorch's nightlies to commits of `main`."""
    repository = REPOSITORIES.get(framework)
    if repository is None:
        return CommitRange("", "", "", ("the repository of this framework is unknown",))
    notes, resolved = [], True
    before, after = (_revision(framework, build) for build in (good, bad))
    if framework == TORCH:
        nightly = [build.commit for build in (good, bad) if is_nightly(build.version) and HASH.fullmatch(build.commit)]
        resolved = all(commit in on_main for commit in nightly)
        if resolved:
            before, after = (on_main.get(revision, revision) for revision in (before, after))
        else:
            notes.append("commits of branch nightly for nightlies, not resolved to main")
    if framework == "tensorflow":
        notes.append("TensorFlow's wheels name their commit by a short hash, which the public repository may lack")
    if not (before and after):
        return CommitRange(before, after, "", (*notes, "the commit of a build is unknown"), resolved)
    if before == after:
        return CommitRange(before, after, "", (*notes, "both builds have the same commit"), resolved)
    link = f"https://github.com/{repository}/compare/{before}...{after}"
    return CommitRange(before, after, link, tuple(notes), resolved)


def between_builds(framework: str, good: Build, bad: Build, on_main: Mapping[str, str]) -> CommitRange:
    """Return the commits of two builds of a history."""
    return commits_between(framework, BuildCommit.of(good), BuildCommit.of(bad), on_main)


def _revision(framework: str, build: BuildCommit) -> str:
    """Return the git revision of a build: its commit, or the tag of its release, or an empty string."""
    if HASH.fullmatch(build.commit):
        return build.commit
    version = build.version.partition("+")[0]
    return RELEASE_TAGS[framework].format(version) if RELEASE.fullmatch(version) else ""


def main_commit(commit: str, subject: str) -> str:
    """Return the commit of `main` that a commit of the branch `nightly` names, or the commit itself."""
    found = NIGHTLY_SUBJECT.search(subject)
    return found[1] if found else commit


def look_up_commits(commits: Iterable[str], read_subject: Callable[[str, str], str]) -> tuple[dict[str, str], str]:
    """Return the commits of `main` behind commits of PyTorch's nightlies, and the first error, empty if there is none.

    `read_subject` returns the first line of a commit's message by repository and commit, or raises CommitUnknownError.
    The first error ends the search: the next request would wait as long.
    """
    on_main: dict[str, str] = {}
    for commit in [commit for commit in dict.fromkeys(commits) if HASH.fullmatch(commit)][:MAX_LOOKUPS]:
        try:
            on_main[commit] = main_commit(commit, read_subject(REPOSITORIES[TORCH], commit))
        except CommitUnknownError as error:
            return on_main, str(error)
    return on_main, ""


def look_up_builds(builds: Iterable[BuildCommit], read_subject: Callable[[str, str], str]) -> dict[str, str]:
    """Return the commits of `main` behind those builds that are PyTorch nightlies."""
    commits = [build.commit for build in builds if build.requirement.startswith(TORCH) and is_nightly(build.version)]
    return look_up_commits(commits, read_subject)[0]


def commit_subject_reader(api: str, token: str) -> Callable[[str, str], str]:
    """Return a function that gets the first line of a commit's message from GitHub, or raises CommitUnknownError.

    GitHub answers sixty such requests an hour without a token, and more with one. A request is tried once.
    """

    def read_subject(repository: str, commit: str) -> str:
        client = GitHubClient(
            repository, permission="none", token=token, api=api, timeout=TIMEOUT, write_interval=0, max_tries=1
        )
        try:
            response = client.with_retry(lambda: client.get(f"commits/{commit}"))
        except GitHubError as error:
            raise CommitUnknownError(str(error)) from error
        message = optional_text(nested(response, "commit"), "message")
        if not message:
            raise CommitUnknownError(f"{repository}: GitHub answers without the message of {commit}")
        return message.partition("\n")[0]

    return read_subject
