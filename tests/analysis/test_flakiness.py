"""Flakiness is rated with a confidence interval."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scipy.stats import binomtest

from monitor.analysis.outcomes import flakiness
from monitor.analysis.outcomes.flakiness import (
    CONFIDENCE,
    MAX_STABLE_RATE,
    FlakinessRating,
    flakiness_ratings,
    wilson_interval,
)
from monitor.formats.run_file import RunFile
from monitor.model import Evidence
from support.loaded_history import loaded_history

Make = Callable[..., RunFile]
A, B = "jax/jax.a/eager", "jax/jax.b/eager"
WORDS = {"p": "pass", "e": "error", "m": "mismatch", "f": "flaky", "b": "blocked"}


def rated(runfile: Make, answers: str, **run: object) -> FlakinessRating | None:
    """The rating of a case that gave these answers, one a night, beside one that always passes."""
    runfiles = [runfile(day, {A: WORDS[a], B: "pass"}, **run) for day, a in enumerate(answers, start=1)]
    found = flakiness_ratings(loaded_history(*runfiles))
    assert {rating.cell.case for rating in found} <= {A}
    return found[0] if found else None


@pytest.mark.parametrize(
    ("answers", "odd"),
    [
        ("ppfp", 1),  # fresh workers disagreed
        ("ppep", 1),  # went, and came back
        ("eepee", 1),
        ("f", 1),
        ("pbebp", 1),  # a night that could not judge it lies between no two answers
        ("ppep" * 5, 5),
    ],
)
def test_odd_answers(runfile: Make, answers: str, odd: int) -> None:
    rating = rated(runfile, answers)
    assert rating is not None
    assert (rating.inconsistent, rating.results) == (odd, len(answers.replace("b", "")))


@pytest.mark.parametrize("answers", ["pppp", "ppee", "peemm", "emp", "e", "ep", "pbbp"])
def test_what_turned_or_moves_on_is_not_odd(runfile: Make, answers: str) -> None:
    assert rated(runfile, answers) is None


@pytest.mark.parametrize(
    ("answers", "flaky"),
    [
        ("p" * 14 + "e" + "p" * 14, False),  # once: a build may have been broken
        ("ppf", False),
        ("pfpfp", True),
        ("p" * 10 + "e" + "p" * 10 + "ep", True),  # 2 of 23
        ("p" * 14 + "e" + "p" * 10 + "ep", True),  # 2 of 27: 2.1 % at the least
        ("p" * 14 + "e" + "p" * 11 + "ep", False),  # 2 of 28: 1.98 %
    ],
)
def test_flaky_is_who_is_surely_odd_too_often(runfile: Make, answers: str, flaky: bool) -> None:
    rating = rated(runfile, answers)
    assert rating is not None
    assert rating.flaky is flaky


def test_what_is_long_ago_is_forgotten(runfile: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flakiness, "MAX_RESULTS", 20)
    assert rated(runfile, "pepep" + "p" * 20) is None


def test_the_interval_is_wilsons(runfile: Make) -> None:
    rating = rated(runfile, "ppepppfppp")
    assert rating is not None
    assert rating.rate == 0.2
    assert (rating.low, rating.high) == pytest.approx((0.0566822, 0.5098375), abs=1e-6)
    assert rating.low > MAX_STABLE_RATE


def test_each_hardware_and_evidence_has_its_own(runfile: Make) -> None:
    answers = [("cpu", "p"), ("gpu", "e"), ("cpu", "e"), ("gpu", "e"), ("cpu", "p")]
    runfiles = [runfile(day, {A: WORDS[a]}, target=t) for day, (t, a) in enumerate(answers, start=1)]
    (rating,) = flakiness_ratings(loaded_history(*runfiles))
    assert (rating.cell.target, rating.cell.evidence, rating.results) == ("cpu", Evidence.EXECUTED, 3)


@pytest.mark.parametrize(("odd", "answers"), [(1, 1), (1, 2), (2, 90), (45, 90), (90, 90)])
def test_the_interval_is_that_of_wilson(odd: int, answers: int) -> None:
    found = binomtest(odd, answers).proportion_ci(CONFIDENCE, method="wilson")
    assert wilson_interval(odd, answers) == pytest.approx((found.low, found.high))
