"""JSON documents of latency: slowdowns, the latency of a run, and change points."""

from __future__ import annotations

import dataclasses
import math

from monitor.analysis.latency.changepoints import Changepoint
from monitor.analysis.latency.slowdown_tracker import LatencyNight, Slowdown
from monitor.exports.documents.fields import build_label, cell_fields, series_fields
from monitor.model import ComparisonSide, Run


def slowdown_document(run: Run, slowdown: Slowdown) -> dict[str, object]:
    """Return a slowdown. `factor` is the ratio of the latencies; the two sides are null for a suspect."""
    return {
        **series_fields(run),
        "run": run.id,
        "case": slowdown.case,
        "status": slowdown.status.value,
        "factor": math.exp(slowdown.step),
        "baseline": _side(slowdown.good),
        "candidate": _side(slowdown.new),
    }


def latency_document(night: LatencyNight) -> dict[str, object]:
    """Return the slowdowns of a run, the number of dismissed suspects, the common drift in logarithms, and notes."""
    return {
        "slowdowns": [slowdown_document(night.run, slowdown) for slowdown in night.slowdowns],
        "dismissed": night.alike,
        "drift": dataclasses.asdict(night.drift) if night.drift else None,
        "notes": [*night.notes],
    }


def changepoint_document(changepoint: Changepoint) -> dict[str, object]:
    """Return a change of the latency level of a case.

    `factor` is the new level divided by the old one. `build_before` is the last build at the old level, `build_after`
    the first at the new one. `at_once` counts the cases that moved in the same week, if there are too many for a build.
    """
    return {
        **cell_fields(changepoint.cell),
        "build_before": build_label(changepoint.build_before),
        "build_after": build_label(changepoint.build_after),
        "factor": changepoint.factor,
        "at_once": changepoint.at_once,
    }


def _side(side: ComparisonSide | None) -> object:
    """Return the build of one side and the latency of each of its processes in microseconds."""
    return {"build": side.build, "latencies": [*side.latencies]} if side else None
