"""Find a Python of one version among those that this machine has: on PATH, of pyenv, and of uv.

uv alone does not see what pyenv installed: of a version that is not the global one, PATH has only a shim that fails.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ANSWER_SECONDS = 60  # starting Python from a cold network disk takes a while

RELEASED = re.compile(r"\d+\.\d+\.\d+")  # no release candidate, no "3.14-dev"
CPYTHON = re.compile(r"cpython-\d+-")  # the frameworks' wheels are for it; free-threaded builds are "cpython-313t-"
# A Python that was compiled without a library's headers lacks the module of it. Frameworks import these.
NEEDED = ("ctypes", "ssl", "zlib")

WHO_ARE_YOU = f"""
import json, platform, sys, sysconfig
missing = []
for name in {NEEDED!r}:
    try:
        __import__(name)
    except ImportError:
        missing.append(name)
print(json.dumps({{
    "version": platform.python_version(),
    "abi": sysconfig.get_config_var("SOABI") or "",
    "base": getattr(sys, "_base_executable", None) or sys.executable,
    "missing": missing,
}}))
"""

PLACES = "on PATH, in pyenv's versions and in uv's"


@dataclass(frozen=True)
class Candidate:
    """An interpreter that may be of the version wanted; `place` is where it was found, for messages."""

    path: Path
    place: str


@dataclass(frozen=True)
class Search:
    """The interpreter found, None where there is none; `unusable` says why each candidate was passed over."""

    path: Path | None
    unusable: tuple[str, ...] = ()


def find_python(version: str, environ: Mapping[str, str] = os.environ) -> Search:
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
        found = _ask(candidate.path, version)
        if isinstance(found, str):
            unusable.append(f"{candidate.place} {found}")
        elif best is None or found[0] > best[0]:
            best = found
    return Search(best[1] if best else None, tuple(unusable))


def _candidates(version: str, environ: Mapping[str, str]) -> Iterator[Candidate]:
    """The interpreters whose names say that they may be of that version: PATH, then pyenv, then uv."""
    minor = ".".join(version.split(".")[:2])
    shims = _pyenv(environ) / "shims"  # each is a script that passes the call on, or fails
    for folder in map(Path, filter(None, environ.get("PATH", "").split(os.pathsep))):
        path = folder / f"python{minor}"
        if folder != shims and path.is_file() and os.access(path, os.X_OK):
            yield Candidate(path, "on PATH")
    for folder in sorted((_pyenv(environ) / "versions").glob(f"{minor}.*")):
        if RELEASED.fullmatch(folder.name):
            yield Candidate(folder / "bin" / "python", f"pyenv's {folder.name}")
    data = Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    managed = Path(environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    for folder in sorted(managed.glob(f"cpython-{minor}.*")):
        if RELEASED.fullmatch(folder.name.split("-")[1]):
            yield Candidate(folder / "bin" / f"python{minor}", f"uv's {folder.name.split('-')[1]}")


def _pyenv(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def _ask(path: Path, version: str) -> tuple[tuple[int, ...], Path] | str:
    """Its version and its path outside of any virtual environment, or why it cannot be used."""
    try:
        answer = subprocess.run(
            [path, "-I", "-c", WHO_ARE_YOU],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=ANSWER_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        facts = json.loads(answer.stdout)
        found, abi, base, missing = (facts[name] for name in ("version", "abi", "base", "missing"))
    except OSError as error:
        return f"cannot be run: {error.strerror}"
    except subprocess.TimeoutExpired:
        return f"did not answer within {ANSWER_SECONDS} s"
    except (ValueError, KeyError, TypeError):
        return f"does not run (exit status {answer.returncode})"
    if not CPYTHON.match(abi):
        return f"is no CPython that wheels are made for ({abi or 'unknown'})"
    if not RELEASED.fullmatch(found) or not f"{found}.".startswith(f"{version}."):
        return f"is Python {found}"
    if missing:
        return f"lacks {', '.join(missing)}"
    return tuple(map(int, found.split("."))), Path(base)
