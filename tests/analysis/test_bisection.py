"""The search finds the boundary whatever is skipped, in few steps, and refuses ends that show nothing."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.bisection import (
    EndError,
    Symptom,
    Trial,
    TrialVerdict,
    boundary,
    next_trial,
    symptom,
    trial_verdict,
)
from monitor.model import Digest, Outcome

GOOD, BAD, SKIP = TrialVerdict.GOOD, TrialVerdict.BAD, TrialVerdict.SKIP
ONE, OTHER = Digest("a", (100, 200)), Digest("a", (100, 900))


def search(truth: list[TrialVerdict]) -> tuple[list[TrialVerdict | None], list[int]]:
    """The marks and the places tried, where a trial shows the truth."""
    marks: list[TrialVerdict | None] = [truth[0], *[None] * (len(truth) - 2), truth[-1]]
    tried = []
    while (place := next_trial(marks)) is not None:
        assert marks[place] is None
        marks[place] = truth[place]
        tried.append(place)
    return marks, tried


@st.composite
def rows(draw: st.DrawFn) -> list[TrialVerdict]:
    goods, bads = draw(st.integers(1, 150)), draw(st.integers(1, 150))
    row = [GOOD] * goods + [BAD] * bads
    inner = range(1, len(row) - 1)
    blocks = draw(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 60)), max_size=5))
    for start, length in blocks:
        for place in inner:
            if start <= place < start + length:
                row[place] = SKIP
    return row


@given(rows())
def test_the_boundary_is_found_whatever_is_skipped(row: list[TrialVerdict]) -> None:
    marks, tried = search(row)
    good, bad = boundary(marks)
    assert (row[good], row[bad]) == (GOOD, BAD)
    assert all(row[place] is SKIP for place in range(good + 1, bad))
    assert len(set(tried)) == len(tried)


@given(rows())
def test_the_number_of_steps_is_logarithmic_beside_what_is_skipped(row: list[TrialVerdict]) -> None:
    marks, tried = search(row)
    skipped = sum(marks[place] is SKIP for place in tried)
    assert len(tried) - skipped <= 1 + log(max(len(row) - 2, 1)) / log(4 / 3)


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_with_nothing_skipped_each_step_halves(goods: int, bads: int) -> None:
    _, tried = search([GOOD] * goods + [BAD] * bads)
    assert len(tried) <= ceil(log(goods + bads - 1, 2)) if goods + bads > 2 else not tried


def test_a_block_of_broken_builds_is_not_tried_one_by_one() -> None:
    row = [GOOD] * 20 + [BAD] * 180
    row[80:120] = [SKIP] * 40
    marks, tried = search(row)
    assert boundary(marks) == (19, 20)
    assert sum(row[place] is SKIP for place in tried) < 10


def test_a_row_of_two_needs_no_trial() -> None:
    assert next_trial([GOOD, BAD]) is None


def test_what_cannot_be_judged_stays_between_the_ends() -> None:
    marks, tried = search([GOOD, SKIP, SKIP, SKIP, BAD])
    assert boundary(marks) == (0, 4)
    assert sorted(tried) == [1, 2, 3]


def trial(outcome: Outcome, digest: Digest | None = None, slower: float | None = None) -> Trial:
    return Trial("jax==1", outcome, "" if outcome is Outcome.PASS else "why", digest=digest, slower=slower)


PASSES = trial(Outcome.PASS, ONE)
FAILS = trial(Outcome.ERROR)


def test_the_ends_say_what_is_looked_for() -> None:
    assert symptom(PASSES, FAILS) is Symptom.OUTCOME
    assert symptom(PASSES, trial(Outcome.PASS, OTHER)) is Symptom.VALUES_CHANGED
    assert symptom(FAILS, PASSES, fixed=True) is Symptom.FIXED
    assert symptom(PASSES, trial(Outcome.PASS, slower=0.1), latency=True) is Symptom.LATENCY


@pytest.mark.parametrize(
    ("good", "bad", "latency", "said"),
    [
        (FAILS, FAILS, False, "the good end, does not pass: error: why"),
        (trial(Outcome.FLAKY), FAILS, False, "the good end, decides nothing: flaky: why"),
        (PASSES, trial(Outcome.BLOCKED), False, "the bad end, decides nothing: blocked: why"),
        (PASSES, PASSES, False, "the bad end, passes too, with the same values"),
        (PASSES, trial(Outcome.PASS), False, "the bad end, passes too, and whether with other values is not known"),
        (PASSES, trial(Outcome.PASS, slower=0.0), True, "the bad end, is not slower than jax==1: pass"),
    ],
)
def test_ends_between_which_there_is_nothing(good: Trial, bad: Trial, latency: bool, said: str) -> None:
    with pytest.raises(EndError, match=said):
        symptom(good, bad, latency=latency)


@pytest.mark.parametrize(("before", "after"), [(PASSES, PASSES), (FAILS, FAILS), (PASSES, FAILS)])
def test_nothing_was_mended(before: Trial, after: Trial) -> None:
    with pytest.raises(EndError, match="nothing was fixed: jax==1 shows"):
        symptom(before, after, fixed=True)


@pytest.mark.parametrize(
    ("between", "bad", "kind", "expected"),
    [
        (PASSES, FAILS, Symptom.OUTCOME, GOOD),
        (trial(Outcome.PASS), FAILS, Symptom.OUTCOME, GOOD),
        (trial(Outcome.ABSENT), FAILS, Symptom.OUTCOME, BAD),
        (trial(Outcome.FLAKY), FAILS, Symptom.OUTCOME, SKIP),
        (trial(Outcome.BLOCKED), FAILS, Symptom.OUTCOME, SKIP),
        (FAILS, PASSES, Symptom.FIXED, GOOD),
        (PASSES, PASSES, Symptom.FIXED, BAD),
        (trial(Outcome.BLOCKED), PASSES, Symptom.FIXED, SKIP),
        (PASSES, trial(Outcome.PASS, OTHER), Symptom.VALUES_CHANGED, GOOD),
        (trial(Outcome.PASS, Digest("b")), trial(Outcome.PASS, OTHER), Symptom.VALUES_CHANGED, BAD),
        (trial(Outcome.PASS), trial(Outcome.PASS, OTHER), Symptom.VALUES_CHANGED, SKIP),
        (FAILS, trial(Outcome.PASS, OTHER), Symptom.VALUES_CHANGED, SKIP),
        (trial(Outcome.PASS, slower=0.2), trial(Outcome.PASS, slower=0.5), Symptom.LATENCY, GOOD),
        (trial(Outcome.PASS, slower=0.3), trial(Outcome.PASS, slower=0.5), Symptom.LATENCY, BAD),
        (FAILS, trial(Outcome.PASS, slower=0.5), Symptom.LATENCY, SKIP),
    ],
)
def test_what_a_trial_says(between: Trial, bad: Trial, kind: Symptom, expected: TrialVerdict) -> None:
    assert trial_verdict(between, replace(PASSES, slower=0.0), bad, kind) is expected
