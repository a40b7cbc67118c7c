"""Runner files: a piece of hardware, how to execute on it, and how to compile for it without it.

`runners/README.md` explains every field. A file is checked whole before anything of it is used; every fault is a
`TargetError`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from monitor.execution.fields import Table, TargetError, nearest
from monitor.execution.offers import Framework, Offer, known_frameworks, read_framework, read_frameworks
from monitor.model import Chip, Evidence

TARGET_NAME = r"[a-z0-9][a-z0-9-]{0,40}"
COMPILERS = "compilers"  # the folder beside the runner files

THREADS = 1  # two equal nights differ least on one thread
CASE_SECONDS = 60  # a case takes a second or two, its first compilation included; more waits for a hang
CASE_MEMORY_MIB = 4096  # room for a framework (up to 1.5 GiB) and a case, well below a hosted runner's memory
HOSTED = ("ubuntu-latest",)  # compiling needs no hardware


@dataclass(frozen=True)
class Execute:
    """How cases are executed: the labels of the runner that does it, and the limits of a case."""

    labels: tuple[str, ...]
    threads: int = THREADS
    case_seconds: int = CASE_SECONDS
    case_memory_mib: int = CASE_MEMORY_MIB


@dataclass(frozen=True)
class Compiler(Offer):
    """A compiler for hardware that is not here, and the builds whose programs it takes.

    `driver` names the module of `monitor.compilers` that knows how to call it. `own` is the environment that the
    compiler itself comes in, for programs of a framework whose environment does not have it.
    """

    driver: str
    own: Framework

    def framework(self, name: str) -> Framework:
        return self.own if name == self.own.name else super().framework(name)


@dataclass(frozen=True)
class Compile:
    """How programs are compiled for a hardware without it.

    `topology` is the compiler's name for the chips, `configuration` a description of one, where it needs that.
    """

    compiler: Compiler
    topology: str
    chip: Chip
    configuration: str = ""
    labels: tuple[str, ...] = HOSTED
    threads: int = THREADS
    case_seconds: int = CASE_SECONDS
    case_memory_mib: int = CASE_MEMORY_MIB


@dataclass(frozen=True)
class Target(Offer):
    """A piece of hardware, as its runner file describes it: one of the two ways in at least.

    The frameworks are those that execute on it; the compiler offers those that are compiled for it.
    """

    execute: Execute | None = None
    compile: Compile | None = None

    @property
    def evidences(self) -> tuple[Evidence, ...]:
        """The kinds of evidence that can be had, the strongest first."""
        ways = {Evidence.EXECUTED: self.execute, Evidence.COMPILED: self.compile}
        return tuple(evidence for evidence, way in ways.items() if way)

    def way(self, evidence: Evidence) -> Execute | Compile:
        """How that evidence is had. Raises TargetError where it cannot be."""
        way = {Evidence.EXECUTED: self.execute, Evidence.COMPILED: self.compile}.get(evidence)
        if way is None:
            raise TargetError(f"{self.file}: says nothing of how it is {evidence}")
        return way

    def offer(self, evidence: Evidence) -> Offer:
        """The frameworks that can be seen that way. Raises TargetError."""
        way = self.way(evidence)
        return way.compiler if isinstance(way, Compile) else self


def load_target(path: Path) -> Target:
    """The target that a runner file describes; its name is the file's. Raises TargetError."""
    table = _read(path)
    name = _name(path)
    title = table.text("title")
    execute = _execute(table.table("execute")) if "execute" in table else None
    compile_ = _compile(table.table("compile"), path.parent) if "compile" in table else None
    if not execute and not compile_:
        table.refuse("execute", "is missing; a target needs that table, or [compile]")
    frameworks = read_frameworks(table, path.parent)
    table.finish("framework", known_frameworks())
    if execute and not frameworks:
        raise TargetError(f"{path}: has no framework; add a table of: {', '.join(known_frameworks())}")
    if frameworks and not execute:
        table.refuse(next(iter(frameworks)), "is of no use without [execute]")
    return Target(name, title, str(path), frameworks, execute, compile_)


def load_targets(directory: Path) -> dict[str, Target]:
    """All targets of a directory by name, sorted. Raises TargetError at the first fault, or where there is none."""
    targets = {path.stem: load_target(path) for path in sorted(directory.glob("*.toml"))}
    if not targets:
        raise TargetError(f"{directory}: has no runner file (*.toml)")
    return targets


def find_target(targets: dict[str, Target], name: str) -> Target:
    """The target of that name. Raises TargetError with the nearest name."""
    if name not in targets:
        raise TargetError(f'no target "{name}", {nearest(name, targets)}')
    return targets[name]


def load_compiler(path: Path) -> Compiler:
    """The compiler that a file describes; its name is the file's. Raises TargetError."""
    table = _read(path)
    compiler = Compiler(
        name=_name(path),
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


def _read(path: Path) -> Table:
    try:
        return Table(str(path), tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TargetError(f"{path}: is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise TargetError(f"{path}: is not TOML: {error}") from None


def _name(path: Path) -> str:
    shape = "a target's name: at most 41 of a-z, 0-9 and -, not starting with -"
    return Table(str(path), {"file name": path.stem}).text("file name", pattern=TARGET_NAME, shape=shape)


def _execute(table: Table) -> Execute:
    execute = Execute(
        labels=table.texts("labels"),
        threads=table.number("threads", default=THREADS),
        case_seconds=table.number("case-seconds", default=CASE_SECONDS),
        case_memory_mib=table.number("case-memory-mib", default=CASE_MEMORY_MIB),
    )
    table.finish()
    return execute


def _compile(table: Table, directory: Path) -> Compile:
    name = table.text("compiler", pattern=TARGET_NAME, shape="the name of a file in compilers/")
    known = [path.stem for path in (directory / COMPILERS).glob("*.toml")]
    if name not in known:
        table.refuse("compiler", f'"{name}" has no file in {COMPILERS}/, {nearest(name, known)}')
    chip = table.table("chip")
    compile_ = Compile(
        compiler=load_compiler(directory / COMPILERS / f"{name}.toml"),
        topology=table.text("topology"),
        configuration=table.text("configuration", default="", pattern=r"(?s).*\S.*", shape="text"),
        chip=Chip(*(chip.measure(field) for field in ("memory-gib", "bandwidth-gb-s", "peak-tflop-s"))),
        labels=table.texts("labels", default=HOSTED),
        threads=table.number("threads", default=THREADS),
        case_seconds=table.number("case-seconds", default=CASE_SECONDS),
        case_memory_mib=table.number("case-memory-mib", default=CASE_MEMORY_MIB),
    )
    chip.finish()
    table.finish()
    return compile_
