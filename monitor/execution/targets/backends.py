"""Backends of a target, one for each kind of evidence: execute on it, compile for it, lower for it, look it up.

`docs/reference/runner-file.md` explains every field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.execution.targets.device_check import ANY_DEVICE, EXPECT_FIELDS, DeviceExpectation
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.fields import (
    ABSENT,
    FILE_NAME,
    Field,
    FileName,
    Inner,
    Measure,
    TableFields,
    Text,
    Texts,
    Whole,
)
from monitor.execution.targets.package_sources import (
    COMPILED_FRAMEWORK_FIELDS,
    EXECUTED_FRAMEWORK_FIELDS,
    FRAMEWORK_FIELDS,
    FrameworkSources,
    PackageSources,
    framework_tables,
    take_frameworks,
)
from monitor.formats.toml_reader import TomlTable, read_toml
from monitor.model import Chip
from monitor.suite_files import frameworks

COMPILERS = "compilers"  # folders beside the runner files
BUILDS = "builds"

THREADS = 1  # two equal nights differ least on one thread
CASE_SECONDS = 60  # a case takes a second or two, its first compilation included; beyond a minute it hangs
CASE_MEMORY_MIB = 4096  # room for a framework (up to 1.5 GiB) and a case, well below a hosted runner's memory
HOSTED = ("ubuntu-latest",)  # only execution needs the hardware
HOSTED_LABEL = re.compile(r"(ubuntu|windows|macos)-.*")  # GitHub's own runners, which every repository has


@dataclass(frozen=True, kw_only=True)
class Backend:
    """The part that all backends share: labels of the runner, and limits of a case."""

    labels: tuple[str, ...] = HOSTED
    threads: int = THREADS
    case_seconds: int = CASE_SECONDS
    case_memory_mib: int = CASE_MEMORY_MIB

    @property
    def hosted(self) -> bool:
        """True if GitHub's own runners serve, which every fork has."""
        return all(HOSTED_LABEL.fullmatch(label) for label in self.labels)


@dataclass(frozen=True, kw_only=True)
class ExecuteBackend(Backend):
    """Execution on the hardware.

    `builds` has the sources that several targets share, `expect` the device that every framework must see.
    """

    builds: PackageSources | None = None
    expect: DeviceExpectation = ANY_DEVICE


@dataclass(frozen=True)
class Compiler(PackageSources):
    """A compiler for hardware that is not present, and the frameworks whose programs it takes.

    `driver` names the module of `monitor.compilers` that calls it. `own` has the packages of the compiler itself, for
    programs of a framework whose environment lacks it.
    """

    driver: str
    own: FrameworkSources

    def framework(self, name: str) -> FrameworkSources:
        return self.own if name == self.own.name else super().framework(name)


@dataclass(frozen=True, kw_only=True)
class CompileBackend(Backend):
    """Compilation for hardware that is not present.

    `topology` is the compiler's name for the chips, `configuration` a description of one chip for a compiler that needs
    it.
    """

    compiler: Compiler
    topology: str
    chip: Chip
    configuration: str = ""

    @property
    def sources(self) -> PackageSources:
        return self.compiler


@dataclass(frozen=True, kw_only=True)
class LowerBackend(Backend):
    """Lowering for a platform that no compiler here serves, by the framework's own rules.

    `platform` is the framework's name for it.
    """

    platform: str
    sources: PackageSources


@dataclass(frozen=True, kw_only=True)
class RegisterBackend(Backend):
    """Look-up of operators in the frameworks' tables of kernels.

    The device of each framework in `sources` is the name of the platform in its table.
    """

    sources: PackageSources


def name_of(path: Path) -> str:
    """Return the name of the target or compiler that a file describes. Raises TargetError where it is malformed."""
    shape = "a target's name: at most 41 of a-z, 0-9 and -, not starting with -"
    table = TomlTable(str(path), {"file name": path.stem}, error=TargetError)
    return table.text("file name", pattern=FILE_NAME, shape=shape)


def load_builds(path: Path) -> PackageSources:
    """Return the sources in a file of builds that several targets share. Raises TargetError."""
    return BUILDS_FIELDS.read(read_toml(path, TargetError))


def load_compiler(path: Path) -> Compiler:
    """Return the compiler that a file describes. Raises TargetError."""
    return COMPILER_FIELDS.read(read_toml(path, TargetError))


def _builds(table: TomlTable, values: dict[str, Any]) -> PackageSources:
    return PackageSources(name_of(Path(table.file)), values["title"], table.file, take_frameworks(values))


def _compiler(table: TomlTable, values: dict[str, Any]) -> Compiler:
    own = values.pop("compiler")
    frameworks = take_frameworks(values)
    return Compiler(name=name_of(Path(table.file)), file=table.file, frameworks=frameworks, own=own, **values)


def _execute(_: TomlTable, values: dict[str, Any]) -> ExecuteBackend:
    file = values.pop("builds")
    return ExecuteBackend(builds=load_builds(file) if file else None, **values)


def _compile(_: TomlTable, values: dict[str, Any]) -> CompileBackend:
    return CompileBackend(compiler=load_compiler(values.pop("compiler")), **values)


def _lower(table: TomlTable, values: dict[str, Any]) -> LowerBackend:
    return LowerBackend(sources=_inner_sources(table, values), **values)


def _register(table: TomlTable, values: dict[str, Any]) -> RegisterBackend:
    return RegisterBackend(sources=_inner_sources(table, values), **values)


def _inner_sources(table: TomlTable, values: dict[str, Any]) -> PackageSources:
    """Return the frameworks of a backend that has them in its own table."""
    name = f"{Path(table.file).stem} {table.where}"
    return PackageSources(name, name, table.file, take_frameworks(values))


LIMIT_FIELDS = (
    Field("threads", Whole(), "Threads that a framework may use on the host.", THREADS),
    Field("case-seconds", Whole(), "Time limit of one case.", CASE_SECONDS),
    Field("case-memory-mib", Whole(), "Memory limit of one case on the host.", CASE_MEMORY_MIB),
)
HOSTED_LABELS = Field("labels", Texts(), "Labels of the runner.", HOSTED)

BUILDS_FIELDS = TableFields(
    name="builds",
    doc="A file in builds/: frameworks that several targets share.",
    fields=(Field("title", Text(), "Title of these builds."), *framework_tables(EXECUTED_FRAMEWORK_FIELDS)),
    make=_builds,
    any_of=frameworks(),
    noun="framework",
)
COMPILER_FIELDS = TableFields(
    name="compiler",
    doc="A file in compilers/: a compiler, and the frameworks whose programs it takes.",
    fields=(
        Field("title", Text(), "Title of the compiler."),
        Field("driver", Text(r"[a-z]+", "the name of a module of monitor.compilers"), "A module of monitor.compilers."),
        Field("compiler", Inner(FRAMEWORK_FIELDS), "The packages of the compiler itself."),
        *framework_tables(COMPILED_FRAMEWORK_FIELDS),
    ),
    make=_compiler,
    any_of=frameworks(),
    noun="framework",
)
EXECUTE_FIELDS = TableFields(
    name="execute",
    doc="Execution on the hardware.",
    fields=(
        Field("labels", Texts(), "Labels of the runner that executes."),
        *LIMIT_FIELDS,
        Field("builds", FileName(BUILDS), "A file in builds/, with frameworks that several targets share.", ABSENT),
        Field("expect", Inner(EXPECT_FIELDS), "The device that every framework must see.", ANY_DEVICE),
    ),
    make=_execute,
)
CHIP_FIELDS = TableFields(
    name="chip",
    doc="One device, as its maker publishes it.",
    fields=(
        Field("memory-gib", Measure(), "Memory in GiB."),
        Field("bandwidth-gb-s", Measure(), "Bandwidth of the memory in GB/s."),
        Field("peak-tflop-s", Measure(), "Peak in TFLOP/s, in the dtype that it trains in."),
    ),
    make=lambda _, values: Chip(*values.values()),
)
COMPILE_FIELDS = TableFields(
    name="compile",
    doc="Compilation for the hardware without it.",
    fields=(
        Field("compiler", FileName(COMPILERS), "A file in compilers/."),
        Field("topology", Text(), "The compiler's name for the chips."),
        Field(
            "configuration",
            Text(r"[\s\S]*\S[\s\S]*", "text"),
            "A description of the chip, for a compiler that needs it.",
            "",
        ),
        Field("chip", Inner(CHIP_FIELDS), "One device, as its maker publishes it."),
        HOSTED_LABELS,
        *LIMIT_FIELDS,
    ),
    make=_compile,
)
LOWER_FIELDS = TableFields(
    name="lower",
    doc="Lowering for the platform, by a framework's own rules.",
    fields=(
        Field("platform", Text(r"[a-z]+", "a platform's name"), "The framework's name for the platform."),
        HOSTED_LABELS,
        *LIMIT_FIELDS,
        *framework_tables(FRAMEWORK_FIELDS),
    ),
    make=_lower,
    any_of=frameworks(),
    noun="framework",
)
REGISTER_FIELDS = TableFields(
    name="register",
    doc="Look-up of operators in the frameworks' tables of kernels.",
    fields=(HOSTED_LABELS, *LIMIT_FIELDS, *framework_tables(FRAMEWORK_FIELDS)),
    make=_register,
    any_of=frameworks(),
    noun="framework",
)
