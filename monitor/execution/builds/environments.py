"""Virtual environments in the cache: one folder for each resolution, made once and reused.

An environment is complete when it has its record, which is written last. A process that makes or removes one holds its
lock alone; processes that use it share the lock. The lock is a file beside the folder.

    environments/torch-2.13.0+cpu-0123456789ab/       the virtual environment
        environment.json                              the record; its modification time is the last use
        pylock.toml                                   the resolution
    environments/torch-2.13.0+cpu-0123456789ab.lock
    uv/                                               uv's own cache, if OWN_UV_CACHE applies
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.execution.builds.interpreters import Interpreter, inspect
from monitor.execution.builds.pip_config import network_environment
from monitor.execution.builds.resolver import Resolution
from monitor.execution.builds.uv import run_uv
from monitor.file_lock import open_lock
from monitor.formats.serialization import from_json, to_json
from monitor.model import Package

FOLDER = "environments"  # in the cache
RECORD = "environment.json"
PYLOCK = "pylock.toml"  # uv requires this name
# If a cache has this folder, uv keeps its downloads for this cache in it and not in the user's own uv cache. The
# program that made the folder may clean it.
OWN_UV_CACHE = "uv"
DAY = 24 * 60 * 60


@dataclass(frozen=True)
class EnvironmentRecord:
    """Record of a complete environment."""

    label: str  # "torch==2.13.0+cpu"
    python: str  # "3.11.7"
    created: str  # UTC, ISO 8601, seconds
    packages: tuple[Package, ...]


@dataclass(frozen=True)
class Environment:
    """An environment in the cache. `used` is the time of its last use, `size` its bytes on disk."""

    path: Path
    record: EnvironmentRecord
    used: str
    size: int


@dataclass(frozen=True)
class PruneResult:
    """Environments that `prune_environments` removed, and those that it kept because they are in use."""

    removed: tuple[Environment, ...]
    in_use: tuple[Environment, ...]


def default_cache() -> Path:
    """Return the cache folder: $PORTABILITY_CACHE, else the folder in XDG's cache directory."""
    if own := os.environ.get("PORTABILITY_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "portability-monitor"


def own_uv_cache(cache: Path) -> Mapping[str, str]:
    """Return the variable that makes uv keep its files in this cache; empty if the cache has no OWN_UV_CACHE."""
    own = cache / OWN_UV_CACHE
    return {"UV_CACHE_DIR": str(own.absolute())} if own.is_dir() else {}


def python_of(environment: Path) -> Path:
    """Return the interpreter of an environment."""
    return environment / "bin" / "python"


def provide_environment(
    resolution: Resolution, interpreter: Interpreter, requirement: str, cache: Path, log: Callable[[str], None]
) -> tuple[Path, EnvironmentRecord]:
    """Return the environment of a resolution and its record; make the environment if it does not exist.

    Two processes that call this at the same time get the same environment. Raises UvError where the installation fails;
    no part of the environment remains then.
    """
    directory = cache / FOLDER
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{requirement.replace('==', '-')}-{resolution.key(interpreter)}"
    with open_lock(_lock_path(path)) as lock:
        lock.acquire(shared=True)
        record = _read_record(path)
        if record is None:
            lock.acquire()  # another process may make the environment before this returns
            record = _read_record(path) or _make(path, resolution, interpreter, requirement, log)
        (path / RECORD).touch()
    return path, record


@contextmanager
def hold_environment(python: Path) -> Iterator[None]:
    """Protect the environment of this interpreter from removal while the context lasts.

    An interpreter outside of the cache needs no protection. Raises FileNotFoundError where the environment does not
    exist any more.
    """
    environment = python.parent.parent
    if environment.parent.name != FOLDER or not _lock_path(environment).exists():
        yield
        return
    with open_lock(_lock_path(environment)) as lock:
        lock.acquire(shared=True)
        os.utime(environment / RECORD)
        yield


def list_environments(cache: Path) -> tuple[Environment, ...]:
    """Return all complete environments of a cache, the last used first."""
    environments = []
    for path in (cache / FOLDER).glob("*/"):
        with suppress(FileNotFoundError):  # another process removed it
            if record := _read_record(path):
                used = (path / RECORD).stat().st_mtime
                environments.append((used, Environment(path, record, _iso(used), _size(path))))
    return tuple(environment for _, environment in sorted(environments, key=lambda pair: (-pair[0], pair[1].path)))


def prune_environments(
    cache: Path, *, unused_days: float, keep: int = 0, distributions: Collection[str] | None = None
) -> PruneResult:
    """Remove environments that were not used for `unused_days`, except the last `keep` used ones.

    With `distributions`, only environments of these are counted and removed. Environments in use stay. Incomplete ones
    of killed processes are removed.
    """
    everything = list_environments(cache)
    environments = [
        environment
        for environment in everything
        if distributions is None or environment.record.label.partition("==")[0] in distributions
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
    path: Path, resolution: Resolution, interpreter: Interpreter, requirement: str, log: Callable[[str], None]
) -> EnvironmentRecord:
    _delete(path)  # a killed process may have left an incomplete one
    log(f"installing {requirement} and {len(resolution.pins) - 1} more")
    try:
        variables = own_uv_cache(path.parent.parent)
        run_uv(("venv", "--python", str(interpreter.path), str(path)), variables)
        (path / PYLOCK).write_text(resolution.text, encoding="utf-8")
        arguments = ("pip", "install", "--python", str(python_of(path)), "--requirement", str(path / PYLOCK))
        run_uv(arguments, {**network_environment(os.environ), **variables}, log=log)
        packages = resolution.packages(inspect(python_of(path)).installed)
        record = EnvironmentRecord(requirement, interpreter.version, _iso(time.time()), packages)
        written = path / f"{RECORD}.new"
        written.write_text(json.dumps(to_json(record), indent=1) + "\n", encoding="utf-8")
        written.replace(path / RECORD)
    except BaseException:  # also on an interrupt
        _delete(path)
        raise
    return record


def _read_record(path: Path) -> EnvironmentRecord | None:
    """Return the record of a complete environment whose interpreter exists, else None."""
    try:
        if not python_of(path).exists():  # a link to a Python that does not exist any more
            return None
        return from_json(EnvironmentRecord, json.loads((path / RECORD).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None  # incomplete, or made by another version of this program


def _remove(path: Path) -> bool:
    """Remove an environment unless a process holds it. Return whether it was removed."""
    with open_lock(_lock_path(path)) as lock:
        if not lock.try_acquire():
            return False
        _delete(path)
        return True


def _delete(path: Path) -> None:
    (path / RECORD).unlink(missing_ok=True)  # first: a partly deleted environment must not count as complete
    if path.exists():
        shutil.rmtree(path)


def _lock_path(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _size(path: Path) -> int:
    """Return the bytes on disk; a file with several names counts once."""
    sizes: dict[tuple[int, int], int] = {}
    for folder, _, names in os.walk(path):
        for name in names:
            facts = (Path(folder) / name).lstat()
            sizes[facts.st_dev, facts.st_ino] = facts.st_blocks * 512
    return sum(sizes.values())


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
