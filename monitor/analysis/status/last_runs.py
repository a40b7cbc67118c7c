"""When each series was last observed, and when the nightly job last observed it.

A series is a target, framework, suite and kind of evidence. Each can stop alone: the job of one framework fails while
another still runs. So silence is judged for each, never for a target as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.formatting.humanize import parse_time
from monitor.history.consistency import AHEAD
from monitor.model import Channel, Run, Series


@dataclass(frozen=True)
class LastRun:
    """When a series was last observed by any run, and by the nightly job; None for never."""

    observed: datetime | None
    nightly: datetime | None


def of_nightly_job(run: Run) -> bool:
    """Return whether a run can be one of the nightly job.

    That takes the whole suite of the build that a channel has now. A build that was asked for by its version is a
    backfill or an experiment, and says nothing of the nightly job. So does a run of selected cases.
    """
    return run.whole and run.build is not None and run.build.channel is not Channel.EXACT


def last_runs(nights: Iterable[NightChanges], now: datetime) -> Mapping[Series, LastRun]:
    """Return when each series was last observed.

    A run that observed nothing does not count, nor does one that starts further ahead than clocks differ.
    """
    observed: dict[Series, datetime] = {}
    nightly: dict[Series, datetime] = {}
    every: dict[Series, None] = {}
    for night in nights:
        run = night.run
        every[run.series] = None
        started = parse_time(run.started)
        if not night.observed or started > now + AHEAD:
            continue
        observed[run.series] = max(started, observed.get(run.series, started))
        if of_nightly_job(run):
            nightly[run.series] = max(started, nightly.get(run.series, started))
    return {series: LastRun(observed.get(series), nightly.get(series)) for series in every}
