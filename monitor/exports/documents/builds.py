"""JSON document of the list of builds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from monitor.analysis.outcomes.outcome_changes import NightChanges


def build_documents(nights: Iterable[NightChanges]) -> list[dict[str, Any]]:
    """Return every build that was run, with the ids of its runs."""
    builds: dict[tuple[str, str], dict[str, Any]] = {}
    for night in nights:
        if build := night.run.build:
            entry: dict[str, Any] = {
                "framework": night.run.framework,
                "build": build.requirement,
                "channel": build.channel.value,
                "commit": build.commit,
                "date": build.date,
                "runs": [],
            }
            builds.setdefault((night.run.framework, build.requirement), entry)["runs"].append(night.run.id)
    return [*builds.values()]
