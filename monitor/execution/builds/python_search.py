"""Find a Python of one version on this machine: on PATH, among pyenv's versions, and among uv's.

uv alone does not see pyenv's versions: of those that are not the global one, PATH has only a shim that fails.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.execution.builds.interpreters import InterpreterError, inspect
from monitor.execution.builds.pip_config import network_environment
from monitor.execution.builds.uv import QUICK, UvError, run_uv

RELEASED = re.compile(r"\d+\.\d+\.\d+")  # no release candidate, no "3.14-dev"
CPYTHON = re.compile(r"cpython-\d+-")  # the frameworks' wheels are for it; free-threaded builds are "cpython-313t-"

PLACES = "on PATH, in pyenv's versions and in uv's"


@dataclass(frozen=True)
class PythonCandidate:
    """An interpreter that may have the requested version; `place` names its location, for messages."""

    path: Path
    place: str


@dataclass(frozen=True)
class PythonSearch:
    """Result of a search: `path` is None without a usable candidate; `unusable` has the reason of each rejection."""

    path: Path | None
    unusable: tuple[str, ...] = ()


def find_python(version: str, environ: Mapping[str, str] = os.environ) -> PythonSearch:
    """Return the newest usable release of a version ("3.12" or "3.12.1"); of equal releases, the first place wins.

    Each candidate is run: it must be a released CPython of that version that can import what frameworks need.
    """
    best: tuple[tuple[int, ...], Path] | None = None
    unusable, seen = [], set()
    for candidate in _candidates(version, environ):
        real = candidate.path.resolve()
        if real in seen:
            continue
        seen.add(real)
        result = _check(candidate.path, version)
        if isinstance(result, str):
            unusable.append(f"{candidate.place} {result}")
        elif best is None or result[0] > best[0]:
            best = result
    return PythonSearch(best[1] if best else None, tuple(unusable))


def _candidates(version: str, environ: Mapping[str, str]) -> Iterator[PythonCandidate]:
    """Yield the interpreters whose names fit that version: those on PATH, then pyenv's, then uv's."""
    minor = ".".join(version.split(".")[:2])
    shims = _pyenv(environ) / "shims"  # each is a script that passes the call on, or fails
    for folder in map(Path, filter(None, environ.get("PATH", "").split(os.pathsep))):
        path = folder / f"python{minor}"
        if folder != shims and path.is_file() and os.access(path, os.X_OK):
            yield PythonCandidate(path, "on PATH")
    for folder in sorted((_pyenv(environ) / "versions").glob(f"{minor}.*")):
        if RELEASED.fullmatch(folder.name):
            yield PythonCandidate(folder / "bin" / "python", f"pyenv's {folder.name}")
    data = Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    managed = Path(environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    for folder in sorted(managed.glob(f"cpython-{minor}.*")):
        if RELEASED.fullmatch(folder.name.split("-")[1]):
            yield PythonCandidate(folder / "bin" / f"python{minor}", f"uv's {folder.name.split('-')[1]}")


def _pyenv(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def _check(path: Path, version: str) -> tuple[tuple[int, ...], Path] | str:
    """Return the version and the path outside of any virtual environment, or the reason not to use it."""
    try:
        interpreter = inspect(path)
    except InterpreterError as error:
        return str(error)
    if not CPYTHON.match(interpreter.abi):
        return f"is no CPython that wheels are made for ({interpreter.abi})"
    if not RELEASED.fullmatch(interpreter.version) or not f"{interpreter.version}.".startswith(f"{version}."):
        return f"is Python {interpreter.version}"
    if interpreter.missing:
        return f"lacks {', '.join(interpreter.missing)}"
    return tuple(map(int, interpreter.version.split("."))), interpreter.base


def running_interpreter() -> Path:
    """Return the interpreter that runs this program, outside of its virtual environment."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable)


def find_interpreter(version: str, log: Callable[[str], None]) -> tuple[Path, str]:
    """Return an interpreter of that version and "", else the running one and a note on the search.

    The running one serves if it has that version. Else `find_python` searches the installed ones. Else uv downloads
    one, unless its settings forbid that.
    """
    running = ".".join(map(str, sys.version_info[:3]))
    if not version or f"{running}.".startswith(f"{version}."):
        return running_interpreter(), ""
    log(f"searching for Python {version}")
    search = find_python(version)
    if search.path:
        return search.path, ""
    quick = {key: value for key, value in QUICK.items() if key not in os.environ}
    environment = {**network_environment(os.environ), **quick}
    try:
        return Path(run_uv(_uv_call(version), environment).strip()), ""
    except UvError as error:
        rejected = "".join(f"; {reason}" for reason in search.unusable)
        result = f"none is usable {PLACES}{rejected}; uv cannot get one: {error}"
        return running_interpreter(), f"Python {version} was requested, {running} serves: {result}"


def _uv_call(version: str) -> tuple[str, ...]:
    """Return a call of uv that prints the path of a Python of that version, outside of any virtual environment."""
    print_path = "import sys; print(sys._base_executable)"
    return ("run", "--no-project", "--python", version, "--", "python", "-I", "-c", print_path)
