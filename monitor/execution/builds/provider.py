"""Provide builds: from a request to an interpreter that has the framework.

A request is a channel (`auto` is the first of nightly, release and pinned that can be installed), a requirement
("jax==0.9.2"), or an interpreter that has the framework already.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

from monitor.execution.builds.environments import provide_environment, python_of
from monitor.execution.builds.interpreters import InstalledDistribution, Interpreter, InterpreterError, inspect
from monitor.execution.builds.pip_config import PipConfigError
from monitor.execution.builds.python_search import find_interpreter
from monitor.execution.builds.resolver import Resolution, resolve
from monitor.execution.builds.uv import UvError, UvMissingError
from monitor.execution.builds.versions import is_newer, release_numbers
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.package_sources import (
    CHANNELS,
    CONFIGURED_INDEX,
    VERSIONED,
    ChannelSource,
    FrameworkSources,
    PackageSources,
)
from monitor.formats.error_text import one_line
from monitor.formats.toml_reader import nearest
from monitor.model import Build, Channel, Package

T = TypeVar("T")

AUTO = "auto"

REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[A-Za-z0-9.+!_-]+)")
AFTER_NAME = re.compile(r"[^A-Za-z0-9._-]")  # the first character after the name in a requirement
NIGHTLY_DATE = re.compile(r"\.dev(20\d\d)(\d\d)(\d\d)")


class BuildUnavailable(RuntimeError):  # noqa: N818 - it names a state of the world, not a mistake
    """A build that cannot be installed; the message is the reason in one line, in the resolver's words."""


@dataclass(frozen=True)
class ProvisionedBuild:
    """A build, and the interpreter that has it. `notes` are lines for the notes of a run."""

    python: Path
    build: Build
    notes: tuple[str, ...] = ()


def provision(
    sources: PackageSources,
    framework: str,
    *,
    channel: str = AUTO,
    requirement: str = "",
    python: str = "",
    preferred: tuple[Package, ...] = (),
    cache: Path,
    log: Callable[[str], None],
) -> ProvisionedBuild:
    """Install the requested build, or find it in the cache, and return it.

    `requirement` ("jax==0.9.2") and `python` (an interpreter) override `channel`. The packages beside the framework
    have their versions in `preferred` wherever that build of the framework permits it. `commit` of the build stays
    empty: only the framework itself reports it. `log` takes lines on the progress.

    Raises BuildUnavailable, and TargetError where the request does not fit the sources.
    """
    wanted = sources.framework(framework)
    if python:
        return _installed_build(wanted, python, requirement)
    search = _BuildSearch(sources, wanted, cache, log, other_packages(wanted, preferred))
    try:
        if requirement:
            return search.install(Channel.EXACT, search.versioned_source(requirement))
        return search.first_channel() if channel == AUTO else search.from_channel(channel)
    except (UvMissingError, PipConfigError, InterpreterError) as error:
        raise BuildUnavailable(str(error)) from None


def newest_build(
    sources: PackageSources, framework: str, channel: str, *, below: str = "", log: Callable[[str], None]
) -> Build:
    """Return the newest build of a channel, or its newest below a version, with the packages beside it.

    Nothing is installed. With `auto` it is the newest of the best channel, which may fail to install. Raises
    BuildUnavailable, and TargetError where the channel does not exist.
    """
    wanted = sources.framework(framework)
    search = _BuildSearch(sources, wanted, Path(), log)
    if channel == AUTO:
        channel = next(best for best in CHANNELS if best in wanted.channels)
    try:
        return search.resolve_channel(channel, below)
    except (UvMissingError, PipConfigError, InterpreterError) as error:
        raise BuildUnavailable(str(error)) from None


def parse_requirement(sources: PackageSources, requirement: str) -> tuple[str, Build]:
    """Return the framework of a requirement ("jax==0.9.2"), and its build without packages. Raises TargetError."""
    if not (match := REQUIREMENT.fullmatch(requirement)):
        raise TargetError(f'"{requirement}" is no build; name one as "jax==1.2.3"')
    for framework in sources.frameworks.values():
        if _normalised(match["name"]) in distribution_names(framework):
            return framework.name, _build(match["name"], match["version"], Channel.EXACT, ())
    known = [name for framework in sources.frameworks.values() for name in framework.distributions]
    raise TargetError(
        f'{sources.file}: no framework is installed as "{match["name"]}", {nearest(match["name"], known)}'
    )


def other_packages(framework: FrameworkSources, packages: tuple[Package, ...]) -> tuple[Package, ...]:
    """Return the packages that are neither the framework nor a part of it that has the same version."""
    parts = framework.versioned.packages if framework.versioned else ()
    own = {
        *distribution_names(framework),
        *(_normalised(AFTER_NAME.split(part)[0]) for part in parts if "{version}" in part),
    }
    return tuple(package for package in packages if package.name not in own)


def distribution_names(framework: FrameworkSources) -> tuple[str, ...]:
    """Return the names that a framework may be installed by, normalised as in requirements of builds."""
    return tuple(_normalised(name) for name in framework.distributions)


class _BuildSearch:
    """Search for one build of a framework among its sources."""

    def __init__(
        self,
        sources: PackageSources,
        framework: FrameworkSources,
        cache: Path,
        log: Callable[[str], None],
        preferred: tuple[Package, ...] = (),
    ) -> None:
        self.sources = sources
        self.framework = framework
        self.cache = cache
        self.log = log
        self.preferred = preferred
        self._pythons: dict[str, tuple[Interpreter, str]] = {}

    def first_channel(self) -> ProvisionedBuild:
        """Install from the first channel that serves. `why` of the build names the failures of those before it."""
        failures: list[str] = []
        for channel in CHANNELS:
            try:
                if channel not in self.framework.channels:
                    raise BuildUnavailable(f"{self.sources.name} has none")
                provided = self.install(channel, self.framework.channels[channel])
            except BuildUnavailable as error:
                self.log(f"{self.framework.name} {channel} cannot be installed: {error}")
                failures.append(f"{channel}: {error}")
            else:
                return replace(provided, build=replace(provided.build, why=one_line("; ".join(failures))))
        raise BuildUnavailable("; ".join(failures))

    def from_channel(self, name: str) -> ProvisionedBuild:
        """Install from that channel, and from no other."""
        return self.install(*self._channel(name))

    def resolve_channel(self, name: str, below: str) -> Build:
        """Return the build that a channel would give if it had nothing from version `below` on."""
        channel, source = self._channel(name)
        public = below.partition("+")[0]  # a bound cannot have a local version ("+cpu")
        bounds = tuple(f"{distribution}<{public}" for distribution in self.framework.distributions) if below else ()
        source = replace(source, constraints=(*source.constraints, *bounds))
        interpreter, note = self._interpreter(source.python)

        def resolve_from(index: str) -> Build:
            resolution, name, version = self._resolve(source, index, interpreter)
            packages = tuple(Package(pin.name, pin.version) for pin in resolution.pins)
            return _build(name, version, channel, packages)

        return self._try_indexes(source, interpreter, note, resolve_from)

    def _channel(self, name: str) -> tuple[Channel, ChannelSource]:
        channels = self.framework.channels
        for channel in CHANNELS:
            if channel == name and channel in channels:
                return channel, channels[channel]
        known = nearest(name, (AUTO, *channels))
        raise TargetError(f'{self.sources.file}: {self.framework.name} has no channel "{name}", {known}')

    def versioned_source(self, requirement: str) -> ChannelSource:
        """Return the source of one version: the table of the runner file, with the version filled in."""
        framework, file = self.framework, self.sources.file
        if not (match := REQUIREMENT.fullmatch(requirement)):
            raise TargetError(f'"{requirement}" is no build; name one as "{framework.distributions[0]}==1.2.3"')
        if _normalised(match["name"]) not in distribution_names(framework):
            known = nearest(match["name"], framework.distributions)
            raise TargetError(f'{file}: {framework.name} is not installed as "{match["name"]}", {known}')
        source = framework.versioned
        if source is None:
            raise TargetError(f"{file}: {framework.name}.{VERSIONED} is missing: it has the packages beside a version")
        packages = tuple(package.replace("{version}", match["version"]) for package in source.packages)
        release = release_numbers(match["version"])
        overrides = [each.constraints for each in framework.version_overrides if release < release_numbers(each.below)]
        constraints = (*source.constraints, *chain.from_iterable(overrides))
        return replace(source, packages=(requirement, *packages), constraints=constraints)

    def install(self, channel: Channel, source: ChannelSource) -> ProvisionedBuild:
        """Install from the first index that serves. Raises BuildUnavailable."""
        interpreter, note = self._interpreter(source.python)

        def install_from(index: str) -> ProvisionedBuild:
            resolution, name, version = self._resolve(source, index, interpreter)
            path, record = provide_environment(resolution, interpreter, f"{name}=={version}", self.cache, self.log)
            newer = self._newer_with_other_python(channel, source, index, interpreter, version, missing=bool(note))
            build = _build(name, version, channel, record.packages)
            return ProvisionedBuild(python_of(path), build, tuple(filter(None, (note, newer))))

        return self._try_indexes(source, interpreter, note, install_from)

    def _newer_with_other_python(
        self,
        channel: Channel,
        source: ChannelSource,
        index: str,
        interpreter: Interpreter,
        version: str,
        *,
        missing: bool,
    ) -> str:
        """Return one line that names a newer build of this channel for another Python; "" where there is none.

        The other Python is the requested one if it is `missing` here, else the next minor version: frameworks drop old
        Pythons, and an index then has the last build for them for ever. A pinned or a versioned build has no newer one.
        """
        if channel not in (Channel.NIGHTLY, Channel.RELEASE):
            return ""
        major, minor = interpreter.version.split(".")[:2]
        python = source.python if missing else f"{major}.{int(minor) + 1}"
        try:
            resolution = resolve(source.packages, source, index, interpreter, lambda _: None, python=python)
        except UvError:  # there are no wheels for that Python yet
            return ""
        other = next((v for name in distribution_names(self.framework) if (v := resolution.version(name))), "")
        if not is_newer(f"=={other}", f"=={version}"):
            return ""
        brings = f"Python {python} would bring {self.framework.name} {other}, {interpreter.version} has {version}"
        if missing:
            return f"{brings}: `uv python install {python}` or `pyenv install {python}` installs it"
        return f'{brings}: name it in {self.sources.file}, python = "{python}"'

    def _try_indexes(
        self, source: ChannelSource, interpreter: Interpreter, note: str, attempt: Callable[[str], T]
    ) -> T:
        """Return the result of `attempt` on the first index where it succeeds. Raises BuildUnavailable."""
        failures: list[str] = []
        for index in source.index:
            try:
                return attempt(index)
            except (UvError, InterpreterError) as error:
                has_index = index == CONFIGURED_INDEX or index in str(error)
                failures.append(str(error) if has_index else f"{index}: {error}")
        instead = f" (on Python {interpreter.version}, as {source.python} is missing)" if note else ""
        raise BuildUnavailable("; then ".join(failures) + instead)

    def _resolve(self, source: ChannelSource, index: str, interpreter: Interpreter) -> tuple[Resolution, str, str]:
        """Return a resolution, and the name and the version of the framework in it. Raises UvError."""
        resolution = self._resolve_preferred(source, index, interpreter)
        name = next((name for name in distribution_names(self.framework) if resolution.version(name)), "")
        if not name:
            wanted = ", ".join(self.framework.distributions)
            raise UvError(f"none of {wanted} is among the packages that {', '.join(source.packages)} needs")
        return resolution, name, resolution.version(name)

    def _resolve_preferred(self, source: ChannelSource, index: str, interpreter: Interpreter) -> Resolution:
        """Return a resolution with all preferred versions if there is one, else with as many as uv can keep."""
        if not self.preferred:
            return resolve(source.packages, source, index, interpreter, self.log)
        exactly = tuple(f"{package.name}=={package.version}" for package in self.preferred)
        constrained = replace(source, constraints=(*source.constraints, *exactly))
        try:
            return resolve(source.packages, constrained, index, interpreter, self.log)
        except UvError:
            return resolve(source.packages, source, index, interpreter, self.log, self.preferred)

    def _interpreter(self, version: str) -> tuple[Interpreter, str]:
        """Return the interpreter for a Python version, searched once, and a note where another one serves."""
        if version not in self._pythons:
            path, note = find_interpreter(version, self.log)
            self._pythons[version] = inspect(path), note
        return self._pythons[version]


def _installed_build(framework: FrameworkSources, python: str, requirement: str) -> ProvisionedBuild:
    """Return the build that an interpreter has already. Raises BuildUnavailable."""
    program = shutil.which(python)
    if not program:
        raise BuildUnavailable("the interpreter given is no program that can be run")
    try:
        interpreter = inspect(Path(program).absolute())  # not resolved: the link leads to its environment
    except InterpreterError as error:
        raise BuildUnavailable(f"the interpreter given {error}") from None
    installed = interpreter.installed
    name = next((name for name in distribution_names(framework) if name in installed), "")
    if not name:
        raise BuildUnavailable(f"the interpreter given has none of {', '.join(framework.distributions)} installed")
    build = _build(name, installed[name].version, Channel.GIVEN, _as_packages(installed))
    # A requirement need not have the local version ("+cpu").
    if requirement and requirement not in (build.requirement, build.requirement.partition("+")[0]):
        raise BuildUnavailable(f"the interpreter given has {build.requirement}, not {requirement}")
    return ProvisionedBuild(interpreter.path, build)


def _build(name: str, version: str, channel: Channel, packages: tuple[Package, ...]) -> Build:
    dated = NIGHTLY_DATE.search(version)
    return Build(name, version, channel, date="-".join(dated.groups()) if dated else "", packages=packages)


def _as_packages(installed: dict[str, InstalledDistribution]) -> tuple[Package, ...]:
    return tuple(Package(name, distribution.version) for name, distribution in installed.items())


def _normalised(name: str) -> str:
    """Return the name of a distribution as the packaging specifications compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
