"""The oracle finds every fault that is planted, and lets what is right pass."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from monitor.model import Mode
from monitor.suite.declare import FLOATING, NUMERIC, Case, case, tensor
from monitor.suite.draw import Array, draw_inputs
from monitor.suite.oracle import (
    STEP_TOLERANCE,
    Fetched,
    MismatchError,
    compare,
    expected_gradients,
    expected_results,
    keeps_promise,
    leaves,
)


@case("torch.sum", dtypes=NUMERIC)
def double(torch, x=tensor(3, 4)):
    return 2 * x


@double.reference
def _(np, x):
    return 2 * x


@case("torch.sum", dtypes=FLOATING)
def cube(torch, x=tensor(2, 3), y=tensor(3)):
    return x**3 * y


@cube.reference
def _(np, x, y):
    return [x**3 * y, x + y]


def of(declaration: object, dtype: str, mode: Mode = Mode.EAGER) -> Case:
    return Case("torch/torch.sum/x", declaration, mode, dtype)  # type: ignore[arg-type]


def as_dtype(values: Array, dtype: str) -> Array:
    """Values as a framework would have them; NumPy has no bfloat16, and a float32 holds its values."""
    return values.astype("float32" if dtype == "bfloat16" else dtype).astype(float if dtype == "bfloat16" else dtype)


@pytest.mark.parametrize("dtype", NUMERIC)
def test_what_is_right_passes(dtype: str) -> None:
    wanted = of(double, dtype)
    (truth,) = expected_results(wanted)
    compare(wanted, [Fetched(as_dtype(truth, dtype), dtype)], [truth])


def one_element(values: Array) -> Array:
    values[1, 2] += 1
    return values


FAULTS: dict[str, Callable[[Array], Array]] = {
    "one element": one_element,
    "sign": lambda values: -values,
    "permuted": lambda values: values[::-1].copy(),
    "shape": lambda values: values.T.copy(),
    "a dimension more": lambda values: values[None],
    "empty": lambda values: values[:0],
}
INEXACT_FAULTS: dict[str, Callable[[Array], Array]] = {
    "off by 4 %, in every precision": lambda values: values * 1.04,
    "not a number": lambda values: np.where(np.arange(4) == 2, np.nan, values),
    "infinite": lambda values: np.where(np.arange(4) == 2, np.inf, values),
}


@pytest.mark.parametrize(
    ("dtype", "fault"),
    [*product(NUMERIC, FAULTS), *product(FLOATING, INEXACT_FAULTS)],
)
def test_a_planted_fault_is_found(dtype: str, fault: str) -> None:
    wanted = of(double, dtype)
    (truth,) = expected_results(wanted)
    wrong = (FAULTS | INEXACT_FAULTS)[fault](as_dtype(truth, dtype))
    with pytest.raises(MismatchError):
        compare(wanted, [Fetched(wrong, dtype)], [truth])


@pytest.mark.parametrize(("dtype", "off"), [("float64", 1e-9), ("float32", 1e-3), ("float16", 1e-2)])
def test_a_loss_of_precision_is_found(dtype: str, off: float) -> None:
    wanted = of(double, dtype)
    (truth,) = expected_results(wanted)
    with pytest.raises(MismatchError, match="times the tolerance"):
        compare(wanted, [Fetched(truth * (1 + off), dtype)], [truth])


def test_a_wrong_dtype_is_found() -> None:
    wanted = of(double, "float32")
    (truth,) = expected_results(wanted)
    with pytest.raises(MismatchError, match="dtype float64, expected float32"):
        compare(wanted, [Fetched(truth, "float64")], [truth])


def test_a_lost_imaginary_part_is_found() -> None:
    wanted = of(double, "complex64")
    truth = np.zeros(3)
    with pytest.raises(MismatchError):
        compare(wanted, [Fetched(np.array([0, 1j, 0], np.complex64), "complex64")], [truth])


def test_a_missing_result_is_found() -> None:
    wanted = of(cube, "float64")
    first, second = expected_results(wanted)
    compare(wanted, [Fetched(first, "float64"), Fetched(second, "float64")], [first, second])
    with pytest.raises(MismatchError, match="1 results, expected 2"):
        compare(wanted, [Fetched(first, "float64")], [first, second])


def test_the_error_is_told_in_three_units() -> None:
    wanted = of(double, "float32")
    truth = np.array([1.0, 2.0, 0.0])
    error = compare(wanted, [Fetched(truth + [2.0**-23, 0, 2.0**-24], "float32")], [truth])
    assert error is not None
    assert (error.max_abs, error.max_rel, error.max_ulp) == (2.0**-23, 2.0**-23, 1.0)


def test_an_element_is_judged_by_the_largest_too() -> None:
    wanted = of(double, "float32")
    truth = np.array([1000.0, 0.0])
    compare(wanted, [Fetched(truth + [0, 1e-4], "float32")], [truth])  # cancelled terms of the size of a thousand
    with pytest.raises(MismatchError):
        compare(wanted, [Fetched(truth / 1000 + [0, 1e-4], "float32")], [truth / 1000])


def test_equal_infinities_and_nans_are_right() -> None:
    wanted = of(double, "float32")
    truth = np.array([np.inf, -np.inf, np.nan, 1.0])
    compare(wanted, [Fetched(truth.copy(), "float32")], [truth])
    with pytest.raises(MismatchError):
        compare(wanted, [Fetched(-truth, "float32")], [truth])


def test_a_gradient_is_the_central_difference_of_the_reference() -> None:
    wanted = of(cube, "float64", Mode.GRADIENT)
    inputs = draw_inputs(wanted)
    x, y = inputs["x"], inputs["y"]
    w, v = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    got = [3 * x**2 * y * w + v, (x**3 * w + v).sum(axis=0)]
    want = expected_gradients(wanted, [w, v], ["x", "y"])
    compare(wanted, [Fetched(g, "float64") for g in got], want, floor=STEP_TOLERANCE)
    with pytest.raises(MismatchError):
        compare(wanted, [Fetched(g * 1.001, "float64") for g in got], want, floor=STEP_TOLERANCE)


def test_a_broken_promise_is_found() -> None:
    @case("torch.sum")
    def names(torch):
        return ["a"]

    names.promise(lambda result: result == ["a"])
    keeps_promise(of(names, ""), ["a"])
    with pytest.raises(MismatchError):
        keeps_promise(of(names, ""), ["b"])


def test_leaves_are_in_the_order_of_keys() -> None:
    assert [*leaves({"b": [1, (2,)], "a": 3})] == [3, 1, 2]
