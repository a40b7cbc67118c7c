"""Python interpreters: finding the one wished for, and asking one what it is and what is installed in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monitor.execution.builds.pip_config import network_environment
from monitor.execution.builds.python_search import ANSWER_SECONDS, PLACES, find_python
from monitor.execution.builds.uv import QUICK, UvError, run_uv

# Asked of interpreters of any version from 3.8 on. The current directory is no part of what is installed.
WHO_ARE_YOU = """
import importlib.metadata, json, platform, sys, sysconfig
sys.path[:] = [entry for entry in sys.path if entry]
packages = {}
for found in importlib.metadata.distributions():
    name = (found.metadata["Name"] or "").lower().replace("_", "-").replace(".", "-")
    tags = [line[5:] for line in (found.read_text("WHEEL") or "").splitlines() if line.startswith("Tag: ")]
    packages.setdefault(name, [found.version, tags])
print(json.dumps({
    "version": platform.python_version(),
    "abi": sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag,
    "platform": sysconfig.get_platform(),
    "packages": {name: found for name, found in sorted(packages.items()) if name},
}))
"""


class InterpreterError(RuntimeError):
    """An interpreter that cannot be run; one line, without its path."""


@dataclass(frozen=True)
class Installed:
    """A distribution as it lies in an environment. `tags` are those of the wheel it was installed from."""

    version: str
    tags: frozenset[str]


@dataclass(frozen=True)
class Interpreter:
    """What an interpreter says of itself. `installed` is keyed by normalised distribution names."""

    path: Path
    version: str
    abi: str
    platform: str
    installed: dict[str, Installed]


def inspect(path: Path) -> Interpreter:
    """Ask the interpreter at `path`. Raises InterpreterError."""
    try:
        answer = subprocess.run(
            [path, "-c", WHO_ARE_YOU],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=ANSWER_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError as error:
        raise InterpreterError(f"cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise InterpreterError(f"did not answer within {ANSWER_SECONDS} s") from None
    try:
        facts = json.loads(answer.stdout)
        return Interpreter(
            path=path,
            version=facts["version"],
            abi=facts["abi"],
            platform=facts["platform"],
            installed={
                name: Installed(version, frozenset(tags)) for name, (version, tags) in facts["packages"].items()
            },
        )
    except (ValueError, KeyError, TypeError):
        raise InterpreterError(f"is no Python of 3.8 or later (exit status {answer.returncode})") from None


def running_interpreter() -> Path:
    """The interpreter that runs this, outside of its virtual environment."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable)


def wished_interpreter(version: str, say: Callable[[str], None]) -> tuple[Path, str]:
    """The interpreter of that version and "", else the running one and a note that says so, and where it was sought.

    The running one serves where it is of that version. Else `monitor.execution.builds.python_search` looks at what is
    installed, and then uv: where its settings let it (they do, unless told otherwise) it downloads one.
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
