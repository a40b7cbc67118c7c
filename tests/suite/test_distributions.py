"""Random numbers of another distribution are found, and those of the right one are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from monitor.suite.distributions import counts_follow, follows, permutations_are_fair

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


SIZE = 8


def keep_last(random: np.random.Generator) -> Any:
    return np.append(random.permutation(SIZE - 1), SIZE - 1)


def swap_with_any(random: np.random.Generator) -> Any:
    """Return the shuffle that swaps each position with any other one. It is known to be biased."""
    order = np.arange(SIZE)
    for position in range(SIZE):
        other = random.integers(SIZE)
        order[[position, other]] = order[[other, position]]
    return order


def never_stay(random: np.random.Generator) -> Any:
    """Return a cyclic permutation (Sattolo): no number keeps its position."""
    order = np.arange(SIZE)
    for position in range(SIZE - 1, 0, -1):
        other = random.integers(position)
        order[[position, other]] = order[[other, position]]
    return order


def orders_of(shuffle: Callable[[np.random.Generator], Any], seed: int) -> Any:
    random = np.random.default_rng(seed)
    return np.stack([shuffle(random) for _ in range(2000)])


def test_fair_permutations_pass() -> None:
    assert all(permutations_are_fair(orders_of(lambda random: random.permutation(SIZE), seed)) for seed in range(20))


@pytest.mark.parametrize("shuffle", [keep_last, swap_with_any, never_stay])
def test_unfair_permutations_are_found(shuffle: Callable[[np.random.Generator], Any]) -> None:
    assert not permutations_are_fair(orders_of(shuffle, 7))


def test_an_order_that_repeats_a_number_is_found() -> None:
    orders = orders_of(lambda random: random.permutation(SIZE), 7)
    orders[3, 0] = orders[3, 1]
    assert not permutations_are_fair(orders)
