"""The equations of a JAX program: those that compute, with the user's line of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import jax
from jax._src import source_info_util

from monitor.model import LargeValue, Place, ProgramOperation
from monitor.tracing.code_places import OwnCode

# Equations with programs inside that compute, each by itself; the programs of all others describe the operation.
CALLS = (
    "pjit",
    "jit",
    "closed_call",
    "core_call",
    "core_closed_call",
    "run_state",
    "custom_lin",
    "custom_linear_solve",
)
RULES = ("remat", "remat2", "checkpoint", "custom_jvp_call", "custom_vjp_call", "custom_vjp_call_jaxpr")
CONTAINERS = frozenset((*CALLS, *RULES, "while", "scan", "cond"))


@dataclass(frozen=True)
class Context:
    """The program around an equation: its place, and the platforms that have it, as in `ProgramOperation`."""

    place: Place
    only_on: tuple[str, ...] = ()
    never_on: tuple[str, ...] = ()


@dataclass
class JaxOperation:
    """A distinct operation of a program: an equation, and the places in the user's code that it comes from."""

    equation: Any
    context: Context
    places: list[Place] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.equation.primitive.name)

    @property
    def types(self) -> str:
        """Types of the operands, as "f32[8,128], i32[8]"."""
        return ", ".join(variable.aval.str_short(short_dtypes=True) for variable in self.equation.invars)

    @property
    def on_host(self) -> bool:
        """True for a call of the host's Python."""
        return "callback" in self.name or self.name == "debug_print"

    def record(self, *, single: bool = True) -> ProgramOperation:
        """Return the operation for the answer of the process."""
        context = self.context
        return ProgramOperation(self.name, self.types, tuple(self.places), single, context.only_on, context.never_on)

    def largest_value(self) -> LargeValue:
        """Return the largest result."""
        largest = max((variable.aval for variable in self.equation.outvars), key=_bytes, default=None)
        shape = largest.str_short(short_dtypes=True) if largest else ""
        return LargeValue(self.name, shape, _bytes(largest), tuple(self.places))


def distinct_operations(jaxpr: Any, own: OwnCode, fallback: Place) -> tuple[list[JaxOperation], int]:
    """Return the distinct operations of a program, sorted by name, and the number of all equations.

    The place of an equation that no line of the user's leads to is that of the program around it, or `fallback`.
    """
    found: dict[object, JaxOperation] = {}
    number = 0
    for equation, context in _equations(jaxpr, own, Context(fallback)):
        number += 1
        key = _key(equation), context.only_on, context.never_on
        operation = found.setdefault(key, JaxOperation(equation, context))
        if context.place not in operation.places:
            operation.places.append(context.place)
    return sorted(found.values(), key=lambda operation: operation.name), number


def _equations(jaxpr: Any, own: OwnCode, around: Context) -> Iterator[tuple[Any, Context]]:
    for equation in jaxpr.eqns:
        context = replace(around, place=_place(equation, own) or around.place)
        inner = [one for value in equation.params.values() for one in _programs(value)]
        if not inner or equation.primitive.name not in CONTAINERS:
            yield equation, context
            continue
        for one, platforms in zip(inner, _platforms(equation, len(inner)), strict=True):
            yield from _equations(one, own, _on(context, platforms))


def _platforms(equation: Any, number: int) -> Sequence[Sequence[str] | None]:
    """Return the platforms of each program of an equation: None for all, or for those that no other program has."""
    branches: Sequence[Sequence[str] | None] | None = equation.params.get("branches_platforms")
    if not branches:
        return [None] * number
    others = [f"-{platform}" for names in branches for platform in names or ()]
    return [others if names is None else names for names in branches]


def _on(context: Context, platforms: Sequence[str] | None) -> Context:
    """Return the context of a branch for these platforms; "-tpu" is every platform but TPUs."""
    if platforms is None:
        return context
    never = tuple(name[1:] for name in platforms if name.startswith("-"))
    only = tuple(name for name in platforms if not name.startswith("-"))
    return replace(context, only_on=only or context.only_on, never_on=(*context.never_on, *never))


def _programs(value: Any) -> Iterator[Any]:
    """Yield the programs in a parameter of an equation; their classes have moved from release to release."""
    if hasattr(value, "eqns"):
        yield getattr(value, "jaxpr", value)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _programs(one)


def _place(equation: Any, own: OwnCode) -> Place | None:
    frames = source_info_util.user_frames(_traceback(equation.source_info))  # the innermost first
    return own.first((frame.file_name, frame.start_line, frame.start_column + 1) for frame in frames)


def _traceback(source_info: Any) -> Any:
    """Return the argument of `user_frames`: a traceback since jax 0.8, the whole information before."""
    takes = next(iter(source_info_util.user_frames.__annotations__.values()), "")
    return source_info if "SourceInfo" in str(takes) else source_info.traceback


def _key(equation: Any) -> object:
    """Return what two equal equations have in common."""
    types = tuple(str(variable.aval) for variable in equation.invars)
    return equation.primitive.name, types, str(sorted((name, str(value)) for name, value in equation.params.items()))


def _bytes(aval: Any) -> int:
    itemsize = getattr(getattr(aval, "dtype", None), "itemsize", 0)
    return int(getattr(aval, "size", 0) * itemsize)


def alone(operations: list[JaxOperation]) -> Any:
    """Return the trace of one program of these operations, each with arguments of its own."""
    avals = [[variable.aval for variable in operation.equation.invars] for operation in operations]

    def call(*arguments: Any) -> list[Any]:
        rest = iter(arguments)
        results = []
        for operation, own in zip(operations, avals, strict=True):
            equation = operation.equation
            bound = equation.primitive.get_bind_params(equation.params)
            functions, params = bound if isinstance(bound, tuple) else ((), bound)  # a pair up to jax 0.10
            results.append(equation.primitive.bind(*functions, *[next(rest) for _ in own], **params))
        return results

    return jax.jit(call).trace(*[jax.ShapeDtypeStruct(aval.shape, aval.dtype) for own in avals for aval in own])
