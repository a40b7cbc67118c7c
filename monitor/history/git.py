"""Git for a history: one work tree, one branch, one writer at a time."""

from __future__ import annotations

import itertools
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from monitor.file_lock import open_lock
from monitor.history.files import HistoryError
from monitor.history.git_process import command, environment

BRANCH = "results"
HEAD = f"refs/heads/{BRANCH}"
REMOTE = f"refs/remotes/origin/{BRANCH}"

# The setting that marks a repository as made by the monitor, or given to it. With --worktree, it marks a work tree
# that was added to a repository of code, and not that repository.
MARK = ("config", "--worktree", "portability.history")
ADOPT = "git -C {directory} config --worktree portability.history true"
DRAFT = ".portability-new"  # where a repository is made, to be moved into place whole and marked

# The paths that writers change after the first commit of a work tree. A killed writer leaves only these incomplete.
WRITTEN = ("outcomes", "runs", "commits", "manifest.csv", "retracted.csv")
# Commands that start programs of others, which may stay: those must not hold our lock.
REMOTE_COMMANDS = ("fetch", "push", "ls-remote")


class GitError(RuntimeError):
    """A failed git command; the message holds the command and git's own words."""


class PushRejectedError(GitError):
    """A push that was rejected because another writer was faster."""


class GitWorkTree:
    """The work tree at `path`. Every method raises GitError if git fails."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    @property
    def exists(self) -> bool:
        return (self.path / ".git").exists()

    def check(self) -> None:
        """Raise HistoryError unless the directory is empty or the monitor made it. Changes nothing."""
        # Listed first: a writer may be making a history here, which begins with its repository.
        names = {item.name for item in self.path.iterdir()} if self.path.is_dir() else set()
        if self.exists:
            if self._run(*MARK[:2], "--type=bool", "--get", MARK[2]).stdout.strip() != "true":
                adopt = ADOPT.format(directory=shlex.quote(str(self.path)))
                raise HistoryError(
                    f"{self.path} is a git repository that portability did not make: name another directory; "
                    f"where it is a clone of branch {BRANCH}, `{adopt}` makes it a history"
                )
            self._check_branch()
        elif self.path.exists() and not self.path.is_dir():
            raise HistoryError(f"{self.path} is a file: name a directory that is new, empty or a history")
        elif names - {DRAFT}:
            raise HistoryError(f"{self.path} is not empty and no history: name a directory that is new or empty")

    def _check_branch(self) -> None:
        """Raise HistoryError if a commit would not reach the branch."""
        there = self._run("symbolic-ref", "--quiet", "HEAD").stdout.strip()
        if there == HEAD:
            return
        here = f"branch {there.removeprefix('refs/heads/')}" if there else "a commit and no branch"
        way = f"git -C {shlex.quote(str(self.path))}"
        raise HistoryError(
            f"{self.path} has {here} checked out, where nothing would reach branch {BRANCH}: `{way} log "
            f"{BRANCH}..HEAD` shows what only that has, `{way} switch {BRANCH}` goes back"
        )

    def create(self) -> None:
        """Create an empty marked repository in one step; half of one would be refused for ever."""
        draft = self.path / DRAFT
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        made = GitWorkTree(draft)
        made.git("init", "--quiet", f"--initial-branch={BRANCH}")
        made.git(*MARK, "true")
        (draft / ".git").rename(self.path / ".git")
        draft.rmdir()

    @property
    def commit(self) -> str | None:
        """Return the newest commit of the branch, None if it has none yet."""
        found = self._run("rev-parse", "--quiet", "--verify", HEAD)
        return found.stdout.strip() if found.returncode == 0 else None

    def added(self, path: PurePosixPath) -> str:
        """Return the newest commit that added a file."""
        return self.git("log", "-1", "--diff-filter=A", "--format=%H", HEAD, "--", str(path)).strip()

    def parent(self, commit: str) -> str | None:
        """Return the parent of a commit, None for the first."""
        found = self._run("rev-parse", "--quiet", "--verify", f"{commit}^")
        return found.stdout.strip() if found.returncode == 0 else None

    def commit_all(self, message: str) -> str:
        """Commit the whole work tree, even if nothing changed, and return the hash of the commit."""
        self.git("add", "--all", "--force")  # whatever somebody's settings ignore is part of the history
        self.git("commit", "--quiet", "--allow-empty", "--file=-", stdin=message)
        return self.git("rev-parse", "HEAD").strip()

    def discard(self) -> None:
        """Discard what a writer that died left half-done. Raises HistoryError if a person changed a file."""
        if self.commit:
            self._check_changes()
            self.git("reset", "--quiet", "--hard")
        else:
            self._place("index").unlink(missing_ok=True)
        self.git("clean", "--quiet", "--force", "-d", "-x")

    def _check_changes(self) -> None:
        """Raise HistoryError if the work tree has a change that no writer of the monitor makes."""
        entries = self.git("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all").split("\0")[:-1]
        foreign = sorted(path for entry in entries if (path := entry[3:]).partition("/")[0] not in WRITTEN)
        if foreign:
            raise HistoryError(
                f"{self.path}: {foreign[0]} was changed, and not by portability, which would discard it: "
                f"move it elsewhere, or commit it to branch {BRANCH}"
            )

    def fetch(self) -> str | None:
        """Fetch the remote's branch and return its newest commit; None if it has no such branch."""
        if not self.git("ls-remote", "--heads", "origin", HEAD).strip():
            return None
        self.git("fetch", "--quiet", "origin", f"+{HEAD}:{REMOTE}")
        return self.git("rev-parse", REMOTE).strip()

    def move(self, commit: str) -> None:
        """Move the branch and the work tree to a commit."""
        self.git("reset", "--quiet", "--hard", commit)

    def contains(self, commit: str, other: str) -> bool:
        """Return whether `other` is `commit` or an ancestor of it."""
        return self._run("merge-base", "--is-ancestor", other, commit).returncode == 0

    def push(self) -> None:
        """Push the branch. Raises PushRejectedError if another writer was faster."""
        done = self._run("push", "--quiet", "--porcelain", "origin", f"{HEAD}:{HEAD}")
        if done.returncode == 0:
            return
        words = done.stdout + done.stderr
        # "[rejected]" is git's own check, "[remote rejected] (cannot lock ref ...)" the server's: two pushes at once.
        kind = PushRejectedError if "[rejected]" in words or "cannot lock ref" in words else GitError
        raise kind(f"git push: {words.strip()}")

    def trailers(self, key: str, *commits: str) -> tuple[str, ...]:
        """Return the values of a trailer such as `Artifact: 5` in the messages of commits, by default of all."""
        if not self.exists or self.commit is None:
            return ()
        return tuple(self.git("log", f"--format=%(trailers:key={key},valueonly)", *(commits or (HEAD,))).split())

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the work tree for one writer of this machine; others wait.

        The lock is released even if the holder is killed. A git process that the holder started keeps the lock until it
        ends. So remaining lock files of git belong to a killed process, and nobody else would remove them.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with open_lock(self.path.parent / f".{self.path.name}.lock") as lock:
            lock.acquire()
            self._lock = lock.descriptor
            try:
                self._remove_stale_locks()
                yield
            finally:
                self._lock = None

    @property
    def held(self) -> tuple[int, ...]:
        """Return the descriptor of the lock for a process that has to keep it; empty if the lock is not held."""
        return () if self._lock is None else (self._lock,)

    def _remove_stale_locks(self) -> None:
        if not self.exists:
            return
        own = Path(self.git("rev-parse", "--absolute-git-dir").strip())
        objects = own / "objects"
        places = [own.glob("*.lock"), *(objects.glob(f"{name}/*.lock") for name in ("info", "pack"))]
        branch = self._place(HEAD)
        # Of a work tree that was added to another repository, only what is its own: there, others may be at work.
        locks = [*itertools.chain(*places), *(own / "refs").rglob("*.lock"), branch.with_name(f"{branch.name}.lock")]
        for lock in locks:
            lock.unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        """Return the path of one of git's own files."""
        return Path(self.git("rev-parse", "--path-format=absolute", "--git-path", name).strip())

    def git(self, *arguments: str, stdin: str | None = None) -> str:
        done = self._run(*arguments, stdin=stdin)
        if done.returncode != 0:
            raise GitError(f"git {' '.join(arguments)}: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def _run(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(self.path, *arguments),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=environment(self.path),
            pass_fds=() if arguments[0] in REMOTE_COMMANDS else self.held,
        )
