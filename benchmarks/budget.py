"""Print the budget of a target: the cases of each suite, and the seconds that they take in a night and in a week.

    python benchmarks/budget.py
    python benchmarks/budget.py --history history --target cpu --cores 2

The cases are those that the suites declare now, and those of the last recorded runs for suites that only a build lists.
The cost of a case is the time of its last recorded run, which a history keeps to one digit. A case without a record
costs as much as the mean of its suite and period. The seconds are left open where less than half of the cases have a
record: run the script again after a week of nights.

A night runs all nightly cases, and weekly cases until a sixth of their cost is reached. The time of the installation,
of the workers' starts and of comparisons is not included.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from monitor.execution.cases_of_night import CYCLE_NIGHTS
from monitor.execution.targets.target import load_targets
from monitor.history.store import History
from monitor.model import Evidence, Period, period_of
from monitor.pipeline.locations import DEFAULT_HISTORY, RUNNERS
from monitor.pipeline.planner import PlanRequest, planned_series
from monitor.pipeline.snapshots import open_history
from monitor.suite.discovery import collect, generated, is_listed

NIGHTS = 7  # of a week
MIN_RECORDED = 0.5  # a mean over few of the cases is no estimate for the others


@dataclass(frozen=True)
class Budget:
    """Cases of one period of a suite, those with a recorded cost, and the seconds of all; None if too few have one."""

    cases: int
    recorded: int
    seconds: float | None

    @classmethod
    def of(cls, cases: list[str], costs: Mapping[str, float]) -> Budget:
        measured = [cost for case in cases if (cost := costs.get(case, 0.0)) > 0]
        known = len(measured) >= MIN_RECORDED * len(cases)
        seconds = fmean(measured) * len(cases) if measured and known else None
        return cls(len(cases), len(measured), seconds if cases else 0.0)


@dataclass(frozen=True)
class Row:
    """Budget of one suite, or of all together."""

    name: str
    nightly: Budget
    weekly: Budget

    @property
    def night(self) -> float | None:
        """Return the seconds of a night; None if a cost is unknown."""
        if self.nightly.seconds is None or self.weekly.seconds is None:
            return None
        return self.nightly.seconds + self.weekly.seconds / CYCLE_NIGHTS

    def text(self) -> str:
        """Return the row in Markdown."""
        night = self.night
        week = None if night is None else night * NIGHTS
        cases = f"{self.nightly.cases:,} | {self.weekly.cases:,} | {self.weekly.recorded:,}"
        return f"| {self.name} | {cases} | {seconds(self.nightly.seconds)} | {seconds(night)} | {seconds(week)} |"


def seconds(value: float | None) -> str:
    """Return seconds for a reader; a dash if they are unknown."""
    return "–" if value is None else f"{value:,.0f}"


def rows(history: History, target: str) -> Iterator[Row]:
    """Yield the budget of each suite that executes on a target."""
    request = PlanRequest(targets=(target,), evidences=(Evidence.EXECUTED,), self_hosted=(target,))
    for series in planned_series(request, load_targets(RUNNERS)):
        _, framework, suite, _ = series
        listed = is_listed(framework, suite)
        cases = generated(framework, suite) or [*(history.watch_list(*series) if listed else collect(framework, suite))]
        if not cases:  # only a run finds out what a build lists
            yield Row(f"{framework}, `{suite}`", Budget(0, 0, None), Budget(0, 0, None))
            continue
        costs = history.costs(*series)
        by_period = {period: [case for case in cases if period_of(suite, case) is period] for period in Period}
        night, week = (Budget.of(by_period[period], costs) for period in (Period.NIGHT, Period.WEEK))
        yield Row(f"{framework}, `{suite}`", night, week)


def total(parts: list[Row]) -> Row:
    """Return the sum of all suites; its seconds are unknown where those of a suite are."""
    return Row("all", _sum(row.nightly for row in parts), _sum(row.weekly for row in parts))


def _sum(parts: Iterable[Budget]) -> Budget:
    every = [*parts]
    known = [part.seconds for part in every if part.seconds is not None]
    return Budget(
        sum(part.cases for part in every),
        sum(part.recorded for part in every),
        sum(known) if len(known) == len(every) else None,
    )


def limit_text(every: Row, cores: int, minutes: int) -> Iterator[str]:
    """Yield what a night takes on some cores, and what a limit in minutes leaves for the weekly cases."""
    if every.nightly.seconds is None:
        return
    yield f"The nightly cases take {every.nightly.seconds / cores / 60:.0f} minutes on {cores} cores."
    if every.night is not None:
        yield f"With a sixth of the weekly ones, a night takes {every.night / cores / 60:.0f} minutes."
    elif every.weekly.cases:
        left = (minutes * 60 * cores - every.nightly.seconds) * CYCLE_NIGHTS / every.weekly.cases
        yield f"A night within {minutes} minutes leaves {left:.1f} s for each weekly case, on average."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--history", type=Path, default=DEFAULT_HISTORY, help="a recorded history")
    parser.add_argument("--target", default="cpu")
    parser.add_argument("--cores", type=int, default=2, help="cores that share the work of a night")
    parser.add_argument("--minutes", type=int, default=45, help="the longest that a night may take")
    options = parser.parse_args()
    found = [*rows(open_history(options.history), options.target)]
    print(
        "| suite | nightly cases | weekly cases | of which recorded | seconds of the nightly cases | a night | a week |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|")
    every = total(found)
    for row in [*found, every]:
        print(row.text())
    print("", *limit_text(every, options.cores, options.minutes), sep="\n")


if __name__ == "__main__":
    main()
