"""Git, as a history uses it: one work tree, one branch, one writer at a time."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BRANCH = "results"
AUTHOR = {
    "GIT_AUTHOR_NAME": "Portability Monitor",
    "GIT_AUTHOR_EMAIL": "portability-monitor@users.noreply.github.com",
    "GIT_COMMITTER_NAME": "Portability Monitor",
    "GIT_COMMITTER_EMAIL": "portability-monitor@users.noreply.github.com",
}


class GitError(RuntimeError):
    """A git command that failed; the message holds the command and git's own words."""


class PushRejectedError(GitError):
    """A push that lost against another writer."""


class WorkTree:
    """The work tree at `path`. Every method raises GitError where git refuses."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        return (self.path / ".git").exists()

    def create(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", f"--initial-branch={BRANCH}")

    @property
    def has_commits(self) -> bool:
        return self._run("rev-parse", "--quiet", "--verify", "HEAD").returncode == 0

    def commit_all(self, message: str) -> str:
        """Commit the whole work tree, also where nothing differs, and return the commit's hash."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--file=-", stdin=message)
        return self.git("rev-parse", "HEAD").strip()

    def discard(self) -> None:
        """Drop what a writer that died left half-done."""
        self.git("reset", "--quiet", "--hard")
        self.git("clean", "--quiet", "--force", "-d")

    def follow_remote(self) -> None:
        """Move to the remote's branch, dropping commits that it does not have; stay where there is no such branch."""
        if self.git("ls-remote", "--heads", "origin", BRANCH).strip():
            self.git("fetch", "--quiet", "origin", f"+refs/heads/{BRANCH}:refs/remotes/origin/{BRANCH}")
            self.git("checkout", "--quiet", "--force", "-B", BRANCH, f"refs/remotes/origin/{BRANCH}")

    def push(self) -> None:
        """Push the branch. Raises PushRejectedError where somebody else was faster."""
        done = self._run("push", "--quiet", "--porcelain", "origin", f"HEAD:refs/heads/{BRANCH}")
        if done.returncode == 0:
            return
        words = done.stdout + done.stderr
        # "[rejected]" is git's own check, "[remote rejected] (cannot lock ref ...)" the server's: two pushes at once.
        kind = PushRejectedError if "[rejected]" in words or "cannot lock ref" in words else GitError
        raise kind(f"git push: {words.strip()}")

    def trailers(self, key: str) -> tuple[str, ...]:
        """What the messages of all commits say in their last lines under a key, as in `Artifact: 5`."""
        if not self.has_commits:
            return ()
        return tuple(self.git("log", f"--format=%(trailers:key={key},valueonly)").split())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the work tree for one writer of this machine; others wait. Released also when the holder is killed."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path.parent / f".{self.path.name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def git(self, *arguments: str, stdin: str | None = None) -> str:
        done = self._run(*arguments, stdin=stdin)
        if done.returncode != 0:
            raise GitError(f"git {' '.join(arguments)}: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def _run(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        # A history is no place for hooks, signatures or editors of whoever runs it.
        settings = ("-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", "-c", "gc.autoDetach=false")
        return subprocess.run(
            ["git", "-C", str(self.path), *settings, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | AUTHOR | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
        )
