"""JSON documents of regressions and flaky cases."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from monitor.analysis.outcomes.flakiness import FlakinessRating
from monitor.analysis.regressions.regression import Regression
from monitor.analysis.regressions.regression_tracker import FailingCell, RegressionEvent
from monitor.exports.documents.fields import build_label, cell_fields
from monitor.github.commit_ranges import between_builds


def regression_document(regression: Regression, main_commits: Mapping[str, str]) -> dict[str, object]:
    """Return a regression: its builds and commits, its failing cases, and its events.

    `main_commits` maps commits of PyTorch's nightly branch to the commits of `main` that they are built from.
    """
    commits = between_builds(regression.framework, regression.last_good, regression.first_bad, main_commits)
    return {
        "id": regression.id,
        "framework": regression.framework,
        "kind": regression.kind.value,
        "state": regression.state.value,
        "signature": regression.signature,
        "message": regression.message,
        "message_of": regression.common_message.case,
        "last_good": build_label(regression.last_good),
        "first_bad": build_label(regression.first_bad),
        "fixed": build_label(regression.fixed),
        "also_changed": [*regression.also_changed],
        "commits": {**dataclasses.asdict(commits), "notes": [*commits.notes]},
        "functions": [*regression.functions],
        "targets": [*regression.targets],
        "cases": len(regression.cells),
        "failing": [_failing_case(cell) for cell in regression.bad],
        "events": [_event(event) for event in regression.events],
        "detection": dataclasses.asdict(regression.detection) if regression.detection else None,
    }


def flakiness_document(rating: FlakinessRating) -> dict[str, object]:
    """Return how often a case had an inconsistent result. `low` and `high` bound the `rate` at 95 % confidence."""
    return {
        **cell_fields(rating.cell),
        "inconsistent": rating.inconsistent,
        "results": rating.results,
        "rate": rating.rate,
        "low": rating.low,
        "high": rating.high,
        "flaky": rating.flaky,
    }


def _failing_case(failing: FailingCell) -> dict[str, object]:
    return {
        **cell_fields(failing.cell),
        "outcome": failing.outcome.value,
        "message": failing.message,
        "instead": failing.instead,
        "build": failing.build.requirement,
    }


def _event(event: RegressionEvent) -> dict[str, object]:
    return {
        "step": event.step.value,
        "run": event.run.id,
        "started": event.run.started,
        "cases": [cell_fields(cell) for cell in event.cells],
    }
