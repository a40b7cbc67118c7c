"""What is known of the cases of one series, for each class of machine that it ran on.

A case may give another outcome on another CPU. So a run is held against the last known outcomes on its own class of
machine, where that class has a past of its own; else against the last known ones of the series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from monitor.analysis.outcomes.run_conditions import machine_of
from monitor.history.ordering import with_extent
from monitor.history.run_matrix import NONE, OUTCOMES, Flags, Numbers, RunMatrix
from monitor.history.store import LoadedHistory
from monitor.model import Outcome, Run


@dataclass(frozen=True)
class SeenOutcome:
    """An outcome that a case had, what it said, and the first and the last run that gave it."""

    outcome: Outcome
    message: str
    since: Run
    until: Run


@dataclass(frozen=True)
class CasePast:
    """What is known of a case: its `latest` answer, and the latest that counts, which later ones are held against."""

    latest: SeenOutcome
    settled: SeenOutcome


@dataclass(frozen=True)
class BaselineOutcome:
    """What an answer is held against.

    `own` is the past of its case on the run's class of machine, `series` that on the class that answered last: the
    same, or what stands in for a past that the class does not have. `told` is the outcome to which the case turned on
    another class since this one answered last, None where it did not: that change is known.
    """

    own: CasePast | None
    series: CasePast | None
    told: Outcome | None = None


class SeriesPast:
    """What is known of the cases of one series after the runs so far."""

    def __init__(self, grid: RunMatrix) -> None:
        self._grid = grid
        self._machines = [machine_of(item.run) for item in grid.runs]
        self._of: dict[str, _MachinePast] = {machine: _MachinePast(grid) for machine in self._machines}
        self._turned: dict[int, tuple[int, Outcome]] = {}  # the last run in which a case turned, and to what

    def news(self, number: int, besides: Iterable[str]) -> Numbers:
        """The cases of which a run says more than what is known and settled, and those `besides`."""
        found = self._of[self._machines[number]].unsettled(number)
        found[[self._grid.place[case] for case in besides]] = True
        return np.flatnonzero(found)

    def known(self, number: int, case: str) -> BaselineOutcome:
        """What a run's answer on a case is held against."""
        place, own = self._grid.place[case], self._of[self._machines[number]]
        when, told = self._turned.get(place, (NONE, None))
        return BaselineOutcome(own.past(place), self._latest(place), told if when > own.last[place] != NONE else None)

    def missing(self, number: int) -> Iterator[tuple[str, CasePast]]:
        """The known cases that a run does not tell of, by name."""
        known = np.any([one.last != NONE for one in self._of.values()], axis=0)
        for place in np.flatnonzero(known & ~self._grid.asked[number]).tolist():
            if past := self._latest(place):
                yield self._grid.cases[place], past

    def follow(
        self, number: int, pasts: Mapping[str, CasePast | None], *, whole: bool, turned: Iterable[str] = ()
    ) -> None:
        """Go on to what is known after a run, which repeats what was known but for the cases in `pasts`.

        `turned` are those of them that it told as turned for good.
        """
        if whole:
            for case, _ in [*self.missing(number)]:
                for one in self._of.values():
                    one.forget(self._grid.place[case])
        own = self._of[self._machines[number]]
        for case, past in pasts.items():
            if past:
                own.learn(self._grid.place[case], past)
        own.last[self._grid.judged[number]] = number
        for case in turned:
            place = self._grid.place[case]
            self._turned[place] = (number, OUTCOMES[self._grid.outcome[number, place]])

    def _latest(self, place: int) -> CasePast | None:
        """The past of a case on the class of machine that answered last."""
        return max(self._of.values(), key=lambda one: int(one.last[place])).past(place)


def other_answers(recorded: LoadedHistory, watch: Mapping[str, Outcome]) -> dict[str, dict[str, Outcome]]:
    """Return, for each class of machine, the last known outcomes that are not those of `watch`, of one series."""
    found: dict[str, dict[str, Outcome]] = {}
    for grid in recorded.grids.values():
        known: dict[str, Numbers] = {}
        for number, (item, whole) in enumerate(with_extent(grid.runs)):
            before = known.get(machine_of(item.run), np.full(len(grid.cases), NONE))
            known[machine_of(item.run)] = grid.follow(before, number, grid.outcome[number], whole=whole)
        for machine, outcomes in known.items():
            told = ((grid.cases[place], OUTCOMES[outcomes[place]]) for place in np.flatnonzero(outcomes != NONE))
            found[machine] = {case: outcome for case, outcome in told if watch.get(case, outcome) is not outcome}
    return {machine: others for machine, others in sorted(found.items()) if others}


class _MachinePast:
    """What is known of the cases on one class of machine.

    Nearly every answer repeats what is known and settled. Of it only the run is new, and the past of such a case is
    brought up to date when it is asked for.
    """

    def __init__(self, grid: RunMatrix) -> None:
        self.last = np.full(len(grid.cases), NONE)  # the last run that judged a case
        self._grid = grid
        self._pasts: dict[int, CasePast] = {}
        self._settled = np.full(len(grid.cases), NONE)  # the outcome of a case whose latest answer is the settled one

    def unsettled(self, number: int) -> Flags:
        found: Flags = self._grid.asked[number] & (self._settled != self._grid.outcome[number])
        return found

    def past(self, place: int) -> CasePast | None:
        past = self._pasts.get(place)
        if past is None:
            return None
        seen = past.latest
        latest = SeenOutcome(seen.outcome, seen.message, seen.since, self._grid.runs[self.last[place]].run)
        return CasePast(latest, latest if past.settled is past.latest else past.settled)

    def learn(self, place: int, past: CasePast) -> None:
        self._pasts[place] = past
        steady = past.settled is past.latest
        self._settled[place] = OUTCOMES.index(past.latest.outcome) if steady else NONE

    def forget(self, place: int) -> None:
        self._pasts.pop(place, None)
        self._settled[place] = self.last[place] = NONE
