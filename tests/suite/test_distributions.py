"""Random numbers of another distribution are found, and those of the right one are not."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.suite.distributions import counts_follow, follows

COUNT = 20_000


@pytest.mark.parametrize(
    ("name", "parameters"), [("norm", (1, 2)), ("uniform", (-2, 5)), ("expon", (0, 0.5)), ("beta", (2, 3))]
)
def test_numbers_follow_their_own_distribution_alone(name: str, parameters: tuple[float, ...]) -> None:
    stats = pytest.importorskip("scipy.stats")
    drawn = getattr(stats, name)(*parameters).rvs(COUNT, random_state=np.random.default_rng(7))
    assert follows(drawn.astype(np.float16), name, *parameters)
    mean, deviation = drawn.mean(), drawn.std()
    other = "laplace" if name == "norm" else "norm"
    scale = deviation / 2**0.5 if other == "laplace" else deviation
    assert not follows(drawn, other, mean, scale)


def test_counts_follow_their_own_shares_alone() -> None:
    counts = np.random.default_rng(7).multinomial(8000, [0.125, 0.375, 0, 0.5])
    assert counts_follow(counts, [0.125, 0.375, 0, 0.5])
    assert not counts_follow(counts, [0.15, 0.35, 0, 0.5])
    assert not counts_follow([1, *counts[1:]], [0, 0.5, 0, 0.5])
