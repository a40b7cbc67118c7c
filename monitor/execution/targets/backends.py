"""Ways in to a piece of hardware, one for each kind of evidence: run on it, compile for it, lower for it, look it up.

`runners/README.md` explains every field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.execution.targets.device_check import ANYTHING, DeviceExpectation, read_expectation
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.package_sources import (
    FrameworkSources,
    PackageSources,
    known_frameworks,
    read_framework,
    read_frameworks,
)
from monitor.formats.toml_reader import TomlTable, nearest, read_toml
from monitor.model import Chip

TARGET_NAME = r"[a-z0-9][a-z0-9-]{0,40}"
COMPILERS = "compilers"  # folders beside the runner files
BUILDS = "builds"

THREADS = 1  # two equal nights differ least on one thread
CASE_SECONDS = 60  # a case takes a second or two, its first compilation included; more waits for a hang
CASE_MEMORY_MIB = 4096  # room for a framework (up to 1.5 GiB) and a case, well below a hosted runner's memory
HOSTED = ("ubuntu-latest",)  # only executing needs the hardware
HOSTED_LABEL = re.compile(r"(ubuntu|windows|macos)-.*")  # GitHub's own runners, which every repository has


@dataclass(frozen=True, kw_only=True)
class Backend:
    """What every way has: the labels of the runner that goes it, and the limits of a case."""

    labels: tuple[str, ...] = HOSTED
    threads: int = THREADS
    case_seconds: int = CASE_SECONDS
    case_memory_mib: int = CASE_MEMORY_MIB

    @property
    def hosted(self) -> bool:
        """Whether a runner of GitHub's goes this way. Any other is somebody's own, and a fork has none."""
        return all(HOSTED_LABEL.fullmatch(label) for label in self.labels)


@dataclass(frozen=True, kw_only=True)
class ExecuteBackend(Backend):
    """How cases are executed: on the hardware.

    `builds` has what many kinds of hardware share, `expect` is what every framework must say of its device.
    """

    builds: PackageSources | None = None
    expect: DeviceExpectation = ANYTHING


@dataclass(frozen=True)
class Compiler(PackageSources):
    """A compiler for hardware that is not here, and the builds whose programs it takes.

    `driver` names the module of `monitor.compilers` that knows how to call it. `own` is the environment that the
    compiler itself comes in, for programs of a framework whose environment does not have it.
    """

    driver: str
    own: FrameworkSources

    def framework(self, name: str) -> FrameworkSources:
        return self.own if name == self.own.name else super().framework(name)


@dataclass(frozen=True, kw_only=True)
class CompileBackend(Backend):
    """How programs are compiled for a hardware without it.

    `topology` is the compiler's name for the chips, `configuration` a description of one, where it needs that.
    """

    compiler: Compiler
    topology: str
    chip: Chip
    configuration: str = ""

    @property
    def offer(self) -> PackageSources:
        return self.compiler


@dataclass(frozen=True, kw_only=True)
class LowerBackend(Backend):
    """How cases are lowered for a platform, by a framework's own rules; there is no compiler for it here.

    `platform` is the framework's name for it; `offer` has the builds.
    """

    platform: str
    offer: PackageSources


@dataclass(frozen=True, kw_only=True)
class RegisterBackend(Backend):
    """How operators are looked up in the tables of kernels that frameworks keep.

    `offer` has the builds; the device of each framework is the name that its table has for the platform.
    """

    offer: PackageSources


def read_execute(table: TomlTable, directory: Path) -> ExecuteBackend:
    """The table `[execute]`; shared builds are a file below `directory`. Raises TargetError."""
    execute = ExecuteBackend(
        labels=table.texts("labels"),
        builds=load_builds(_file_of(table, "builds", directory / BUILDS)) if "builds" in table else None,
        expect=read_expectation(table.table("expect")) if "expect" in table else ANYTHING,
        **_limits(table),
    )
    table.finish()
    return execute


def read_compile(table: TomlTable, directory: Path) -> CompileBackend:
    """The table `[compile]`; the compiler is a file below `directory`. Raises TargetError."""
    chip = table.table("chip")
    compile_ = CompileBackend(
        compiler=load_compiler(_file_of(table, "compiler", directory / COMPILERS)),
        topology=table.text("topology"),
        configuration=table.text("configuration", default="", pattern=r"(?s).*\S.*", shape="text"),
        chip=Chip(*(chip.measure(field) for field in ("memory-gib", "bandwidth-gb-s", "peak-tflop-s"))),
        labels=table.texts("labels", default=HOSTED),
        **_limits(table),
    )
    chip.finish()
    table.finish()
    return compile_


def read_lower(table: TomlTable, directory: Path) -> LowerBackend:
    """The table `[lower]`, with those of its frameworks. Raises TargetError."""
    return LowerBackend(
        platform=table.text("platform", pattern=r"[a-z]+", shape="a platform's name"),
        labels=table.texts("labels", default=HOSTED),
        **_limits(table),
        offer=_offer(table, directory),
    )


def read_register(table: TomlTable, directory: Path) -> RegisterBackend:
    """The table `[register]`, with those of its frameworks. Raises TargetError."""
    return RegisterBackend(
        labels=table.texts("labels", default=HOSTED), **_limits(table), offer=_offer(table, directory)
    )


def load_compiler(path: Path) -> Compiler:
    """The compiler that a file describes; its name is the file's. Raises TargetError."""
    table = read_toml(path, TargetError)
    compiler = Compiler(
        name=name_of(path),
        title=table.text("title"),
        file=str(path),
        frameworks=read_frameworks(table, path.parent),
        driver=table.text("driver", pattern=r"[a-z]+", shape="the name of a module of monitor.compilers"),
        own=read_framework("compiler", table.table("compiler"), path.parent),
    )
    table.finish("framework", known_frameworks())
    if not compiler.frameworks:
        raise TargetError(f"{path}: has no framework; add a table of: {', '.join(known_frameworks())}")
    return compiler


def load_builds(path: Path) -> PackageSources:
    """The builds that a file describes, for every hardware that names it. Raises TargetError."""
    table = read_toml(path, TargetError)
    offer = PackageSources(
        name_of(path), table.text("title"), str(path), read_frameworks(table, path.parent, executes=True)
    )
    table.finish("framework", known_frameworks())
    if not offer.frameworks:
        raise TargetError(f"{path}: has no framework; add a table of: {', '.join(known_frameworks())}")
    return offer


def name_of(path: Path) -> str:
    """What a file's name calls its target or compiler. Raises TargetError."""
    shape = "a target's name: at most 41 of a-z, 0-9 and -, not starting with -"
    table = TomlTable(str(path), {"file name": path.stem}, error=TargetError)
    return table.text("file name", pattern=TARGET_NAME, shape=shape)


def _file_of(table: TomlTable, field: str, directory: Path) -> Path:
    """The file that a field names, without its suffix. Raises TargetError."""
    name = table.text(field, pattern=TARGET_NAME, shape=f"the name of a file in {directory.name}/")
    known = [path.stem for path in directory.glob("*.toml")]
    if name not in known:
        table.refuse(field, f'"{name}" has no file in {directory.name}/, {nearest(name, known)}')
    return directory / f"{name}.toml"


def _limits(table: TomlTable) -> dict[str, Any]:
    return {
        "threads": table.number("threads", default=THREADS),
        "case_seconds": table.number("case-seconds", default=CASE_SECONDS),
        "case_memory_mib": table.number("case-memory-mib", default=CASE_MEMORY_MIB),
    }


def _offer(table: TomlTable, directory: Path) -> PackageSources:
    """The frameworks in the table of a way, the last that is read of it."""
    frameworks = read_frameworks(table, directory)
    table.finish("framework", known_frameworks())
    if not frameworks:
        table.refuse(known_frameworks()[0], f"is missing; add a table of: {', '.join(known_frameworks())}")
    name = f"{Path(table.file).stem} {table.where}"
    return PackageSources(name, name, table.file, frameworks)
