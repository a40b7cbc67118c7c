"""Every operation that a compiler refuses is found, with few attempts."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from monitor.check.refused_operations import Refusal, refused_operations
from monitor.model import Evidence, Outcome


@pytest.mark.parametrize(
    ("number", "bad", "attempts"),
    [(1, {0}, 1), (64, {17}, 12), (64, {0, 1, 2, 3}, 14), (64, {5, 40}, 22), (64, set(), 2), (0, set(), 0)],
)
def test_refused_operations_are_found_by_halves(number: int, bad: set[int], attempts: int) -> None:
    made: list[Sequence[int]] = []

    def attempt(operations: Sequence[int]) -> Refusal | None:
        made.append(operations)
        refused = bad & {*operations}
        return Refusal(Outcome.UNSUPPORTED, str(min(refused)), "xla 1", Evidence.COMPILED) if refused else None

    found = {number: refusal.message for number, refusal in refused_operations(range(number), attempt)}
    assert found == {one: str(one) for one in bad}
    assert len(made) == attempts
