"""Walk the nights of a series, follow the cases that look slower, and report those that are.

The walk is causal: its result for a night follows from that night and those before it, so a later night never takes a
report back.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from monitor.analysis.latency.builds_in_turns import common_step, levels
from monitor.analysis.latency.detection import NOISE_NIGHTS, RECENT, WINDOW, drift
from monitor.analysis.latency.latency_series import Nights
from monitor.analysis.latency.slowdown_decision import (
    FOLLOWED_FROM,
    FOLLOWED_NIGHTS,
    LatencySpread,
    NightComparison,
    is_certain,
    is_promising,
    process_scatter,
    spreads,
    usual_layout,
    weigh,
)
from monitor.history.run_matrix import Floats
from monitor.model import Comparison, Reason

SAMPLED = 200  # cases that tell how much a case usually varies from night to night
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Measured:
    """A followed case on the night `number`: its `comparison`, and the levels in it."""

    number: int
    comparison: Comparison
    levels: NightComparison


@dataclass(frozen=True)
class FollowedCase:
    """A case that was slower on its first night, and on all `nights` together.

    `nights` are the last `FOLLOWED_NIGHTS` at most. `level` is that of its past as of the night `begun`, and `step` the
    estimate from the nights, in logarithms.
    """

    begun: int
    spread: LatencySpread
    level: float
    nights: tuple[Measured, ...] = ()
    step: float = 0.0

    @property
    def first(self) -> int:
        return self.nights[0].number

    @property
    def opened(self) -> Comparison:
        """Return the comparison of the first night."""
        return self.nights[0].comparison

    @property
    def case(self) -> str:
        return self.opened.case


@dataclass(frozen=True)
class SlowdownReport:
    """A slowdown that was reported on a night from what was `followed`; and the night of its recovery, if any."""

    night: int
    followed: FollowedCase
    recovered: int | None = None

    @property
    def accepted(self) -> int:
        """Return the first night on the level that is expected since."""
        return self.followed.first if self.recovered is None else max(0, self.recovered - RECENT + 1)


@dataclass(frozen=True)
class WalkResult:
    """Reported slowdowns of a series, and the cases that are still followed."""

    reports: tuple[SlowdownReport, ...]
    followed: Mapping[str, FollowedCase]


def walk(nights: Nights, comparisons: Mapping[str, Sequence[Comparison]]) -> WalkResult:
    """Follow the cases of a series over all its nights. The next night measures every followed case again."""
    walker = NightWalker(nights)
    for number, item in enumerate(nights.runs):
        walker.read(number, comparisons.get(item.run.id, ()))
    last = len(nights.runs)
    return WalkResult(
        tuple(replace(report, recovered=recovered(nights, report, last - 1)) for report in walker.reports),
        dict(sorted(walker.followed_on(last).items())),
    )


def recovered(nights: Nights, report: SlowdownReport, last: int) -> int | None:
    """Return the first night, up to `last`, by which a slowdown has recovered; or None.

    It has recovered when the median of `RECENT` nights is nearer to the old level than to the new one.
    """
    rows = nights.alike(report.night, last)
    column = nights.latencies[:, nights.cases.index(report.followed.case)].copy()
    column[rows] -= np.nan_to_num(drift(nights.latencies[rows]))
    measured = np.flatnonzero(rows & np.isfinite(column))
    before = column[measured[measured < report.followed.first]][-WINDOW:]
    after = measured[(measured > report.night) & (measured <= last)]
    for end in range(RECENT, len(after) + 1 if len(before) else 0):
        if np.median(column[after[end - RECENT : end]]) < np.median(before) + report.followed.step / 2:
            return int(after[end - 1])
    return None


def _known_shifts(shifts: Floats, places: Mapping[str, Sequence[int]], builds: Iterable[str]) -> dict[str, float]:
    """Return the mean shift over the runs of each build that has a known one."""
    found = {build: shifts[places[build]] for build in builds if build in places}
    return {build: float(np.nanmean(one)) for build, one in found.items() if np.isfinite(one).any()}


class NightWalker:
    """State of the walk after a night."""

    def __init__(self, nights: Nights) -> None:
        self.reports: list[SlowdownReport] = []
        self.followed: dict[str, FollowedCase] = {}
        self._nights = nights
        self._column = {case: number for number, case in enumerate(nights.cases)}
        self._goods: dict[str, list[float]] = {}  # levels under good builds in the newest comparison of each case
        self._samples: dict[str, list[list[float]]] = {}  # of each of these builds, as logarithms
        self._first_run: dict[str, int] = {}  # of each build, by its label

    def read(self, number: int, comparisons: Iterable[Comparison]) -> None:
        """Add one night."""
        if build := self._nights.runs[number].run.build:
            self._first_run.setdefault(build.requirement, number)
        self.followed = self.followed_on(number)
        timed = [one for one in comparisons if one.case in self._column and one.reason is not Reason.TURNED]
        common = common_step(timed) or 0.0
        found = [(one, night) for one in timed if (night := self._compared(one, number, common))]
        self._goods |= {one.case: [*night.goods.values()] for one, night in found}
        self._samples |= {one.case: [[*map(math.log, side.latencies)] for side in one.goods] for one, _ in found}
        found = [(one, night) for one, night in found if one.reason is not Reason.CONTROL]
        if found:
            self._follow(number, found)

    def followed_on(self, number: int) -> dict[str, FollowedCase]:
        """Return the cases to measure again on a night, by name."""
        return {case: one for case, one in self.followed.items() if number - one.nights[-1].number < FOLLOWED_NIGHTS}

    def _compared(self, one: Comparison, number: int, common: float) -> NightComparison | None:
        """Return a case of a night; None if no build has a level."""
        new, goods = levels(one)
        since = self._accepted(one.case, number)
        goods = {label: level for label, level in goods.items() if self._first_run.get(label, 0) >= since}
        if new is None or not goods:
            return None
        return NightComparison(one.new.build, new - common, goods)

    def _follow(self, number: int, found: Sequence[tuple[Comparison, NightComparison]]) -> None:
        rows = self._nights.alike(number)
        latencies = self._nights.latencies[rows][-(NOISE_NIGHTS + RECENT) :]
        plain = latencies - np.nan_to_num(drift(latencies))[:, None]
        numbers = np.flatnonzero(rows)[-len(plain) :]
        begin = [one for one, night in found if one.case not in self.followed and night.step >= FOLLOWED_FROM[0]]
        begun = self._begin(number, begin, numbers, plain) if begin else {}
        places = self._places(numbers)
        for one, night in found:
            if followed := self.followed.pop(one.case, begun.get(one.case)):
                if rows[followed.begun]:  # on another class of machine, the level is not known
                    shifts = plain[:, self._column[one.case]] - followed.level
                    night = replace(
                        night, shift=float(shifts[-1]), good_shifts=_known_shifts(shifts, places, night.goods)
                    )
                self._weigh(followed, Measured(number, one, night))

    def _places(self, numbers: Ints) -> dict[str, list[int]]:
        """Return the places of each build's runs among these nights, by the label of the build."""
        places: dict[str, list[int]] = defaultdict(list)
        for place, number in enumerate(numbers):
            if build := self._nights.runs[number].run.build:
                places[build.requirement].append(place)
        return places

    def _begin(self, number: int, begin: Sequence[Comparison], numbers: Ints, plain: Floats) -> dict[str, FollowedCase]:
        """Return new followed cases. The nights right before may already have the step, so they are left out."""
        columns = [self._column[one.case] for one in begin]
        past, numbers = plain[:-RECENT], numbers[:-RECENT]
        of_cases = past[:, columns]
        for place, one in enumerate(begin):
            of_cases[numbers < self._accepted(one.case, number), place] = np.nan
        others = past[:, :: max(1, past.shape[1] // SAMPLED)]
        layout, freedom = usual_layout(self._goods.values())
        builds = len(
            {build.requirement for at in numbers[-NOISE_NIGHTS:] if (build := self._nights.runs[at].run.build)}
        )
        scatter = process_scatter(chain.from_iterable(self._samples.values()))
        known, level = spreads(of_cases, others, layout, builds, freedom, scatter)
        cases = [one.case for one in begin]
        return {
            case: FollowedCase(number, spread, float(usual))
            for case, spread, usual in zip(cases, known, level, strict=True)
        }

    def _weigh(self, followed: FollowedCase, night: Measured) -> None:
        """Weigh the last nights of a case.

        Its slowdown may have begun on any of them; nights before that do not count.
        """
        nights = (*(one for one in followed.nights if night.number - one.number < FOLLOWED_NIGHTS), night)
        weighed = [weigh([one.levels for one in nights[start:]], followed.spread) for start in range(len(nights))]
        enough = [
            (one.deviations, start)
            for start, one in enumerate(weighed)
            if is_certain(one, [night.levels for night in nights[start:]], followed.spread.layout)
        ]
        if enough:
            _, start = max(enough)
            found = replace(followed, nights=nights[start:], step=weighed[start].step)
            self.reports.append(SlowdownReport(night.number, found))
        elif is_promising(weighed[0], nights):
            self.followed[night.comparison.case] = replace(followed, nights=nights, step=weighed[0].step)

    def _accepted(self, case: str, number: int) -> int:
        """Return the first night on the expected level of a case, as known on a night."""
        earlier = [report for report in self.reports if report.followed.case == case]
        return max((replace(f, recovered=recovered(self._nights, f, number)).accepted for f in earlier), default=0)
