"""Check one use of a primitive, from JAX's own primitive harness.

JAX traces the function of a harness: shapes, dtypes and weak types of the results follow, and the list of primitives.
The truth is the value of these primitives in NumPy, in double precision (`monitor.suite.jaxprs`). A primitive without
such a reference is compared with itself on the CPU, from the same inputs in double precision where it takes them, else
as they are.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import jax
import numpy as np

from monitor.formats.error_text import describe
from monitor.model import Mode, NumericalError
from monitor.suite.check_protocol import OracleError
from monitor.suite.conditioning import Factors, sensitivity, shapes
from monitor.suite.device import Device
from monitor.suite.factors import FACTORED, nearest
from monitor.suite.inputs import Array
from monitor.suite.jax.device import fetch
from monitor.suite.jax.script_dialect import HARNESS_SEED, PLAIN, SHAPES_ALONE, UNIQUE
from monitor.suite.jaxprs import evaluate, widened
from monitor.suite.jaxprs.approximate import APPROXIMATE_TOP_K, refuse_other_extremes
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare, leaves, values_of, with_open_dtypes
from monitor.suite.signed_zeros import moved, refuse_zeros_unlike
from monitor.suite.tolerances import tolerance_of

SCALE = 1.0  # the inputs are of the order of one: below it, errors are judged absolutely
LONGEST_NAME = 120  # of a case; the authors' longest has 375 characters

# The public function that uses a primitive, where it has another name.
PUBLIC = {
    "add_any": "interpreters.ad.add_jaxvals_p",
    "approx_top_k": "lax.approx_max_k",
    "and": "lax.bitwise_and",
    "device_put": "device_put",
    "iota_2x32_shape": "random.bits",
    "or": "lax.bitwise_or",
    "regularized_incomplete_beta": "lax.betainc",
    "select_and_gather_add": "lax.select_and_gather_add_p",
    "select_and_scatter_add": "lax.select_and_scatter_add_p",
    "xor": "lax.bitwise_xor",
}


class HarnessCheck:
    """One use of a primitive. The first one in single precision of each primitive is timed."""

    mode = Mode.EAGER
    form = ""  # in the id, for a mode other than eager
    fresh = False

    def __init__(self, harness: Any, declared_limit: str, *, timed: bool) -> None:
        self.harness = harness
        self.declared_limit = declared_limit
        self.timed = timed
        self.function = f"jax.{_public(harness.group_name)}"
        self.dtype = str(np.dtype(harness.dtype))
        self.id = f"jax/{self.function}/harness-{self.form}{_short(harness.fullname)}"

    def prepare(self, device: Device) -> Callable[[], Any]:
        inputs = self._put(device)
        return lambda: self.harness.dyn_fun(*inputs)

    def judge(self, device: Device, result: Any) -> NumericalError | None:
        del device
        group, dtype = self.harness.group_name, self.dtype
        got, inputs = [*fetched(result)], self._inputs()
        program, arrays = traced(self.harness.dyn_fun, inputs)
        _refuse_other_types(got, program.out_avals)
        if group == APPROXIMATE_TOP_K:
            refuse_other_extremes(program, np.asarray(arrays[0]), values_of(got))
        if group in SHAPES_ALONE:
            return None
        leniency = Leniency(scale=SCALE, floor=tolerance_of(dtype))
        if group in FACTORED:
            FACTORED[group](widened(arrays[0]), values_of(got), dtype)
        truth, want = self._truth(program, arrays, inputs)
        if group in UNIQUE and len(got) > 1:
            got, want = ([one[place] for place in UNIQUE[group]] for one in (got, want))
        if group == "eig":
            got, want = got[:1], [FetchedTensor(nearest(got[0].values, want[0].values), "")]
        if group == "cholesky":  # the primitive leaves any numbers above the diagonal
            got, want = ([FetchedTensor(np.tril(one.values), one.dtype) for one in part] for part in (got, want))
        try:
            error = compare(got, want, leniency)
        except MismatchError:
            if len(want) != len(got) or group in UNIQUE:
                raise
            slack = sensitivity(truth, want, dtype)
            return compare(got, want, replace(leniency, slack=slack))
        if group not in UNIQUE:
            refuse_zeros_unlike(got, values_of(want), lambda: evaluate(program, [moved(widened(x)) for x in arrays]))
        return error

    def _put(self, device: Device) -> list[Any]:
        """Return the inputs, with arrays on the device."""
        return [device.put(value, str(value.dtype)) if is_plain(value) else value for value in self._inputs()]

    def _inputs(self) -> list[Any]:
        return [*self.harness.dyn_args_maker(np.random.RandomState(HARNESS_SEED))]

    def _truth(
        self, program: Any, arrays: list[Any], inputs: list[Any]
    ) -> tuple[Callable[[Factors], list[Any]], list[Any]]:
        """Return the truth for inputs that are multiplied by factors, and the truth for the inputs."""
        try:
            return lambda factors: evaluated(program, _scaled(arrays, factors)), evaluated(program, arrays)
        except Exception:  # no reference: parameters of a primitive are private, and a build may change them
            truth, want = self._own_truth(inputs)
            return lambda factors: truth(_scaled(inputs, factors)), want

    def _own_truth(self, inputs: list[Any]) -> tuple[Callable[[list[Any]], list[Any]], list[Any]]:
        """Return the function that computes the truth on the CPU, and the truth: in double precision if it takes it."""
        plain = self.harness.fullname.startswith(PLAIN)
        for computing in (self._plain_truth,) if plain else (self._wide_truth, self._plain_truth):
            try:
                return computing, computing(inputs)
            except Exception as error:  # a primitive may refuse double precision in many ways
                failure = error
        raise OracleError(f"no truth on the CPU: {describe(failure)}")

    def _wide_truth(self, inputs: list[Any]) -> list[Any]:
        return self._plain_truth([_widened(value) for value in inputs])

    def _plain_truth(self, inputs: list[Any]) -> list[Any]:
        with jax.default_device(jax.devices("cpu")[0]):
            return with_open_dtypes(fetched(self.harness.dyn_fun(*inputs)))


class CompiledHarnessCheck(HarnessCheck):
    """One use of a primitive, compiled by `jax.jit` with its arrays as arguments, by the same truth."""

    mode = Mode.COMPILED
    form = "compiled-"

    def prepare(self, device: Device) -> Callable[[], Any]:
        call, arrays = of_arrays(self.harness.dyn_fun, self._put(device))
        compiled = device.compiled(call)
        return lambda: compiled(*arrays)


def of_arrays(function: Callable[..., Any], inputs: list[Any]) -> tuple[Callable[..., Any], list[Any]]:
    """Return the function of those inputs that are arrays, and these arrays."""
    places = [place for place, value in enumerate(inputs) if is_plain(value)]

    def call(*arrays: Any) -> Any:
        given = dict(zip(places, arrays, strict=True))
        return function(*(given.get(place, value) for place, value in enumerate(inputs)))

    return call, [inputs[place] for place in places]


def traced(function: Callable[..., Any], inputs: list[Any]) -> tuple[Any, list[Any]]:
    """Return the traced program of a function, and its arguments: those of the inputs that are arrays."""
    call, arrays = of_arrays(function, inputs)
    return jax.make_jaxpr(call)(*arrays), arrays


def _refuse_other_types(got: list[Any], abstract: list[Any]) -> None:
    """Raise MismatchError for another shape, dtype or weak type than that of the traced program."""
    compare(shapes(got), [tuple(one.shape) for one in abstract])
    for leaf, one in zip(got, abstract, strict=True):
        if isinstance(leaf, FetchedTensor) and leaf.dtype != str(one.dtype):
            raise MismatchError(f"dtype {leaf.dtype}, expected {one.dtype}")
        if (is_weak := isinstance(leaf, FetchedTensor) and leaf.weak) != one.weak_type:
            raise MismatchError(f"{'a' if is_weak else 'no'} weak type, expected {'one' if one.weak_type else 'none'}")


def evaluated(program: Any, arrays: list[Any]) -> list[Any]:
    return [FetchedTensor(values, "") for values in evaluate(program, arrays)]


def fetched(result: Any) -> Iterator[Any]:
    for leaf in leaves(jax.tree_util.tree_leaves(result)):
        yield fetch(leaf) or leaf


def is_plain(value: Any) -> bool:
    """Return whether a value is an array of numbers: a key of a generator and a Python scalar are not."""
    return isinstance(value, np.ndarray | np.generic | jax.Array) and not jax.numpy.issubdtype(
        value.dtype, jax.dtypes.prng_key
    )


def _widened(value: Any) -> Any:
    values = np.asarray(value)
    if jax.numpy.issubdtype(values.dtype, np.complexfloating):
        return values.astype(np.complex128)
    return values.astype(np.float64) if jax.numpy.issubdtype(values.dtype, np.floating) else value


def _scaled(inputs: list[Any], factors: Factors) -> list[Any]:
    def scale(value: Any) -> Any:
        inexact = jax.numpy.issubdtype(np.asarray(value).dtype, np.inexact)
        scaled: Array = np.asarray(_widened(value)) * factors(np.shape(value))
        return scaled if inexact else value

    return [scale(value) for value in inputs]


def _public(group: str) -> str:
    """Return the public name of a primitive, below `jax`."""
    if group in PUBLIC:
        return PUBLIC[group]
    if group.startswith("random_"):
        return group.replace("_", ".", 1)
    if group.startswith("reduce_window_"):
        return "lax.reduce_window"
    return f"lax.{group}" if hasattr(jax.lax, group) else f"lax.linalg.{group}"


def _short(name: str) -> str:
    """Return a name that is valid in a case id; a changed name has a checksum of the original."""
    short = re.sub(r"[^A-Za-z0-9_.,=()-]", ".", name)[:LONGEST_NAME]
    return short if short == name else f"{short}-{zlib.crc32(name.encode()):08x}"
