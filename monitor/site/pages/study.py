"""The study of 2023, then and now: its table, its functions one by one, and its question of latency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.analysis.status.current_status import CaseStatus, SeriesStatus, cell
from monitor.analysis.status.measured_builds import MeasuredBuild
from monitor.analysis.status.scores import Portability
from monitor.analysis.status.study_table import PAPER, StudyRow, study_table
from monitor.formatting.humanize import duration
from monitor.formatting.urls import function_page
from monitor.model import Evidence, Function
from monitor.site.charts.geometry import histogram

# The study's TPU, and the runner file of the same generation.
STUDY_TPU = "tpu-v3"

DECADES = tuple(10.0**n for n in range(-1, 8))  # of microseconds: from a tenth to ten seconds
RATIOS = (0.0, 1.0, 2.0, 10.0, 100.0, 1_000.0, 10_000.0, float("inf"))  # the study drew the line at ten


@dataclass(frozen=True)
class HistogramBar:
    """One bin: what it holds, how many, and its height as a share of the highest."""

    label: str
    number: int
    height: float


@dataclass(frozen=True)
class Histogram:
    """Cases of one framework on one target by a figure of theirs; `over` is the share that is ten times or more."""

    framework: str
    target: str
    sources: tuple[MeasuredBuild, ...]
    cases: int
    bars: tuple[HistogramBar, ...]
    over: float


@dataclass(frozen=True)
class ChangedSinceStudy:
    """A function of the study whose answer on the study's kind of TPU is not what it was."""

    function: str
    framework: str
    page: str
    then: Portability
    now: Portability
    evidence: Evidence
    sources: tuple[MeasuredBuild, ...]
    message: str


@dataclass(frozen=True)
class StudyPage:
    """The study's functions: `rows` by framework and hardware, `times` and `firsts` by framework and target."""

    rows: Mapping[str, tuple[StudyRow, ...]]
    turned: tuple[ChangedSinceStudy, ...]
    same: int
    times: tuple[Histogram, ...]
    firsts: tuple[Histogram, ...]


def study_page(series: Sequence[SeriesStatus], catalog: Mapping[str, Function]) -> StudyPage:
    rows: dict[str, tuple[StudyRow, ...]] = {}
    for row in study_table(series, catalog):
        rows[row.framework] = (*rows.get(row.framework, ()), row)
    answers = [*_answers(series, catalog)]
    timed = [one for one in series if one.suite == PAPER and one.evidence is Evidence.EXECUTED]
    return StudyPage(
        rows,
        tuple(answer for answer in answers if answer.then is not answer.now),
        sum(answer.then is answer.now for answer in answers),
        tuple(found for one in timed if (found := _times(one, catalog))),
        tuple(found for one in timed if (found := _firsts(one, catalog))),
    )


def _answers(series: Sequence[SeriesStatus], catalog: Mapping[str, Function]) -> Iterator[ChangedSinceStudy]:
    """Each function that both the study and we have an answer for, on its kind of TPU."""
    for one in series:
        if (one.target, one.suite) != (STUDY_TPU, PAPER):
            continue
        for name, standings in sorted(one.functions.items()):
            entry, seen = catalog.get(name), cell(standings)
            if entry and entry.study_tpu and seen.evidence:
                message = next((s.message for s in standings if s.message and s.outcome.known), "")
                then = Portability(entry.study_tpu)
                page = function_page(one.framework, name)
                yield ChangedSinceStudy(
                    name, one.framework, page, then, seen.portability, seen.evidence, seen.sources, message
                )


def _times(series: SeriesStatus, catalog: Mapping[str, Function]) -> Histogram | None:
    """Cases by the steady time of a call."""
    values = [s.latency.median for s in _studied(series, catalog) if s.latency]
    labels = [f"{duration(low)} to {duration(high)}" for low, high in pairwise(DECADES)]
    return _histogram(series, values, DECADES, labels)


def _firsts(series: SeriesStatus, catalog: Mapping[str, Function]) -> Histogram | None:
    """Cases by how many times longer the very first call takes than a steady one."""
    values = [s.latency.first / s.latency.median for s in _studied(series, catalog) if s.latency and s.latency.median]
    labels = [f"{low:,.0f} to {high:,.0f} times" for low, high in pairwise(RATIOS[:-1])]
    return _histogram(series, values, RATIOS, [*labels, f"over {RATIOS[-2]:,.0f} times"])


def _studied(series: SeriesStatus, catalog: Mapping[str, Function]) -> Iterator[CaseStatus]:
    for standing in series.now:
        entry = catalog.get(standing.function)
        if entry and entry.study_name:
            yield standing


def _histogram(
    series: SeriesStatus, values: Sequence[float], edges: Sequence[float], labels: Sequence[str]
) -> Histogram | None:
    if not values:
        return None
    counts = histogram(values, edges)
    bars = tuple(
        HistogramBar(label, number, number / max(*counts, 1)) for label, number in zip(labels, counts, strict=True)
    )
    over = sum(value >= 10 for value in values) / len(values)
    return Histogram(series.framework, series.target, series.sources, len(values), bars, over)
