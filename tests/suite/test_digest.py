"""Digests are equal for results that are equal within tolerance, and differ for others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Digest
from monitor.suite.digest import digest
from monitor.suite.oracle import FetchedTensor
from monitor.suite.tolerances import TOLERANCE


def tensor(values: Any, dtype: str = "float32") -> FetchedTensor:
    return FetchedTensor(np.asarray(values), dtype)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(TOLERANCE)),
    st.integers(1, 3000),
    st.floats(-30, 30),
    st.integers(0, 2**32),
)
def test_rounding_changes_no_digest(dtype: str, size: int, magnitude: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.standard_normal(size) * 10**magnitude
    rounded = values * (1 + TOLERANCE[dtype] / 8 * rng.choice((-1, 1), size))
    assert digest([tensor(values, dtype)]).agrees(digest([tensor(rounded, dtype)]))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(TOLERANCE)), st.integers(8, 3000), st.integers(0, 2**32))
def test_another_draw_has_another_digest(dtype: str, size: int, seed: int) -> None:
    one, other = np.random.default_rng(seed).random((2, size))
    found = digest([tensor(one, dtype)]).agrees(digest([tensor(other, dtype)]))
    assert not found or dtype == "bfloat16"  # three figures of some sixty steps each: one draw in thousands


def test_few_draws_go_unnoticed_in_the_least_precise_dtype() -> None:
    draws = np.random.default_rng(0).random((2, 2000, 100))
    same = sum(
        digest([tensor(a, "bfloat16")]).agrees(digest([tensor(b, "bfloat16")])) for a, b in zip(*draws, strict=True)
    )
    assert same <= 0.01 * 2000


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([tensor([1.0, 2.0])], [tensor([2.0, 1.0])]),
        ([tensor([1.0, 2.0])], [tensor([-1.0, -2.0])]),
        ([tensor([1.0, 2.0])], [tensor([1.0001, 2.0002])]),
        ([tensor([1.0, 2.0])], [tensor([[1.0, 2.0]])]),
        ([tensor([1.0, 2.0])], [tensor([1.0, 2.0], "float64")]),
        ([tensor([1.0, np.nan])], [tensor([np.nan, 1.0])]),
        ([tensor([1.0, np.inf])], [tensor([1.0, -np.inf])]),
        ([tensor([1j], "complex64")], [tensor([1.0], "complex64")]),
        ([tensor([1, 2], "int32")], [tensor([1, 3], "int32")]),
        ([tensor([0.0])], [tensor([1e-30])]),
        (["a"], ["b"]),
        ([True], [1]),
        ([1.5], [1.6]),
    ],
)
def test_what_differs_has_another_digest(one: list[Any], other: list[Any]) -> None:
    assert digest(one).agrees(digest(one))
    assert not digest(one).agrees(digest(other))


def test_what_has_no_value_is_known_by_its_type() -> None:
    assert digest([object()]) == digest([object()])


def test_numbers_beyond_the_square_root_of_the_range_have_a_norm() -> None:
    assert all(abs(figure) < 1e16 for figure in digest([tensor([1e300, -1e300], "float64")]).figures)


def test_digests_of_another_make_differ() -> None:
    assert not Digest("00000000", (1, 2)).agrees(Digest("00000000", (1,)))
