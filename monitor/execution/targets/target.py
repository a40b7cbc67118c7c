"""Runner files: a piece of hardware, and the ways in to it.

`runners/README.md` explains every field. A file is checked whole before anything of it is used; every fault is a
`TargetError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.execution.targets.backends import (
    CompileBackend,
    ExecuteBackend,
    LowerBackend,
    RegisterBackend,
    name_of,
    read_compile,
    read_execute,
    read_lower,
    read_register,
)
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.package_sources import (
    FrameworkSources,
    PackageSources,
    known_frameworks,
    read_frameworks,
    read_owners,
)
from monitor.formats.toml_reader import nearest, read_toml
from monitor.model import Evidence


@dataclass(frozen=True)
class Target(PackageSources):
    """A piece of hardware, as its runner file describes it: one way in at least. `owners` answer for it at GitHub.

    The frameworks are those that execute on it, its own and those of the builds that it shares with others; the other
    ways have offers of their own.
    """

    execute: ExecuteBackend | None = None
    compile: CompileBackend | None = None
    lower: LowerBackend | None = None
    register: RegisterBackend | None = None
    owners: tuple[str, ...] = ()

    @property
    def _ways(self) -> dict[Evidence, ExecuteBackend | CompileBackend | LowerBackend | RegisterBackend | None]:
        return {
            Evidence.EXECUTED: self.execute,
            Evidence.COMPILED: self.compile,
            Evidence.LOWERED: self.lower,
            Evidence.REGISTERED: self.register,
        }

    @property
    def evidences(self) -> tuple[Evidence, ...]:
        """The kinds of evidence that can be had, the strongest first."""
        return tuple(evidence for evidence, way in self._ways.items() if way)

    def way(self, evidence: Evidence) -> ExecuteBackend | CompileBackend | LowerBackend | RegisterBackend:
        """How that evidence is had. Raises TargetError where it cannot be."""
        way = self._ways[evidence]
        if way is None:
            raise TargetError(f"{self.file}: says nothing of how it is {evidence}")
        return way

    def offer(self, evidence: Evidence) -> PackageSources:
        """The frameworks that can be seen that way. Raises TargetError."""
        way = self.way(evidence)
        return self if isinstance(way, ExecuteBackend) else way.offer


def load_target(path: Path) -> Target:
    """The target that a runner file describes; its name is the file's. Raises TargetError."""
    table = read_toml(path, TargetError)
    execute = read_execute(table.table("execute"), path.parent) if "execute" in table else None
    own = read_frameworks(table, path.parent, executes=True)
    target = Target(
        name=name_of(path),
        title=table.text("title"),
        file=str(path),
        execute=execute,
        compile=read_compile(table.table("compile"), path.parent) if "compile" in table else None,
        lower=read_lower(table.table("lower"), path.parent) if "lower" in table else None,
        register=read_register(table.table("register"), path.parent) if "register" in table else None,
        frameworks=_executed(execute, own) if execute else own,
        owners=read_owners(table),
    )
    if not target.evidences:
        table.refuse("execute", "is missing; a target needs that table, or [compile], [lower] or [register]")
    table.finish("framework", known_frameworks())
    if target.execute and not target.frameworks:
        many = ", ".join(known_frameworks())
        raise TargetError(f"{path}: has no framework; name builds in [execute], or add a table of: {many}")
    if target.frameworks and not target.execute:
        table.refuse(next(iter(target.frameworks)), "is of no use without [execute]")
    return target


def _executed(execute: ExecuteBackend, own: dict[str, FrameworkSources]) -> dict[str, FrameworkSources]:
    """The frameworks that execute on a target: its own before the shared, all with what it expects of each."""
    shared = execute.builds.frameworks if execute.builds else {}
    return {
        name: replace(framework, expect=framework.expect.over(execute.expect))
        for name, framework in (shared | own).items()
    }


def load_targets(directory: Path) -> dict[str, Target]:
    """All targets of a directory by name, sorted. Raises TargetError at the first fault, or where there is none."""
    targets = {path.stem: load_target(path) for path in sorted(directory.glob("*.toml"))}
    if not targets:
        raise TargetError(f"{directory}: has no runner file (*.toml)")
    return targets


def find_target(targets: Mapping[str, Target], name: str) -> Target:
    """The target of that name. Raises TargetError with the nearest name."""
    if name not in targets:
        raise TargetError(f'no target "{name}", {nearest(name, targets)}')
    return targets[name]
