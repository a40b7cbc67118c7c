"""Derivatives by differences."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.suite.differences import ELEMENTS, differences
from monitor.suite.inputs import Array


def test_a_smooth_function_has_an_accurate_derivative() -> None:
    x, y = np.array([0.3, -2.0, 700.0]), np.array([2.0, 5.0, -0.1])
    found = differences(lambda inputs: inputs[0] ** 3 * inputs[1], [x, y], 0)
    assert found.decided.all()
    assert np.all(np.abs(found.values - 3 * x**2 * y) <= found.slack + 1e-9 * np.abs(3 * x**2 * y))
    assert np.all(found.slack < 1e-6 * np.maximum(1, np.abs(found.values)))


@pytest.mark.parametrize("function", [np.abs, np.ceil, np.sign, lambda x: np.maximum(x, 0), lambda x: np.sqrt(x - 1)])
def test_a_kink_a_step_and_a_value_outside_of_the_domain_are_undecided(function: object) -> None:
    found = differences(lambda inputs: function(inputs[0]), [np.zeros(1)], 0)  # type: ignore[operator]
    assert not found.decided.any()


def test_a_kink_beside_an_element_is_within_the_slack() -> None:
    for distance in np.linspace(-(2.0**-16), 2.0**-16, 41):
        found = differences(lambda inputs: np.abs(inputs[0]), [np.array([distance])], 0)
        right = np.abs(found.values - np.sign(distance)) <= found.slack + 1e-9
        assert (right | ~found.decided).all(), distance


def test_evenly_spaced_elements_of_a_large_input_are_compared() -> None:
    def terms(inputs: list[Array]) -> Array:
        return inputs[0].reshape(-1)

    found = differences(terms, [np.ones((50, 40))], 0)
    assert (len(found.places), found.places[0], found.places[-1]) == (ELEMENTS, 0, 1999)
    assert found.values == pytest.approx(np.ones(ELEMENTS))
    assert differences(terms, [np.ones((0, 3))], 0).values.size == 0
