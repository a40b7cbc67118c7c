"""Names that a framework took away as it had announced: no regression, for nobody can mend them.

What was announced follows from evidence alone: the framework's own sentence, kept as the message of the case, or the
catalog, where somebody wrote down what stands in for a name that is gone. A name that is gone without either stays a
regression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from monitor.analysis.outcomes.outcome_changes import Change, ChangeKind, NightChanges
from monitor.model import Outcome

# How frameworks say it: "jax.core.get_aval was deprecated in JAX v0.8.2 and removed in JAX v0.10.0; use jax.typeof
# instead", "This function was deprecated since version 1.9 and is now removed".
ANNOUNCED = re.compile(r"\b(deprecated|removed|no longer (available|exists))\b", re.IGNORECASE)

COUNTED = (ChangeKind.REGRESSED, ChangeKind.CHANGED)


def with_removals(night: NightChanges, replaced: Mapping[str, str]) -> NightChanges:
    """Return a night that tells announced removals as such; `replaced` has by function what stands in for it."""
    return replace(night, changes=tuple(_told(change, replaced) for change in night.changes))


def _told(change: Change, replaced: Mapping[str, str]) -> Change:
    if change.verdict not in COUNTED or change.after is not Outcome.ABSENT:
        return change
    instead = replaced.get(change.function, "")
    if not instead and not ANNOUNCED.search(change.message):
        return change
    return replace(change, verdict=ChangeKind.API_REMOVED, instead=instead)
