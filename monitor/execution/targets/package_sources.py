"""Offers: which frameworks can be had, on which device, and from where their builds come.

A runner file offers builds that execute, a compiler's file builds that are only compiled. `runners/README.md` explains
every field.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from monitor.execution.targets.device_check import ANYTHING, DeviceExpectation, read_expectation
from monitor.execution.targets.errors import TargetError
from monitor.formats.toml_reader import TomlTable, nearest
from monitor.model import Channel

# In the order in which they are wished for. The other channels are not described in runner files but asked for.
CHANNELS = (Channel.NIGHTLY, Channel.RELEASE, Channel.PINNED)

CONFIGURED_INDEX = "default"  # in `index`: whatever uv or pip on that machine is configured with
INDEX = r"default|(https?|file)://[^\s,]+"
# A requirement starts with a name. What starts with a dash would be an option of the resolver.
REQUIREMENT = r"[A-Za-z0-9][^\n\r]*"
DISTRIBUTION = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
PYTHON = r"3\.\d{1,2}(\.\d{1,2})?"
VERSION = r"\d+(\.\d+)*"
OWNER = r"[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9._-]+)?"
PRERELEASE = "disallow|allow|if-necessary|explicit|if-necessary-or-explicit"  # uv's own words

SUITE_NAME = r"[a-z]+"

SUITE = Path(__file__).parents[2] / "suite"


@dataclass(frozen=True)
class ChannelSource:
    """Where the packages of one channel come from. The indexes are tried in order, one after the other.

    `constraints` are requirements that hold only for what is installed anyway.
    """

    packages: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    index: tuple[str, ...] = (CONFIGURED_INDEX,)
    find_links: tuple[str, ...] = ()
    prerelease: str = ""
    python: str = ""


@dataclass(frozen=True)
class VersionConstraint:
    """What builds below a version need beside what others do: they were made when their dependencies were older."""

    below: str
    constraints: tuple[str, ...]


@dataclass(frozen=True)
class FrameworkSources:
    """One framework: the device its cases run on, and its builds.

    `distributions` are the names it may be installed by, the likeliest first. `exact` says how any one version is
    asked for: its packages come beside the version asked for, and `{version}` in them stands for it; `past` adds to it.
    `suites` are those that a plan takes where none is named, all where there are none. `expect` is what the framework
    must say of its device before the first case. `owners` answer for it here.
    """

    name: str
    device: str
    distributions: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    channels: dict[Channel, ChannelSource] = field(default_factory=dict)
    exact: ChannelSource | None = None
    past: tuple[VersionConstraint, ...] = ()
    suites: tuple[str, ...] = ()
    expect: DeviceExpectation = ANYTHING
    owners: tuple[str, ...] = ()


@dataclass(frozen=True)
class PackageSources:
    """The frameworks that one file offers. `file` is for messages."""

    name: str
    title: str
    file: str
    frameworks: dict[str, FrameworkSources]

    def framework(self, name: str) -> FrameworkSources:
        """The framework of that name. Raises TargetError where none such is offered."""
        if name not in self.frameworks:
            raise TargetError(f'{self.file}: no framework "{name}", {nearest(name, self.frameworks)}')
        return self.frameworks[name]


def known_frameworks() -> tuple[str, ...]:
    """Those that have cases. Found on disk as `monitor.suite.discovery` does: this side does not import the suite."""
    return tuple(sorted(path.parent.name for path in SUITE.glob("*/device.py")))


def known_suites(framework: str) -> tuple[str, ...]:
    """The suites of a framework, found on disk as `monitor.suite.discovery` does; those of its tables too."""
    folder = SUITE / framework
    listed = {path.stem for path in folder.glob("*.py")} - {"__init__", "device", "dialect", "export"}
    return tuple(sorted(listed | {path.parent.name for path in folder.glob("*/__init__.py")}))


def read_frameworks(table: TomlTable, directory: Path, *, executes: bool = False) -> dict[str, FrameworkSources]:
    """The frameworks that have a table in this one. Raises TargetError.

    Only one that `executes` has a device to expect something of.
    """
    known = known_frameworks()
    return {
        key: read_framework(key, table.table(key), directory, executes=executes)
        for key in table.tables()
        if key in known
    }


def read_framework(name: str, table: TomlTable, directory: Path, *, executes: bool = False) -> FrameworkSources:
    """One framework from its table; links of its sources are seen from `directory`. Raises TargetError."""
    if "expect" in table and not executes:
        table.refuse("expect", "is for frameworks that are executed; here no device is opened")
    framework = FrameworkSources(
        name=name,
        device=table.text("device"),
        distributions=table.texts("distributions", pattern=DISTRIBUTION, shape="the name of a distribution"),
        env=table.variables("env"),
        channels={
            channel: _source(table.table(channel), directory, packages=None) for channel in CHANNELS if channel in table
        },
        exact=_source(table.table(Channel.EXACT), directory, packages=()) if Channel.EXACT in table else None,
        past=tuple(_past(item) for item in table.records("past")),
        suites=table.texts("suites", default=(), pattern=SUITE_NAME, shape="the name of a suite"),
        expect=read_expectation(table.table("expect")) if "expect" in table else ANYTHING,
        owners=read_owners(table),
    )
    table.finish("channel", (*CHANNELS, Channel.EXACT))
    return framework


def read_owners(table: TomlTable) -> tuple[str, ...]:
    """Who is called for what is wrong there."""
    return table.texts("owners", default=(), pattern=OWNER, shape='a name at GitHub, "octocat" or "org/team"')


def _source(table: TomlTable, directory: Path, packages: tuple[str, ...] | None) -> ChannelSource:
    source = ChannelSource(
        packages=table.texts("packages", default=packages, pattern=REQUIREMENT, shape="a requirement"),
        constraints=table.texts("constraints", default=(), pattern=REQUIREMENT, shape="a requirement"),
        index=table.texts(
            "index", default=(CONFIGURED_INDEX,), pattern=INDEX, shape='the URL of an index, nor the word "default"'
        ),
        find_links=tuple(_from_file(directory, link) for link in table.texts("find-links", default=())),
        prerelease=table.text("prerelease", default="", pattern=PRERELEASE, shape=f"one of {PRERELEASE}"),
        python=table.text("python", default="", pattern=PYTHON, shape='a Python version such as "3.12"'),
    )
    table.finish()
    return source


def _past(table: TomlTable) -> VersionConstraint:
    past = VersionConstraint(
        below=table.text("below", pattern=VERSION, shape='a version such as "0.4.30"'),
        constraints=table.texts("constraints", pattern=REQUIREMENT, shape="a requirement"),
    )
    table.finish()
    return past


def _from_file(directory: Path, link: str) -> str:
    """A folder is meant from the runner file's own, so that the file means the same wherever it is read from."""
    return link if "://" in link else str((directory / link).resolve())
