"""Shards of a suite are disjoint and complete, and have the same cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.execution.case_selection import ShardError, cases_of_shard, parse_shard

CASES = [f"jax/jax.numpy.f{number}/eager" for number in range(500)]


def loads(cases: list[str], count: int, costs: dict[str, float]) -> list[float]:
    parts = [cases_of_shard(cases, f"{number}/{count}", costs) for number in range(1, count + 1)]
    assert sorted(case for part in parts for case in part) == sorted(cases)
    return [sum(costs.get(case, 1.0) for case in part) for part in parts]


def test_the_shards_are_the_whole_and_cost_the_same() -> None:
    costs = {case: 0.05 + (number % 97) ** 2 / 1000 for number, case in enumerate(CASES)}
    shares = loads(CASES, 8, costs)
    assert max(shares) / min(shares) < 1.01


def test_without_recorded_costs_the_shards_have_equally_many_cases() -> None:
    assert {len(cases_of_shard(CASES, f"{number}/4", {})) for number in range(1, 5)} == {125}


def test_a_case_dearer_than_all_others_has_a_shard_to_itself() -> None:
    costs = dict.fromkeys(CASES, 0.1) | {CASES[7]: 1000.0}
    assert (CASES[7],) in [cases_of_shard(CASES, f"{number}/3", costs) for number in (1, 2, 3)]


def test_cases_keep_their_order() -> None:
    part = cases_of_shard(CASES, "2/3", {})
    assert [*part] == [case for case in CASES if case in part]


@given(
    st.lists(st.text(min_size=1, max_size=5), unique=True, max_size=40),
    st.integers(1, 9),
    st.dictionaries(st.text(min_size=1, max_size=5), st.floats(0, 1e6), max_size=40),
)
def test_whatever_the_costs_the_union_is_the_whole(cases: list[str], count: int, costs: dict[str, float]) -> None:
    loads(cases, count, costs)


@pytest.mark.parametrize("text", ["", "2", "0/8", "9/8", "2/8 ", "-1/3", "a/b", "1/0", "2/8/1", "1/1000"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(ShardError, match='is no shard; the second of eight is "2/8"'):
        parse_shard(text)
