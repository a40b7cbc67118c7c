"""Symbol, word, tone and meaning of each status: outcomes, portability, changes, evidence, regressions, slowdowns.

Colour is never the only sign, so the symbols differ within each kind. They come from Unicode blocks that no platform
draws as pictures. The meanings are the legend of the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from monitor.analysis.latency.slowdown_tracker import SlowdownStatus
from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.regressions.regression import RegressionState
from monitor.analysis.status.scores import Portability
from monitor.model import Evidence, Outcome


class Tone(StrEnum):
    """Tone of a sign; the style sheet has a colour for each."""

    GOOD = "good"
    BAD = "bad"
    PARTLY = "partly"
    UNSURE = "unsure"
    NONE = "none"


@dataclass(frozen=True)
class Sign:
    """Legend entry of a status: `word` is its value in the data, `meaning` a sentence without full stop."""

    symbol: str
    word: str
    tone: Tone
    meaning: str

    @property
    def heading(self) -> str:
        """Return the word as a heading: "API removed"."""
        words = self.word.replace("-", " ")
        return (words[0].upper() + words[1:]).replace("Api ", "API ")


OUTCOMES: Mapping[Outcome, Sign] = {
    Outcome.PASS: Sign(
        "✓",
        "pass",
        Tone.GOOD,
        "ran on the device with a correct result; for compiled evidence: every program compiles",
    ),
    Outcome.MISMATCH: Sign("≠", "mismatch", Tone.BAD, "ran with a wrong result"),
    Outcome.UNSUPPORTED: Sign(
        "⊘", "unsupported", Tone.PARTLY, "the framework rejects the call: no kernel, no such dtype, not implemented"
    ),
    Outcome.FALLBACK: Sign("↷", "fallback", Tone.PARTLY, "ran silently on a device other than the requested one"),
    Outcome.ERROR: Sign("✗", "error", Tone.BAD, "raised an unexpected exception"),
    Outcome.CRASH: Sign("†", "crash", Tone.BAD, "the process died"),
    Outcome.TIMEOUT: Sign("◷", "timeout", Tone.BAD, "gave no result within its time limit"),
    Outcome.OOM: Sign("■", "oom", Tone.BAD, "ran out of device memory, or reached the memory limit of a case"),
    Outcome.ABSENT: Sign("∅", "absent", Tone.PARTLY, "the framework does not have the name, or no longer"),
    Outcome.FLAKY: Sign("≈", "flaky", Tone.UNSURE, "fresh workers gave different results"),
    Outcome.BLOCKED: Sign("?", "blocked", Tone.NONE, "no result: no build, no device, or the run was interrupted"),
}

PORTABILITIES: Mapping[Portability, Sign] = {
    Portability.SUCCESS: Sign("✓", "success", Tone.GOOD, "all tested cases of the function pass"),
    Portability.PARTIAL: Sign("◐", "partial", Tone.PARTLY, "some cases pass: a partial failure"),
    Portability.FAILURE: Sign("✗", "failure", Tone.BAD, "no case passes: a complete failure"),
    Portability.UNKNOWN: Sign("?", "unknown", Tone.NONE, "fewer than half of the cases have a result"),
}

CHANGE_KINDS: Mapping[ChangeKind, Sign] = {
    ChangeKind.REGRESSED: Sign("↓", "regressed", Tone.BAD, "passed before, and fails now"),
    ChangeKind.FIXED: Sign("↑", "fixed", Tone.GOOD, "failed before, and passes now"),
    ChangeKind.CHANGED: Sign("⇄", "changed", Tone.PARTLY, "failed before, and fails in another way"),
    ChangeKind.VALUES_CHANGED: Sign("≁", "values-changed", Tone.PARTLY, "still passes, but the numbers changed"),
    ChangeKind.ACCURACY_DRIFT: Sign(
        "⇘", "accuracy-drift", Tone.PARTLY, "still passes, but with a larger error for two builds"
    ),
    ChangeKind.ENVIRONMENT: Sign(
        "⌂", "environment", Tone.UNSURE, "caused by another machine or package, or the last good build fails too"
    ),
    ChangeKind.API_REMOVED: Sign(
        "⊖", "api-removed", Tone.NONE, "the framework removed the name as announced, or replaced it"
    ),
    ChangeKind.UNCONFIRMED: Sign("≈", "unconfirmed", Tone.UNSURE, "flaky, or not confirmed by fresh workers"),
    ChangeKind.EXPECTED: Sign("≐", "expected", Tone.NONE, "fails as listed in the expected failures"),
    ChangeKind.MUTED: Sign("∼", "muted", Tone.NONE, "changed, but muted for a while in a triage file"),
    ChangeKind.UNEXPECTED_FAILURE: Sign(
        "⇊", "unexpected-failure", Tone.BAD, "first run, and fails outside the limits that its authors declare"
    ),
    ChangeKind.UNEXPECTED_PASS: Sign(
        "⇈", "unexpected-pass", Tone.GOOD, "first run, and passes although its authors declare it as unsupported"
    ),
    ChangeKind.ADDED: Sign("+", "added", Tone.NONE, "added to the suite"),
    ChangeKind.REMOVED: Sign("−", "removed", Tone.NONE, "removed from the suite"),
}

EVIDENCES: Mapping[Evidence, Sign] = {
    Evidence.EXECUTED: Sign("●", "executed", Tone.NONE, "ran on the hardware itself, and the result was checked"),
    Evidence.COMPILED: Sign("◕", "compiled", Tone.NONE, "accepted by the hardware's own compiler, not run"),
    Evidence.LOWERED: Sign("◑", "lowered", Tone.NONE, "lowered to the hardware's dialect, not compiled"),
    Evidence.REGISTERED: Sign("○", "registered", Tone.NONE, "listed in the framework's kernel table, not run"),
}


STATES: Mapping[RegressionState, Sign] = {
    RegressionState.OPEN: Sign("↓", "open", Tone.BAD, "still broken in the newest build"),
    RegressionState.FIXED: Sign("✓", "fixed", Tone.GOOD, "all its cases work again"),
    RegressionState.REMOVED: Sign("−", "removed", Tone.NONE, "its remaining cases are no longer in the suite"),
    RegressionState.MUTED: Sign("◌", "muted", Tone.NONE, "still broken, and muted for a while"),
    RegressionState.EXPECTED: Sign("=", "expected", Tone.NONE, "still broken, and accepted"),
    RegressionState.API_REMOVED: Sign(
        "⊖", "api-removed", Tone.NONE, "the framework removed the names as announced, or replaced them"
    ),
    RegressionState.FLAKY: Sign("≈", "flaky", Tone.UNSURE, "its remaining cases are flaky"),
}

SLOWDOWN_STATUSES: Mapping[SlowdownStatus, Sign] = {
    SlowdownStatus.SUSPECT: Sign("?", "suspect", Tone.UNSURE, "slower than its noise explains, and not measured again"),
    SlowdownStatus.CONFIRMED: Sign(
        "↓", "confirmed", Tone.PARTLY, "slower than the last good build in a comparison, once so far"
    ),
    SlowdownStatus.REPORTED: Sign("⇊", "reported", Tone.BAD, "slower in comparisons of several nights, and reported"),
    SlowdownStatus.ONGOING: Sign("⇩", "ongoing", Tone.BAD, "reported on an earlier night, and still slow"),
    SlowdownStatus.RECOVERED: Sign("✓", "recovered", Tone.GOOD, "reported, and as fast as before again"),
}


def sign(value: Outcome | Portability | ChangeKind | Evidence | RegressionState | SlowdownStatus) -> Sign:
    """Return the sign of a status of any of the six kinds."""
    match value:
        case Outcome():
            return OUTCOMES[value]
        case Portability():
            return PORTABILITIES[value]
        case ChangeKind():
            return CHANGE_KINDS[value]
        case Evidence():
            return EVIDENCES[value]
        case RegressionState():
            return STATES[value]
        case SlowdownStatus():
            return SLOWDOWN_STATUSES[value]
