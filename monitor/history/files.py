"""Read the files of a history, from one commit or from a folder.

A reader sees one commit from beginning to end. It takes no lock, writes nothing, and does not look at the work tree, in
which a writer may be working or may have died.
"""

from __future__ import annotations

import shlex
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from monitor.history.git_process import ObjectReader, UnreadableObjectError, command, environment


class HistoryError(RuntimeError):
    """A history that cannot be used. The message is one line with the place, the lost data and the remedy."""


class Files(ABC):
    """Files by their path in a history, such as `runs/cpu/jax/<run>.json`."""

    @abstractmethod
    def names(self, folder: PurePosixPath) -> Sequence[str]:
        """Return the names in a folder, sorted; none if the folder does not exist."""

    @abstractmethod
    def key(self, path: PurePosixPath) -> str | None:
        """Return a key that changes with the content of a file; None if the file does not exist."""

    @abstractmethod
    def read(self, path: PurePosixPath) -> bytes | None:
        """Return the content of a file; None if it does not exist. Raises HistoryError."""

    @abstractmethod
    def damaged(self, path: PurePosixPath, problem: str, lost: str = "") -> HistoryError:
        """Return the error that names a file, its problem, the lost data, and where to find it."""


class Folder(Files):
    """Files of a folder: the shipped history, or the work tree of a writer that holds its lock."""

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

    def damaged(self, path: PurePosixPath, problem: str, lost: str = "") -> HistoryError:
        return HistoryError(f"{self.directory / path}: {problem}: {lost or _lost_with(path)}")


class Committed(Files):
    """Files of one commit of the git repository at `directory`. Raises HistoryError if it has no such commit."""

    def __init__(self, directory: Path, commit: str) -> None:
        self.directory = directory
        self.commit = commit
        self._objects = ObjectReader(directory)
        self._folders = self._list()

    def names(self, folder: PurePosixPath) -> Sequence[str]:
        return sorted(self._folders.get(str(folder), ()))

    def key(self, path: PurePosixPath) -> str | None:
        return self._folders.get(str(path.parent), {}).get(path.name) or None

    def read(self, path: PurePosixPath) -> bytes | None:
        name = self.key(path)
        if name is None:
            return None
        try:
            return self._objects.read(name)
        except UnreadableObjectError as error:
            raise self.damaged(path, f"cannot be read from its git object {name} ({error})") from None

    def damaged(self, path: PurePosixPath, problem: str, lost: str = "") -> HistoryError:
        where = f"git -C {shlex.quote(str(self.directory))}"
        return HistoryError(
            f"{self.directory}, commit {self.commit[:12]}: {path} {problem}: {lost or _lost_with(path)}; "
            f"`{where} log --oneline -- {path}` names the commits that have it, `{where} fsck` what else is damaged"
        )

    def _list(self) -> dict[str, dict[str, str]]:
        """Return the content of each folder: the hash of each file by its name, an empty text for a folder."""
        done = subprocess.run(
            command(self.directory, "ls-tree", "-r", "-t", "-z", "--full-tree", self.commit),
            capture_output=True,
            check=False,
            env=environment(self.directory),
        )
        if done.returncode != 0:
            words = done.stderr.decode(errors="replace").splitlines() or ["git cannot list its files"]
            raise HistoryError(
                f"{self.directory}, commit {self.commit[:12]} cannot be read ({words[-1]}): what it alone has is lost; "
                f"`git -C {shlex.quote(str(self.directory))} fsck` tells what is damaged"
            )
        folders: dict[str, dict[str, str]] = {}
        for entry in done.stdout.decode(errors="surrogateescape").split("\0")[:-1]:
            what, _, path = entry.partition("\t")
            _, kind, name = what.split(" ")
            folder, _, file = path.rpartition("/")
            folders.setdefault(folder or ".", {})[file] = name if kind == "blob" else ""
        return folders


def _lost_with(path: PurePosixPath) -> str:
    """Return what is lost with a file."""
    folder, *rest = path.parts
    run = path.name.partition(".")[0]
    of = f"run {run} ({' '.join(rest[:-1])})"
    match folder, path.name.removeprefix(run):
        case "runs", ".csv":
            return f"the list of the runs of {' '.join(rest[:-1])} is lost"
        case "runs", ".json":
            return f"the build, the machine and the notes of {of} are lost"
        case "runs", ".parquet":
            return f"the observations of {of} are lost; `portability history retract {run}` leaves it out"
        case "runs", ".compared.parquet":
            return f"the comparisons of {of} with the last good build are lost"
        case "runs", ".names.parquet":
            return f"the public names that {of} listed are lost"
        case "outcomes", _:
            return f"the last known outcomes of series {' '.join((*rest[:-1], path.stem))} are lost"
        case "manifest.csv", _:
            return "the number of rows of each table is lost"
        case "retracted.csv", _:
            return "the retractions are lost"
        case "commits", _:
            return "the commits that nightlies are made of are lost"
    return "what it holds is lost"


def copy_files(source: Path, directory: Path) -> None:
    """Copy a folder file by file and stop at the first failure. shutil.copytree would report hundreds at once."""
    for path in sorted(source.rglob("*")):
        place = directory / path.relative_to(source)
        if path.is_dir():
            place.mkdir(exist_ok=True)
        else:
            place.write_bytes(path.read_bytes())
