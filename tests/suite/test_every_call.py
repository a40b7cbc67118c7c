"""Faults of calls that the first result alone does not show."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from monitor.model import InputKind, Observation, Outcome
from monitor.suite.declare import EAGER, Case, case, tensor
from monitor.suite.declared_check import DeclaredCheck
from monitor.suite.worker import observe
from support.numpy_device import NumpyDevice


def observed(call: Callable[..., Any]) -> Observation:
    declaration = case("numpy.flip", dtypes=("float32", "float16"), modes=(EAGER,))(call)
    declaration.reference(lambda np, x: x[::-1])
    device: Any = NumpyDevice()
    return observe(device, DeclaredCheck(Case("numpy", declaration, EAGER, "float32")))


def test_a_right_call_passes() -> None:
    def call(np, x=tensor(3, 4)):
        return x[::-1]

    assert observed(call).outcome is Outcome.PASS


def test_a_call_that_changes_its_input_is_found() -> None:
    def call(np, x=tensor(3, 4)):
        x[:] = x[::-1].copy()
        return x.copy()

    seen = observed(call)
    assert (seen.outcome, seen.message) == (Outcome.MISMATCH, "the call changed its input x")


@pytest.mark.parametrize("first_wrong", [2, 3, 50])
def test_a_call_that_is_wrong_later_is_found(first_wrong: int) -> None:
    calls = 0

    def call(np, x=tensor(3, 4)):
        nonlocal calls
        calls += 1
        return x[::-1] * np.float32(1.01 if calls >= first_wrong else 1)

    seen = observed(call)
    assert seen.outcome is Outcome.MISMATCH
    assert seen.message.startswith("right at first, then wrong: ")


def test_a_call_that_returns_one_buffer_is_found() -> None:
    buffer = np.zeros((3, 4), "float32")

    def call(np, x=tensor(3, 4)):
        buffer[:] = x[::-1]
        return buffer

    seen = observed(call)
    assert (seen.outcome, seen.message) == (Outcome.MISMATCH, "a later call returns the memory of an earlier result")


@pytest.mark.parametrize(("lost", "outcome"), [(False, Outcome.PASS), (True, Outcome.MISMATCH)])
def test_a_zero_that_lost_its_sign_is_found(lost: bool, outcome: Outcome) -> None:
    def call(np, x=tensor(3, 4)):
        turned = x[::-1].copy()
        return np.where(turned == 0, np.float32(0), turned) if lost else turned

    declaration = case("numpy.flip", dtypes=("float32",), modes=(EAGER,))(call)
    declaration.reference(lambda np, x: x[::-1])
    device: Any = NumpyDevice()
    seen = observe(device, DeclaredCheck(Case("numpy", declaration, EAGER, "float32", InputKind.SPECIAL)))
    assert seen.outcome is outcome
    assert not lost or seen.message.startswith("-0 in x: 3 of 12 elements are a zero of the other sign")


def test_a_subnormal_half_number_counts_as_unchanged() -> None:
    def call(np, x=tensor(300, 400)):
        return x[::-1]

    declaration = case("numpy.flip", dtypes=("float16",), modes=(EAGER,))(call)
    declaration.reference(lambda np, x: x[::-1])
    device: Any = NumpyDevice()
    assert observe(device, DeclaredCheck(Case("numpy", declaration, EAGER, "float16"))).outcome is Outcome.PASS
