"""Walk the nights of a series: which cases are followed, and which slowdowns are filed.

The walk is causal. What it says of a night follows from that night and those before it, so that a later night never
takes back what was filed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from monitor.analysis.latency.ab_tests import common_step, levels
from monitor.analysis.latency.build_effects import (
    FOLLOWED_FROM,
    OF_NIGHTS,
    LatencySpread,
    NightComparison,
    certain,
    spreads,
    usual_layout,
    weigh,
)
from monitor.analysis.latency.detection import RECENT, SPREAD, WINDOW, drift
from monitor.analysis.latency.latency_series import Nights
from monitor.history.run_matrix import Floats
from monitor.model import Comparison, Reason

SAMPLED = 200  # cases that tell how much a case usually varies from night to night
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True)
class FollowedCase:
    """A case that was slower side by side on the night `first`, which `opened` is of, and on those after it as a whole.

    `level` is that of its past and `step` what the nights so far come to, in logarithms.
    """

    first: int
    opened: Comparison
    spread: LatencySpread
    level: float
    nights: tuple[NightComparison, ...] = ()
    step: float = 0.0

    @property
    def case(self) -> str:
        return self.opened.case


@dataclass(frozen=True)
class FiledSlowdown:
    """A slowdown that was filed on a night, by what was `followed`; and the night on which it had recovered, if any."""

    night: int
    followed: FollowedCase
    recovered: int | None = None

    @property
    def accepted(self) -> int:
        """The first night on the level that is expected since."""
        return self.followed.first if self.recovered is None else max(0, self.recovered - RECENT + 1)


@dataclass(frozen=True)
class WalkResult:
    """What the nights of a series come to: what was filed, and what is still followed, by case."""

    filings: tuple[FiledSlowdown, ...]
    followed: Mapping[str, FollowedCase]


def walk(nights: Nights, comparisons: Mapping[str, Sequence[Comparison]]) -> WalkResult:
    """Follow the cases of a series over all its nights. A followed case is one that the next night measures again."""
    walker = NightWalker(nights)
    for number, item in enumerate(nights.runs):
        walker.read(number, comparisons.get(item.run.id, ()))
    last = len(nights.runs)
    return WalkResult(
        tuple(replace(filing, recovered=recovered(nights, filing, last - 1)) for filing in walker.filings),
        {case: one for case, one in sorted(walker.followed.items()) if last - one.first < OF_NIGHTS},
    )


def recovered(nights: Nights, filing: FiledSlowdown, last: int) -> int | None:
    """The night, up to the `last`, from which the median of `RECENT` was nearer to the old level than to the new."""
    rows = nights.alike(filing.night, last)
    column = nights.latencies[:, nights.cases.index(filing.followed.case)].copy()
    column[rows] -= np.nan_to_num(drift(nights.latencies[rows]))
    told = np.flatnonzero(rows & np.isfinite(column))
    before = column[told[told < filing.followed.first]][-WINDOW:]
    after = told[(told > filing.night) & (told <= last)]
    for end in range(RECENT, len(after) + 1 if len(before) else 0):
        if np.median(column[after[end - RECENT : end]]) < np.median(before) + filing.followed.step / 2:
            return int(after[end - 1])
    return None


class NightWalker:
    """The nights up to one of them."""

    def __init__(self, nights: Nights) -> None:
        self.filings: list[FiledSlowdown] = []
        self.followed: dict[str, FollowedCase] = {}
        self._nights = nights
        self._column = {case: number for number, case in enumerate(nights.cases)}
        self._layouts: deque[list[list[float]]] = deque(maxlen=OF_NIGHTS)
        self._first_run: dict[str, int] = {}  # of each build, by its label

    def read(self, number: int, comparisons: Iterable[Comparison]) -> None:
        """Add one night."""
        if build := self._nights.runs[number].run.build:
            self._first_run.setdefault(build.label, number)
        self.followed = {case: one for case, one in self.followed.items() if number - one.first < OF_NIGHTS}
        timed = [one for one in comparisons if one.case in self._column and one.reason is not Reason.TURNED]
        common = common_step(timed) or 0.0
        controls = [levels(one) for one in timed if one.reason is Reason.CONTROL]
        self._layouts.append([[*goods.values()] for _, goods in controls])
        found = [(one, night) for one in timed if (night := self._compared(one, number, common))]
        if found:
            self._follow(number, found)

    def _compared(self, one: Comparison, number: int, common: float) -> NightComparison | None:
        """A suspect or followed case of a night; None where it is a control, or no build tells."""
        new, goods = levels(one)
        since = self._accepted(one.case, number)
        goods = {label: level for label, level in goods.items() if self._first_run.get(label, 0) >= since}
        if one.reason is Reason.CONTROL or new is None or not goods:
            return None
        return NightComparison(one.new.build, new - common, goods)

    def _follow(self, number: int, found: Sequence[tuple[Comparison, NightComparison]]) -> None:
        rows = self._nights.alike(number)
        latencies = self._nights.latencies[rows][-(SPREAD + RECENT) :]
        plain = latencies - np.nan_to_num(drift(latencies))[:, None]
        begin = [one for one, night in found if one.case not in self.followed and night.step >= FOLLOWED_FROM]
        if begin:
            self._begin(number, begin, np.flatnonzero(rows)[-len(plain) :], plain)
        for one, night in found:
            if followed := self.followed.pop(one.case, None):
                if rows[followed.first]:  # on another class of machine, the level is not known
                    night = replace(night, shift=float(plain[-1, self._column[one.case]]) - followed.level)
                self._weigh(number, followed, night)

    def _begin(self, number: int, begin: Sequence[Comparison], numbers: Ints, plain: Floats) -> None:
        """Follow cases from a night on. The nights right before it may have the step already."""
        columns = [self._column[one.case] for one in begin]
        past, numbers = plain[:-RECENT], numbers[:-RECENT]
        of_cases = past[:, columns]
        for place, one in enumerate(begin):
            of_cases[numbers < self._accepted(one.case, number), place] = np.nan
        others = past[:, :: max(1, past.shape[1] // SAMPLED)]
        layout = usual_layout(levels for night in self._layouts for levels in night)
        builds = len({build.label for at in numbers[-SPREAD:] if (build := self._nights.runs[at].run.build)})
        known, level = spreads(of_cases, others, layout, builds)
        for one, spread, usual in zip(begin, known, level, strict=True):
            self.followed[one.case] = FollowedCase(number, one, spread, float(usual))

    def _weigh(self, number: int, followed: FollowedCase, night: NightComparison) -> None:
        told = (*followed.nights, night)
        weighed = weigh(told, followed.spread)
        followed = replace(followed, nights=told, step=weighed.step)
        if certain(weighed, told):
            self.filings.append(FiledSlowdown(number, followed))
        elif weighed.aside >= FOLLOWED_FROM:
            self.followed[followed.case] = followed

    def _accepted(self, case: str, number: int) -> int:
        """The first night on the level that is expected of a case, as known on a night."""
        filed = [filing for filing in self.filings if filing.followed.case == case]
        return max((replace(f, recovered=recovered(self._nights, f, number)).accepted for f in filed), default=0)
