"""Check the gradients of a primitive, from JAX's own primitive harness.

The truth is the derivative of the traced program by differences: of its value in NumPy, in double precision
(`monitor.suite.jaxprs`). Of a program without a reference, only shapes and dtypes are judged.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import Any

import jax
import numpy as np

from monitor.formats.error_text import describe
from monitor.model import Mode, NumericalError
from monitor.suite.check_protocol import OracleError
from monitor.suite.conditioning import Factors, sensitivity, shapes
from monitor.suite.device import Device
from monitor.suite.differences import Terms, compare_gradients, differences
from monitor.suite.factors import FACTORED
from monitor.suite.inputs import Array, uneven
from monitor.suite.jax.script_dialect import SHAPES_ALONE, UNIQUE
from monitor.suite.jaxprs import NoReferenceError, evaluate, widened
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare
from monitor.suite.primitives.check import SCALE, HarnessCheck, fetched, of_arrays, traced
from monitor.suite.tolerances import STEP_TOLERANCE, tolerance_of

DTYPES = frozenset({"float32", "float64"})

# Results that are not floating numbers, or that have another derivative by definition than their values.
STEPPED = frozenset(
    {
        "approx_top_k",
        "argmax",
        "argmin",
        "bitcast_convert_type",
        "eq",
        "ge",
        "gt",
        "iota",
        "is_finite",
        "le",
        "lt",
        "ne",
    }
    | {"nextafter", "random_categorical", "random_gamma", "random_uniform", "reduce_precision", "stop_gradient"}
)
# Uses in the harness that JAX does not claim to differentiate: the primitive has fewer parameters than its public
# function passes, the input or the first value has no derivative, or the matrix must stay symmetric.
UNCLAIMED = frozenset(
    {"cholesky", "conj", "custom_linear_solve", "mul", "reduce", "reduce_window_add", "reduce_window_max"}
    | {"reduce_window_min", "reduce_window_mul", "regularized_incomplete_beta", "select_and_gather_add"}
)
UNDIFFERENTIATED = SHAPES_ALONE | {*UNIQUE, *FACTORED} | STEPPED | UNCLAIMED
CONVERTED = re.compile(r"newdtype_(?:bool|u?int)")


def has_gradient(harness: Any) -> bool:
    """Return whether a harness has a gradient that differences give."""
    group, dtype = harness.group_name, str(np.dtype(harness.dtype))
    return dtype in DTYPES and group not in UNDIFFERENTIATED and not CONVERTED.search(harness.fullname)


class HarnessGradientCheck(HarnessCheck):
    """The gradients of one use of a primitive, by each array of its dtype."""

    mode = Mode.GRADIENT
    form = "gradient-"

    def prepare(self, device: Device) -> Callable[[], Any]:
        call, arrays = of_arrays(self.harness.dyn_fun, self._put(device))
        places = self._places(arrays)
        named = {str(place): arrays[place] for place in places}
        fixed = {str(place): one for place, one in enumerate(arrays) if place not in places}

        def function(**given: Any) -> Any:
            results = jax.tree_util.tree_leaves(call(*(given[str(place)] for place in range(len(arrays)))))
            return [one for one in results if _is_inexact(one)]

        program, _ = traced(self.harness.dyn_fun, self._inputs())
        weights = [device.put(uneven(one.shape), str(one.dtype)) for one in program.out_avals if _is_inexact(one)]
        return device.gradient(function, named, weights, fixed=fixed, is_compiled=False)

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        del device
        program, arrays = traced(self.harness.dyn_fun, self._inputs())
        places = self._places(arrays)
        got = [*fetched(result)]
        compare(shapes(got), [arrays[place].shape for place in places])
        if wrong := [leaf.dtype for leaf in got if leaf.dtype != self.dtype]:
            raise MismatchError(f"a gradient of dtype {wrong[0]}")
        wide = [*map(widened, arrays)]
        terms = functools.partial(_terms, program)
        try:
            found = [differences(terms, wide, place) for place in places]
        except NoReferenceError:  # an index that the program promises to be inside, or another primitive
            return None
        except Exception as error:
            raise OracleError(f"no derivative in NumPy: {describe(error)}") from error

        def movement(want: list[FetchedTensor]) -> Iterable[Array]:
            return sensitivity(lambda factors: _derivatives(terms, wide, places, factors), want, self.dtype)

        coarsest = max(tolerance_of(str(one.dtype)) for one in (*program.in_avals, *program.out_avals))
        return compare_gradients(got, found, Leniency(max(STEP_TOLERANCE, coarsest), scale=SCALE), movement)

    def _places(self, arrays: list[Any]) -> list[int]:
        return [place for place, one in enumerate(arrays) if str(one.dtype) == self.dtype]


def _terms(program: Any, arrays: list[Array]) -> Array:
    """Return the weighted elements of all results. Raises NoReferenceError."""
    pairs = zip(evaluate(program, arrays), program.out_avals, strict=True)
    weighed = [(uneven(one.shape) * one).real.reshape(-1) for one, described in pairs if _is_inexact(described)]
    return np.concatenate([np.zeros(0), *weighed])


def _derivatives(terms: Terms, arrays: list[Array], places: list[int], factors: Factors) -> list[Any]:
    moved = [one * factors(one.shape) if one.dtype.kind == "f" else one for one in arrays]
    found = [differences(terms, moved, place) for place in places]
    return [FetchedTensor(np.where(one.decided, one.values, np.nan), "") for one in found]


def _is_inexact(array: Any) -> bool:
    return bool(jax.numpy.issubdtype(array.dtype, jax.numpy.inexact))
