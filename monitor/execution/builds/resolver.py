"""Resolutions: what exactly is to be installed, down to the hashes of the wheels."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote, urlsplit

from monitor.execution.builds.interpreters import InstalledDistribution, Interpreter
from monitor.execution.builds.pip_config import network_environment, no_index, packages_environment
from monitor.execution.builds.uv import QUICK, run_uv
from monitor.execution.targets.package_sources import CONFIGURED_INDEX, ChannelSource
from monitor.model import Package

KEY_LENGTH = 12  # hex digits: 48 bits tell apart more environments than a disk can hold


@dataclass(frozen=True)
class Wheel:
    """A file that serves a pin."""

    name: str
    sha256: str

    @property
    def tags(self) -> frozenset[str]:
        """The tags in the file's name, its compressed sets written out: `py2.py3-none-any` is two."""
        python, abi, platform = self.name.removesuffix(".whl").split("-")[-3:]
        return frozenset("-".join(tag) for tag in product(python.split("."), abi.split("."), platform.split(".")))


@dataclass(frozen=True)
class Pin:
    """A distribution at its version, and the wheels of it that suit the interpreter: nearly always one."""

    name: str
    version: str
    wheels: tuple[Wheel, ...]


@dataclass(frozen=True)
class Resolution:
    """A resolution. `text` is the pylock.toml that uv installs from, and checks the hashes against."""

    text: str
    pins: tuple[Pin, ...]

    def version(self, name: str) -> str:
        """The version of a distribution in this resolution, or ""."""
        return next((pin.version for pin in self.pins if pin.name == name), "")

    def key(self, interpreter: Interpreter) -> str:
        """What tells an environment of this resolution on that interpreter from every other."""
        parts = [interpreter.version, interpreter.abi, interpreter.platform]
        for pin in self.pins:
            parts += [pin.name, pin.version, *sorted(wheel.sha256 for wheel in pin.wheels)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:KEY_LENGTH]

    def packages(self, installed: Mapping[str, InstalledDistribution]) -> tuple[Package, ...]:
        """The packages as installed, each with the hash of its wheel.

        Where several wheels suited, it is the one whose tags the installed package bears.
        """
        found = []
        for pin in self.pins:
            tags = installed[pin.name].tags if pin.name in installed else frozenset()
            fitting = [wheel for wheel in pin.wheels if wheel.tags == tags] if len(pin.wheels) > 1 else pin.wheels
            found.append(Package(pin.name, pin.version, fitting[0].sha256 if len(fitting) == 1 else ""))
        return tuple(found)


def resolve(
    requirements: tuple[str, ...],
    source: ChannelSource,
    index: str,
    interpreter: Interpreter,
    say: Callable[[str], None],
    preferred: tuple[Package, ...] = (),
    python: str = "",
) -> Resolution:
    """Resolve against one index of a source: `default` is whatever is configured here, a URL goes before all of that.

    What the user has told uv by its variables is added to, never replaced. Wheels only: nothing is compiled, and
    every file has a hash. Of `preferred`, what is needed has that version wherever the requirements allow it. With
    `python`, resolve for that version of Python, which need not be here. Raises UvError, UvMissingError and
    PipConfigError.
    """
    environment = network_environment(os.environ) | {k: v for k, v in QUICK.items() if k not in os.environ}
    options = ["--python", str(interpreter.path), "--format", "pylock.toml", "--no-header", "--no-build"]
    options += ["--python-version", python] if python else []
    if index == CONFIGURED_INDEX:
        environment |= packages_environment(os.environ)
        options += ["--no-index"] if no_index(os.environ) else []
    else:
        options += ["--default-index", index]
        environment["UV_INDEX"] = f"{index} {os.environ.get('UV_INDEX', '')}".strip()
    if source.find_links:
        told = environment.get("UV_FIND_LINKS") or os.environ.get("UV_FIND_LINKS")
        environment["UV_FIND_LINKS"] = ",".join([*source.find_links, *([told] if told else [])])
    if source.prerelease:
        options += ["--prerelease", source.prerelease]
    say(f"resolving {', '.join(requirements)} (index: {index})")
    with TemporaryDirectory(prefix="portability-") as folder:
        constraints = Path(folder) / "constraints.txt"
        constraints.write_text("\n".join(source.constraints), encoding="utf-8")
        environment["UV_CONSTRAINT"] = f"{constraints} {os.environ.get('UV_CONSTRAINT', '')}".strip()
        if preferred:  # uv keeps to what is in the file that it is told to write, as far as it can
            before = Path(folder) / "pylock.toml"
            before.write_text(_as_pylock(preferred), encoding="utf-8")
            options += ["--output-file", str(before)]
        answer = run_uv(("pip", "compile", "-", *options), environment, text="\n".join(requirements))
        return parse_lock(before.read_text(encoding="utf-8") if preferred else answer)


def parse_lock(text: str) -> Resolution:
    """The resolution that a pylock.toml holds."""
    packages = tomllib.loads(text).get("packages", [])
    pins = [Pin(package["name"], package["version"], _wheels(package)) for package in packages]
    return Resolution(text, tuple(sorted(pins, key=lambda pin: pin.name)))


def _as_pylock(packages: tuple[Package, ...]) -> str:
    """The least that a resolution can say of packages: their versions. JSON's strings are TOML's too."""
    head = 'lock-version = "1.0"\ncreated-by = "portability-monitor"\n'
    pins = (f"\n[[packages]]\nname = {json.dumps(p.name)}\nversion = {json.dumps(p.version)}\n" for p in packages)
    return head + "".join(pins)


def _wheels(package: dict[str, Any]) -> tuple[Wheel, ...]:
    return tuple(
        Wheel(_file_name(wheel), wheel.get("hashes", {}).get("sha256", "")) for wheel in package.get("wheels", [])
    )


def _file_name(wheel: dict[str, Any]) -> str:
    if "name" in wheel:
        return str(wheel["name"])
    return Path(unquote(urlsplit(wheel["url"]).path) if "url" in wheel else wheel["path"]).name
