"""The first line of a report names the build and the change in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.analysis.bisection import Symptom, Trial, TrialVerdict
from monitor.analysis.outcomes.outcome_changes import night_changes
from monitor.formats.run_file import RunFile
from monitor.github.commit_ranges import CommitRange
from monitor.model import Outcome
from monitor.reports.bisect_report import BisectResult, TrialStep, bisect_text
from monitor.reports.changes_text import changes_text
from support.loaded_history import loaded_history

CASE = "jax/jax.a/eager"


@pytest.mark.parametrize(
    ("version", "title"), [("1", "jax==1, the same version as before\n"), ("2", "jax==2 against jax==1\n")]
)
def test_a_night_names_the_build_before(version: str, title: str, runfile: Callable[..., RunFile]) -> None:
    nights = night_changes(
        loaded_history(runfile(1, {CASE: "pass"}, version="1"), runfile(2, {CASE: "pass"}, version=version))
    )
    first, last = (changes_text([night]) for night in nights)
    assert "jax==1, the first run\n" in first
    assert title in last


@pytest.mark.parametrize("symptom", Symptom)
def test_a_bisection_states_the_change(symptom: Symptom) -> None:
    good, bad = Trial("jax==1", Outcome.PASS), Trial("jax==2", Outcome.ABSENT)
    steps = (TrialStep(good, TrialVerdict.GOOD), TrialStep(bad, TrialVerdict.BAD))
    text = bisect_text(BisectResult("a case on cpu", symptom, good, bad, (), CommitRange("", "", ""), steps, ()))
    words = {
        Symptom.OUTCOME: "the outcome changed",
        Symptom.FIXED: "the failure was fixed",
        Symptom.VALUES_CHANGED: "the values changed",
        Symptom.LATENCY: "the case became slower",
    }
    assert text.startswith(f"a case on cpu: {words[symptom]}\n")
