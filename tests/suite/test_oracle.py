"""The oracle finds every planted fault, and accepts correct results."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from monitor.model import Mode
from monitor.suite.check_protocol import OracleError
from monitor.suite.declare import FLOATING, NUMERIC, Case, case, tensor
from monitor.suite.declared_check import DeclaredCheck
from monitor.suite.derivatives import expected_gradients
from monitor.suite.input_kinds import Draw, draws
from monitor.suite.inputs import Array, draw_inputs
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare, leaves
from monitor.suite.references import expected_results
from monitor.suite.tolerances import STEP_TOLERANCE


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


def plain(wanted: Case) -> Draw:
    """Return the only draw of a case with plain inputs."""
    (drawn,) = draws(wanted)
    return drawn


def of(declaration: object, dtype: str, mode: Mode = Mode.EAGER) -> Case:
    return Case("torch", declaration, mode, dtype)  # type: ignore[arg-type]


def as_dtype(values: Array, dtype: str) -> Array:
    """Return values in a dtype; NumPy has no bfloat16, and a float32 holds its values."""
    return values.astype("float32" if dtype == "bfloat16" else dtype).astype(float if dtype == "bfloat16" else dtype)


@pytest.mark.parametrize("dtype", NUMERIC)
def test_what_is_right_passes(dtype: str) -> None:
    wanted = of(double, dtype)
    (truth,) = expected_results(wanted, plain(wanted))
    compare([FetchedTensor(as_dtype(truth, dtype), dtype)], [FetchedTensor(truth, dtype)])


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
    (truth,) = expected_results(wanted, plain(wanted))
    wrong = (FAULTS | INEXACT_FAULTS)[fault](as_dtype(truth, dtype))
    with pytest.raises(MismatchError):
        compare([FetchedTensor(wrong, dtype)], [FetchedTensor(truth, dtype)])


@pytest.mark.parametrize(("dtype", "off"), [("float64", 1e-9), ("float32", 1e-3), ("float16", 1e-2)])
def test_a_loss_of_precision_is_found(dtype: str, off: float) -> None:
    wanted = of(double, dtype)
    (truth,) = expected_results(wanted, plain(wanted))
    with pytest.raises(MismatchError, match="times the tolerance"):
        compare([FetchedTensor(truth * (1 + off), dtype)], [FetchedTensor(truth, dtype)])


def test_a_wrong_dtype_is_found() -> None:
    wanted = of(double, "float32")
    (truth,) = expected_results(wanted, plain(wanted))
    with pytest.raises(MismatchError, match="dtype float64, expected float32"):
        compare([FetchedTensor(truth, "float64")], [FetchedTensor(truth, "float32")])


def test_a_lost_imaginary_part_is_found() -> None:
    truth = np.zeros(3)
    with pytest.raises(MismatchError):
        compare([FetchedTensor(np.array([0, 1j, 0], np.complex64), "complex64")], [FetchedTensor(truth, "complex64")])


def test_a_missing_result_is_found() -> None:
    wanted = of(cube, "float64")
    first, second = expected_results(wanted, plain(wanted))
    both = [FetchedTensor(first, "float64"), FetchedTensor(second, "float64")]
    compare(both, both)
    with pytest.raises(MismatchError, match="1 results, expected 2"):
        compare(both[:1], both)


def test_the_error_is_told_in_three_units() -> None:
    truth = np.array([1.0, 2.0, 0.0])
    error = compare([FetchedTensor(truth + [2.0**-23, 0, 2.0**-24], "float32")], [FetchedTensor(truth, "float32")])
    assert error is not None
    assert (error.max_abs, error.max_rel, error.max_ulp) == (2.0**-23, 2.0**-23, 1.0)


def test_an_element_is_judged_by_the_largest_too() -> None:
    truth = np.array([1000.0, 0.0])
    compare(
        [FetchedTensor(truth + [0, 1e-4], "float32")], [FetchedTensor(truth, "float32")]
    )  # cancelled terms of the size of a thousand
    with pytest.raises(MismatchError):
        compare([FetchedTensor(truth / 1000 + [0, 1e-4], "float32")], [FetchedTensor(truth / 1000, "float32")])


def test_equal_infinities_and_nans_are_right() -> None:
    truth = np.array([np.inf, -np.inf, np.nan, 1.0])
    compare([FetchedTensor(truth.copy(), "float32")], [FetchedTensor(truth, "float32")])
    with pytest.raises(MismatchError):
        compare([FetchedTensor(-truth, "float32")], [FetchedTensor(truth, "float32")])


def test_a_gradient_is_the_central_difference_of_the_reference() -> None:
    wanted = of(cube, "float64", Mode.GRADIENT)
    inputs = draw_inputs(wanted, plain(wanted))
    x, y = inputs["x"], inputs["y"]
    w, v = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    got = [3 * x**2 * y * w + v, (x**3 * w + v).sum(axis=0)]
    want = expected_gradients(wanted, plain(wanted), [w, v], ["x", "y"])
    truth = [FetchedTensor(g, "float64") for g in want]
    compare([FetchedTensor(g, "float64") for g in got], truth, Leniency(floor=STEP_TOLERANCE))
    with pytest.raises(MismatchError):
        compare([FetchedTensor(g * 1.001, "float64") for g in got], truth, Leniency(floor=STEP_TOLERANCE))


class NoTensors:
    """A framework whose results are all plain values."""

    def fetch(self, leaf: object) -> None:
        return None


def judge(declaration: object, result: object) -> None:
    DeclaredCheck(of(declaration, "")).judge(NoTensors(), result)  # type: ignore[arg-type]


def test_a_broken_promise_is_found() -> None:
    @case("torch.sum")
    def names(torch):
        return ["a"]

    names.promise(lambda result: result[0] == "a")
    judge(names, ["a"])
    with pytest.raises(MismatchError, match="the result does not keep its promise"):
        judge(names, ["b"])
    with pytest.raises(MismatchError, match="does not keep its promise: IndexError: list index out of range"):
        judge(names, [])


def test_an_oracle_that_fails_is_no_evidence() -> None:
    @case("torch.sum")
    def one(torch):
        return 1

    one.promise(lambda result: __import__("no_such_module"))
    with pytest.raises(OracleError, match="the promise could not be checked: ModuleNotFoundError"):
        judge(one, 1)
    one.reference(lambda np: np.no_such_function())
    with pytest.raises(OracleError, match="the reference failed: AttributeError"):
        judge(one, 1)


@pytest.mark.parametrize("dtype", ["float16", "float32", "bfloat16"])
def test_a_result_beyond_the_range_of_its_dtype_is_an_infinity(dtype: str) -> None:
    got, want = FetchedTensor(np.full(3, np.inf), dtype), FetchedTensor(np.array([1e40, 1e39, 1e60]), dtype)
    assert compare([got], [want]) is None
    with pytest.raises(MismatchError):
        compare([got], [FetchedTensor(np.full(3, 1.0), dtype)])


def test_what_is_beyond_the_range_of_a_dtype_is_infinite_in_it() -> None:
    huge = FetchedTensor(np.array([7e4, -7e4, 1.0]), "float16")
    compare([FetchedTensor(np.array([np.inf, -np.inf, 1.0], "float16"), "float16")], [huge])
    with pytest.raises(MismatchError):
        compare([FetchedTensor(np.array([np.inf, np.inf, 1.0], "float16"), "float16")], [huge])


def test_leniency_is_as_large_as_it_says() -> None:
    truth = FetchedTensor(np.array([1e-9, 0.0]), "float32")
    off = [FetchedTensor(truth.values + 1e-7, "float32")]
    with pytest.raises(MismatchError):
        compare(off, [truth])
    compare(off, [truth], Leniency(scale=1.0))
    compare(off, [truth], Leniency(slack=(np.array([1e-7, 1e-7]),)))
    with pytest.raises(MismatchError):
        compare(off, [truth], Leniency(slack=(np.array([1e-7, 0.0]),)))
    compare(off, [truth], Leniency(condition=1e8))
    compare(off, [truth], Leniency(floor=100.0))


def test_leaves_are_in_the_order_of_keys() -> None:
    assert [*leaves({"b": [1, (2,)], "a": 3})] == [3, 1, 2]


def test_a_wrong_number_says_by_how_much() -> None:
    with pytest.raises(MismatchError) as caught:
        compare([FetchedTensor(np.array([1.0, 2.5]), "float32")], [FetchedTensor(np.array([1.0, 2.0]), "float32")])
    assert caught.value.error is not None
    assert (caught.value.error.max_abs, caught.value.error.max_rel) == (0.5, 0.25)
    with pytest.raises(MismatchError) as caught:
        compare([FetchedTensor(np.array([np.inf]), "float32")], [FetchedTensor(np.array([2.0]), "float32")])
    assert caught.value.error is None
