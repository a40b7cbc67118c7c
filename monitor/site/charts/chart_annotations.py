"""Annotate latency charts: the builds with which a level began, and notes below the chart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.cells import Cell
from monitor.analysis.latency.changepoints import Changepoint
from monitor.analysis.latency.slowdown_tracker import LatencyNight, ReportedSlowdown, Slowdown, SlowdownStatus
from monitor.analysis.regressions.slowdown_regressions import latency_text
from monitor.formatting.display_names import build_title, label_title
from monitor.formatting.humanize import slower_by
from monitor.model import Series
from monitor.reports.slowdown_text import drift_text


@dataclass(frozen=True)
class LatencyLevel:
    """Latency level that began with the build labelled `build`; `step` is its change, `note` a full sentence."""

    build: str
    step: str
    note: str


class LatencyLevels:
    """Levels of all cases: change points, reported and confirmed slowdowns, and the common drift of a night."""

    def __init__(
        self, changepoints: Iterable[Changepoint], slowdowns: Iterable[ReportedSlowdown], nights: Sequence[LatencyNight]
    ) -> None:
        self._of_cell: dict[Cell, list[LatencyLevel]] = {}
        self._of_series: Mapping[Series, LatencyLevel] = dict(_series_levels(nights))
        for one in changepoints:
            self._of_cell.setdefault(one.cell, []).append(_changepoint_level(one))
        for report in slowdowns:
            slow, run, recovered = report.slowdown, report.run, report.recovered
            after = f"; recovered in {build_title(recovered.build)}" if recovered else ""
            self._of_cell.setdefault(Cell.of(slow.case, run), []).append(_slowdown_level(slow, after))
        for night in nights:
            for slow in night.of(SlowdownStatus.CONFIRMED):
                self._of_cell.setdefault(Cell.of(slow.case, night.run), []).append(
                    _slowdown_level(slow, ", on one night so far")
                )

    def of(self, cell: Cell) -> tuple[LatencyLevel, ...]:
        common = self._of_series.get(cell.series)
        return (*self._of_cell.get(cell, ()), *([common] if common else []))


def _series_levels(nights: Iterable[LatencyNight]) -> Iterator[tuple[Series, LatencyLevel]]:
    for night in nights:
        if night.drift and night.run.build:
            shift = night.drift.shift if night.drift.shift is not None else night.drift.common
            yield (
                night.run.series,
                LatencyLevel(night.run.build.requirement, f"all {slower_by(shift or 0)}", drift_text(night.drift)),
            )


def _changepoint_level(one: Changepoint) -> LatencyLevel:
    step = slower_by(math.log(one.factor))
    before, after = build_title(one.build_before), build_title(one.build_after)
    note = f"{step} permanently, from {before} to {after}, by the weekly change points"
    if one.at_once:
        note += f"; {one.at_once} cases moved in that week, so the machine may have been replaced"
    return LatencyLevel(one.build_after.requirement, step, note)


def _slowdown_level(slow: Slowdown, after: str) -> LatencyLevel:
    """Return the level of a slowdown in a comparison; `after` continues the note."""
    step = slower_by(slow.step)
    sides = " to ".join(
        f"{latency_text(side)} under {label_title(side.build)}" for side in (slow.good, slow.new) if side
    )
    return LatencyLevel(slow.new.build if slow.new else "", step, f"{step} in a comparison, from {sides}{after}")
