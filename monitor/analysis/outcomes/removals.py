"""Recognize names that a framework removed as announced. They are no regressions, because nobody can fix them.

Only evidence counts as an announcement: the framework's own sentence, kept as the message of the case, or the catalog,
which may name a replacement. A name removed without either is a regression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.model import Outcome

# Examples: "jax.core.get_aval was deprecated in JAX v0.8.2 and removed in JAX v0.10.0; use jax.typeof
# instead", "This function was deprecated since version 1.9 and is now removed".
ANNOUNCEMENT = re.compile(r"\b(deprecated|removed|no longer (available|exists))\b", re.IGNORECASE)

REMOVAL_KINDS = (ChangeKind.REGRESSED, ChangeKind.CHANGED)


def mark_api_removals(night: NightChanges, replaced: Mapping[str, str]) -> NightChanges:
    """Return a night whose announced removals are `api-removed`; `replaced` maps functions to replacements."""
    return replace(night, changes=tuple(_marked(change, replaced) for change in night.changes))


def _marked(change: Change, replaced: Mapping[str, str]) -> Change:
    if change.kind not in REMOVAL_KINDS or change.after is not Outcome.ABSENT:
        return change
    instead = replaced.get(change.function, "")
    if not instead and not ANNOUNCEMENT.search(change.message):
        return change
    return replace(change, kind=ChangeKind.API_REMOVED, instead=instead)
