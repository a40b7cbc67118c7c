"""Derive kinds of inputs from the declared ones: special values, scales, views, empty, many and large dimensions.

A case of such a kind makes several draws, and calls its function once for each. A draw replaces the declaration of
each tensor by another one, so that `monitor.suite.inputs` and the scripts draw both alike. Standard library only.

The kinds follow from public reports of wrong results: a NaN that a reduction loses, a crash on a tensor of rank seven,
a variance of large equal numbers, a gradient at zero.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from monitor.model import InputKind, Mode
from monitor.suite.declare import FLOATING, Case, Declaration, Fill, Tensor, View
from monitor.suite.tolerances import SMALLEST_NORMAL

Tensors = dict[str, Tensor]

# The largest number, and a subnormal one, which has one significant bit.
LARGEST = {
    "float64": 1.7976931348623157e308,
    "float32": 3.4028234663852886e38,
    "float16": 65504.0,
    "bfloat16": 3.3895313892515355e38,
}
SUBNORMAL = {"float64": 2.0**-1060, "float32": 2.0**-140, "float16": 2.0**-20, "bfloat16": 2.0**-130}

# A scale whose square is still in range in double precision, and in single precision is not. Half precision has a scale
# of its own.
SMALL = {"float16": 2.0**-12}
GREAT = {"float16": 2.0**12}
# The value of a constant tensor with a large offset. It has as many significant bits as the dtype; its square has more.
OFFSET = {"float64": 6e10, "float32": 6e10, "float16": 6e3, "bfloat16": 6e10}

BATCH = 3  # calls that mode `vmap` makes at once

# The dtypes that malformed inputs have instead of their own.
OTHER_DTYPES = {
    "float": ("int32", "complex64"),
    "bfloat": ("int32", "complex64"),
    "complex": ("float32",),
    "int": ("float32",),
    "uint": ("float32",),
    "bool": ("float32",),
}
LEADING = (2, 1, 3, 1, 2, 1, 2, 1)  # sizes of the dimensions that rank six to eight adds
RANKS = (6, 7, 8)
MANY = 33_000  # rows, or elements of a row: above the sizes from which frameworks use several threads
MOST_ELEMENTS = 300_000  # of a tensor of kind `large`


@dataclass(frozen=True)
class Draw:
    """The tensors of one call. `label` says what is special: "nan in x".

    `exact_range` is whether the values are within the range in which the definition of the function, evaluated in the
    dtype of the case, neither overflows nor underflows.
    """

    label: str
    tensors: Tensors
    exact_range: bool = True


def draws(case: Case) -> tuple[Draw, ...]:
    """Return the draws of a case. Equal arguments give equal draws."""
    tensors = case.declaration.tensors
    if case.kind is InputKind.PLAIN:
        return (Draw("", tensors),)
    return tuple(DRAWS[case.kind](tensors, case.dtype))


def derived_cases(declaration: Declaration, framework: str) -> Iterator[Case]:
    """Yield the cases that follow from a declaration by rule: modes that it need not name, and kinds of inputs.

    A declaration without tensors has none, and a declaration that follows by rule has none either. A promise has no
    further modes: many calls with a promise read the host. The limits of the declaration are left out.
    """
    if not declaration.tensors or declaration.rule:
        return
    first = declaration.dtypes[:1] or ("",)
    if declaration.numeric:
        if Mode.COMPILED not in (*declaration.modes, *declaration.limits):
            yield from declaration.cases_in(Mode.COMPILED, framework)
        for mode in _further_modes(declaration):
            yield Case(framework, declaration, mode, first[0])
    floating = tuple(dtype for dtype in declaration.dtypes if dtype in FLOATING)
    for kind in DRAWS if declaration.numeric else _kinds_of_promise(declaration):
        dtypes = floating or first if kind is InputKind.SPECIAL else floating[:1] or first
        for mode in MODES.get(kind, (Mode.EAGER, Mode.COMPILED)):
            by_rule = declaration.numeric and mode is not Mode.GRADIENT
            if {kind, mode} & declaration.limits.keys() or not (by_rule or mode in declaration.modes):
                continue
            for dtype in dtypes:
                if next(DRAWS[kind](declaration.tensors, dtype), None):
                    yield Case(framework, declaration, mode, dtype, kind)


def _kinds_of_promise(declaration: Declaration) -> tuple[InputKind, ...]:
    """Return the kinds of inputs of which a promise is the oracle.

    A promise holds for other values and for views. It holds for other shapes if it takes a tensor: it then computes
    what it expects from the inputs. Without one, it states the result of the declared shapes.
    """
    same_shapes = (InputKind.SPECIAL, InputKind.SCALED, InputKind.STRIDED)
    if declaration.tensors.keys().isdisjoint(inspect.signature(declaration.oracle).parameters):
        return same_shapes
    return (*same_shapes, InputKind.EMPTY, InputKind.RANK, InputKind.LARGE)


def _further_modes(declaration: Declaration) -> Iterator[Mode]:
    """Yield the modes that run in the first dtype, only with plain inputs.

    A call that reads values on the host can be neither compiled nor vectorized.
    """
    is_traceable = Mode.COMPILED not in declaration.limits
    is_smooth = Mode.GRADIENT in declaration.modes
    modes = {
        Mode.COMPILED_GRADIENT: is_smooth and is_traceable,
        Mode.VMAP: is_traceable,
        Mode.JVP: is_smooth,
        Mode.HVP: is_smooth,
    }
    for mode, applies in modes.items():
        if applies and mode not in declaration.limits and declaration.dtypes:
            yield mode


def _special(tensors: Tensors, dtype: str) -> Iterator[Draw]:
    floating = _floating(tensors, dtype)

    def fill(names: list[str], value: Callable[[str], float]) -> Tensors:
        return tensors | {name: _filled(tensors[name], value(tensors[name].dtype or dtype)) for name in names}

    values: list[tuple[str, bool, Callable[[str], float]]] = [
        ("nan", True, lambda _: math.nan),
        ("infinity", True, lambda _: math.inf),
        ("-infinity", True, lambda _: -math.inf),
        ("-0", True, lambda _: -0.0),
        ("a subnormal number", False, lambda name: SUBNORMAL[name]),
        ("the smallest normal number", False, lambda name: SMALLEST_NORMAL[name]),
        ("the largest number", False, lambda name: LARGEST[name]),
    ]
    together = [floating] if len(floating) > 1 else []
    for label, exact_range, value in values:
        for names in [[name] for name in floating] + together:
            yield Draw(f"{label} in {' and '.join(names)}", fill(names, value), exact_range)
    for name in floating:
        spec = tensors[name]
        both = (*_filled(spec, math.inf).fills, replace(_filled(spec, -math.inf).fills[0], start=0))
        yield Draw(f"both infinities in {name}", tensors | {name: replace(spec, fills=both)})
        yield Draw(f"{name} all nan", tensors | {name: replace(spec, constant=math.nan)})


def _scaled(tensors: Tensors, dtype: str) -> Iterator[Draw]:
    floating = _floating(tensors, dtype)

    def scale(name: str, factors: Mapping[str, float], usual: float) -> Tensor:
        return replace(tensors[name], factor=factors.get(tensors[name].dtype or dtype, usual))

    for label, factors, usual in (("small", SMALL, 1e-20), ("great", GREAT, 1e20)):
        for name in floating:
            yield Draw(f"{label} {name}", tensors | {name: scale(name, factors, usual)}, exact_range=False)
    for name in floating:
        spec = tensors[name]
        constant = replace(spec, constant=OFFSET[spec.dtype or dtype])
        yield Draw(f"constant {name}", tensors | {name: constant})


def _strided(tensors: Tensors, dtype: str) -> Iterator[Draw]:
    del dtype
    for view, least in ((View.TRANSPOSED, 2), (View.EVERY_SECOND, 1), (View.OFFSET, 1)):
        viewed = {name: replace(spec, view=view) for name, spec in tensors.items() if len(spec.shape) >= least}
        if viewed:
            yield Draw(f"{view.value} views", tensors | viewed)


def _empty(tensors: Tensors, dtype: str) -> Iterator[Draw]:
    del dtype
    for old in _sizes(tensors):
        for new in (0, 1):
            yield Draw(f"size {new} for {old}", _resized(tensors, old, new))


def _rank(tensors: Tensors, dtype: str) -> Iterator[Draw]:
    del dtype
    drawn = {name: spec for name, spec in tensors.items() if not spec.listed}
    highest = max((len(spec.shape) for spec in drawn.values()), default=0)
    for rank in RANKS if drawn else ():
        leading = LEADING[: rank - highest]
        more = {
            name: replace(spec, shape=leading + spec.shape)
            for name, spec in drawn.items()
            if len(spec.shape) == highest
        }
        if more:
            yield Draw(f"rank {rank}", tensors | more)


def _large(tensors: Tensors, dtype: str) -> Iterator[Draw]:
    del dtype
    sizes = _sizes(tensors)
    for old in dict.fromkeys((sizes[0], sizes[-1]) if sizes else ()):
        new = min(MANY, *(_largest_size(spec, old) for spec in tensors.values() if old in spec.shape), MANY)
        yield Draw(f"size {new} for {old}", _resized(tensors, old, new))


def _kinks(tensors: Tensors, dtype: str) -> Iterator[Draw]:
    for name in _floating(tensors, dtype):
        spec = tensors[name]
        yield Draw(f"zeros in {name}", tensors | {name: _filled(spec, 0.0)})
        yield Draw(f"{name} all zero", tensors | {name: replace(spec, constant=0.0)})


def _malformed(tensors: Tensors, dtype: str) -> Iterator[Draw]:
    """Yield draws in which one input has another shape or dtype.

    An index is zero, which is in range for every size. A list of integers may have indices that fit the declared sizes
    alone: such a declaration has no draws.
    """
    if any(spec.listed and not (spec.dtype or dtype).startswith(("float", "complex")) for spec in tensors.values()):
        return
    usual = {name: replace(spec, constant=0) if spec.below else spec for name, spec in tensors.items()}
    for name, spec in usual.items():
        if spec.listed:
            continue
        shapes = {"a dimension more": (2, *spec.shape)}
        if spec.shape:
            first, *others = spec.shape
            shapes["a dimension fewer"] = tuple(others)
            shapes["one row more"] = (first + 1, *others)
            shapes["one column more"] = (*spec.shape[:-1], spec.shape[-1] + 1)
        for label, shape in shapes.items():
            yield Draw(f"{label} in {name}", usual | {name: replace(spec, shape=shape)})
        for other in OTHER_DTYPES[(spec.dtype or dtype).rstrip("0123456789")]:
            yield Draw(f"{other} in {name}", usual | {name: replace(spec, dtype=other)})


DRAWS: dict[InputKind, Callable[[Tensors, str], Iterator[Draw]]] = {
    InputKind.SPECIAL: _special,
    InputKind.SCALED: _scaled,
    InputKind.STRIDED: _strided,
    InputKind.EMPTY: _empty,
    InputKind.RANK: _rank,
    InputKind.LARGE: _large,
    InputKind.KINKS: _kinks,
    InputKind.MALFORMED: _malformed,
}
MODES = {
    InputKind.KINKS: (Mode.GRADIENT,),
    InputKind.MALFORMED: (Mode.COMPILED,),
}  # of the kinds that do not have the two usual modes


def _floating(tensors: Tensors, dtype: str) -> list[str]:
    """Return the names of the inputs whose values a kind may choose."""
    free = {name: spec for name, spec in tensors.items() if not spec.listed and 0 not in spec.shape}
    return [name for name, spec in free.items() if (spec.dtype or dtype) in FLOATING]


def _filled(spec: Tensor, value: float) -> Tensor:
    """Return the tensor with a value in about three places, so that some rows have it and some do not."""
    size = math.prod(spec.shape)
    step = max(2, size // 3)
    return replace(spec, fills=(Fill(value, min(step // 3, max(0, size - 1)), step),))


def _sizes(tensors: Tensors) -> list[int]:
    """Return the distinct sizes above one of all dimensions, in their order. Equal sizes count as one dimension.

    A dimension of size one keeps its size: it is broadcast, or dropped.
    """
    sizes = (size for spec in tensors.values() if not spec.listed for size in spec.shape)
    return list(dict.fromkeys(size for size in sizes if size > 1))


def _resized(tensors: Tensors, old: int, new: int) -> Tensors:
    return {
        name: spec if spec.listed else replace(spec, shape=tuple(new if size == old else size for size in spec.shape))
        for name, spec in tensors.items()
    }


def _largest_size(spec: Tensor, old: int) -> int:
    """Return the size that may replace one of a tensor without more than the most elements."""
    times = spec.shape.count(old)
    rest = math.prod(size for size in spec.shape if size != old)
    return max(1, int((MOST_ELEMENTS / max(1, rest)) ** (1 / times)))
