"""Whose doing it is that a case turned worse."""

from __future__ import annotations

import pytest

from monitor.analysis.outcomes.attribution import Blame, blame, blames
from monitor.model import Comparison, Outcome, Reason, Side

A, B = "jax/jax.a/eager", "jax/jax.b/eager"
PASS, ERROR, CRASH = Outcome.PASS, Outcome.ERROR, Outcome.CRASH


@pytest.mark.parametrize(
    ("good", "new", "passed", "found"),
    [
        ((PASS, PASS), (ERROR, ERROR), True, Blame.BUILD),
        ((PASS, PASS), (ERROR, CRASH), True, Blame.BUILD),  # it fails each time, if not the same way
        ((ERROR, ERROR), (ERROR, ERROR), True, Blame.ENVIRONMENT),
        ((ERROR, ERROR), (ERROR, ERROR), False, Blame.UNTOLD),  # it never passed under that build: that says nothing
        ((PASS, ERROR), (ERROR, ERROR), True, Blame.NOBODY),
        ((PASS, PASS), (ERROR, PASS), True, Blame.NOBODY),
        ((ERROR, ERROR), (PASS, PASS), True, Blame.NOBODY),
        ((), (ERROR, ERROR), True, Blame.UNTOLD),  # that build does not list it
    ],
)
def test_whose_doing_it_is(good: tuple[Outcome, ...], new: tuple[Outcome, ...], passed: bool, found: Blame) -> None:
    comparison = Comparison(A, Reason.TURNED, Side("jax==1", good), Side("jax==2", new))
    assert blame(comparison, passed=passed) is found


def test_what_was_compared_for_its_latency_is_nobodys_fault() -> None:
    sides = Side("jax==1", (ERROR,)), Side("jax==2", (ERROR,))
    comparisons = [Comparison(A, Reason.SUSPECT, *sides), Comparison(B, Reason.TURNED, *sides)]
    assert blames(comparisons, lambda case, build: (case, build) == (B, "jax==1")) == {B: Blame.ENVIRONMENT}
