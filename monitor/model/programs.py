"""Records of a user's own program."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """A place in a file; lines and columns count from 1, as editors do."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class ProgramOperation:
    """An operation of a traced program.

    `types` are those of its operands, as "f32[8,128], i32[8]". `single` is False for an operation that only the whole
    program can compile. `only_on` and `never_on` are platforms of an operation in a branch for some platforms; both are
    empty for all others.
    """

    name: str
    types: str
    places: tuple[Place, ...]
    single: bool = True
    only_on: tuple[str, ...] = ()
    never_on: tuple[str, ...] = ()

    def runs_on(self, platform: str) -> bool:
        """Return whether the program has the operation on a platform, such as tpu or cuda."""
        return platform not in self.never_on and (not self.only_on or platform in self.only_on)


@dataclass(frozen=True)
class LargeValue:
    """A result of an operation: its type, and its size in bytes."""

    name: str
    type: str
    bytes: int
    places: tuple[Place, ...]


@dataclass(frozen=True)
class TracedProgram:
    """A traced callable of a user. `place` is its definition, `version` that of the framework.

    `gradients` is "with gradients", empty, or the reason why there are none. `equations` counts all operations, and
    `distinct` the different ones. `host` are calls of the host's Python, `largest` the largest results. A framework
    whose programs no compiler here takes has none of them.
    """

    framework: str
    version: str
    place: Place
    gradients: str = ""
    equations: int = 0
    distinct: int = 0
    host: tuple[ProgramOperation, ...] = ()
    largest: tuple[LargeValue, ...] = ()
