"""Build the page with figures on the monitor itself: how often it was right, how fast it is, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.regressions.regression import Regression
from monitor.analysis.regressions.regression_tracker import RegressionKind
from monitor.analysis.status.current_status import SeriesStatus
from monitor.analysis.status.evidence_validation import STUDY, EvidenceValidation, validate_evidence
from monitor.analysis.status.last_runs import is_nightly_run
from monitor.formatting.humanize import parse_time
from monitor.issues.alarms import Alarms, AlarmState
from monitor.model import Evidence, Function
from monitor.site.upstream_reports import ReportState, UpstreamReport, state_counts

PAGE = "trust.html"
STUDY_TARGET = "tpu-v3"  # the TPU of the 2023 study
WINDOW = 30  # nights


@dataclass(frozen=True)
class CompiledAccuracy:
    """Agreement of compiled results with an independent reference.

    Of `accepted` functions or cases that compile, `accepted_right` work by the reference; of `refused` ones,
    `refused_right` fail by it.
    """

    found: EvidenceValidation
    accepted: int
    accepted_right: int
    refused: int
    refused_right: int

    @property
    def series(self) -> SeriesStatus:
        return self.found.series

    @property
    def unit(self) -> str:
        return "function" if self.found.key == STUDY else "case"


@dataclass(frozen=True)
class NightCoverage:
    """Nights with a result of the nightly job, of those since its first run, `WINDOW` at most."""

    target: str
    framework: str
    evidence: Evidence
    nights: int
    possible: int
    last: str


@dataclass(frozen=True)
class TrustPage:
    """Content of the page. `detections` are times to detection in days; `late` regressions were found in old builds.

    `alarms` is None if the issues were not read.
    """

    accuracies: tuple[CompiledAccuracy, ...]
    detections: tuple[int, ...]
    late: int
    coverage: tuple[NightCoverage, ...]
    reports: tuple[UpstreamReport, ...]
    alarms: Alarms | None

    @property
    def median_detection(self) -> float | None:
        """Return the median time to detection in days; None without one."""
        return median(self.detections) if self.detections else None

    @property
    def counts(self) -> Mapping[ReportState, int]:
        return state_counts(self.reports)

    @property
    def wrong_alarms(self) -> tuple[int, ...]:
        """Return the numbers of the issues that people closed as wrong."""
        return tuple(alarm.number for alarm in self.alarms.of(AlarmState.WRONG)) if self.alarms else ()

    @property
    def open_alarms(self) -> int:
        """Return the number of open issues."""
        return len(self.alarms.of(AlarmState.OPEN)) if self.alarms else 0

    @property
    def study(self) -> tuple[int, int]:
        """Return the functions that compile for the study's TPU, and those of them that worked on it in 2023."""
        rows = [one for one in self.accuracies if one.found.key == STUDY]
        return sum(one.accepted for one in rows), sum(one.accepted_right for one in rows)


def trust_page(
    series: Sequence[SeriesStatus],
    catalog: Mapping[str, Function],
    nights: Sequence[NightChanges],
    regressions: Iterable[Regression],
    reports: tuple[UpstreamReport, ...],
    alarms: Alarms | None,
    generated: datetime,
) -> TrustPage:
    found = [one for one in regressions if one.kind is not RegressionKind.SLOWER]
    return TrustPage(
        tuple(_accuracy(one) for one in validate_evidence(series, catalog) if _is_own(one) and one.answers),
        tuple(one.detection.days for one in found if one.detection),
        sum(one.detection is None for one in found),
        tuple(_night_coverage(nights, generated)),
        reports,
        alarms,
    )


def _is_own(one: EvidenceValidation) -> bool:
    """Return whether the reference is of the same hardware: the study ran one TPU, and other TPUs differ."""
    return one.key != STUDY or one.series.target == STUDY_TARGET


def _accuracy(one: EvidenceValidation) -> CompiledAccuracy:
    right, wrong = one.count(key=True, compiles=True), one.count(key=False, compiles=True)
    refused_right, refused_wrong = one.count(key=False, compiles=False), one.count(key=True, compiles=False)
    return CompiledAccuracy(one, right + wrong, right, refused_right + refused_wrong, refused_right)


def _night_coverage(nights: Sequence[NightChanges], generated: datetime) -> Iterable[NightCoverage]:
    """Yield the covered nights of each target, framework and kind of evidence."""
    dates: dict[tuple[str, str, Evidence], set[str]] = {}
    for night in nights:
        run = night.run
        if night.observed and is_nightly_run(run):
            dates.setdefault((run.target, run.framework, run.evidence), set()).add(run.started[:10])
    start = (generated - timedelta(days=WINDOW - 1)).date()
    for (target, framework, evidence), found in sorted(dates.items()):
        first = max(parse_time(min(found)).date(), start)
        days = (generated.date() - first).days + 1
        covered = sum(day >= first.isoformat() for day in found)
        if days > 0:
            yield NightCoverage(target, framework, evidence, covered, days, max(found))
