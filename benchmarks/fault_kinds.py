"""The kinds of faults that `planted_faults.py` plants: small changes of the calls of one function.

A fault applies to a function by what its plain calls return (`Facts`), never by whether a case finds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from fault_changes import (
    ORDER,
    WEIGHTED,
    Call,
    Facts,
    aliasing,
    any_result,
    buffering,
    changing,
    copying,
    empty,
    floating,
    floats,
    gradient_off,
    great,
    ignoring,
    kink,
    last,
    later,
    many,
    narrow,
    negative_zero,
    no_infinity,
    no_nan,
    only,
    option_of,
    ordering,
    overwriting,
    real,
    redistributed,
    second_matrix,
    taking,
    unweighted,
    weak,
    wide,
    wrapped,
)
from fault_tensors import WIDER, Tensors, kind_of


@dataclass(frozen=True)
class Fault:
    """A kind of fault. `plant` returns the faulty call of an original one; `group` is its line in the totals."""

    name: str
    group: str
    applies: Callable[[Facts], bool]
    plant: Callable[[Tensors, Call, Facts], Call]
    modes: tuple[str, ...] = ("eager", "gradient")  # of the cases that are run
    frameworks: tuple[str, ...] = ("torch", "jax", "tensorflow")


ALL_MODES = ("eager", "gradient", "compiled")
TOO_LARGE = Fault("1 % too large", "values", floats, changing(floating(lambda t, x: x * t.filled(x, 1.01))))
GRADIENT = Fault("gradient 1 % too large", "modes", taking, changing(real(gradient_off)), modes=("gradient",))
FAULTS = (
    Fault("last element wrong", "values", any_result, changing(last)),
    Fault(
        "one NaN", "values", floats, changing(floating(lambda t, x: t.where(t.places(x, 0, 1), t.filled(x, np.nan), x)))
    ),
    TOO_LARGE,
    Fault(
        "last dimension reversed",
        "values",
        lambda f: floats(f) and f.asymmetric,
        changing(floating(lambda t, x: t.reversed(x) if t.shape(x) else None)),
    ),
    Fault(
        "second matrix of a batch wrong",
        "batches",
        lambda f: any_result(f) and any(r > 2 for _, r in f.results),
        changing(second_matrix),
    ),
    Fault(
        "an integer off by one",
        "exact values",
        lambda f: f.returns("integer") and not f.random,
        changing(lambda t, x, _: last(t, x) if kind_of(t.dtype(x)) == "integer" else None),
    ),
    Fault(
        "one boolean inverted",
        "exact values",
        lambda f: f.returns("bool") and not f.random,
        changing(lambda t, x, _: last(t, x) if t.dtype(x) == "bool" else None),
    ),
    Fault(
        "integers wrap at 128", "exact values", lambda f: "beyond 128" in f.special and not f.random, changing(wrapped)
    ),
    Fault(
        "64 units in the last place, float16",
        "precision",
        lambda f: floats(f) and "float16" in f.dtypes,
        changing(floating(lambda t, x: x * t.filled(x, 1 + 2.0**-4), "float16")),
    ),
    Fault(
        "float64 computed in float32",
        "precision",
        lambda f: floats(f) and "float64" in f.dtypes,
        changing(floating(narrow, "float64")),
    ),
    Fault("wrong from the second call on", "later calls", any_result, later(2)),
    Fault("wrong from the third call on", "later calls", any_result, later(3)),
    Fault("an input overwritten", "memory", lambda f: taking(f) and not f.shares, overwriting, frameworks=("torch",)),
    Fault("the result is an input", "memory", lambda f: f.equals and not f.shares, aliasing, frameworks=("torch",)),
    Fault(
        "a buffer of an earlier result",
        "memory",
        lambda f: bool(f.results) and not f.shares,
        buffering,
        frameworks=("torch",),
    ),
    Fault("a view by contract is a copy", "memory", lambda f: f.shares, copying, frameworks=("torch",)),
    Fault("wider dtype", "dtypes", lambda f: any(dtype in WIDER for dtype, _ in f.results), changing(wide)),
    Fault(
        "weak type", "dtypes", lambda f: f.takes_tensors and f.returns("floating"), changing(weak), frameworks=("jax",)
    ),
    Fault(
        "a boolean as an integer",
        "dtypes",
        lambda f: f.returns("bool"),
        changing(lambda t, x, _: t.cast(x, "uint8") if t.dtype(x) == "bool" else None),
    ),
    Fault("-0 is 0", "special values", lambda f: taking(f) and "-0" in f.special, changing(real(negative_zero))),
    Fault("NaN is 0", "special values", lambda f: taking(f) and "nan" in f.special, changing(real(no_nan))),
    Fault(
        "infinity is finite",
        "special values",
        lambda f: taking(f) and "infinity" in f.special,
        changing(real(no_infinity)),
    ),
    Fault("empty inputs wrong", "shapes and sizes", taking, changing(empty)),
    Fault(
        "wrong from rank six on",
        "shapes and sizes",
        taking,
        changing(only(lambda t, given, _: any(len(t.shape(one)) > 5 for one in given))),
    ),
    Fault("wrong above 30,000 elements", "shapes and sizes", taking, changing(only(many))),
    Fault(
        "wrong for strided inputs",
        "shapes and sizes",
        taking,
        changing(only(lambda _, given, __: any(not one.is_contiguous() for one in given))),
        frameworks=("torch",),
    ),
    Fault("overflow of inputs above 1e15", "shapes and sizes", taking, changing(great)),
    Fault(
        "wrong when compiled",
        "modes",
        any_result,
        changing(only(lambda t, given, leaf: t.compiling([*given, leaf]))),
        modes=("compiled",),
    ),
    GRADIENT,
    Fault("gradient wrong at zero", "modes", taking, changing(kink), modes=("gradient",)),
    Fault("an option ignored", "options", lambda f: any_result(f) and bool(option_of(f)), ignoring, modes=ALL_MODES),
    Fault(
        "another distribution",
        "random",
        lambda f: f.random and f.returns("floating"),
        changing(floating(redistributed)),
    ),
    Fault("nothing is shuffled", "random", lambda f: bool(ORDER.search(f.function)), ordering),
    Fault("weights ignored", "random", lambda f: bool(WEIGHTED.search(f.function)), unweighted),
)
