"""The commits between two builds: found here alone, so that site, issues, reports and bisections show the same.

Each framework names its commit in its own way. JAX's wheels have it in full. TensorFlow's `git describe` ends in a
short hash, which the public repository may not have. A nightly of PyTorch is built from branch `nightly`, where each
commit is one night's and says of which commit of `main` it is made. `record` asks GitHub for that once and keeps the
answer in the history (`monitor.history.commit_table`), where everything else reads it. Where the history does not have
it, the commits of branch `nightly` are compared, and the link says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from monitor.github.answers import GitHubError, fields, text_or_empty
from monitor.github.client import GitHubClient
from monitor.history.commit_table import is_nightly
from monitor.model import Build

REPOSITORIES = {"jax": "jax-ml/jax", "tensorflow": "tensorflow/tensorflow", "torch": "pytorch/pytorch"}
TORCH = "torch"

HASH = re.compile(r"[0-9a-f]{7,40}")
# "2026-11-24 nightly release (0123456789abcdef0123456789abcdef01234567)"
MADE_OF = re.compile(r"nightly release [(\[]([0-9a-f]{40})[)\]]")

# What a release is tagged with. Not every wheel tells its commit: JAX's before 0.9 do not.
RELEASE = re.compile(r"\d+\.\d+\.\d+")
TAGS = {"jax": "jax-v{}", "tensorflow": "v{}", "torch": "v{}"}

ANSWER_SECONDS = 20
# Anybody may ask sixty times an hour, and a night brings one nightly: more are left to the nights after.
ASKED_AT_MOST = 20


@dataclass(frozen=True)
class BuildCommit:
    """What a build was made from: its label, and the commit that it names, empty where it names none."""

    label: str
    commit: str

    @classmethod
    def of(cls, build: Build) -> BuildCommit:
        """What a build was made from."""
        return cls(build.label, build.commit)

    @property
    def version(self) -> str:
        return self.label.partition("==")[2]


@dataclass(frozen=True)
class CommitRange:
    """The commits of two builds, or the tags of releases that do not tell theirs; empty where neither is known.

    `link` compares them, `notes` say what to make of them. Where they are not `resolved`, those of PyTorch's nightlies
    are of branch `nightly`.
    """

    good: str
    bad: str
    link: str
    notes: tuple[str, ...] = ()
    resolved: bool = True

    @property
    def what(self) -> str:
        """What the link leads to, in words."""
        return "the commits" if self.resolved else "the commits of branch nightly, not looked up on main"


class CommitUnknownError(Exception):
    """A commit that GitHub does not tell of; one line that says why."""


def commits_between(framework: str, good: BuildCommit, bad: BuildCommit, on_main: Mapping[str, str]) -> CommitRange:
    """What the commits of two builds come to; `on_main` has the commit of `main` of those of PyTorch's nightlies."""
    repository = REPOSITORIES.get(framework)
    if repository is None:
        return CommitRange("", "", "", ("the repository of this framework is not known",))
    notes, resolved = [], True
    before, after = (_revision(framework, source) for source in (good, bad))
    if framework == TORCH:
        of_nightly = [one.commit for one in (good, bad) if is_nightly(one.version) and HASH.fullmatch(one.commit)]
        resolved = all(commit in on_main for commit in of_nightly)
        if resolved:
            before, after = (on_main.get(one, one) for one in (before, after))
        else:
            notes.append("commits of branch nightly, where these are nightlies: not looked up on main")
    if framework == "tensorflow":
        notes.append("TensorFlow's wheels name their commit by a hint, which the public repository may not have")
    if not (before and after):
        return CommitRange(before, after, "", (*notes, "not every build tells its commit"), resolved)
    if before == after:
        return CommitRange(before, after, "", (*notes, "both builds are made of the same commit"), resolved)
    link = f"https://github.com/{repository}/compare/{before}...{after}"
    return CommitRange(before, after, link, tuple(notes), resolved)


def between_builds(framework: str, good: Build, bad: Build, on_main: Mapping[str, str]) -> CommitRange:
    """What the commits of two builds of a history come to."""
    return commits_between(framework, BuildCommit.of(good), BuildCommit.of(bad), on_main)


def _revision(framework: str, source: BuildCommit) -> str:
    """What git knows a build by: its commit, else the tag of a release."""
    if HASH.fullmatch(source.commit):
        return source.commit
    version = source.version.partition("+")[0]
    return TAGS[framework].format(version) if RELEASE.fullmatch(version) else ""


def made_of(commit: str, subject: str) -> str:
    """The commit of branch `main` that one of branch `nightly` is made of; any other commit is its own."""
    found = MADE_OF.search(subject)
    return found[1] if found else commit


def look_up(commits: Iterable[str], subject: Callable[[str, str], str]) -> tuple[dict[str, str], str]:
    """The commits of `main` that these of PyTorch's nightlies are made of, and why not all of them are there.

    `subject` tells the first line of a repository's commit, or raises CommitUnknownError. After one that nobody tells
    of none is asked for: the next would wait as long.
    """
    found: dict[str, str] = {}
    for commit in [one for one in dict.fromkeys(commits) if HASH.fullmatch(one)][:ASKED_AT_MOST]:
        try:
            found[commit] = made_of(commit, subject(REPOSITORIES[TORCH], commit))
        except CommitUnknownError as error:
            return found, str(error)
    return found, ""


def look_up_sources(sources: Iterable[BuildCommit], subject: Callable[[str, str], str]) -> dict[str, str]:
    """The same for builds: those of PyTorch's that are nightlies."""
    commits = [one.commit for one in sources if one.label.startswith(TORCH) and is_nightly(one.version)]
    return look_up(commits, subject)[0]


def subject_on_github(api: str, token: str) -> Callable[[str, str], str]:
    """What tells the first line of a commit's message, from GitHub. It raises CommitUnknownError.

    Anybody may ask that, sixty times an hour; with the token that a workflow has, more often. Nobody waits for it.
    """

    def subject(repository: str, commit: str) -> str:
        client = GitHubClient(
            repository, permission="none", token=token, api=api, answered_within=ANSWER_SECONDS, pace=0, tries=1
        )
        try:
            told = client.with_retry(lambda: client.get(f"commits/{commit}"))
        except GitHubError as error:
            raise CommitUnknownError(str(error)) from error
        message = text_or_empty(fields(told, "commit"), "message")
        if not message:
            raise CommitUnknownError(f"{repository}: GitHub answers without the message of {commit}")
        return message.partition("\n")[0]

    return subject
