from __future__ import annotations

import pytest

from monitor.analysis.status.scores import Portability, Score, portability, score
from monitor.model import Outcome


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["pass", "pass"], Portability.SUCCESS),
        (["pass", "blocked"], Portability.SUCCESS),
        (["pass", "blocked", "blocked"], Portability.UNKNOWN),
        (["pass", "error", *["blocked"] * 9], Portability.PARTIAL),
        (["error", *["blocked"] * 9], Portability.FAILURE),
        (["pass", "mismatch"], Portability.PARTIAL),
        (["pass", "flaky"], Portability.PARTIAL),
        (["absent", "error"], Portability.FAILURE),
        (["blocked"], Portability.UNKNOWN),
        ([], Portability.UNKNOWN),
    ],
)
def test_portability_of_a_function(outcomes: list[str], expected: Portability) -> None:
    assert portability(map(Outcome, outcomes)) is expected


def test_the_share_is_of_what_was_judged() -> None:
    found = score([Portability.SUCCESS] * 3 + [Portability.PARTIAL, Portability.UNKNOWN, Portability.UNKNOWN])
    assert found == Score(success=3, partial=1, failure=0, unknown=2)
    assert found.share == 0.75
    assert score([Portability.UNKNOWN]).share is None
