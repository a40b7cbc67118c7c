"""A regression is attributed to the build or to the environment."""

from __future__ import annotations

import pytest

from monitor.analysis.outcomes.attribution import Attribution, attribute, attributions
from monitor.model import Comparison, ComparisonSide, Outcome, Reason

A, B = "jax/jax.a/eager", "jax/jax.b/eager"
PASS, ERROR, CRASH = Outcome.PASS, Outcome.ERROR, Outcome.CRASH


@pytest.mark.parametrize(
    ("good", "new", "passed", "found"),
    [
        ((PASS, PASS), (ERROR, ERROR), True, Attribution.BUILD),
        ((PASS, PASS), (ERROR, CRASH), True, Attribution.BUILD),  # it fails each time, if not the same way
        ((ERROR, ERROR), (ERROR, ERROR), True, Attribution.ENVIRONMENT),
        (
            (ERROR, ERROR),
            (ERROR, ERROR),
            False,
            Attribution.UNKNOWN,
        ),  # it never passed under that build: that says nothing
        ((PASS, ERROR), (ERROR, ERROR), True, Attribution.INCONCLUSIVE),
        ((PASS, PASS), (ERROR, PASS), True, Attribution.INCONCLUSIVE),
        ((ERROR, ERROR), (PASS, PASS), True, Attribution.INCONCLUSIVE),
        ((), (ERROR, ERROR), True, Attribution.UNKNOWN),  # that build does not list it
    ],
)
def test_whose_doing_it_is(
    good: tuple[Outcome, ...], new: tuple[Outcome, ...], passed: bool, found: Attribution
) -> None:
    comparison = Comparison(A, Reason.TURNED, ComparisonSide("jax==1", good), ComparisonSide("jax==2", new))
    assert attribute(comparison, passed=passed) is found


def test_what_was_compared_for_its_latency_is_nobodys_fault() -> None:
    sides = ComparisonSide("jax==1", (ERROR,)), ComparisonSide("jax==2", (ERROR,))
    comparisons = [Comparison(A, Reason.SUSPECT, *sides), Comparison(B, Reason.TURNED, *sides)]
    assert attributions(comparisons, lambda case, build: (case, build) == (B, "jax==1")) == {B: Attribution.ENVIRONMENT}
