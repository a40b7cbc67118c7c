"""Python interpreters: version, platform and installed distributions of one."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_SECONDS = 60  # a start from a cold network disk is slow
# Frameworks import these modules. A Python that was compiled without the headers of a library lacks its module.
NEEDED = ("ctypes", "ssl", "zlib")

# Runs on any Python from 3.8 on. The current directory does not count as installed.
INSPECTION = f"""
import sys
sys.path[:] = [entry for entry in sys.path if entry]
import importlib.metadata, json, platform, sysconfig
packages, missing = {{}}, []
for name in {NEEDED!r}:
    try:
        __import__(name)
    except ImportError:
        missing.append(name)
for each in importlib.metadata.distributions():
    name = (each.metadata["Name"] or "").lower().replace("_", "-").replace(".", "-")
    tags = [line[5:] for line in (each.read_text("WHEEL") or "").splitlines() if line.startswith("Tag: ")]
    packages.setdefault(name, [each.version, tags])
print(json.dumps({{
    "version": platform.python_version(),
    "abi": sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag,
    "platform": sysconfig.get_platform(),
    "base": getattr(sys, "_base_executable", None) or sys.executable,
    "missing": missing,
    "packages": {{name: each for name, each in sorted(packages.items()) if name}},
}}))
"""


class InterpreterError(RuntimeError):
    """An interpreter that does not run; one line, without its path."""


@dataclass(frozen=True)
class InstalledDistribution:
    """A distribution in an environment. `tags` are those of the wheel that it was installed from."""

    version: str
    tags: frozenset[str]


@dataclass(frozen=True)
class Interpreter:
    """An interpreter and its environment. `installed` is keyed by normalised distribution names.

    `base` is its path outside of any virtual environment; `missing` names the modules of `NEEDED` that it lacks.
    """

    path: Path
    version: str
    abi: str
    platform: str
    installed: dict[str, InstalledDistribution]
    base: Path
    missing: tuple[str, ...]


def inspect(path: Path) -> Interpreter:
    """Run the interpreter at `path`, and return its description. Raises InterpreterError."""
    try:
        answer = subprocess.run(
            [path, "-c", INSPECTION],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=TIMEOUT_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except OSError as error:
        raise InterpreterError(f"cannot be run: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise InterpreterError(f"did not answer within {TIMEOUT_SECONDS} s") from None
    try:
        facts = json.loads(answer.stdout)
        return Interpreter(
            path=path,
            version=facts["version"],
            abi=facts["abi"],
            platform=facts["platform"],
            installed={
                name: InstalledDistribution(version, frozenset(tags))
                for name, (version, tags) in facts["packages"].items()
            },
            base=Path(facts["base"]),
            missing=tuple(facts["missing"]),
        )
    except (ValueError, KeyError, TypeError):
        raise InterpreterError(f"is not a Python of version 3.8 or later (exit status {answer.returncode})") from None
