"""Track the past outcomes of the cases of one series, for each class of machine.

A case may give another outcome on another CPU. So a run is compared with the last known outcomes on its own class of
machine, if that class has a past; else with the last known outcomes of the series.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from monitor.analysis.outcomes.run_conditions import machine_of
from monitor.history.ordering import Extent, with_extent
from monitor.history.run_matrix import NONE, OUTCOMES, Flags, Numbers, RunMatrix, WordColumn
from monitor.history.store import LoadedHistory
from monitor.model import Outcome, Run


@dataclass(frozen=True)
class SeenOutcome:
    """Outcome of a case with its message, and the first and the last run that gave it."""

    outcome: Outcome
    message: str
    since: Run
    until: Run


@dataclass(frozen=True)
class CasePast:
    """Past of a case: its `latest` outcome, and the latest `settled` one, with which later ones are compared."""

    latest: SeenOutcome
    settled: SeenOutcome


@dataclass(frozen=True)
class BaselineOutcome:
    """Past outcomes with which the result of a case is compared.

    `own` is the past on the run's class of machine, `series` that on the class with the newest result; it stands in for
    an own past that is missing. `reported` is the outcome to which the case settled on another class since the last
    result on this one, else None: that change is known.
    """

    own: CasePast | None
    series: CasePast | None
    reported: Outcome | None = None


class SeriesPast:
    """Past of the cases of one series, up to a run."""

    def __init__(self, matrix: RunMatrix, messages: WordColumn) -> None:
        self._matrix = matrix
        self._machines = [machine_of(item.run) for item in matrix.runs]
        self._pasts = {machine: _MachinePast(matrix, messages) for machine in self._machines}
        self._newest = np.full(len(matrix.cases), NONE)  # the last run that judged a case on any class of machine
        self._settled: dict[int, tuple[int, Outcome]] = {}  # the last run in which a case settled anew, and to what

    def unseen(self, number: int) -> Numbers:
        """Return the positions of the cases that a run judged and that have no past."""
        return np.flatnonzero(self._unseen(number))

    def unsettled(self, number: int, besides: Iterable[str]) -> Numbers:
        """Return the positions of the cases whose outcome in a run is not the settled one, and of those `besides`.

        Cases without a past are left out.
        """
        cases = self._pasts[self._machines[number]].unsettled(number)
        cases[[self._matrix.position[case] for case in besides]] = True
        return np.flatnonzero(cases & ~self._unseen(number))

    def baseline(self, number: int, case: str) -> BaselineOutcome:
        """Return the outcomes with which a run's result of a case is compared."""
        position, own = self._matrix.position[case], self._pasts[self._machines[number]]
        past, reported = own.past(position), None
        if position in self._settled:
            when, outcome = self._settled[position]
            reported = outcome if when > own.last[position] != NONE else None
        return BaselineOutcome(past, self._latest(position), reported)

    def missing(self, number: int, extent: Extent) -> Iterator[tuple[str, CasePast]]:
        """Yield the known cases that a run of this extent removes, with their past."""
        known = self._newest != NONE
        for position in np.flatnonzero(known & self._matrix.removed(number, extent)).tolist():
            if past := self._latest(position):
                yield self._matrix.cases[position], past

    def apply_run(
        self, number: int, pasts: Mapping[str, CasePast | None], extent: Extent, settled: Iterable[str] = ()
    ) -> None:
        """Update the past with a run. Its results are first ones or repeat the known ones, except for those in `pasts`.

        `settled` are the cases of confirmed changes.
        """
        for case, _ in [*self.missing(number, extent)]:
            self._newest[self._matrix.position[case]] = NONE
            for past in self._pasts.values():
                past.forget(self._matrix.position[case])
        own = self._pasts[self._machines[number]]
        own.begin(number, self._unseen(number))
        for case, after in pasts.items():
            if after:
                own.update(self._matrix.position[case], after)
        own.last[self._matrix.judged[number]] = number
        self._newest[self._matrix.judged[number]] = number
        for case in settled:
            position = self._matrix.position[case]
            self._settled[position] = (number, OUTCOMES[self._matrix.outcome[number, position]])

    def _unseen(self, number: int) -> Flags:
        cases: Flags = self._matrix.judged[number] & (self._newest == NONE)
        return cases

    def _latest(self, position: int) -> CasePast | None:
        """Return the past of a case on the class of machine with the newest result."""
        run = self._newest[position]
        return None if run == NONE else self._pasts[self._machines[run]].past(position)


def differing_outcomes(recorded: LoadedHistory, watch: Mapping[str, Outcome]) -> dict[str, dict[str, Outcome]]:
    """Return, by class of machine, the last known outcomes of one series that differ from those in `watch`."""
    last: dict[str, dict[str, Outcome]] = {}
    for matrix in recorded.matrices.values():
        known: dict[str, Numbers] = {}
        for number, (item, extent) in enumerate(with_extent(matrix.runs)):
            before = known.get(machine_of(item.run), np.full(len(matrix.cases), NONE))
            known[machine_of(item.run)] = matrix.apply_run(before, number, matrix.outcome[number], extent)
        for machine, outcomes in known.items():
            by_case = ((matrix.cases[case], OUTCOMES[outcomes[case]]) for case in np.flatnonzero(outcomes != NONE))
            last[machine] = {case: outcome for case, outcome in by_case if watch.get(case, outcome) is not outcome}
    return {machine: others for machine, others in sorted(last.items()) if others}


class _MachinePast:
    """Past of the cases on one class of machine.

    Nearly every result is the first of its case, or repeats the settled outcome and changes only the last run. So the
    past of a case is made and brought up to date when it is read.
    """

    def __init__(self, matrix: RunMatrix, messages: WordColumn) -> None:
        self.last = np.full(len(matrix.cases), NONE)  # the last run that judged a case
        self._matrix, self._messages = matrix, messages
        self._first = np.full(len(matrix.cases), NONE)  # the run that judged a case when no class had a past of it
        self._pasts: dict[int, CasePast] = {}  # of cases with later outcomes, or with a past on another class
        self._settled = np.full(len(matrix.cases), NONE)  # the outcome of a case whose latest outcome is settled

    def unsettled(self, number: int) -> Flags:
        cases: Flags = self._matrix.asked[number] & (self._settled != self._matrix.outcome[number])
        return cases

    def begin(self, number: int, cases: Flags) -> None:
        """Settle these cases, which have no past, to their outcome in a run."""
        self._first[cases] = number
        self._settled[cases] = self._matrix.outcome[number, cases]

    def past(self, position: int) -> CasePast | None:
        past = self._pasts.get(position) or self._first_past(position)
        if past is None:
            return None
        seen = past.latest
        latest = SeenOutcome(seen.outcome, seen.message, seen.since, self._matrix.runs[self.last[position]].run)
        return CasePast(latest, latest if past.settled is past.latest else past.settled)

    def update(self, position: int, past: CasePast) -> None:
        self._pasts[position] = past
        steady = past.settled is past.latest
        self._settled[position] = OUTCOMES.index(past.latest.outcome) if steady else NONE

    def forget(self, position: int) -> None:
        self._pasts.pop(position, None)
        self._settled[position] = self._first[position] = self.last[position] = NONE

    def _first_past(self, position: int) -> CasePast | None:
        number = self._first[position]
        if number == NONE:
            return None
        outcome, run = OUTCOMES[self._matrix.outcome[number, position]], self._matrix.runs[number].run
        seen = SeenOutcome(outcome, self._messages.at(number, position), run, run)
        return CasePast(seen, seen)
