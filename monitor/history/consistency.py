"""Check what the schema of a run file cannot express: real dates, and parts that agree with one another.

Each function yields faults as pairs of a field and a reason; a refusal names the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from packaging.version import InvalidVersion, Version

from monitor.history.ordering import version_sort_key
from monitor.model import (
    NAMES,
    Build,
    Channel,
    Comparison,
    ComparisonSide,
    Latency,
    Observation,
    Outcome,
    Run,
    RunEnd,
    function_of,
)

Fault = tuple[str, str]  # a field, and what is wrong with it

# Clocks differ, and may be set to a local time. A later date comes from a wrong clock.
MAX_CLOCK_DIFFERENCE = timedelta(days=1)
# Before the study that the monitor continues: a machine that has lost the time believes in 1970 or 2000.
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
# PyTorch's first release is of 2016; a nightly build is dated by its maker, who may live a day ahead.
EARLIEST_BUILD = date(2015, 1, 1)
# Each function is a page of the site, and takes 8 ms there. The largest table of operators has 2,658; all public names
# of the largest framework fit.
MAX_FUNCTIONS = 10_000
# Digits of one number of a version: the longest have a date and a time, as in 3.16.0.dev20260902143000.
MAX_DIGITS = 14
LONG_NUMBER = re.compile(rf"[0-9]{{{MAX_DIGITS + 1}}}")
DEV_DATE = re.compile(r"\.dev(20\d\d)(\d\d)(\d\d)")


def run_faults(run: Run, now: datetime) -> Iterator[Fault]:
    """Yield the faults of a run line, as seen at the time `now`."""
    yield from _time_faults("run.started", run.started, now)
    if not run.id.startswith(f"{run.started.replace('-', '').replace(':', '')}-"):
        yield "run.id", f"{run.id} does not begin with the start, {run.started}"
    for field, build in (("run.build", run.build), ("run.compiler", run.compiler)):
        if build and _is_time(run.started):
            yield from _build_faults(field, build, run.started)
    if run.shard and int(run.shard.partition("/")[0]) > int(run.shard.partition("/")[2]):
        yield "run.shard", f"{run.shard} is no part of a whole"
    yield from _content_faults(run)


def _content_faults(run: Run) -> Iterator[Fault]:
    if run.resting and (run.blocked or run.selection):
        yield "run.resting", f"{run.resting} cases in a run that {'was blocked' if run.blocked else 'selects cases'}"
    if run.removed and not run.resting:
        yield "run.removed", "names cases in a run in which none rests"
    if both := sorted(set(run.removed).intersection(run.cases)):
        yield "run.removed", f"{both[0]} is one of its cases"
    if run.blocked and run.cases:
        yield "run.blocked", "a run that was blocked has cases"
    if not run.blocked and run.build is None:
        yield "run.build", "is missing in a run that was not blocked"
    if not (run.blocked or run.cases or run.shard or run.selection or run.suite == NAMES):
        yield "run.cases", "there is none, in a run of the whole suite that was not blocked"
    for field, cases in (("run.cases", run.cases), ("run.removed", run.removed)):
        if any(not case.startswith(f"{run.framework}/") for case in cases):
            yield field, f"a case that is not of {run.framework}"
    if (functions := len(set(map(function_of, run.cases)))) > MAX_FUNCTIONS:
        yield "run.cases", f"of {functions} functions, and {MAX_FUNCTIONS} is the most"


def observation_faults(observation: Observation) -> Iterator[Fault]:
    """Yield the faults of an observation by itself."""
    if observation.latency:
        yield from _latency_faults(observation.latency)
    answers = {attempt.outcome for attempt in observation.retries}
    if observation.retries and observation.first_outcome is None:
        yield "observation.first_outcome", "is missing beside the outcomes of reruns"
    if observation.first_outcome and not observation.retries:
        yield "observation.retries", "is missing after a first outcome"
    if answers and observation.outcome is Outcome.FLAKY and len(answers) == 1:
        yield "observation.retries", "are all the same, and the outcome is flaky"
    if answers and observation.outcome is not Outcome.FLAKY and answers != {observation.outcome}:
        yield "observation.retries", f"contradict the outcome, {observation.outcome}"


def _latency_faults(latency: Latency) -> Iterator[Fault]:
    if latency.minimum > latency.median:
        yield "observation.latency.minimum", f"{latency.minimum} is more than the median, {latency.median}"


def comparison_faults(comparison: Comparison, build: Build | None) -> Iterator[Fault]:
    """Yield the faults of a comparison in a run of that build."""
    label = build.requirement if build else "no build"
    new, goods = comparison.new, comparison.goods
    fields = ("comparison.good", *(f"comparison.earlier.{number}" for number in range(len(comparison.earlier))))
    if new.build != label:
        yield "comparison.new.build", f"{new.build} in a run of {label}"
    if not new.outcomes:
        yield "comparison.new.outcomes", "there is none"
    for field, good in zip(fields, goods, strict=True):
        if is_newer(good.build, new.build):
            yield f"{field}.build", f"{good.build} is newer than {new.build}"
        if good.build == new.build or sum(other.build == good.build for other in goods) > 1:
            yield f"{field}.build", f"{good.build} is there twice"
        yield from _side_faults(field, good)
    yield from _side_faults("comparison.new", new)


def is_newer(label: str, other: str) -> bool:
    """Return whether a build is newer than another, whatever hardware each was made for ("+cpu")."""
    one, two = (version_sort_key(text.partition("==")[2].partition("+")[0]) for text in (label, other))
    return one > two


def _side_faults(field: str, side: ComparisonSide) -> Iterator[Fault]:
    passed = sum(outcome is Outcome.PASS for outcome in side.outcomes)
    if len(side.latencies) > passed:
        yield f"{field}.latencies", f"{len(side.latencies)} of {passed} processes that passed"


def end_faults(end: RunEnd, run: Run, now: datetime) -> Iterator[Fault]:
    """Yield the faults of an end line."""
    yield from _time_faults("end.finished", end.finished, now)
    if end.finished < run.started:
        yield "end.finished", f"{end.finished} is before the start, {run.started}"


def _is_time(text: str) -> bool:
    """Return whether a text is a real time in the format of ISO 8601."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _time_faults(field: str, text: str, now: datetime) -> Iterator[Fault]:
    if not _is_time(text):
        yield field, f"{text} is no real date"
        return
    when = datetime.fromisoformat(text)
    if when < EARLIEST:
        yield field, f"{text} is before {EARLIEST:%Y-%m-%d}: the clock of that machine is wrong"
    if when > now + MAX_CLOCK_DIFFERENCE:
        yield field, f"{text} is in the future: the clock of that machine is wrong, or that of this one"


def _build_faults(field: str, build: Build, started: str) -> Iterator[Fault]:
    try:
        Version(build.version)
    except InvalidVersion:
        if build.channel is not Channel.GIVEN:
            yield f"{field}.version", f"{build.version} is no version as PEP 440 has it"
    if LONG_NUMBER.search(build.version):
        yield f"{field}.version", f"has a number of over {MAX_DIGITS} digits"
    dated = DEV_DATE.search(build.version)
    day = "-".join(dated.groups()) if dated else ""
    if build.date and dated and build.date != day:
        yield f"{field}.date", f"{build.date} is not that of version {build.version}"
    elif build.date:
        yield from _date_faults(f"{field}.date", build.date, started)
    elif dated:
        yield from _date_faults(f"{field}.version", day, started)


def _date_faults(field: str, text: str, started: str) -> Iterator[Fault]:
    """Yield the fault of the day of a build in a run that started at that time."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        yield field, f"{text} is no real date"
        return
    last = (datetime.fromisoformat(started) + MAX_CLOCK_DIFFERENCE).date()
    if not EARLIEST_BUILD <= day <= last:
        yield field, f"{text} is not between {EARLIEST_BUILD} and {last}, the day after the run"
