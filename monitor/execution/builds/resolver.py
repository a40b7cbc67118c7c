"""Resolve requirements to exact versions and hashes of wheels."""

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

KEY_LENGTH = 12  # hex digits: 48 bits distinguish more environments than a disk holds


@dataclass(frozen=True)
class Wheel:
    """A wheel that satisfies a pin."""

    name: str
    sha256: str

    @property
    def tags(self) -> frozenset[str]:
        """The tags in the file's name, with compressed sets expanded: `py2.py3-none-any` is two tags."""
        python, abi, platform = self.name.removesuffix(".whl").split("-")[-3:]
        return frozenset("-".join(tag) for tag in product(python.split("."), abi.split("."), platform.split(".")))


@dataclass(frozen=True)
class Pin:
    """A distribution with its version, and its wheels for the interpreter: nearly always one."""

    name: str
    version: str
    wheels: tuple[Wheel, ...]


@dataclass(frozen=True)
class Resolution:
    """A resolution. `text` is the pylock.toml that uv installs from, with the hashes that it checks."""

    text: str
    pins: tuple[Pin, ...]

    def version(self, name: str) -> str:
        """Return the version of a distribution in this resolution, or ""."""
        return next((pin.version for pin in self.pins if pin.name == name), "")

    def key(self, interpreter: Interpreter) -> str:
        """Return a key that identifies an environment of this resolution on that interpreter."""
        parts = [interpreter.version, interpreter.abi, interpreter.platform]
        for pin in self.pins:
            parts += [pin.name, pin.version, *sorted(wheel.sha256 for wheel in pin.wheels)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:KEY_LENGTH]

    def packages(self, installed: Mapping[str, InstalledDistribution]) -> tuple[Package, ...]:
        """Return the installed packages, each with the hash of its wheel.

        Where several wheels fit, it is the one whose tags the installed package has.
        """
        packages = []
        for pin in self.pins:
            tags = installed[pin.name].tags if pin.name in installed else frozenset()
            fitting = [wheel for wheel in pin.wheels if wheel.tags == tags] if len(pin.wheels) > 1 else pin.wheels
            packages.append(Package(pin.name, pin.version, fitting[0].sha256 if len(fitting) == 1 else ""))
        return tuple(packages)


def resolve(
    requirements: tuple[str, ...],
    source: ChannelSource,
    index: str,
    interpreter: Interpreter,
    log: Callable[[str], None],
    preferred: tuple[Package, ...] = (),
    python: str = "",
) -> Resolution:
    """Resolve requirements against one index of a source.

    The index `default` stands for the configuration of this machine; a URL precedes that configuration. The user's uv
    variables are extended, never replaced. Only wheels are used, so nothing is compiled, and every file has a hash.
    A package in `preferred` has its version there wherever the requirements permit. With `python`, resolve for that
    version of Python, which need not be installed. Raises UvError, UvMissingError and PipConfigError.
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
        configured = environment.get("UV_FIND_LINKS") or os.environ.get("UV_FIND_LINKS")
        environment["UV_FIND_LINKS"] = ",".join([*source.find_links, *([configured] if configured else [])])
    if source.prerelease:
        options += ["--prerelease", source.prerelease]
    log(f"resolving {', '.join(requirements)} (index: {index})")
    with TemporaryDirectory(prefix="portability-") as folder:
        constraints = Path(folder) / "constraints.txt"
        constraints.write_text("\n".join(source.constraints), encoding="utf-8")
        environment["UV_CONSTRAINT"] = f"{constraints} {os.environ.get('UV_CONSTRAINT', '')}".strip()
        if preferred:  # uv prefers the versions in an existing output file
            output = Path(folder) / "pylock.toml"
            output.write_text(_as_pylock(preferred), encoding="utf-8")
            options += ["--output-file", str(output)]
        printed = run_uv(("pip", "compile", "-", *options), environment, text="\n".join(requirements))
        return parse_pylock(output.read_text(encoding="utf-8") if preferred else printed)


def parse_pylock(text: str) -> Resolution:
    """Return the resolution in a pylock.toml."""
    packages = tomllib.loads(text).get("packages", [])
    pins = [Pin(package["name"], package["version"], _wheels(package)) for package in packages]
    return Resolution(text, tuple(sorted(pins, key=lambda pin: pin.name)))


def _as_pylock(packages: tuple[Package, ...]) -> str:
    """Return a minimal pylock.toml with the versions of packages. Every JSON string is a valid TOML string."""
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
