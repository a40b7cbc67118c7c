"""What another night of the same build would decide.

Some verdicts take more than one night: a change that no fresh worker confirmed, a slowdown that is told of on two
nights of three, a mend that closes an issue. Where one is open, a build that was measured is measured again.
"""

from __future__ import annotations

from monitor.analysis.latency.slowdown_tracker import SlowdownStatus, latency_nights, unfiled
from monitor.analysis.outcomes.outcome_changes import ChangeKind, nights
from monitor.history.store import LoadedHistory
from monitor.model import Run

# With the night that is to come, as many as close an issue.
BEFORE = 2


def undecided(recorded: LoadedHistory, run: Run) -> tuple[str, ...]:
    """What is open after a run, a few words each; nothing where it is good for all. `recorded` has its series' past."""
    told = [night for night in nights(recorded) if not night.run.blocked]
    last = next(number for number, night in enumerate(told) if night.run.id == run.id)
    recent = told[max(0, last + 1 - BEFORE) : last + 1]
    night = told[last]
    suspects = [one for pace in latency_nights(recorded) for one in pace.of(SlowdownStatus.SUSPECT)]
    counted = (
        ("not confirmed", len(night.of(ChangeKind.UNCONFIRMED))),
        ("turned, and not known to be the build's doing", len(night.of(ChangeKind.ENVIRONMENT))),
        ("mended just now", sum(len(one.of(ChangeKind.FIXED)) for one in recent)),
        ("slower side by side, and not filed", len(unfiled(recorded))),
        ("suspect, and not compared", len(suspects)),
    )
    return (*night.incidents, *(f"{number:,} {what}" for what, number in counted if number))
