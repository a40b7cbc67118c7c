"""Builds: from a wish to an interpreter that has the framework.

A wish is a channel (`auto` is the first of nightly, release and pinned that can be had), one version by name, or an
interpreter that has the framework already.
"""

from __future__ import annotations

import math
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
from monitor.execution.builds.python_search import wished_interpreter
from monitor.execution.builds.resolver import Resolution, resolve
from monitor.execution.builds.uv import UvError, UvMissingError
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.package_sources import (
    CHANNELS,
    CONFIGURED_INDEX,
    ChannelSource,
    FrameworkSources,
    PackageSources,
)
from monitor.formats.error_text import one_line
from monitor.formats.toml_reader import nearest
from monitor.model import Build, Channel, Package

T = TypeVar("T")

AUTO = "auto"

EXACT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[A-Za-z0-9.+!_-]+)")
AFTER_NAME = re.compile(r"[^A-Za-z0-9._-]")  # where the name ends in a requirement
RELEASE = re.compile(r"\d+(\.\d+)*")
# A version without its local part, and the order of the stages on the way to a release: as PEP 440 has both.
VERSION = re.compile(
    r"v?((?P<epoch>\d+)!)?(?P<release>\d+(\.\d+)*)"
    r"([-_.]?(?P<stage>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre>\d*))?"
    r"(-(?P<bare_post>\d+)|[-_.]?(post|rev|r)[-_.]?(?P<post>\d*))?"
    r"([-_.]?dev[-_.]?(?P<dev>\d*))?",
    re.IGNORECASE,
)
STAGES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
LAST_STAGE = (3, 0)  # the release itself
NIGHTLY_DATE = re.compile(r"\.dev(20\d\d)(\d\d)(\d\d)")


class BuildUnavailable(RuntimeError):  # noqa: N818 - it names a state of the world, not a mistake
    """A build that cannot be had; the message is the reason in one line, the resolver's own words."""


@dataclass(frozen=True)
class ProvisionedBuild:
    """A build, and the interpreter that has it. `notes` are lines for the reader of the night."""

    python: Path
    build: Build
    notes: tuple[str, ...] = ()


def provide(
    offer: PackageSources,
    framework: str,
    *,
    channel: str = AUTO,
    exact: str = "",
    python: str = "",
    held: tuple[Package, ...] = (),
    cache: Path,
    say: Callable[[str], None],
) -> ProvisionedBuild:
    """The build wished for. `exact` ("jax==0.9.2") and `python` (an interpreter) override `channel`.

    What comes beside the framework has the versions in `held` wherever that build of the framework allows it.
    `commit` of the build stays empty: the worker reads it off the framework. `say` hears of the progress. Raises
    BuildUnavailable, and TargetError where the wish itself is at fault.
    """
    wanted = offer.framework(framework)
    if python:
        return _given(wanted, python, exact)
    search = _BuildSearch(offer, wanted, cache, say, beside(wanted, held))
    try:
        if exact:
            return search.take(Channel.EXACT, search.exact(exact))
        return search.first() if channel == AUTO else search.channel(channel)
    except (UvMissingError, PipConfigError, InterpreterError) as error:
        raise BuildUnavailable(str(error)) from None


def newest(
    offer: PackageSources, framework: str, channel: str, *, below: str = "", say: Callable[[str], None]
) -> Build:
    """A channel's newest build, or its newest below a version, and what would be beside it; nothing is installed.

    Of `auto`, the best channel's: that it can be installed too is not known. Raises BuildUnavailable, and TargetError
    where there is no such channel.
    """
    wanted = offer.framework(framework)
    search = _BuildSearch(offer, wanted, Path(), say)
    if channel == AUTO:
        channel = next(best for best in CHANNELS if best in wanted.channels)
    try:
        return search.find(channel, below)
    except (UvMissingError, PipConfigError, InterpreterError) as error:
        raise BuildUnavailable(str(error)) from None


def named(offer: PackageSources, label: str) -> tuple[str, Build]:
    """The framework that a label ("jax==0.9.2") is of, and that build as far as the label tells. Raises TargetError."""
    if not (match := EXACT.fullmatch(label)):
        raise TargetError(f'"{label}" is no build; name one as "jax==1.2.3"')
    for framework in offer.frameworks.values():
        if _normalised(match["name"]) in names_of(framework):
            return framework.name, _build(match["name"], match["version"], Channel.EXACT, ())
    known = [name for framework in offer.frameworks.values() for name in framework.distributions]
    raise TargetError(f'{offer.file}: no framework is installed as "{match["name"]}", {nearest(match["name"], known)}')


def beside(framework: FrameworkSources, packages: tuple[Package, ...]) -> tuple[Package, ...]:
    """Those packages that are not the framework itself, nor a part of it that is asked for by the same version."""
    parts = framework.exact.packages if framework.exact else ()
    own = {*names_of(framework), *(_normalised(AFTER_NAME.split(part)[0]) for part in parts if "{version}" in part)}
    return tuple(package for package in packages if package.name not in own)


class _BuildSearch:
    """The search for one build of a framework among its sources."""

    def __init__(
        self,
        offer: PackageSources,
        framework: FrameworkSources,
        cache: Path,
        say: Callable[[str], None],
        held: tuple[Package, ...] = (),
    ) -> None:
        self.offer = offer
        self.framework = framework
        self.cache = cache
        self.say = say
        self.held = held
        self._pythons: dict[str, tuple[Interpreter, str]] = {}

    def first(self) -> ProvisionedBuild:
        """The first channel that resolves and installs; why none before it did is told with the build."""
        failures: list[str] = []
        for channel in CHANNELS:
            try:
                if channel not in self.framework.channels:
                    raise BuildUnavailable(f"{self.offer.name} has none")
                provided = self.take(channel, self.framework.channels[channel])
            except BuildUnavailable as error:
                self.say(f"{self.framework.name} {channel} cannot be had: {error}")
                failures.append(f"{channel}: {error}")
            else:
                return replace(provided, build=replace(provided.build, why=one_line("; ".join(failures))))
        raise BuildUnavailable("; ".join(failures))

    def channel(self, name: str) -> ProvisionedBuild:
        """That channel or none."""
        return self.take(*self._channel(name))

    def find(self, name: str, below: str) -> Build:
        """What a channel would give, were there nothing from that version on."""
        channel, source = self._channel(name)
        public = below.partition("+")[0]  # a bound knows no local version ("+cpu")
        bounds = tuple(f"{distribution}<{public}" for distribution in self.framework.distributions) if below else ()
        source = replace(source, constraints=(*source.constraints, *bounds))
        interpreter, note = self._interpreter(source.python)

        def found(index: str) -> Build:
            lock, name, version = self._resolved(source, index, interpreter)
            return _build(name, version, channel, tuple(Package(pin.name, pin.version) for pin in lock.pins))

        return self._from_first(source, interpreter, note, found)

    def _channel(self, name: str) -> tuple[Channel, ChannelSource]:
        channels = self.framework.channels
        for channel in CHANNELS:
            if channel == name and channel in channels:
                return channel, channels[channel]
        known = nearest(name, (AUTO, *channels))
        raise TargetError(f'{self.offer.file}: {self.framework.name} has no channel "{name}", {known}')

    def exact(self, wish: str) -> ChannelSource:
        """Where one version comes from: the runner file's table for it, with the version filled in."""
        framework, file = self.framework, self.offer.file
        if not (match := EXACT.fullmatch(wish)):
            raise TargetError(f'"{wish}" is no build; name one as "{framework.distributions[0]}==1.2.3"')
        if _normalised(match["name"]) not in names_of(framework):
            known = nearest(match["name"], framework.distributions)
            raise TargetError(f'{file}: {framework.name} is not installed as "{match["name"]}", {known}')
        if framework.exact is None:
            raise TargetError(f"{file}: {framework.name}.exact is missing, which says how one version is asked for")
        packages = tuple(package.replace("{version}", match["version"]) for package in framework.exact.packages)
        past = [past.constraints for past in framework.past if _numbers(match["version"]) < _numbers(past.below)]
        constraints = (*framework.exact.constraints, *chain.from_iterable(past))
        return replace(framework.exact, packages=(wish, *packages), constraints=constraints)

    def take(self, channel: Channel, source: ChannelSource) -> ProvisionedBuild:
        """What the first index that serves gives. Raises BuildUnavailable."""
        interpreter, note = self._interpreter(source.python)

        def install(index: str) -> ProvisionedBuild:
            lock, name, version = self._resolved(source, index, interpreter)
            path, record = provide_environment(lock, interpreter, f"{name}=={version}", self.cache, self.say)
            notes = (note, self._newer_elsewhere(channel, source, index, interpreter, version, wished=bool(note)))
            build = _build(name, version, channel, record.packages)
            return ProvisionedBuild(python_of(path), build, tuple(filter(None, notes)))

        return self._from_first(source, interpreter, note, install)

    def _newer_elsewhere(
        self,
        channel: Channel,
        source: ChannelSource,
        index: str,
        interpreter: Interpreter,
        version: str,
        *,
        wished: bool,
    ) -> str:
        """Which newer build of this channel another Python would bring, in one line; "" where none would.

        That Python is the one wished for where another serves, else the next one: frameworks drop old Pythons, and
        an index then offers the last build for them for ever. Of a pinned or an exact version there is no newer one.
        """
        if channel not in (Channel.NIGHTLY, Channel.RELEASE):
            return ""
        major, minor = interpreter.version.split(".")[:2]
        python = source.python if wished else f"{major}.{int(minor) + 1}"
        try:
            lock = resolve(source.packages, source, index, interpreter, lambda _: None, python=python)
        except UvError:  # nothing is made for that Python yet
            return ""
        there = next((found for name in names_of(self.framework) if (found := lock.version(name))), "")
        if not newer(f"=={there}", f"=={version}"):
            return ""
        brings = f"Python {python} would bring {self.framework.name} {there}, {interpreter.version} has {version}"
        if wished:
            return f"{brings}: `uv python install {python}` or `pyenv install {python}` installs it"
        return f'{brings}: name it in {self.offer.file}, python = "{python}"'

    def _from_first(self, source: ChannelSource, interpreter: Interpreter, note: str, ask: Callable[[str], T]) -> T:
        failures: list[str] = []
        for index in source.index:
            try:
                return ask(index)
            except (UvError, InterpreterError) as error:
                known = index == CONFIGURED_INDEX or index in str(error)
                failures.append(str(error) if known else f"{index}: {error}")
        instead = f" (on Python {interpreter.version}, as {source.python} cannot be had)" if note else ""
        raise BuildUnavailable("; then ".join(failures) + instead)

    def _resolved(self, source: ChannelSource, index: str, interpreter: Interpreter) -> tuple[Resolution, str, str]:
        """A resolution, and under which name and in which version it has the framework."""
        lock = self._lock(source, index, interpreter)
        name = next((name for name in names_of(self.framework) if lock.version(name)), "")
        if not name:
            wanted = ", ".join(self.framework.distributions)
            raise UvError(f"none of {wanted} is among what {', '.join(source.packages)} needs")
        return lock, name, lock.version(name)

    def _lock(self, source: ChannelSource, index: str, interpreter: Interpreter) -> Resolution:
        """A resolution with what is held, with all of it if that can be, else with as much as uv finds it can."""
        if not self.held:
            return resolve(source.packages, source, index, interpreter, self.say)
        exactly = tuple(f"{package.name}=={package.version}" for package in self.held)
        held = replace(source, constraints=(*source.constraints, *exactly))
        try:
            return resolve(source.packages, held, index, interpreter, self.say)
        except UvError:
            return resolve(source.packages, source, index, interpreter, self.say, self.held)

    def _interpreter(self, wish: str) -> tuple[Interpreter, str]:
        """The interpreter for a wish, looked for once, and the note that comes with it."""
        if wish not in self._pythons:
            path, note = wished_interpreter(wish, self.say)
            self._pythons[wish] = inspect(path), note
        return self._pythons[wish]


def _given(framework: FrameworkSources, python: str, exact: str) -> ProvisionedBuild:
    """The build that an interpreter has already."""
    found = shutil.which(python)
    if not found:
        raise BuildUnavailable("the interpreter given is no program that can be run")
    try:
        interpreter = inspect(Path(found).absolute())  # not resolved: the link is what knows its environment
    except InterpreterError as error:
        raise BuildUnavailable(f"the interpreter given {error}") from None
    installed = interpreter.installed
    name = next((name for name in names_of(framework) if name in installed), "")
    if not name:
        raise BuildUnavailable(f"the interpreter given has none of {', '.join(framework.distributions)} installed")
    build = _build(name, installed[name].version, Channel.GIVEN, _as_packages(installed))
    if exact and exact not in (build.label, build.label.partition("+")[0]):  # a local version need not be spelt out
        raise BuildUnavailable(f"the interpreter given has {build.label}, not {exact}")
    return ProvisionedBuild(interpreter.path, build)


def _build(name: str, version: str, channel: Channel, packages: tuple[Package, ...]) -> Build:
    dated = NIGHTLY_DATE.search(version)
    return Build(name, version, channel, date="-".join(dated.groups()) if dated else "", packages=packages)


def _as_packages(installed: dict[str, InstalledDistribution]) -> tuple[Package, ...]:
    return tuple(Package(name, found.version) for name, found in installed.items())


def names_of(framework: FrameworkSources) -> tuple[str, ...]:
    """The names that a framework may be installed by, as labels of builds have them."""
    return tuple(_normalised(name) for name in framework.distributions)


def _numbers(version: str) -> tuple[int, ...]:
    """The release of a version, without what comes after it: all that this side, without a package, can compare."""
    found = RELEASE.match(version)
    return tuple(map(int, found[0].split("."))) if found else ()


def newer(label: str, other: str) -> bool:
    """Tell whether a build is newer than another, whatever hardware each was made for ("+cpu").

    The order is PEP 440's. The history has it from a package (`monitor.history.ordering`), which a worker lacks.
    """
    return _order(label) > _order(other)


def _order(label: str) -> tuple[int, tuple[int, ...], tuple[int, int], int, float]:
    """Return the sort key of a build: epoch, release, pre-, post- and development release. No version sorts as 0."""
    found = VERSION.fullmatch(label.partition("==")[2].partition("+")[0])
    if found is None:
        return 0, (), LAST_STAGE, -1, math.inf
    release = [*map(int, found["release"].split("."))]
    while release and not release[-1]:  # 1.0 is 1
        release.pop()
    post, dev = found["post"] if found["bare_post"] is None else found["bare_post"], found["dev"]
    posted = -1 if post is None else int(post or 0)
    stage = LAST_STAGE
    if found["stage"]:
        stage = STAGES[found["stage"].lower()], int(found["pre"] or 0)
    elif dev is not None and posted < 0:  # 1.0.dev1 is before 1.0a1
        stage = (-1, 0)
    return int(found["epoch"] or 0), tuple(release), stage, posted, math.inf if dev is None else int(dev or 0)


def _normalised(name: str) -> str:
    """A distribution's name as the packaging specifications compare them."""
    return re.sub(r"[-_.]+", "-", name).lower()
