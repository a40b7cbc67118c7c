"""Promises compare values that a function must keep exactly, not-a-number and signed zeros included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from monitor.suite.equality import same_values

NUMBERS = arrays(np.float64, (3, 2), elements=st.sampled_from([0.0, -0.0, 1.5, -1.5, np.nan, np.inf, -np.inf, 5e-324]))


@given(NUMBERS)
def test_values_are_the_same_as_a_copy_of_them(x: np.ndarray) -> None:
    assert same_values(x.copy(), x)
    assert same_values(x.tolist(), x.tolist())
    both = np.empty(x.shape, np.complex128)
    both.real, both.imag = x, -x
    assert same_values(both.copy(), both)


@given(NUMBERS, st.integers(0, 5), st.sampled_from([0.0, -0.0, 1.5, np.nan, np.inf]))
def test_one_other_value_is_seen(x: np.ndarray, place: int, value: float) -> None:
    planted = x.copy()
    before = planted.flat[place]
    planted.flat[place] = value
    equal = (np.isnan(before) and np.isnan(value)) or (before == value and np.signbit(before) == np.signbit(value))
    assert same_values(planted, x) == bool(equal)
    assert same_values(planted.tolist(), x.tolist()) == bool(equal)


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (np.zeros((2, 3)), np.zeros((3, 2))),
        ([1.0], [1.0, 2.0]),
        (1.0, [1.0]),
        ([[1.0], 2.0], [[1.0], [2.0]]),
        (complex(1, -0.0), complex(1, 0.0)),
    ],
)
def test_another_shape_or_part_is_seen(got: object, want: object) -> None:
    assert not same_values(got, want)
