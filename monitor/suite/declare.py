"""Declare cases.

    @case("torch.cat", dtypes=NUMERIC, modes=(EAGER, COMPILED, GRADIENT))
    def cat(torch, a=tensor(2, 3), b=tensor(4, 3)):
        return torch.cat([a, b])

    @cat.reference
    def _(np, a, b):
        return np.concatenate([a, b])

The body is the call as a user would write it, and the signature has its inputs. The reference below it is written in
NumPy from the definition. `dtypes` are those that the function claims to support. Every dtype runs eagerly and
compiled; a gradient is taken in the first dtype and in float64. The id of a case never changes:
`torch/torch.cat/eager-float32`. Further modes and kinds of inputs (`monitor.suite.input_kinds`) add cases by rule, such
as `torch/torch.cat/compiled_gradient-float32` and `torch/torch.cat/eager-float32-special`.

If the results are no comparable numbers, the oracle is a promise, a property that the result must have:

    @case("torch.nn.Module.state_dict")
    def state_dict(torch):
        return sorted(torch.nn.Linear(3, 2).state_dict())

    @state_dict.promise
    def _(names):
        return names == ["bias", "weight"]

A case whose body and reference are one expression each may stand in a list, by `formula`:

    PRODUCTS = [
        formula("torch.square", lambda torch, x=tensor(3, 5): torch.square(x), lambda np, x: x * x, dtypes=NUMERIC),
    ]

Standard library only: a declaration imports without its framework and without NumPy.
"""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, TypedDict, Unpack

from monitor.model import InputKind, Mode

EAGER, COMPILED, GRADIENT = Mode.EAGER, Mode.COMPILED, Mode.GRADIENT
COMPILED_GRADIENT, VMAP, JVP, HVP = Mode.COMPILED_GRADIENT, Mode.VMAP, Mode.JVP, Mode.HVP

FLOATING = ("float32", "float64", "float16", "bfloat16")
COMPLEX = ("complex64", "complex128")
INTEGER = ("int32", "int64")
BOOL = ("bool",)
NUMERIC = FLOATING + INTEGER
EVERY = FLOATING + COMPLEX + INTEGER + BOOL


class View(StrEnum):
    """Manner in which a tensor is a view of a contiguous one."""

    TRANSPOSED = "transposed"  # its dimensions in the reverse order
    EVERY_SECOND = "every second"  # every second element of a last dimension of twice the size
    OFFSET = "offset"  # all but the first element of an array that is longer by one in the first dimension


@dataclass(frozen=True)
class Fill:
    """A value in the place of every `step`-th element, from `start` on, in the order of a flat array."""

    value: float
    start: int
    step: int


@dataclass(frozen=True)
class Tensor:
    """An input: values drawn in `dtype`, or in the dtype of the case where that is empty.

    Floating values are normal, integers uniform in [-8, 8). With `positive`, values are absolute and at least 1/8; with
    `below`, integers are uniform in [0, below); with `within`, floating values are uniform between its two ends.
    `listed` has the values themselves, flat. `monitor.suite.inputs` draws them.

    The rest is for kinds of inputs: all values are multiplied by `factor`, or replaced by `constant`; `fills` replaces
    every `step`-th value from `start` on; the tensor is a `view` of a larger or transposed one.
    """

    shape: tuple[int, ...]
    dtype: str = ""
    positive: bool = False
    below: int = 0
    within: tuple[float, float] | None = None
    listed: tuple[float, ...] = ()
    factor: float = 1.0
    constant: float | None = None
    fills: tuple[Fill, ...] = ()
    view: View | None = None

    def differentiable(self, dtype: str) -> bool:
        """Return whether a case in `dtype` can be differentiated with respect to this input."""
        return (self.dtype or dtype) in (*FLOATING, *COMPLEX)


def tensor(*shape: int, dtype: str = "") -> Any:
    """Declare an input of that shape with positive and negative values."""
    return Tensor(shape, dtype)


def positive(*shape: int, dtype: str = "") -> Any:
    """Declare an input of that shape with values of at least 1/8."""
    return Tensor(shape, dtype, positive=True)


def indices(*shape: int, below: int, dtype: str = "int64") -> Any:
    """Declare an input of that shape with integers in [0, `below`)."""
    return Tensor(shape, dtype, below=below)


def uniform(low: float, high: float, *shape: int, dtype: str = "") -> Any:
    """Declare an input of that shape with floating values between two ends, for functions with that domain."""
    return Tensor(shape, dtype, within=(low, high))


def values(*listed: float, shape: tuple[int, ...] | None = None, dtype: str = "") -> Any:
    """Declare an input with these values, a vector where `shape` is not given.

    A value in the body of a case is a literal of the compiled program, and the compiler computes with it itself. A
    value here is a run-time argument.
    """
    return Tensor((len(listed),) if shape is None else shape, dtype, listed=listed)


@dataclass(frozen=True)
class Built:
    """An object that the framework makes before the call: a module, an optimizer. This is not compiled or timed."""

    build: Callable[[Any], Any]


def built(build: Callable[[Any], Any]) -> Any:
    """Declare an input that `build(framework)` makes; an oracle cannot take it.

    The parameters and buffers of a module are put on the device of the case, in its dtype if that is inexact. A module
    on PyTorch's `meta` device has no values: the case passes them in its call, by `functional_call`. That is how the
    weights of a layer become drawn inputs with gradients.
    """
    return Built(build)


class _Given:
    """A value that the worker fills in when the case runs."""


DTYPE: Any = _Given()  # the case's dtype: the framework's own object; for an oracle, its name
DEVICE: Any = _Given()  # the target's device, in the framework's own spelling; not for an oracle


def no_oracle(*_: Any, **__: Any) -> Any:
    """Stand in for an oracle until one is declared; `monitor.suite.discovery` refuses a case that has only this."""
    raise NotImplementedError("a case without an oracle")


@dataclass(frozen=True)
class Rule:
    """An argument that many functions take in the same way.

    `change(framework, function)` returns a function that calls `function` with the argument. That function raises
    AssertionError if the argument has no effect. `value` is its source, for readers.
    """

    parameter: str
    value: str
    change: Callable[[Any, Any], Any]


@dataclass
class Declaration:
    """A check of a function, before it is multiplied by dtypes and modes.

    `namespace` is the dotted name of the module that `call` gets instead of the framework, such as `jax.numpy`; empty
    for the framework itself. The function `array_api.max` is then `max` in that module.
    """

    function: str
    call: Callable[..., Any]
    dtypes: tuple[str, ...]
    modes: tuple[Mode, ...]
    name: str
    returns: Mapping[str, str]
    condition: float
    limits: Mapping[InputKind | Mode, str]
    namespace: str = ""
    oracle: Callable[..., Any] = field(default_factory=lambda: no_oracle, init=False)
    numeric: bool = field(default=False, init=False)  # whether the oracle is a reference rather than a promise
    rule: Rule | None = field(default=None, init=False)  # that passes one more argument to the function

    @property
    def public_name(self) -> str:
        """The dotted name of the function in its framework or namespace."""
        return f"{self.namespace}.{self.function.partition('.')[2]}" if self.namespace else self.function

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """The parameters after the framework itself, with their declared values."""
        return {name: parameter.default for name, parameter in [*inspect.signature(self.call).parameters.items()][1:]}

    def seed(self, name: str) -> int:
        """Return the seed of the values of an input: every run, build and framework draws the same."""
        return zlib.crc32(f"{self.function}.{name}".encode())

    def reference(self, oracle: Callable[..., Any]) -> Callable[..., Any]:
        """Register `oracle(np, **inputs)`, in float64, complex128 or int64, as the reference."""
        self.oracle, self.numeric = oracle, True
        return oracle

    def promise(self, oracle: Callable[..., Any]) -> Callable[..., Any]:
        """Register `oracle(result, **inputs)`, which returns whether a result keeps the promise. Arrays are NumPy's."""
        self.oracle, self.numeric = oracle, False
        return oracle

    @cached_property
    def tensors(self) -> dict[str, Tensor]:
        """The inputs that are tensors."""
        return {name: spec for name, spec in self.inputs.items() if isinstance(spec, Tensor)}

    def cases(self, framework: str) -> Iterator[Case]:
        """Yield the cases of the declared modes with plain inputs, in all their dtypes."""
        for mode in self.modes:
            yield from self.cases_in(mode, framework)

    def cases_in(self, mode: Mode, framework: str) -> Iterator[Case]:
        """Yield the cases of a mode with plain inputs, in all dtypes of the mode."""
        for dtype in self._dtypes_of(mode) or ("",):
            yield Case(framework, self, mode, dtype)

    def _dtypes_of(self, mode: Mode) -> tuple[str, ...]:
        """Return the dtypes of a mode: all, and for gradients the first and double precision."""
        if mode is not GRADIENT:
            return self.dtypes
        return tuple(dtype for dtype in self.dtypes if dtype == self.dtypes[0] or dtype == "float64")


@dataclass(frozen=True)
class Case:
    """One executable check of a function. `dtype` is empty where the function has none."""

    framework: str
    declaration: Declaration
    mode: Mode
    dtype: str
    kind: InputKind = InputKind.PLAIN

    @cached_property
    def id(self) -> str:
        """The id, which never changes: `torch/torch.cat/eager-float32-special`."""
        kind = "" if self.kind is InputKind.PLAIN else self.kind.value
        variant = "-".join(part for part in (self.declaration.name, self.mode.value, self.dtype, kind) if part)
        return f"{self.framework}/{self.declaration.function}/{variant}"

    @property
    def result_dtype(self) -> str:
        """The dtype of the result in this case."""
        return self.declaration.returns.get(self.dtype, self.dtype)


class Options(TypedDict, total=False):
    """The options of `case`."""

    dtypes: tuple[str, ...]
    modes: tuple[Mode, ...]
    name: str
    returns: Mapping[str, str]
    condition: float
    limits: Mapping[InputKind | Mode, str]
    namespace: str


def case(
    function: str,
    *,
    dtypes: tuple[str, ...] = (),
    modes: tuple[Mode, ...] = (EAGER,),
    name: str = "",
    returns: Mapping[str, str] | None = None,
    condition: float = 1,
    limits: Mapping[InputKind | Mode, str] | None = None,
    namespace: str = "",
) -> Callable[[Callable[..., Any]], Declaration]:
    """Declare a case of the function with this dotted name.

    `name` distinguishes several declarations of one function. `returns` maps a dtype of the inputs to that of the
    result where the two differ (`{"int32": "int64"}`); a result that is boolean in the reference is boolean here.
    `condition` is a factor on the tolerance, for the amount by which the function magnifies the rounding of its inputs
    or its steps: 1 for one operation, a few for a chain of them, the condition number for a solver. `limits` maps each
    kind of inputs or mode that the function or its reference does not cover to the reason; no cases are made for it.
    `namespace` is the module that the call gets instead of the framework, if any.
    """

    def declare(call: Callable[..., Any]) -> Declaration:
        return Declaration(function, call, dtypes, modes, name, returns or {}, condition, limits or {}, namespace)

    return declare


def formula(
    function: str, call: Callable[..., Any], reference: Callable[..., Any], **options: Unpack[Options]
) -> Declaration:
    """Declare a case by two lambda functions, its body and its reference. The options are those of `case`."""
    declaration = case(function, **options)(call)
    declaration.reference(reference)
    return declaration


def fact(
    function: str, call: Callable[..., Any], promise: Callable[..., Any], **options: Unpack[Options]
) -> Declaration:
    """Declare a case by two lambda functions, its body and its promise. The options are those of `case`."""
    declaration = case(function, **options)(call)
    declaration.promise(promise)
    return declaration
