"""The study's own table, beside the same figures from recorded runs.

Source of the terms and of the figures of 2023: Mince et al., "The Grand Illusion", NeurIPS 2023, arXiv:2309.07181. Its
columns are counted from the outcomes in the catalog, which follow from the published test reports.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from monitor.analysis.status.current_status import CaseStatus, FunctionStatus, SeriesStatus, function_status
from monitor.analysis.status.measured_builds import MeasuredBuild, sources, titles
from monitor.analysis.status.scores import Portability, Score, call_score, score
from monitor.formatting.display_names import framework_title
from monitor.formatting.humanize import percent
from monitor.model import Evidence, Function, Outcome

PAPER = "paper"  # the suite that has the study's functions


@dataclass(frozen=True)
class StudyRow:
    """The study's functions of one framework on one hardware.

    `build` names the measured build and compiler. It and `evidence` are empty for 2023. `absent` counts the failures
    whose name the build no longer has. `calls` is the score with each function weighted by its calls in the study.
    """

    framework: str
    hardware: str
    build: str
    evidence: Evidence | None
    score: Score
    absent: int
    calls: Score


def study_table(series: Sequence[SeriesStatus], catalog: Mapping[str, Function]) -> Iterator[StudyRow]:
    """Yield a row for each framework and hardware: GPU and TPU of 2023, then every target that ran the functions."""
    studied: dict[str, list[Function]] = {}
    for function in catalog.values():
        if function.study_name:
            studied.setdefault(function.framework, []).append(function)
    for framework, functions in sorted(studied.items()):
        yield _row_of_2023(
            framework, "GPU (T4), 2023", [(function.study_gpu, function.study_uses) for function in functions]
        )
        yield _row_of_2023(
            framework, "TPU (v3), 2023", [(function.study_tpu, function.study_uses) for function in functions]
        )
        uses = {function.name: function.study_uses for function in functions}
        for one in series:
            if (one.framework, one.suite) == (framework, PAPER):
                yield from _recorded_rows(one, uses)


def _row_of_2023(framework: str, hardware: str, outcomes: Iterable[tuple[str, int]]) -> StudyRow:
    counted = [(Portability(outcome or Portability.UNKNOWN), uses) for outcome, uses in outcomes]
    return StudyRow(framework, hardware, "", None, score(kind for kind, _ in counted), 0, call_score(counted))


def _recorded_rows(series: SeriesStatus, uses: Mapping[str, int]) -> Iterator[StudyRow]:
    statuses: dict[str, list[CaseStatus]] = {name: [] for name in sorted(uses)}
    for status in series.now:
        if status.function in uses:
            statuses[status.function].append(status)
    cells = {name: function_status(found) for name, found in statuses.items()}
    for evidence in Evidence:
        counted = {name: one for name, one in cells.items() if one.evidence is evidence}
        if counted:
            # A function without any judged case counts with the existing evidence.
            unknown = {name: one for name, one in cells.items() if one.evidence is None}
            known = [(one.portability, uses[name]) for name, one in (counted | unknown).items()]
            yield StudyRow(
                series.framework,
                series.target,
                titles(_sources(series, {*counted})),
                evidence,
                score(kind for kind, _ in known),
                sum(map(_absent, counted.values())),
                call_score(known),
            )


def _sources(series: SeriesStatus, functions: Container[str]) -> tuple[MeasuredBuild, ...]:
    return sources(one.run for one in series.now if one.outcome.known and one.function in functions)


def _absent(one: FunctionStatus) -> bool:
    return one.portability is Portability.FAILURE and {*one.outcomes} - {Outcome.BLOCKED} == {Outcome.ABSENT}


def study_frame(rows: Iterable[StudyRow]) -> pd.DataFrame:
    """Return the table for readers, as shares of the judged functions. A removed name counts as a complete failure."""
    return pd.DataFrame(map(_shown, rows))


def _shown(row: StudyRow) -> dict[str, str]:
    judged = row.score.judged
    return {
        "framework": framework_title(row.framework),
        "hardware": f"{row.hardware}, {row.evidence.value}" if row.evidence else row.hardware,
        "build": row.build or "–",
        "functions": str(judged),
        "success": percent(row.score.share),
        "partial": percent(row.score.partial / judged if judged else None),
        "complete failure": percent(row.score.failure / judged if judged else None),
        "removed APIs": str(row.absent) if row.build else "–",
        "unknown": str(row.score.unknown),
    }
