"""Targets: pieces of hardware, each described by a runner file.

A file is checked as a whole before any part of it is used; every mistake is a `TargetError`.
`docs/reference/runner-file.md` explains every field.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor.execution.targets.backends import (
    COMPILE_FIELDS,
    EXECUTE_FIELDS,
    LOWER_FIELDS,
    REGISTER_FIELDS,
    CompileBackend,
    ExecuteBackend,
    LowerBackend,
    RegisterBackend,
    name_of,
)
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.fields import ABSENT, Field, Inner, TableFields, Text, Whole
from monitor.execution.targets.package_sources import (
    EXECUTED_FRAMEWORK_FIELDS,
    FrameworkSources,
    PackageSources,
    framework_tables,
    owners_field,
    take_frameworks,
)
from monitor.formats.toml_reader import TomlTable, nearest, read_toml
from monitor.model import Evidence
from monitor.suite_files import frameworks as known_frameworks

AnyBackend = ExecuteBackend | CompileBackend | LowerBackend | RegisterBackend

LAST = 1000  # `order` of a target whose file has none


@dataclass(frozen=True)
class Target(PackageSources):
    """A piece of hardware with at least one backend, as its runner file describes it.

    The frameworks are those that execute on it: its own and those of the builds that it shares with other targets. The
    other backends have sources of their own. `family` is the line of hardware ("NVIDIA GPU"), `generation` the maker's
    name of its generation ("Hopper"), and `order` its position in lists. `owners` are notified of regressions on it.
    """

    execute: ExecuteBackend | None = None
    compile: CompileBackend | None = None
    lower: LowerBackend | None = None
    register: RegisterBackend | None = None
    owners: tuple[str, ...] = ()
    family: str = ""
    generation: str = ""
    order: int = LAST

    @property
    def _backends(self) -> dict[Evidence, AnyBackend | None]:
        return {
            Evidence.EXECUTED: self.execute,
            Evidence.COMPILED: self.compile,
            Evidence.LOWERED: self.lower,
            Evidence.REGISTERED: self.register,
        }

    @property
    def evidences(self) -> tuple[Evidence, ...]:
        """The kinds of evidence that the target can give, the strongest first."""
        return tuple(evidence for evidence, backend in self._backends.items() if backend)

    def backend(self, evidence: Evidence) -> AnyBackend:
        """Return the backend for a kind of evidence. Raises TargetError where the target has none."""
        backend = self._backends[evidence]
        if backend is None:
            raise TargetError(f"{self.file}: has no backend for evidence {evidence}")
        return backend

    def sources(self, evidence: Evidence) -> PackageSources:
        """Return the frameworks of the backend for a kind of evidence. Raises TargetError."""
        backend = self.backend(evidence)
        return self if isinstance(backend, ExecuteBackend) else backend.sources


def load_target(path: Path) -> Target:
    """Return the target that a runner file describes; its name is that of the file. Raises TargetError."""
    return TARGET_FIELDS.read(read_toml(path, TargetError))


def load_targets(directory: Path) -> dict[str, Target]:
    """Return all targets of a directory by name, in the order of lists (`in_order`).

    Raises TargetError at the first mistake, or where the directory has no runner file.
    """
    targets = [load_target(path) for path in sorted(directory.glob("*.toml"))]
    if not targets:
        raise TargetError(f"{directory}: has no runner file (*.toml)")
    return {target.name: target for target in in_order(targets)}


def in_order(targets: Iterable[Target]) -> list[Target]:
    """Return the targets sorted as in lists: families together, each by `order`, then by name.

    A family stands where its first target stands, so that a new file of a known family needs no `order`.
    """
    targets = [*targets]
    first: dict[str, int] = {}
    for target in targets:
        first[target.family] = min(target.order, first.get(target.family, target.order))
    return sorted(targets, key=lambda target: (first[target.family], target.family, target.order, target.name))


def find_target(targets: Mapping[str, Target], name: str) -> Target:
    """Return the target of that name. Raises TargetError with the nearest name."""
    if name not in targets:
        raise TargetError(f'no target "{name}", {nearest(name, targets)}')
    return targets[name]


def _target(table: TomlTable, values: dict[str, Any]) -> Target:
    execute: ExecuteBackend | None = values["execute"]
    frameworks = take_frameworks(values)
    if execute:
        frameworks = _executed(execute, frameworks)
        if not frameworks:
            known = ", ".join(known_frameworks())
            table.refuse("execute", f"has no framework; name builds in [execute], or add a table of: {known}")
    return Target(name=name_of(Path(table.file)), file=table.file, frameworks=frameworks, **values)


def _executed(execute: ExecuteBackend, own: dict[str, FrameworkSources]) -> dict[str, FrameworkSources]:
    """Return the frameworks that execute on a target: its own before the shared ones, with its expectation of each."""
    shared = execute.builds.frameworks if execute.builds else {}
    return {
        name: replace(framework, expect=framework.expect.over(execute.expect))
        for name, framework in (shared | own).items()
    }


TARGET_FIELDS = TableFields(
    name="target",
    doc="One piece of hardware, and the backends that give evidence of it. docs/reference/runner-file.md explains "
    "every field. `portability target check` also checks the files that this one names.",
    fields=(
        Field("title", Text(), "Title of the hardware."),
        Field("family", Text(), 'Line of hardware that it belongs to: "NVIDIA GPU". Lists keep families together.', ""),
        Field("generation", Text(), 'The maker\'s name of its generation: "Hopper".', ""),
        Field("order", Whole(), "Position in lists. A family stands where its first target stands.", LAST),
        owners_field("Whom to notify at GitHub of a regression on this target."),
        Field("execute", Inner(EXECUTE_FIELDS), "Execution on the hardware.", ABSENT),
        Field("compile", Inner(COMPILE_FIELDS), "Compilation for the hardware without it.", ABSENT),
        Field("lower", Inner(LOWER_FIELDS), "Lowering for the platform, by a framework's own rules.", ABSENT),
        Field("register", Inner(REGISTER_FIELDS), "Look-up in the frameworks' tables of kernels.", ABSENT),
        *framework_tables(EXECUTED_FRAMEWORK_FIELDS, needs="execute"),
    ),
    make=_target,
    any_of=("execute", "compile", "lower", "register"),
    noun="framework",
    rules={  # [execute] needs builds or a framework: `_target` checks the same
        "if": {"required": ["execute"], "properties": {"execute": {"not": {"required": ["builds"]}}}},
        "then": {"anyOf": [{"required": [name]} for name in known_frameworks()]},
    },
)
