"""Package sources: the frameworks of a file, the device of each, and the indexes that its builds come from.

A runner file has the builds that execute on a target, a compiler's file those whose programs are compiled.
`docs/reference/runner-file.md` explains every field.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from monitor.execution.targets.device_check import ANY_DEVICE, EXPECT_FIELDS, DeviceExpectation
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.fields import (
    ABSENT,
    Choice,
    Field,
    FolderName,
    Inner,
    Links,
    Records,
    TableFields,
    Text,
    Texts,
    Variables,
    record,
)
from monitor.formats.toml_reader import TomlTable, nearest
from monitor.model import Channel
from monitor.suite_files import KERNELS, declared_suites, frameworks, listed_suites

# In the order of preference. The other channels have no table of their own in a runner file.
CHANNELS = (Channel.NIGHTLY, Channel.RELEASE, Channel.PINNED)
CONSTRAINTS = "Requirements that apply only to packages that are installed anyway."
VERSIONED = "versioned"  # the table of builds that are requested by version

CONFIGURED_INDEX = "default"  # in `index`: the configuration of uv or pip on that machine
INDEX = r"default|(https?|file)://[^\s,]+"
# A requirement starts with a name. A leading dash would be an option of the resolver.
REQUIREMENT = Texts(r"[A-Za-z0-9][^\n\r]*", "a requirement")
DISTRIBUTION = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
PYTHON = r"3\.\d{1,2}(\.\d{1,2})?"
VERSION = r"\d+(\.\d+)*"
OWNER = r"[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9._-]+)?"
PRERELEASE = ("disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit")  # uv's words

COMPILERS = ("inductor",)  # that a framework brings

SUITE_NAME = r"[a-z_]+"


@dataclass(frozen=True)
class ChannelSource:
    """Packages of one channel, and where they come from. The indexes are tried in order.

    `constraints` are requirements that apply only to packages that are installed anyway.
    """

    packages: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    index: tuple[str, ...] = (CONFIGURED_INDEX,)
    find_links: tuple[str, ...] = ()
    prerelease: str = ""
    python: str = ""


@dataclass(frozen=True)
class VersionOverride:
    """Additional constraints of builds below a version, which were made when their dependencies were older."""

    below: str
    constraints: tuple[str, ...]


@dataclass(frozen=True)
class FrameworkSources:
    """One framework: the device that its cases run on, and its builds.

    `distributions` are the names that it may be installed by, the most likely first. `versioned` has the packages that
    come beside a build that is requested by version; `{version}` in them stands for the version, and
    `version_overrides` add constraints. `suites` are those that a plan takes where none is named; empty means all.
    `expect` is the device that a worker must see. `compiler` names the compiler that the framework
    brings, so that its own process compiles; it is empty where another one does. `exports` is the folder of exports
    that are frozen, one file for each suite; None without any. `owners` are notified of its regressions on this target.
    """

    name: str
    device: str
    distributions: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    channels: dict[Channel, ChannelSource] = field(default_factory=dict)
    versioned: ChannelSource | None = None
    version_overrides: tuple[VersionOverride, ...] = ()
    suites: tuple[str, ...] = ()
    expect: DeviceExpectation = ANY_DEVICE
    compiler: str = ""
    exports: Path | None = None
    owners: tuple[str, ...] = ()


@dataclass(frozen=True)
class PackageSources:
    """The frameworks of one file. `file` is for error lines."""

    name: str
    title: str
    file: str
    frameworks: dict[str, FrameworkSources]

    def framework(self, name: str) -> FrameworkSources:
        """Return the framework of that name. Raises TargetError where the file has none."""
        if name not in self.frameworks:
            raise TargetError(f'{self.file}: no framework "{name}", {nearest(name, self.frameworks)}')
        return self.frameworks[name]


def known_suites(framework: str) -> tuple[str, ...]:
    """Return the names of a framework's suites, sorted, those of its kernel tables included."""
    return tuple(sorted({KERNELS, *declared_suites(framework), *listed_suites(framework)}))


def take_frameworks(values: dict[str, Any]) -> dict[str, FrameworkSources]:
    """Remove the frameworks from the values of a table, and return those that the table has, by name."""
    found = {name: values.pop(name) for name in frameworks()}
    return {name: framework for name, framework in found.items() if framework}


def framework_tables(fields: TableFields[FrameworkSources], *, needs: str = "") -> tuple[Field, ...]:
    """Return a field for each framework, whose table has `fields`."""
    return tuple(Field(name, Inner(fields), f"The sources of {name}.", ABSENT, needs=needs) for name in frameworks())


def _source_fields(name: str, packages: Field) -> TableFields[ChannelSource]:
    return TableFields(
        name=name,
        doc="The packages of a channel, and where they come from.",
        fields=(
            packages,
            Field("constraints", REQUIREMENT, CONSTRAINTS, ()),
            Field(
                "index",
                Texts(INDEX, 'the URL of an index, nor the word "default"'),
                'Package indexes, tried in order; "default" is the one that uv, else pip, is configured with.',
                (CONFIGURED_INDEX,),
            ),
            Field("find-links", Links(), "Pages with more wheels, or folders relative to this file.", ()),
            Field("prerelease", Choice(PRERELEASE), "uv's policy for pre-releases; uv's own where absent.", ""),
            Field(
                "python",
                Text(PYTHON, 'a Python version such as "3.12"'),
                "The Python to use; the one that runs the monitor where absent.",
                "",
            ),
        ),
        make=record(ChannelSource),
    )


SOURCE_FIELDS = _source_fields("source", Field("packages", REQUIREMENT, "Packages to install, as requirements."))
VERSIONED_FIELDS = _source_fields(
    "versioned",
    Field("packages", REQUIREMENT, "Packages to install beside the requested version, which {version} stands for.", ()),
)
OVERRIDE_FIELDS = TableFields(
    name="version-override",
    doc="Additional constraints of builds below a version.",
    fields=(
        Field("below", Text(VERSION, 'a version such as "0.4.30"'), "The first version without these constraints."),
        Field("constraints", REQUIREMENT, CONSTRAINTS),
    ),
    make=record(VersionOverride),
)


def owners_field(doc: str) -> Field:
    """Return the field that names people to notify."""
    return Field("owners", Texts(OWNER, 'a name at GitHub, "octocat" or "org/team"'), doc, ())


def _framework(table: TomlTable, values: dict[str, Any]) -> FrameworkSources:
    channels = {channel: source for channel in CHANNELS if (source := values.pop(channel))}
    return FrameworkSources(name=table.where.rpartition(".")[2], channels=channels, **values)


def _framework_fields(name: str, *, executes: bool, compiles: bool = False) -> TableFields[FrameworkSources]:
    compiler = Field("compiler", Choice(COMPILERS), "The framework's own compiler, in the place of this file's.", "")
    exports = Field(
        "exports",
        FolderName(),
        "Folder of exported programs, relative to this file, so that a night needs no environment of the framework.",
        ABSENT,
    )
    expect = Field("expect", Inner(EXPECT_FIELDS), "The device that this framework must see.", ANY_DEVICE)
    return TableFields(
        name=name,
        doc="A framework: the device that its cases run on, and its builds.",
        fields=(
            Field("device", Text(), "The device that cases run on, in the framework's words."),
            Field(
                "distributions",
                Texts(DISTRIBUTION, "the name of a distribution"),
                "Names that the framework may be installed by, the most likely first.",
            ),
            Field("env", Variables(), "Environment variables of its worker.", ()),
            *(Field(each, Inner(SOURCE_FIELDS), f"The packages of the channel {each}.", ABSENT) for each in CHANNELS),
            Field(VERSIONED, Inner(VERSIONED_FIELDS), "The packages of a build that is requested by version.", ABSENT),
            Field("version-overrides", Records(OVERRIDE_FIELDS), "Constraints of older builds.", ()),
            Field(
                "suites",
                Texts(SUITE_NAME, "the name of a suite"),
                "Suites that a plan takes where none is named; all where absent.",
                (),
            ),
            *([expect] if executes else []),
            *([compiler, exports] if compiles else []),
            owners_field("Whom to notify at GitHub of a regression of this framework on this target."),
        ),
        make=_framework,
        refused={} if executes else {"expect": "is for frameworks that are executed; here no device is opened"},
        noun="channel",
    )


FRAMEWORK_FIELDS = _framework_fields("framework", executes=False)
COMPILED_FRAMEWORK_FIELDS = _framework_fields("compiled-framework", executes=False, compiles=True)
EXECUTED_FRAMEWORK_FIELDS = _framework_fields("executed-framework", executes=True)
