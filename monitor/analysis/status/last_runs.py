"""Find when each series was last observed, and when the nightly job last observed it.

A series is a target, framework, suite and kind of evidence. Each can stop alone, because the job of one framework may
fail while another still runs. So silence is judged for each series, never for a whole target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.formatting.humanize import parse_time
from monitor.history.consistency import MAX_CLOCK_DIFFERENCE
from monitor.model import Channel, Run, Series


@dataclass(frozen=True)
class LastRun:
    """Times at which any run and the nightly job last observed a series; None for never."""

    observed: datetime | None
    nightly: datetime | None


def is_nightly_run(run: Run) -> bool:
    """Return whether a run can be one of the nightly job.

    Such a run has the whole suite and the current build of a channel. A build requested by its version is a backfill or
    an experiment, and a run of selected cases is neither.
    """
    return run.whole and run.build is not None and run.build.channel is not Channel.EXACT


def last_runs(nights: Iterable[NightChanges], now: datetime) -> Mapping[Series, LastRun]:
    """Return the times of the last runs of each series.

    A run that observed nothing does not count, nor one that starts further ahead than clocks differ.
    """
    observed: dict[Series, datetime] = {}
    nightly: dict[Series, datetime] = {}
    every: dict[Series, None] = {}
    for night in nights:
        run = night.run
        every[run.series] = None
        started = parse_time(run.started)
        if not night.observed or started > now + MAX_CLOCK_DIFFERENCE:
            continue
        observed[run.series] = max(started, observed.get(run.series, started))
        if is_nightly_run(run):
            nightly[run.series] = max(started, nightly.get(run.series, started))
    return {series: LastRun(observed.get(series), nightly.get(series)) for series in every}
