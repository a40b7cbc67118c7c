"""List what another night of the same build would decide.

Some verdicts take more than one night: an unconfirmed change, a slowdown that needs two nights, a fix that
closes an issue. If one is open, a build is measured again although it was measured before.
"""

from __future__ import annotations

from monitor.analysis.latency.slowdown_tracker import SlowdownStatus, followed_slowdowns, latency_nights
from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.outcomes.outcome_changes import night_changes
from monitor.history.store import LoadedHistory
from monitor.model import Run

# Together with the next night, as many as close an issue.
RECENT_NIGHTS = 2


def open_questions(recorded: LoadedHistory, run: Run) -> tuple[str, ...]:
    """Return the open questions after a run, a few words each; `recorded` has the past of its series."""
    observed = [night for night in night_changes(recorded) if not night.run.blocked]
    last = next(number for number, night in enumerate(observed) if night.run.id == run.id)
    recent = observed[max(0, last + 1 - RECENT_NIGHTS) : last + 1]
    night = observed[last]
    suspects = [slowdown for latest in latency_nights(recorded) for slowdown in latest.of(SlowdownStatus.SUSPECT)]
    counted = (
        ("not confirmed", len(night.of(ChangeKind.UNCONFIRMED))),
        ("changed, perhaps by the environment", len(night.of(ChangeKind.ENVIRONMENT))),
        ("fixed just now", sum(len(past.of(ChangeKind.FIXED)) for past in recent)),
        ("confirmed slower, and not reported", len(followed_slowdowns(recorded))),
        ("suspected slower, and not compared", len(suspects)),
    )
    return (*night.incidents, *(f"{number:,} {what}" for what, number in counted if number))
