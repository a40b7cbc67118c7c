"""Estimate the remaining time of jobs from the seconds that their cases took before."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Mapping

from monitor.execution.case_selection import select_cases
from monitor.execution.cases_of_night import cases_of_night
from monitor.execution.workers.pool import RunProgress
from monitor.formatting.humanize import count
from monitor.model import Job

# This machine's speed, relative to the recorded seconds, counts as 1 for this long. Afterwards, the measured one
# prevails.
PRIOR_SECONDS = 20.0
MINUTE = 60.0


def expected_seconds(jobs: Iterable[Job]) -> float | None:
    """Return the seconds that the cases of jobs took before; None if a job has no recorded case."""
    costs = [_costs(job) for job in jobs]
    return sum(sum(of_job.values()) for of_job in costs) if all(costs) else None


def time_text(seconds: float | None) -> str:
    """Return "about 2 min", "under 1 min", or "" if the time is unknown."""
    if seconds is None:
        return ""
    return f"about {seconds / MINUTE:.0f} min" if seconds >= MINUTE else "under 1 min"


class RemainingTime:
    """Remaining cases and time of jobs that run one after another; `jobs` are all of them, by name."""

    def __init__(self, jobs: Mapping[str, Job]) -> None:
        self._costs = {name: _costs(job) for name, job in jobs.items()}
        self._typical = {name: statistics.median(costs.values()) for name, costs in self._costs.items() if costs}
        self._totals = {name: len(costs) for name, costs in self._costs.items()}
        self._done = dict.fromkeys(jobs, 0)
        self._open = {*jobs}
        self._cost_done = dict.fromkeys(jobs, 0.0)  # of each job, also before it was interrupted
        self._last: dict[str, float] = {}  # the time of the last observation
        self._elapsed, self._cost_elapsed = 0.0, 0.0  # measured seconds, and the recorded ones of the same cases

    def add(self, name: str, progress: RunProgress) -> None:
        """Count an observation of a job."""
        now = time.monotonic()
        typical = self._typical.get(name, 0.0)
        cost = self._costs[name].get(progress.observation.case, typical)
        if name in self._last:
            self._elapsed += now - self._last[name]
            self._cost_elapsed += cost
        else:
            self._cost_done[name] = (progress.done - 1) * typical
        self._last[name] = now
        self._cost_done[name] += cost
        self._done[name], self._totals[name] = progress.done, progress.total

    def end(self, name: str) -> None:
        """Expect no more observations of a job."""
        self._open.discard(name)
        self._totals[name] = self._done[name]

    @property
    def seconds(self) -> float | None:
        """The remaining seconds, None if a job has no recorded case."""
        if not self._open <= self._typical.keys():
            return None
        left = sum(max(0.0, self._whole_cost(name) - self._cost_done[name]) for name in self._open)
        return left * (self._elapsed + PRIOR_SECONDS) / (self._cost_elapsed + PRIOR_SECONDS)

    def _whole_cost(self, name: str) -> float:
        """Return the recorded seconds of all cases of a job; a case without any counts as a typical one."""
        unknown = self._totals[name] - len(self._costs[name])
        return sum(self._costs[name].values()) + unknown * self._typical[name]

    @property
    def text(self) -> str:
        """The cases and the remaining time: "812 of 6,057 cases, about 2 min left"."""
        cases = f"{sum(self._done.values()):,} of {count(sum(self._totals.values()), 'case')}"
        left = time_text(self.seconds)
        return f"{cases}, {left} left" if left else cases


def _costs(job: Job) -> dict[str, float]:
    """Return the recorded seconds of each case that a job runs tonight."""
    cases = select_cases(job.costs, job.selection) if job.selection else cases_of_night(job, [*job.costs])
    return {case: job.costs[case] for case in cases}
