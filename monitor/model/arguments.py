"""Arguments that cases pass, and parameters that no case needs to pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CallArguments:
    """Arguments of one call in the source of a case.

    `name` is the dotted name of the called function. The source does not name the object of a method; its `name` is a
    dot and its own name: ".view". `positional` has the source of each positional argument, up to the first with a star.
    `keywords` has the source of each other argument.
    """

    name: str
    positional: tuple[str, ...] = ()
    keywords: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class UntestedParameter:
    """A parameter that no case needs to pass, with the reason. `function` is a shell pattern."""

    framework: str
    function: str
    parameter: str
    reason: str


@dataclass(frozen=True)
class DeclaredArguments:
    """The calls in the declared cases of one suite, by the function under test."""

    framework: str
    suite: str
    calls: Mapping[str, tuple[CallArguments, ...]]
