"""Elements that overflow or underflow decides are undecided, also on hardware that reads zero for subnormal numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.model import InputKind, Mode
from monitor.suite.declare import Case, case, tensor
from monitor.suite.input_kinds import LARGEST, Draw, draws
from monitor.suite.inputs import Array
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare
from monitor.suite.reference_range import undecided_as_expected, underflow
from monitor.suite.references import expected_results


@case("torch.linalg.norm", dtypes=("float32",))
def norm(torch, x=tensor(3, 4)):
    return x


@norm.reference
def _(np, x):
    return np.sqrt(np.sum(x * x, axis=1))


@case("torch.nonzero", dtypes=("float32",))
def places(torch, x=tensor(3, 4)):
    return x


@places.reference
def _(np, x):
    return np.argwhere(x != 0)


@case("torch.exp", dtypes=("float32",))
def doubled(torch, x=tensor(3, 4)):
    return x


@doubled.reference
def _(np, x):
    return x + x


@case("torch.special.bounded", dtypes=("float64",))
def bounded(torch, x=tensor(3, 4)):
    return x


@bounded.reference
def _(np, x):
    return x / np.sqrt(np.sum(x * x, axis=1, keepdims=True))


@case("torch.tanh", dtypes=("float32",))
def bounded_product(torch, x=tensor(3, 4)):
    return x


@bounded_product.reference
def _(np, x):
    return np.tanh(x @ np.array([[1.0], [2.0], [3.0], [-2.0]], x.dtype))


def passes(declaration: object, label: str, kind: InputKind, got: Array, dtype: str = "float32") -> bool:
    """Return whether the check of a draw accepts a result."""
    wanted = Case("torch", declaration, Mode.EAGER, dtype, kind)  # type: ignore[arg-type]
    draw: Draw = next(draw for draw in draws(wanted) if draw.label == label)
    want = [FetchedTensor(np.asarray(leaf), got.dtype.name) for leaf in expected_results(wanted, draw)]
    decided = undecided_as_expected(wanted, draw, [FetchedTensor(got, got.dtype.name)], want)
    try:
        compare(decided, want, Leniency(slack=underflow(want)))
    except MismatchError:
        return False
    return True


def test_a_step_that_underflows_is_undecided() -> None:
    assert passes(norm, "small x", InputKind.SCALED, np.zeros(3, "float32"))


def test_a_step_that_overflows_is_undecided() -> None:
    assert passes(norm, "great x", InputKind.SCALED, np.full(3, np.inf, "float32"))


def test_a_shape_that_follows_from_subnormal_numbers_is_undecided() -> None:
    without = np.array([[i, j] for i in range(3) for j in range(4) if (4 * i + j) % 4 != 1], "int64")
    assert passes(places, "a subnormal number in x", InputKind.SPECIAL, without)
    assert not passes(places, "a subnormal number in x", InputKind.SPECIAL, without[1:])


def test_a_sum_near_the_largest_number_is_undecided_and_its_neighbours_are_not() -> None:
    wanted = Case("torch", doubled, Mode.EAGER, "float32", InputKind.SPECIAL)
    draw = next(draw for draw in draws(wanted) if draw.label == "the largest number in x")
    (right,) = (np.asarray(leaf) for leaf in expected_results(wanted, draw))
    near = np.where(np.abs(right) > 1e38, np.nan, right).astype("float32")
    assert passes(doubled, "the largest number in x", InputKind.SPECIAL, near)
    assert not passes(doubled, "the largest number in x", InputKind.SPECIAL, near + np.float32(1))


@pytest.mark.skipif(np.finfo(np.longdouble).maxexp == np.finfo(float).maxexp, reason="NumPy has no extended precision")
def test_a_step_of_the_reference_that_overflows_in_double_precision_is_undecided() -> None:
    wanted = Case("torch", bounded, Mode.EAGER, "float64", InputKind.SPECIAL)
    draw = next(draw for draw in draws(wanted) if draw.label == "the largest number in x")
    (zeros,) = (np.asarray(leaf) for leaf in expected_results(wanted, draw))
    assert not zeros.any()
    assert passes(bounded, draw.label, InputKind.SPECIAL, np.full_like(zeros, np.nan), "float64")
    assert not passes(bounded, "infinity in x", InputKind.SPECIAL, np.full_like(zeros, 2), "float64")


def test_a_sum_that_overflows_in_another_order_is_undecided() -> None:
    wanted = Case("torch", bounded_product, Mode.EAGER, "float32", InputKind.SPECIAL)
    largest = replace(tensor(3, 4), constant=LARGEST["float32"])
    draw = Draw("", {"x": largest}, exact_range=False)
    (right,) = (np.asarray(leaf) for leaf in expected_results(wanted, draw))
    assert (right == 1).all()
    want, got = ([FetchedTensor(values, "float32")] for values in (right, np.full((3, 1), np.nan, "float32")))
    (decided,) = undecided_as_expected(wanted, draw, got, want)
    assert (decided.values == 1).all()
    assert not passes(bounded_product, "-0 in x", InputKind.SPECIAL, np.full((3, 1), np.nan, "float32"))
