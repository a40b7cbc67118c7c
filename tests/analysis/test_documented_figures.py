"""The thresholds in docs/reference/scores.md and outcomes.md are those of the code."""

from __future__ import annotations

from pathlib import Path

from monitor.analysis.latency.slowdown_ratios import FAR_SLOWER
from monitor.analysis.outcomes import accuracy_drift, flakiness, outcome_changes
from monitor.analysis.status import scores

HALF = {0.5: "half"}
NUMBERS = {1: "one", 2: "two", 3: "three", 10: "ten"}


def test_thresholds_are_documented_as_they_are() -> None:
    reference = Path(__file__).resolve().parents[2] / "docs" / "reference"
    pages = (reference / name for name in ("scores.md", "outcomes.md"))
    text = " ".join(word for page in pages for word in page.read_text(encoding="utf-8").split())
    for said in (
        f"more than {outcome_changes.INCIDENT_SHARE:.0%} of the cases of a run".replace("%", " %")
        + f", and at least {NUMBERS[outcome_changes.INCIDENT_MIN_CASES]}",
        f"at least {HALF[scores.MIN_JUDGED_SHARE]} of its cases",
        f"the last {flakiness.MAX_RESULTS} results",
        f"at least {NUMBERS[flakiness.MIN_INCONSISTENT]} results were inconsistent",
        f"the lower end of the {flakiness.CONFIDENCE:.0%}".replace("%", " %"),
        f"is above {flakiness.MAX_STABLE_RATE:.0%}".replace("%", " %"),
        f"when {NUMBERS[accuracy_drift.MIN_BUILDS]} builds in a row",
        f"over the {NUMBERS[accuracy_drift.MIN_BASELINE_BUILDS]} to {NUMBERS[accuracy_drift.MAX_BASELINE_BUILDS]} "
        "builds before",
        f"more than {NUMBERS[int(FAR_SLOWER)]} times slower",
    ):
        assert said in text
    assert (
        accuracy_drift.MIN_RATIO,
        accuracy_drift.SMALLEST_ULP,
        accuracy_drift.OUTLIER_BUILDS,
        accuracy_drift.NO_CORRECT_DIGIT,
    ) == (
        2,
        1,
        1,
        1,
    )  # the document has these as words
