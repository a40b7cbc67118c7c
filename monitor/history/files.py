"""The files of a history, for reading: those of one commit, or those of a folder.

A reader sees one commit from beginning to end. It takes no lock, writes nothing, and does not look at the work tree, in
which a writer may be at work or may have died.
"""

from __future__ import annotations

import shlex
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import pygit2
from pygit2.enums import FileMode, RepositoryOpenFlag


class HistoryError(RuntimeError):
    """A history that cannot be used; the message is one line that says where, what is lost, and what to do."""


class Files(ABC):
    """Files by their path in a history, such as `runs/cpu/jax/<run>.json`."""

    @abstractmethod
    def names(self, folder: PurePosixPath) -> Sequence[str]:
        """Return the names in a folder, sorted: none where there is no such folder."""

    @abstractmethod
    def key(self, path: PurePosixPath) -> str | None:
        """Return what differs when the content of a file differs; None where there is no such file."""

    @abstractmethod
    def read(self, path: PurePosixPath) -> bytes | None:
        """Return the content of a file; None where there is no such file. Raises HistoryError."""

    @abstractmethod
    def damaged(self, path: PurePosixPath, problem: str) -> HistoryError:
        """Return the error that names a file and its problem, what is lost with it, and where to look for it."""


class Folder(Files):
    """The files of a folder: what the project ships, or the work tree of a writer that holds its lock."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def names(self, folder: PurePosixPath) -> Sequence[str]:
        there = self.directory / folder
        return sorted(path.name for path in there.iterdir()) if there.is_dir() else ()

    def key(self, path: PurePosixPath) -> str | None:
        there = self.directory / path
        if not there.is_file():
            return None
        found = there.stat()
        return f"{found.st_size}-{found.st_mtime_ns}"

    def read(self, path: PurePosixPath) -> bytes | None:
        there = self.directory / path
        return there.read_bytes() if there.is_file() else None

    def damaged(self, path: PurePosixPath, problem: str) -> HistoryError:
        return HistoryError(f"{self.directory / path}: {problem}: {_lost_with(path)}")


class Committed(Files):
    """The files of one commit of the git repository at `directory`."""

    def __init__(self, directory: Path, commit: str) -> None:
        self.directory = directory
        self.commit = commit
        self._repository = open_repository(directory)
        self._folders: dict[PurePosixPath, Mapping[str, pygit2.Oid]] = {}

    def names(self, folder: PurePosixPath) -> Sequence[str]:
        return sorted(self._entries(folder))

    def key(self, path: PurePosixPath) -> str | None:
        found = self._entries(path.parent).get(path.name)
        return str(found) if found else None

    def read(self, path: PurePosixPath) -> bytes | None:
        found = self._entries(path.parent).get(path.name)
        if found is None:
            return None
        try:
            blob = self._repository[found]
        except (KeyError, ValueError, pygit2.GitError) as error:  # the object is missing, or is not what its name says
            raise self.damaged(path, f"its git object {found} cannot be read ({_words(error)})") from None
        return blob.data if isinstance(blob, pygit2.Blob) else None

    def damaged(self, path: PurePosixPath, problem: str) -> HistoryError:
        where = f"git -C {shlex.quote(str(self.directory))}"
        return HistoryError(
            f"{self.directory}, commit {self.commit[:12]}: {path} {problem}: {_lost_with(path)}; "
            f"`{where} log --stat -- {path}` names the commits that have it, `{where} fsck` what else is damaged"
        )

    def _entries(self, folder: PurePosixPath) -> Mapping[str, pygit2.Oid]:
        """Return what a folder holds by name."""
        if folder not in self._folders:
            self._folders[folder] = self._list(folder)
        return self._folders[folder]

    def _list(self, folder: PurePosixPath) -> Mapping[str, pygit2.Oid]:
        try:
            if folder.name:
                number = self._entries(folder.parent).get(folder.name)
                found = self._repository[number] if number else None
            else:
                found = self._repository[self.commit].peel(pygit2.Tree)
        except (KeyError, ValueError, pygit2.GitError) as error:
            name = f"folder {folder}" if folder.name else "its list of files"
            raise HistoryError(
                f"{self.directory}, commit {self.commit[:12]}: {name} cannot be read ({_words(error)}): all that it "
                f"holds is lost; `git -C {shlex.quote(str(self.directory))} fsck` tells what is damaged"
            ) from None
        if not isinstance(found, pygit2.Tree):
            return {}
        return {entry.name: entry.id for entry in found if entry.name and entry.filemode != FileMode.COMMIT}


def open_repository(directory: Path) -> pygit2.Repository:
    """Open the repository whose work tree is `directory` itself, for reading. Raises HistoryError."""
    try:
        return pygit2.Repository(str(directory), RepositoryOpenFlag.NO_SEARCH)
    except (KeyError, ValueError, pygit2.GitError) as error:
        raise HistoryError(f"{directory}: git cannot open it ({_words(error)})") from None


def _words(error: Exception) -> str:
    """Return what an error says, in one line."""
    return " ".join(str(error).strip("'\"").split())


def _lost_with(path: PurePosixPath) -> str:
    """Return what nobody knows any more where a file is gone."""
    folder, *rest = path.parts
    run = path.name.partition(".")[0]
    of = f"run {run} ({' '.join(rest[:-1])})"
    match folder, path.name.removeprefix(run):
        case "runs", ".json":
            return f"the build, the machine and the notes of {of} are lost"
        case "runs", ".parquet":
            return f"the observations of {of} are lost"
        case "runs", ".compared.parquet":
            return f"the comparisons of {of} with the last good build are lost"
        case "outcomes", _:
            return f"the last known outcomes of series {' '.join((*rest[:-1], path.stem))} are lost"
        case "signatures", _:
            return f"the signatures of {path.stem} are lost"
    return "what it holds is lost"
