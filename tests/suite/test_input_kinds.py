"""Kinds of inputs: their draws, and the faults that they find."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from monitor.model import InputKind, Mode, input_kind_of
from monitor.suite.check_protocol import DrawError
from monitor.suite.declare import (
    COMPILED,
    EAGER,
    FLOATING,
    GRADIENT,
    Case,
    Declaration,
    View,
    case,
    tensor,
    values,
)
from monitor.suite.declared_check import DeclaredCheck
from monitor.suite.discovery import collect, is_listed, suites
from monitor.suite.input_kinds import LARGEST, SUBNORMAL, derived_cases, draws
from monitor.suite.inputs import base_of, draw_inputs
from monitor.suite.limits import FIXED_SHAPES
from monitor.suite.oracle import MismatchError
from monitor.suite.tolerances import SMALLEST_NORMAL
from monitor.suite_files import frameworks
from support.numpy_device import NumpyDevice


def declare(call: Callable[..., Any], reference: Callable[..., Any], **options: Any) -> Declaration:
    declaration = case("torch.max", dtypes=("float32",), modes=(EAGER,), **options)(call)
    declaration.reference(reference)
    return declaration


def judge(declaration: Declaration, kind: InputKind, mode: Mode = EAGER) -> None:
    """Run and judge the case of a kind. Raises MismatchError."""
    check = DeclaredCheck(Case("torch", declaration, mode, "float32", kind))
    device: Any = NumpyDevice()
    with np.errstate(all="ignore"):
        check.judge(device, check.prepare(device)())


def largest(np, x=tensor(5, 7)):
    return np.max(x, axis=1)


def reference_of_largest(np, x):
    return np.sort(x, axis=1)[:, -1] + np.sum(x * 0, axis=1)  # NaN wins


KINDS = [kind for kind in InputKind if kind not in (InputKind.PLAIN, InputKind.KINKS, InputKind.MALFORMED)]


def test_every_kind_passes_for_a_right_function() -> None:
    def twice(np, x=tensor(5, 7)):
        return x + x

    right = declare(twice, lambda np, x: 2 * x)
    for kind in KINDS:
        judge(right, kind)
        judge(right, kind, COMPILED)


FAULTS: dict[str, tuple[InputKind, Callable[..., Any]]] = {
    "a reduction loses NaN": (InputKind.SPECIAL, lambda np, x: np.nanmax(np.nan_to_num(x, nan=-99), axis=1)),
    "infinity becomes the largest number": (
        InputKind.SPECIAL,
        lambda np, x: np.max(np.nan_to_num(x, nan=np.nan), axis=1),
    ),
    "small numbers become zero": (InputKind.SCALED, lambda np, x: np.max(np.where(abs(x) < 1e-9, 0, x), axis=1)),
    "a view is read as if contiguous": (
        InputKind.STRIDED,
        lambda np, x: np.max(
            (x if x.base is None or x.flags.c_contiguous else x.base.ravel()[: x.size].reshape(x.shape)), axis=1
        ),
    ),
    "a dimension of size one is mistaken": (
        InputKind.EMPTY,
        lambda np, x: np.max(x, axis=0 if x.shape[0] == 1 else 1, initial=-np.inf),
    ),
    "the seventh dimension is mistaken": (InputKind.RANK, lambda np, x: np.max(x, axis=1 if x.ndim < 7 else 2)),
    "the last rows of many are left out": (
        InputKind.LARGE,
        lambda np, x: np.where(np.arange(len(x)) < 16384, np.max(x, axis=1), 0).astype(x.dtype),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_kind_finds_its_fault(fault: str) -> None:
    kind, wrong = FAULTS[fault]

    def call(np, x=tensor(5, 7)):
        return wrong(np, x)

    def reference(np, x):
        return np.max(x, axis=1, initial=-np.inf)

    with pytest.raises(MismatchError):
        judge(declare(call, reference), kind)


def test_a_mismatch_names_its_draws() -> None:
    def call(np, x=tensor(5, 7)):
        return np.max(np.nan_to_num(x, nan=0), axis=1)

    with pytest.raises(MismatchError, match=r"^nan in x: .*; also wrong: infinity in x, .*x all nan"):
        judge(declare(call, lambda np, x: np.max(x, axis=1)), InputKind.SPECIAL)


def test_an_exception_names_its_draw() -> None:
    def call(np, x=tensor(5, 7)):
        if not np.isfinite(x).all():
            raise ValueError("a number was expected")
        return x

    with pytest.raises(DrawError, match=r"^nan in x$") as raised:
        judge(declare(call, lambda np, x: x), InputKind.SPECIAL)
    assert isinstance(raised.value.__cause__, ValueError)


def test_an_empty_draw_that_the_reference_refuses_is_left_out() -> None:
    def peak(np, x=tensor(5, 7)):
        return np.max(x, axis=1)  # refuses rows without elements

    def wrong(np, x=tensor(5, 7)):
        return np.max(x, axis=1) + len(x) % 5  # wrong with one row alone

    def strict(np, x=tensor(5, 7)):
        return np.max(x, axis=1) if x.shape[0] > 1 else np.max(x[:, :0])

    def lenient(np, x=tensor(5, 7)):
        return np.max(x, axis=1, initial=-np.inf)

    for right in (peak, lenient):
        judge(declare(right, lambda np, x: np.max(x, axis=1)), InputKind.EMPTY)
    with pytest.raises(MismatchError, match=r"^size 1 for 5"):
        judge(declare(wrong, lambda np, x: np.max(x, axis=1)), InputKind.EMPTY)
    with pytest.raises(DrawError, match=r"^size 0 for 5$"):
        judge(declare(strict, lambda np, x: np.max(x, axis=1)), InputKind.EMPTY)


def test_an_empty_case_without_results_fails() -> None:
    def call(np, x=tensor(5, 7)):
        raise ValueError("a shape of five and seven was expected")

    with pytest.raises(DrawError, match=r"^size 0 for 5$"):
        judge(declare(call, call), InputKind.EMPTY)


def test_an_overflow_of_the_definition_is_undecided() -> None:
    def norm(np, x=tensor(5, 7)):
        return np.sqrt(np.sum(x * x, axis=1))  # overflows in single precision

    right = declare(norm, lambda np, x: np.sqrt(np.sum(x * x, axis=1)))
    for kind in (InputKind.SPECIAL, InputKind.SCALED):
        judge(right, kind)


def test_a_kink_takes_every_slope_between_both_sides() -> None:
    def magnitude(np, x=tensor(3), slope=None):
        return abs(x)

    def reference(np, x):
        return np.abs(x)

    def judged(at_zero: float) -> None:
        declaration = case("torch.abs", dtypes=("float32",), modes=(EAGER, GRADIENT))(magnitude)
        declaration.inputs["slope"] = lambda x: np.where(x == 0, np.float32(at_zero), np.sign(x))
        declaration.reference(reference)
        judge(declaration, InputKind.KINKS, GRADIENT)

    for right in (-1.0, 0.0, 0.5, 1.0):
        judged(right)
    with pytest.raises(MismatchError):
        judged(1.5)


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 3, 4), (0, 3)])
def test_a_view_of_its_base_has_the_values(view: View, shape: tuple[int, ...]) -> None:
    array = np.arange(math.prod(shape), dtype=float).reshape(shape)
    seen = NumpyDevice().viewed(base_of(array, view), view)
    assert np.array_equal(seen, array)


@pytest.mark.parametrize("dtype", FLOATING)
def test_the_named_numbers_are_those_of_the_dtype(dtype: str) -> None:
    if dtype == "bfloat16":
        assert LARGEST[dtype] == 2.0**127 * (2 - 2.0**-7)
        return
    info = np.finfo(dtype)
    assert (LARGEST[dtype], SMALLEST_NORMAL[dtype]) == (float(info.max), float(info.tiny))
    assert 0 < float(np.dtype(dtype).type(SUBNORMAL[dtype])) < info.tiny


def test_listed_values_are_no_subject_of_a_kind() -> None:
    def call(np, x=values(1.0, 2.0)):
        return x

    kinds = {one.kind for one in derived_cases(declare(call, lambda np, x: x), "torch")}
    assert not kinds - {InputKind.PLAIN, InputKind.STRIDED}


SAME_SHAPES = {InputKind.SPECIAL, InputKind.SCALED, InputKind.STRIDED}


def promised(call: Callable[..., Any], promise: Callable[..., Any]) -> Declaration:
    declaration = case("torch.sign", dtypes=("float32",), modes=(EAGER,))(call)
    declaration.promise(promise)
    return declaration


def sign(np, x=tensor(5, 7)):
    return np.sign(x)


def test_a_promise_has_the_kinds_of_which_it_is_the_oracle() -> None:
    stated = promised(sign, lambda result: result.shape == (5, 7))
    computed = promised(sign, lambda result, x: result.shape == x.shape)
    shapes = {InputKind.EMPTY, InputKind.RANK, InputKind.LARGE}
    for declaration, kinds in ((stated, SAME_SHAPES), (computed, SAME_SHAPES | shapes)):
        derived = [*derived_cases(declaration, "torch")]
        assert {one.kind for one in derived} == kinds
        assert {one.mode for one in derived} == {EAGER}
        for kind in kinds:
            judge(declaration, kind)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_promise_finds_the_fault_of_a_kind(fault: str) -> None:
    kind, wrong = FAULTS[fault]

    def call(np, x=tensor(5, 7)):
        return wrong(np, x)

    def kept(result, x):
        return np.array_equal(result, np.max(x, axis=1, initial=-np.inf), equal_nan=True)

    with pytest.raises(MismatchError):
        judge(promised(call, kept), kind)


def test_limits_leave_out_kinds_and_modes() -> None:
    limited = declare(largest, reference_of_largest, limits=FIXED_SHAPES | {COMPILED: "of this test"})
    derived = [*derived_cases(limited, "torch")]
    assert {one.mode for one in derived} == {EAGER}
    assert {one.kind for one in derived} == {InputKind.SPECIAL, InputKind.SCALED, InputKind.STRIDED}


@pytest.mark.no_cover  # it makes the draws of every case
@pytest.mark.parametrize("framework", frameworks())
def test_every_declared_case_has_distinct_draws(framework: str) -> None:
    for suite in (suite for suite in suites(framework) if not is_listed(framework, suite)):
        for name, one in collect(framework, suite).items():
            assert input_kind_of(name) is one.kind
            labels = [draw.label for draw in draws(one)]
            assert len(set(labels)) == len(labels), name
            if one.kind is InputKind.PLAIN:
                continue
            assert all(draw.label and draw.tensors.keys() == one.declaration.tensors.keys() for draw in draws(one)), (
                name
            )


def test_plain_inputs_do_not_depend_on_kinds() -> None:
    declaration = declare(largest, reference_of_largest)
    plain = Case("torch", declaration, EAGER, "float32")
    special = Case("torch", declaration, EAGER, "float32", InputKind.SPECIAL)
    before = draw_inputs(plain, draws(plain)[0])["x"]
    after = draw_inputs(special, draws(special)[0])["x"]
    assert np.isnan(after).any()
    assert np.array_equal(before[~np.isnan(after)], after[~np.isnan(after)])
