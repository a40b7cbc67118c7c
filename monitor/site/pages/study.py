"""Build the page that compares the 2023 study with today: shares, changed functions, latency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.analysis.status.current_status import CaseStatus, SeriesStatus, function_status
from monitor.analysis.status.measured_builds import MeasuredBuild
from monitor.analysis.status.scores import Portability
from monitor.analysis.status.study_table import PAPER, StudyRow, study_table
from monitor.formatting.humanize import duration
from monitor.formatting.urls import function_page
from monitor.model import Evidence, Function
from monitor.site.charts.geometry import histogram

# The study's TPU, and the runner file of the same generation.
STUDY_TPU = "tpu-v3"

LATENCY_EDGES = tuple(10.0**n for n in range(-1, 8))  # microseconds: 0.1 µs to 10 s
RATIO_EDGES = (0.0, 1.0, 2.0, 10.0, 100.0, 1_000.0, 10_000.0, float("inf"))  # the study reports shares above 10


@dataclass(frozen=True)
class HistogramBar:
    """Bin of a histogram: its label, its count, and its height relative to the highest bin."""

    label: str
    number: int
    height: float


@dataclass(frozen=True)
class Histogram:
    """Histogram of the cases of a framework on a target; `share_over_ten` is the share with a value of at least 10."""

    framework: str
    target: str
    sources: tuple[MeasuredBuild, ...]
    cases: int
    bars: tuple[HistogramBar, ...]
    share_over_ten: float


@dataclass(frozen=True)
class ChangedSinceStudy:
    """Status of a function of the study in 2023 and now, on the study's kind of TPU."""

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
    """Content of the study page. Histograms of latencies and first calls are by framework and target."""

    rows: Mapping[str, tuple[StudyRow, ...]]
    changed: tuple[ChangedSinceStudy, ...]
    same: int
    latencies: tuple[Histogram, ...]
    first_calls: tuple[Histogram, ...]


def study_page(series: Sequence[SeriesStatus], catalog: Mapping[str, Function]) -> StudyPage:
    rows: dict[str, tuple[StudyRow, ...]] = {}
    for row in study_table(series, catalog):
        rows[row.framework] = (*rows.get(row.framework, ()), row)
    results = [*_results_since_study(series, catalog)]
    timed = [one for one in series if one.suite == PAPER and one.evidence is Evidence.EXECUTED]
    return StudyPage(
        rows,
        tuple(result for result in results if result.then is not result.now),
        sum(result.then is result.now for result in results),
        tuple(histogram for one in timed if (histogram := _latency_histogram(one, catalog))),
        tuple(histogram for one in timed if (histogram := _first_call_histogram(one, catalog))),
    )


def _results_since_study(
    series: Sequence[SeriesStatus], catalog: Mapping[str, Function]
) -> Iterator[ChangedSinceStudy]:
    """Yield the functions with a result both in the study and now, on the study's kind of TPU."""
    for one in series:
        if (one.target, one.suite) != (STUDY_TPU, PAPER):
            continue
        for name, statuses in sorted(one.functions.items()):
            entry, seen = catalog.get(name), function_status(statuses)
            if entry and entry.study_tpu and seen.evidence:
                message = next((s.message for s in statuses if s.message and s.outcome.known), "")
                then = Portability(entry.study_tpu)
                page = function_page(one.framework, name)
                yield ChangedSinceStudy(
                    name, one.framework, page, then, seen.portability, seen.evidence, seen.sources, message
                )


def _latency_histogram(series: SeriesStatus, catalog: Mapping[str, Function]) -> Histogram | None:
    """Return the histogram of steady latencies."""
    values = [s.latency.median for s in _study_cases(series, catalog) if s.latency]
    labels = [f"{duration(low)} to {duration(high)}" for low, high in pairwise(LATENCY_EDGES)]
    return _histogram(series, values, LATENCY_EDGES, labels)


def _first_call_histogram(series: SeriesStatus, catalog: Mapping[str, Function]) -> Histogram | None:
    """Return the histogram of first-call latency divided by steady latency."""
    values = [
        s.latency.first / s.latency.median for s in _study_cases(series, catalog) if s.latency and s.latency.median
    ]
    labels = [f"{low:,.0f} to {high:,.0f}×" for low, high in pairwise(RATIO_EDGES[:-1])]
    return _histogram(series, values, RATIO_EDGES, [*labels, f"over {RATIO_EDGES[-2]:,.0f}×"])


def _study_cases(series: SeriesStatus, catalog: Mapping[str, Function]) -> Iterator[CaseStatus]:
    for status in series.now:
        entry = catalog.get(status.function)
        if entry and entry.study_name:
            yield status


def _histogram(
    series: SeriesStatus, values: Sequence[float], edges: Sequence[float], labels: Sequence[str]
) -> Histogram | None:
    if not values:
        return None
    counts = histogram(values, edges)
    bars = tuple(
        HistogramBar(label, number, number / max(*counts, 1)) for label, number in zip(labels, counts, strict=True)
    )
    share_over_ten = sum(value >= 10 for value in values) / len(values)
    return Histogram(series.framework, series.target, series.sources, len(values), bars, share_over_ten)
