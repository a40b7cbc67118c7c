"""Environments: one folder a resolution, below the cache, made once and used again.

An environment is complete when it has its record, which is written last. Whoever makes, uses or removes one holds its
lock, a file beside it: makers and removers alone, users together. Lock files stay (they are empty): removing one
that somebody else waits for would give two holders of one name.

    environments/torch-2.13.0+cpu-0123456789ab/       the virtual environment
        environment.json                              the record; its modification time is that of the last use
        pylock.toml                                   the resolution
    environments/torch-2.13.0+cpu-0123456789ab.lock
    uv/                                               only if this cache keeps uv's files itself: see OWN_UV_CACHE
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from monitor.execution.builds.interpreters import Interpreter, inspect
from monitor.execution.builds.pip_config import network_environment
from monitor.execution.builds.resolver import Resolution
from monitor.execution.builds.uv import run_uv
from monitor.formats.serialization import from_json, to_json
from monitor.model import Package

FOLDER = "environments"  # in the cache
RECORD = "environment.json"
PYLOCK = "pylock.toml"  # uv wants this name
# A cache that has this folder keeps there what uv downloads and unpacks for it, and nothing of it in the user's own uv
# cache: whoever made the folder may clean it.
OWN_UV_CACHE = "uv"
DAY = 24 * 60 * 60


@dataclass(frozen=True)
class EnvironmentRecord:
    """What an environment says of itself."""

    label: str  # "torch==2.13.0+cpu"
    python: str  # "3.11.7"
    created: str  # UTC, ISO 8601, seconds
    packages: tuple[Package, ...]


@dataclass(frozen=True)
class Environment:
    """An environment in the cache. `used` is when it was last asked for, `size` is its bytes on disk."""

    path: Path
    record: EnvironmentRecord
    used: str
    size: int


@dataclass(frozen=True)
class PruneResult:
    """What `prune_environments` removed, and what it would have removed but found in use."""

    removed: tuple[Environment, ...]
    in_use: tuple[Environment, ...]


def default_cache() -> Path:
    """The folder of what can be made again: $PORTABILITY_CACHE, else the place that XDG has for it."""
    if own := os.environ.get("PORTABILITY_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "portability-monitor"


def own_uv_cache(cache: Path) -> Mapping[str, str]:
    """The variable that has uv keep its files in this cache, where the cache is one that does so."""
    own = cache / OWN_UV_CACHE
    return {"UV_CACHE_DIR": str(own.absolute())} if own.is_dir() else {}


def python_of(environment: Path) -> Path:
    """The interpreter of an environment."""
    return environment / "bin" / "python"


def provide_environment(
    lock: Resolution, interpreter: Interpreter, label: str, cache: Path, say: Callable[[str], None]
) -> tuple[Path, EnvironmentRecord]:
    """The environment of a resolution, made where there is none, with its record.

    Two processes that ask for one at the same time get the same. Raises UvError where it cannot be installed; then
    nothing of it is left.
    """
    directory = cache / FOLDER
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{label.replace('==', '-')}-{lock.key(interpreter)}"
    with _lock_file(path) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        record = _read_record(path)
        if record is None:
            fcntl.flock(file, fcntl.LOCK_EX)  # lets go of the first: somebody else may make it before this is granted
            record = _read_record(path) or _make(path, lock, interpreter, label, say)
        (path / RECORD).touch()
    return path, record


@contextmanager
def in_use(python: Path) -> Iterator[None]:
    """Keep the environment of this interpreter from being removed while the context lasts.

    An interpreter that is in no such environment needs no keeping. Raises FileNotFoundError where the environment is
    gone already.
    """
    environment = python.parent.parent
    if environment.parent.name != FOLDER or not _lock_path(environment).exists():
        yield
        return
    with _lock_file(environment) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        os.utime(environment / RECORD)
        yield


def list_environments(cache: Path) -> tuple[Environment, ...]:
    """All complete environments of a cache, the last used first."""
    found = []
    for path in (cache / FOLDER).glob("*/"):
        with suppress(FileNotFoundError):  # removed by somebody else just now
            if record := _read_record(path):
                used = (path / RECORD).stat().st_mtime
                found.append((used, Environment(path, record, _iso(used), _size(path))))
    return tuple(environment for _, environment in sorted(found, key=lambda pair: (-pair[0], pair[1].path)))


def prune_environments(
    cache: Path, *, unused_days: float, keep: int = 0, distributions: Collection[str] | None = None
) -> PruneResult:
    """Remove what was not used for so many days, but of the last used at least `keep` stay.

    With `distributions`, only environments of these are counted and removed. Environments in use stay in any case.
    What a killed process left half-made goes.
    """
    everything = list_environments(cache)
    environments = [
        one for one in everything if distributions is None or one.record.label.partition("==")[0] in distributions
    ]
    removed: list[Environment] = []
    busy: list[Environment] = []
    for environment in environments[keep:]:
        if time.time() - (environment.path / RECORD).stat().st_mtime >= unused_days * DAY:
            (removed if _remove(environment.path) else busy).append(environment)
    complete = {environment.path for environment in everything}
    for path in (cache / FOLDER).glob("*/"):
        if path not in complete:
            _remove(path)
    return PruneResult(tuple(removed), tuple(busy))


def _make(
    path: Path, lock: Resolution, interpreter: Interpreter, label: str, say: Callable[[str], None]
) -> EnvironmentRecord:
    _delete(path)  # a process that was killed may have left something
    say(f"installing {label} and {len(lock.pins) - 1} more")
    try:
        variables = own_uv_cache(path.parent.parent)
        run_uv(("venv", "--python", str(interpreter.path), str(path)), variables)
        (path / PYLOCK).write_text(lock.text, encoding="utf-8")
        arguments = ("pip", "install", "--python", str(python_of(path)), "--requirement", str(path / PYLOCK))
        run_uv(arguments, {**network_environment(os.environ), **variables}, say=say)
        packages = lock.packages(inspect(python_of(path)).installed)
        record = EnvironmentRecord(label, interpreter.version, _iso(time.time()), packages)
        written = path / f"{RECORD}.new"
        written.write_text(json.dumps(to_json(record), indent=1) + "\n", encoding="utf-8")
        written.replace(path / RECORD)
    except BaseException:  # an interrupt too leaves nothing half-made
        _delete(path)
        raise
    return record


def _read_record(path: Path) -> EnvironmentRecord | None:
    """The record of a complete environment whose interpreter is still there."""
    try:
        if not python_of(path).exists():  # a link to a Python that was removed since
            return None
        return from_json(EnvironmentRecord, json.loads((path / RECORD).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None  # half-made, or made by another version of this program


def _remove(path: Path) -> bool:
    """Remove an environment unless somebody holds it."""
    with _lock_file(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        _delete(path)
        return True


def _delete(path: Path) -> None:
    (path / RECORD).unlink(missing_ok=True)  # first: an environment that is half gone must not count as complete
    if path.exists():
        shutil.rmtree(path)


def _lock_file(path: Path) -> IO[bytes]:
    return _lock_path(path).open("ab")


def _lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _size(path: Path) -> int:
    """Bytes on disk, a file with several names once."""
    sizes: dict[tuple[int, int], int] = {}
    for folder, _, names in os.walk(path):
        for name in names:
            facts = (Path(folder) / name).lstat()
            sizes[facts.st_dev, facts.st_ino] = facts.st_blocks * 512
    return sum(sizes.values())


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
