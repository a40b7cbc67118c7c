"""Commits of builds, and the page of GitHub's that compares two.

Each framework names its commit in its own way. JAX's wheels have it in full. TensorFlow's `git describe` ends in a
short hash, which the public repository may not have. A nightly of PyTorch is built from branch `nightly`, where each
commit is one night's and says of which commit of `main` it is made: that one is looked up, since it is what people
know.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from urllib.request import Request, urlopen

from monitor.reporting.asking import GITHUB

REPOSITORIES = {"jax": "jax-ml/jax", "tensorflow": "tensorflow/tensorflow", "torch": "pytorch/pytorch"}

HASH = re.compile(r"[0-9a-f]{7,40}")
# "2026-11-24 nightly release (0123456789abcdef0123456789abcdef01234567)"
MADE_OF = re.compile(r"nightly release [(\[]([0-9a-f]{40})[)\]]")

# What a release is tagged with. Not every wheel tells its commit: JAX's before 0.9 do not.
RELEASE = re.compile(r"\d+\.\d+\.\d+")
TAGS = {"jax": "jax-v{}", "tensorflow": "v{}", "torch": "v{}"}

ANSWER_SECONDS = 20


@dataclass(frozen=True)
class Source:
    """What a build was made from: its label, and the commit that it names, empty where it names none."""

    label: str
    commit: str


@dataclass(frozen=True)
class Commits:
    """The commits of two builds, or the tags of releases that do not tell theirs; empty where neither is known.

    `link` compares them, `notes` say what to make of them. Where they are not `resolved`, those of PyTorch's nightlies
    are of branch `nightly`.
    """

    good: str
    bad: str
    link: str
    notes: tuple[str, ...] = ()
    resolved: bool = True


class CommitUnknownError(Exception):
    """A commit that GitHub does not tell of; one line that says why."""


def commits_between(framework: str, good: Source, bad: Source, subject: Callable[[str, str], str]) -> Commits:
    """What the commits of two builds come to; `subject` tells the first line of a repository's commit."""
    repository = REPOSITORIES[framework]
    notes, resolved = [], True
    before, after = (_revision(framework, source) for source in (good, bad))
    if framework == "torch":
        try:
            before, after = (made_of(one, subject(repository, one)) if one else "" for one in (before, after))
        except CommitUnknownError as error:
            resolved = False
            notes.append(f"commits of branch nightly, where these are nightlies: not resolved, {error}")
    if framework == "tensorflow":
        notes.append("TensorFlow's wheels name their commit by a hint, which the public repository may not have")
    if not (before and after):
        return Commits(before, after, "", (*notes, "not every build tells its commit"), resolved)
    link = f"https://github.com/{repository}/compare/{before}...{after}"
    return Commits(before, after, link, tuple(notes), resolved)


def _revision(framework: str, source: Source) -> str:
    """What git knows a build by: its commit, else the tag of a release."""
    if HASH.fullmatch(source.commit):
        return source.commit
    version = source.label.partition("==")[2].partition("+")[0]
    return TAGS[framework].format(version) if RELEASE.fullmatch(version) else ""


def made_of(commit: str, subject: str) -> str:
    """The commit of branch `main` that one of branch `nightly` is made of; any other commit is its own."""
    found = MADE_OF.search(subject)
    return found[1] if found else commit


def remembering(subject: Callable[[str, str], str]) -> Callable[[str, str], str]:
    """The same, asked once for each commit, and not any more once it was not told: the next would wait as long."""
    fault: list[CommitUnknownError] = []

    @cache
    def asked(repository: str, commit: str) -> str:
        if fault:
            raise fault[0]
        try:
            return subject(repository, commit)
        except CommitUnknownError as error:
            fault.append(error)
            raise

    return asked


def subject_on_github(repository: str, commit: str) -> str:
    """The first line of a commit's message, from GitHub. Raises CommitUnknownError.

    Anybody may ask that, sixty times an hour; with the token that a workflow has, more often.
    """
    address = f"{os.environ.get('GITHUB_API_URL', GITHUB)}/repos/{repository}/commits/{commit}"
    token = os.environ.get("GITHUB_TOKEN")
    headers = {"Accept": "application/vnd.github+json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urlopen(Request(address, headers=headers), timeout=ANSWER_SECONDS) as answer:  # noqa: S310 - GitHub's own
            return str(json.load(answer)["commit"]["message"]).partition("\n")[0]
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        raise CommitUnknownError(f"{address}: {error}") from error
