"""How the pages show an outcome, a portability, a verdict and so on: a symbol, a word, a tone, a meaning.

Colour is never the only sign, so the symbols differ within each kind. They come from blocks of Unicode that no
platform draws as pictures. The meanings are the legend, and the text of the method page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from monitor.analysis.latency.slowdown_tracker import SlowdownStatus
from monitor.analysis.outcomes.outcome_changes import ChangeKind
from monitor.analysis.regressions.regression import RegressionState
from monitor.analysis.status.scores import Portability
from monitor.model import Evidence, Outcome


class Tone(StrEnum):
    """What a sign says at a glance; the style sheet has a colour for each."""

    GOOD = "good"
    BAD = "bad"
    PARTLY = "partly"
    UNSURE = "unsure"
    NONE = "none"


@dataclass(frozen=True)
class Sign:
    """`word` is the value itself, as it stands in the data; `meaning` is one sentence without its full stop."""

    symbol: str
    word: str
    tone: Tone
    meaning: str


OUTCOMES: Mapping[Outcome, Sign] = {
    Outcome.PASS: Sign(
        "✓",
        "pass",
        Tone.GOOD,
        "ran on the device, and the result is right; by compiled evidence: every program compiles",
    ),
    Outcome.MISMATCH: Sign("≠", "mismatch", Tone.BAD, "ran, and gave wrong numbers or broke its promise"),
    Outcome.UNSUPPORTED: Sign(
        "⊘", "unsupported", Tone.PARTLY, "the framework refuses: no kernel, no such dtype, not implemented"
    ),
    Outcome.FALLBACK: Sign("↷", "fallback", Tone.PARTLY, "ran, silently, on another device than the one asked for"),
    Outcome.ERROR: Sign("✗", "error", Tone.BAD, "raised something that is not a refusal"),
    Outcome.CRASH: Sign("†", "crash", Tone.BAD, "the process died"),
    Outcome.TIMEOUT: Sign("◷", "timeout", Tone.BAD, "gave no answer within its time limit"),
    Outcome.OOM: Sign("■", "oom", Tone.BAD, "out of memory: the device's, or the limit of a case"),
    Outcome.ABSENT: Sign("∅", "absent", Tone.PARTLY, "the name is gone from the framework"),
    Outcome.FLAKY: Sign("≈", "flaky", Tone.UNSURE, "fresh workers gave different answers"),
    Outcome.BLOCKED: Sign(
        "?", "blocked", Tone.NONE, "could not be judged: no build, no device, or the run was cut short"
    ),
}

PORTABILITIES: Mapping[Portability, Sign] = {
    Portability.SUCCESS: Sign("✓", "success", Tone.GOOD, "all judged cases of the function pass"),
    Portability.PARTIAL: Sign("◐", "partial", Tone.PARTLY, "some cases pass: a partial failure"),
    Portability.FAILURE: Sign("✗", "failure", Tone.BAD, "no case passes: a complete failure"),
    Portability.UNKNOWN: Sign("?", "unknown", Tone.NONE, "no case gave evidence, or less than half of them"),
}

VERDICTS: Mapping[ChangeKind, Sign] = {
    ChangeKind.REGRESSED: Sign("↓", "regressed", Tone.BAD, "passed before, fails now"),
    ChangeKind.FIXED: Sign("↑", "fixed", Tone.GOOD, "failed before, passes now"),
    ChangeKind.CHANGED: Sign("⇄", "changed", Tone.PARTLY, "failed before, fails with another outcome now"),
    ChangeKind.VALUES_CHANGED: Sign("≁", "values-changed", Tone.PARTLY, "passes as before, with other values"),
    ChangeKind.ACCURACY_DRIFT: Sign(
        "⇘", "accuracy-drift", Tone.PARTLY, "passes as before, and has been less accurate for two builds"
    ),
    ChangeKind.ENVIRONMENT: Sign(
        "⌂", "environment", Tone.UNSURE, "another machine or package, or the last good build fails too"
    ),
    ChangeKind.API_REMOVED: Sign(
        "⊖", "api-removed", Tone.NONE, "the framework removed the name as announced, or another name replaces it"
    ),
    ChangeKind.UNCONFIRMED: Sign("≈", "unconfirmed", Tone.UNSURE, "flaky, or not confirmed by fresh workers"),
    ChangeKind.EXPECTED: Sign("≐", "expected", Tone.NONE, "fails, as a reviewed list of expected failures says"),
    ChangeKind.MUTED: Sign("∼", "muted", Tone.NONE, "turned, but a reviewed list asks for silence for a while"),
    ChangeKind.UNEXPECTED_FAILURE: Sign(
        "⇊", "unexpected-failure", Tone.BAD, "first run, and fails outside the limits that its authors declare"
    ),
    ChangeKind.UNEXPECTED_PASS: Sign(
        "⇈", "unexpected-pass", Tone.GOOD, "first run, and passes although its authors declare that it cannot"
    ),
    ChangeKind.ADDED: Sign("+", "added", Tone.NONE, "first run of the case"),
    ChangeKind.REMOVED: Sign("−", "removed", Tone.NONE, "the suite no longer has the case"),
}

EVIDENCES: Mapping[Evidence, Sign] = {
    Evidence.EXECUTED: Sign("●", "executed", Tone.NONE, "ran on the hardware itself, and the result was checked"),
    Evidence.COMPILED: Sign("◕", "compiled", Tone.NONE, "accepted by the hardware's real compiler, not run"),
    Evidence.LOWERED: Sign("◑", "lowered", Tone.NONE, "lowered to the hardware's dialect, not compiled"),
    Evidence.REGISTERED: Sign("○", "registered", Tone.NONE, "listed in the framework's kernel table, not tried"),
}


STATES: Mapping[RegressionState, Sign] = {
    RegressionState.OPEN: Sign("↓", "open", Tone.BAD, "turned worse for good, and is bad in the newest build"),
    RegressionState.FIXED: Sign("✓", "fixed", Tone.GOOD, "every case of it is good again"),
    RegressionState.REMOVED: Sign("−", "removed", Tone.NONE, "what was left of it is no longer in the suite"),
    RegressionState.MUTED: Sign("◌", "muted", Tone.NONE, "bad still, and nobody is told of it for a while"),
    RegressionState.EXPECTED: Sign("=", "expected", Tone.NONE, "bad still, known and accepted"),
    RegressionState.API_REMOVED: Sign(
        "⊖", "api-removed", Tone.NONE, "its names are gone, announced or replaced by others"
    ),
    RegressionState.FLAKY: Sign("≈", "flaky", Tone.UNSURE, "what is left of it says now this, now that"),
}

STANDINGS: Mapping[SlowdownStatus, Sign] = {
    SlowdownStatus.SUSPECT: Sign(
        "?", "suspect", Tone.UNSURE, "slower than its past lets expect, and not measured again"
    ),
    SlowdownStatus.CONFIRMED: Sign(
        "↓", "confirmed", Tone.PARTLY, "slower than the last good build side by side, once so far"
    ),
    SlowdownStatus.REPORTED: Sign("⇊", "reported", Tone.BAD, "slower side by side on two nights of three: told of"),
    SlowdownStatus.ONGOING: Sign("⇩", "ongoing", Tone.BAD, "told of on an earlier night, and slow still"),
    SlowdownStatus.RECOVERED: Sign("✓", "recovered", Tone.GOOD, "told of, and as fast as before again"),
}


def sign(value: Outcome | Portability | ChangeKind | Evidence | RegressionState | SlowdownStatus) -> Sign:
    """The sign of a value of any of the six kinds."""
    match value:
        case Outcome():
            return OUTCOMES[value]
        case Portability():
            return PORTABILITIES[value]
        case ChangeKind():
            return VERDICTS[value]
        case Evidence():
            return EVIDENCES[value]
        case RegressionState():
            return STATES[value]
        case SlowdownStatus():
            return STANDINGS[value]
