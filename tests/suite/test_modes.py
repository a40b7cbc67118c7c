"""Further modes: their rule, their truth, and the faults that they find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from monitor.model import InputKind, Mode
from monitor.suite.declare import (
    COMPILED,
    COMPILED_GRADIENT,
    EAGER,
    GRADIENT,
    HVP,
    JVP,
    VMAP,
    Case,
    Declaration,
    formula,
    indices,
    tensor,
    values,
)
from monitor.suite.declared_check import DeclaredCheck
from monitor.suite.derivatives import directions, expected_forward, expected_second
from monitor.suite.input_kinds import derived_cases, draws
from monitor.suite.inputs import draw_inputs
from monitor.suite.oracle import MismatchError
from support.numpy_device import NumpyDevice


def cube(np, x=tensor(2, 3), y=tensor(3)):
    return x**3 * y


def declare(call: Callable[..., Any], **options: Any) -> Declaration:
    chosen = {"dtypes": ("float32", "float64"), "modes": (EAGER, GRADIENT)} | options
    return formula("torch.mul", call, call, **chosen)


@pytest.mark.parametrize(
    ("limits", "modes"),
    [
        ({}, (COMPILED_GRADIENT, VMAP, JVP, HVP)),
        ({COMPILED: "no"}, (JVP, HVP)),
        ({VMAP: "no", COMPILED_GRADIENT: "no"}, (JVP, HVP)),
    ],
)
def test_further_modes_follow_in_the_first_dtype(limits: dict[Mode, str], modes: tuple[Mode, ...]) -> None:
    derived = [one for one in derived_cases(declare(cube, limits=limits), "torch") if one.kind is InputKind.PLAIN]
    further = [one.id for one in derived if one.mode not in (EAGER, COMPILED)]
    assert further == [f"torch/torch.mul/{mode}-float32" for mode in modes]


def test_first_and_second_derivatives_along_a_direction_are_those_of_the_reference() -> None:
    case = Case("torch", declare(cube), JVP, "float64")
    (draw,) = draws(case)
    inputs, along = draw_inputs(case, draw), directions(case, draw)
    x, y, u, v = inputs["x"], inputs["y"], along["x"], along["y"]
    (forward,) = expected_forward(case, draw, along)
    np.testing.assert_allclose(forward, 3 * x**2 * y * u + x**3 * v, rtol=1e-8, atol=1e-8)
    w = (np.arange(6).reshape(2, 3) % 7 - 2.5) / 4
    second, slack = expected_second(case, draw, along)
    np.testing.assert_allclose(second[0], w * (6 * x * y * u + 3 * x**2 * v), atol=1e-5)
    np.testing.assert_allclose(second[1], (w * 3 * x**2 * u).sum(axis=0), atol=1e-5)
    assert all(bound.max() < 1e-5 for bound in slack)


def test_a_second_derivative_beside_a_bend_is_undecided() -> None:
    def bent(np, x=values(0.0001, 1.0)):
        return np.maximum(x, 0)

    case = Case("torch", declare(bent), HVP, "float64")
    _, (slack,) = expected_second(case, draws(case)[0], {"x": np.ones(2)})
    assert np.isinf(slack).tolist() == [True, False]


class MixingDevice(NumpyDevice):
    """A framework whose vectorized calls all have the first tensor of the batch."""

    def vectorized(self, call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda x, y: np.stack([call(x[0], each) for each in y])


def test_a_batch_of_calls_is_the_stack_of_single_calls() -> None:
    check = DeclaredCheck(Case("torch", declare(cube), VMAP, "float32"))
    right: Any = NumpyDevice()
    check.judge(right, check.prepare(right)())
    mixing: Any = MixingDevice()
    with pytest.raises(MismatchError, match=r"of 18 elements off"):
        check.judge(mixing, check.prepare(mixing)())


class LaxDevice(NumpyDevice):
    """A framework whose compiler does not check shapes."""

    def compiled(self, call: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *tensors: 0


def product(np, x=tensor(2, 3), y=tensor(3, 4)):
    return x @ y


def test_a_compiled_call_refuses_what_the_eager_one_refuses() -> None:
    check = DeclaredCheck(Case("torch", declare(product), COMPILED, "float32", InputKind.MALFORMED))
    strict: Any = NumpyDevice()
    results = check.prepare(strict)()
    assert {*results} == {"raises", "returns"}
    check.judge(strict, results)
    lax: Any = LaxDevice()
    said = "one column more in x: the compiled call returns a value, and the eager one raises ValueError"
    with pytest.raises(MismatchError, match=said) as raised:
        check.judge(lax, check.prepare(lax)())
    assert "also wrong: a dimension fewer in y, one row more in y" in str(raised.value)


def test_malformed_inputs_hold_no_index_out_of_range() -> None:
    def take(np, x=tensor(5, 3), i=indices(4, below=5)):
        return x[i]

    def take_listed(np, x=tensor(5, 3), i=values(4, 2, dtype="int64")):
        return x[i]

    case = Case("torch", declare(take), COMPILED, "float32", InputKind.MALFORMED)
    for draw in draws(case):
        assert not draw_inputs(case, draw)["i"].any()
    assert not [one for one in derived_cases(declare(take_listed), "torch") if one.kind is InputKind.MALFORMED]
