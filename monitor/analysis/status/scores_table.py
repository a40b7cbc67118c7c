"""Tables beside the study's own: by stratum, by real calls, over all functions, and of speed.

`docs/reference/scores.md` defines each figure. No figure mixes kinds of evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from monitor.analysis.latency.slowdown_ratios import SlowdownRatios, slowdown_ratios
from monitor.analysis.names.name_history import FrameworkNames
from monitor.analysis.status.current_status import CaseStatus, SeriesStatus, group_by_object
from monitor.analysis.status.measured_builds import MeasuredBuild, sources, titles
from monitor.analysis.status.scores import Score, portability, score
from monitor.analysis.status.study_table import StudyRow, study_table
from monitor.formatting.display_names import framework_title
from monitor.formatting.humanize import percent, three_digits
from monitor.model import ARRAY_API, MODELS, Evidence, Function, Outcome

KERNELS = "kernels"
# Operators and models are no functions, and functions of the array API standard are none of the framework.
NO_FUNCTIONS = (KERNELS, ARRAY_API, MODELS)


@dataclass(frozen=True)
class AllFunctionsRow:
    """All functions of one framework that any suite tests on one target, by one kind of evidence."""

    framework: str
    target: str
    evidence: Evidence
    suites: tuple[str, ...]
    sources: tuple[MeasuredBuild, ...]
    score: Score


@dataclass(frozen=True)
class SpeedRow:
    """Speed of a framework's cases on one target relative to the same cases on the `reference`."""

    framework: str
    target: str
    reference: str
    sources: tuple[MeasuredBuild, ...]
    reference_sources: tuple[MeasuredBuild, ...]
    ratios: SlowdownRatios


def strata(catalog: Mapping[str, Function]) -> tuple[str, ...]:
    """Return the study's strata, the most called functions first: `top 20`, then the tenths from 100 down to 10."""
    found = {function.study_stratum for function in catalog.values() if function.study_stratum}
    return tuple(sorted(found, key=lambda name: (name.isdecimal(), -int(name) if name.isdecimal() else 0)))


def stratum_table(series: Sequence[SeriesStatus], catalog: Mapping[str, Function]) -> dict[str, tuple[StudyRow, ...]]:
    """Return the study's table over the functions of each stratum."""
    return {
        stratum: tuple(study_table(series, {n: f for n, f in catalog.items() if f.study_stratum == stratum}))
        for stratum in strata(catalog)
    }


def all_functions_table(
    series: Sequence[SeriesStatus], names: Mapping[str, FrameworkNames]
) -> Iterator[AllFunctionsRow]:
    """Yield a row for each framework, target and evidence; a function's cases are those of all suites and names."""
    found: dict[tuple[str, str, Evidence], list[SeriesStatus]] = {}
    for one in series:
        if one.suite not in NO_FUNCTIONS:
            found.setdefault((one.framework, one.target, one.evidence), []).append(one)
    order = _order(series)
    for key, members in sorted(found.items(), key=lambda item: (item[0][0], order[item[0][1]], item[0][2])):
        functions = group_by_object((status for one in members for status in one.now), key[0], names).values()
        counted = score(portability(status.outcome for status in statuses) for statuses in functions)
        made = sources(status.run for one in members for status in one.now if status.outcome.known)
        if counted.judged:
            yield AllFunctionsRow(*key, tuple(one.suite for one in members), made, counted)


def speed_table(series: Sequence[SeriesStatus], reference: str) -> Iterator[SpeedRow]:
    """Yield a row for each framework and target with executed cases that the reference executed too."""
    timed: dict[tuple[str, str], dict[str, CaseStatus]] = {}
    for one in series:
        if one.evidence is Evidence.EXECUTED:
            timed.setdefault((one.framework, one.target), {}).update(_times(one.now))
    order = _order(series)
    for (framework, target), here in sorted(timed.items(), key=lambda item: (item[0][0], order[item[0][1]])):
        there = timed.get((framework, reference), {})
        both = sorted(here.keys() & there.keys())
        found = slowdown_ratios((_median(here[case]), _median(there[case])) for case in both)
        if target != reference and found:
            made = [sources(times[case].run for case in both) for times in (here, there)]
            yield SpeedRow(framework, target, reference, made[0], made[1], found)


def _order(series: Sequence[SeriesStatus]) -> dict[str, int]:
    """Return the position of each target in the order of the series."""
    return {target: number for number, target in enumerate(dict.fromkeys(one.target for one in series))}


def _median(status: CaseStatus) -> float:
    return status.latency.median if status.latency else math.nan


def _times(statuses: Iterable[CaseStatus]) -> dict[str, CaseStatus]:
    """Return the passing cases that have a latency, by name."""
    return {
        status.case: status
        for status in statuses
        if status.outcome is Outcome.PASS and status.latency and status.latency.median > 0
    }


def stratum_frame(table: Mapping[str, Sequence[StudyRow]]) -> pd.DataFrame:
    """Return a row for each framework and hardware, with the share of successes in each stratum."""
    shares: dict[tuple[str, str], dict[str, str]] = {}
    builds: dict[tuple[str, str], dict[str, None]] = {}
    for stratum, rows in table.items():
        for row in rows:
            share = f"{percent(row.score.share)} of {row.score.judged}" if row.score.judged else "–"
            shares.setdefault(_hardware(row), {})[stratum] = share
            builds.setdefault(_hardware(row), {})[row.build or "–"] = None
    return pd.DataFrame(
        {"framework": key[0], "hardware": key[1], "build": ", ".join(builds[key]), **found}
        for key, found in shares.items()
    ).fillna("–")


def calls_frame(rows: Iterable[StudyRow]) -> pd.DataFrame:
    """Return the share of the study's calls to functions of each portability."""
    return pd.DataFrame(
        {
            "framework": framework,
            "hardware": hardware,
            "build": row.build or "–",
            "calls": f"{row.calls.judged:,}",
            "of functions that work": percent(row.calls.share),
            "work in part": percent(_share(row.calls.partial, row.calls)),
            "fail": percent(_share(row.calls.failure, row.calls)),
            "unknown": f"{row.calls.unknown:,}",
        }
        for row in rows
        for framework, hardware in [_hardware(row)]
    )


def all_functions_frame(rows: Iterable[AllFunctionsRow]) -> pd.DataFrame:
    """Return all functions by portability, as shares of the judged ones."""
    return pd.DataFrame(
        {
            "framework": framework_title(row.framework),
            "hardware": f"{row.target}, {row.evidence}",
            "build": titles(row.sources),
            "suites": ", ".join(row.suites),
            "functions": f"{row.score.judged:,}",
            "success": percent(row.score.share),
            "partial": percent(_share(row.score.partial, row.score)),
            "complete failure": percent(_share(row.score.failure, row.score)),
            "unknown": str(row.score.unknown),
        }
        for row in rows
    )


def speed_frame(rows: Iterable[SpeedRow]) -> pd.DataFrame:
    """Return slowdowns against the reference, as shares of the cases timed on both."""
    return pd.DataFrame(
        {
            "framework": framework_title(row.framework),
            "target": f"{row.target}, {titles(row.sources)}",
            "against": f"{row.reference}, {titles(row.reference_sources)}",
            "cases": f"{row.ratios.cases:,}",
            "slower": percent(row.ratios.slower / row.ratios.cases),
            ">10× slower": percent(row.ratios.far_slower / row.ratios.cases),
            "median": f"{three_digits(row.ratios.middle)} times",
        }
        for row in rows
    )


def _hardware(row: StudyRow) -> tuple[str, str]:
    hardware = f"{row.hardware}, {row.evidence}" if row.evidence else row.hardware
    return framework_title(row.framework), hardware


def _share(part: int, score: Score) -> float | None:
    return part / score.judged if score.judged else None
