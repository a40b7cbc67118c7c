"""Build the charts of a function's page: latencies and numerical errors, with the changes of outcome."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from monitor.analysis.outcomes.change import Change, ChangeKind
from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.status.current_status import CaseStatus, SeriesStatus
from monitor.formatting.display_names import build_title
from monitor.formatting.humanize import deviation
from monitor.model import Run
from monitor.site.charts.chart_annotations import LatencyLevel
from monitor.site.charts.geometry import Axis, Chart, chart
from monitor.snapshot.recent_measurements import CaseMeasurements

# Charts show the case that moved most, and others that moved by more than a fifth or changed outcome. Dozens of flat
# lines would hide them. The downloads have all cases.
MAX_CHARTS = 6
MIN_CHARTED_MOVE = math.log(1.2)

Marks = Mapping[str, Sequence[tuple[int, str]]]  # by case: run numbers and labels of changes


def case_charts(
    runs: Sequence[Run],
    numbers: Mapping[str, int],
    axis: Axis,
    marks: Marks,
    measure: CaseMeasurements,
    statuses: Sequence[CaseStatus],
    shown: Callable[[float], str],
    levels_of: Callable[[str], Sequence[LatencyLevel]] = lambda _: (),
) -> tuple[tuple[Chart, ...], int]:
    """Return the charts of the cases that moved most, and the number of cases measured at least twice.

    Cases with annotated levels come first.
    """
    twice = [(s, number) for s in statuses if (number := numbers.get(s.case)) is not None and measure.charted[number]]
    known = {s.case: levels_of(s.case) for s, _ in twice}
    found: list[Chart] = []
    for status, number in sorted(twice, key=lambda one: (not known[one[0].case], -measure.moves[one[1]])):
        moves, turns, levels = measure.moves[number], marks.get(status.case, ()), known[status.case]
        is_charted = (moves and not found) or moves > MIN_CHARTED_MOVE or turns or levels
        if is_charted and len(found) < MAX_CHARTS:
            steps = _level_starts(runs, levels)
            notes = [level.note for level in levels]
            drawn = chart(status.variant, measure.of(number), axis, shown, turns, steps, notes)
            found += [drawn] if drawn else []
    return tuple(found), len(twice)


def _level_starts(runs: Sequence[Run], levels: Sequence[LatencyLevel]) -> list[tuple[int, str]]:
    """Return the run number and step of each level: the first run of the build with which it began."""
    if not levels:
        return []
    labels = [run.build.requirement if run.build else "" for run in runs]
    return [(labels.index(level.build), level.step) for level in levels if level.build in labels]


def change_marks(series: Sequence[SeriesStatus], nights: Sequence[NightChanges]) -> list[Marks]:
    """Return the changes to mark in the charts of each series; added and removed cases are not marked."""
    places = {run.id: (n, number) for n, one in enumerate(series) for number, run in enumerate(one.recent)}
    found: list[dict[str, list[tuple[int, str]]]] = [{} for _ in series]
    for night in nights:
        if place := places.get(night.run.id):
            n, number = place
            for change in night.changes:
                if change.kind not in (ChangeKind.ADDED, ChangeKind.REMOVED):
                    found[n].setdefault(change.case, []).append((number, _change_label(night, change)))
    return [*found]


def _change_label(night: NightChanges, change: Change) -> str:
    turned = f"{change.before} → {change.after}" if change.before is not change.after else change.message
    return f"{change.kind}: {turned} with {build_title(night.run.build)}"


def ulp(value: float) -> str:
    return f"{deviation(value)} ulp"
