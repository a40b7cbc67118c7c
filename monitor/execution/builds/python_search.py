"""Find a Python of one version among those that this machine has: on PATH, of pyenv, and of uv.

uv alone does not see what pyenv installed: of a version that is not the global one, PATH has only a shim that fails.
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
    """An interpreter that may be of the version wanted; `place` is where it was found, for messages."""

    path: Path
    place: str


@dataclass(frozen=True)
class PythonSearch:
    """The interpreter found, None where there is none; `unusable` says why each candidate was passed over."""

    path: Path | None
    unusable: tuple[str, ...] = ()


def find_python(version: str, environ: Mapping[str, str] = os.environ) -> PythonSearch:
    """Find the newest usable release of a version ("3.12" or "3.12.1"); of equal ones, the first place has it.

    Each candidate is run: it must be a released CPython of that version that can import what frameworks need.
    """
    best: tuple[tuple[int, ...], Path] | None = None
    unusable, seen = [], set()
    for candidate in _candidates(version, environ):
        real = candidate.path.resolve()
        if real in seen:
            continue
        seen.add(real)
        found = _examined(candidate.path, version)
        if isinstance(found, str):
            unusable.append(f"{candidate.place} {found}")
        elif best is None or found[0] > best[0]:
            best = found
    return PythonSearch(best[1] if best else None, tuple(unusable))


def _candidates(version: str, environ: Mapping[str, str]) -> Iterator[PythonCandidate]:
    """The interpreters whose names say that they may be of that version: PATH, then pyenv, then uv."""
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


def _examined(path: Path, version: str) -> tuple[tuple[int, ...], Path] | str:
    """Return its version and its path outside of any virtual environment, or why it cannot be used."""
    try:
        found = inspect(path)
    except InterpreterError as error:
        return str(error)
    if not CPYTHON.match(found.abi):
        return f"is no CPython that wheels are made for ({found.abi})"
    if not RELEASED.fullmatch(found.version) or not f"{found.version}.".startswith(f"{version}."):
        return f"is Python {found.version}"
    if found.missing:
        return f"lacks {', '.join(found.missing)}"
    return tuple(map(int, found.version.split("."))), found.base


def running_interpreter() -> Path:
    """The interpreter that runs this, outside of its virtual environment."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable)


def find_interpreter(version: str, say: Callable[[str], None]) -> tuple[Path, str]:
    """The interpreter of that version and "", else the running one and a note that says so, and where it was sought.

    The running one serves where it is of that version. Else `find_python` looks at what is installed, and then
    uv: where its settings let it (they do, unless told otherwise) it downloads one.
    """
    running = ".".join(map(str, sys.version_info[:3]))
    if not version or f"{running}.".startswith(f"{version}."):
        return running_interpreter(), ""
    say(f"looking for Python {version}")
    search = find_python(version)
    if search.path:
        return search.path, ""
    quick = {key: value for key, value in QUICK.items() if key not in os.environ}
    environment = {**network_environment(os.environ), **quick}
    try:
        return Path(run_uv(_uv_call(version), environment).strip()), ""
    except UvError as error:
        passed = "".join(f"; {why}" for why in search.unusable)
        sought = f"none is usable {PLACES}{passed}; uv cannot get one: {error}"
        return running_interpreter(), f"Python {version} was wished for, {running} serves: {sought}"


def _uv_call(version: str) -> tuple[str, ...]:
    """A call of uv that prints the path of a Python of that version, outside of any virtual environment."""
    print_path = "import sys; print(sys._base_executable)"
    return ("run", "--no-project", "--python", version, "--", "python", "-I", "-c", print_path)
