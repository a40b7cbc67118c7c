"""The study's own table, beside the same from our runs.

Source of the words and of the figures of 2023: Mince et al., "The Grand Illusion", NeurIPS 2023, arXiv:2309.07181. Its
columns are counted from the outcomes in the catalog, which follow from the test reports it published.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from monitor.analysis.status.current_status import CaseStatus, FunctionStatus, SeriesStatus, cell
from monitor.analysis.status.measured_builds import MeasuredBuild, sources, titles
from monitor.analysis.status.scores import Portability, Score, score, score_of_calls
from monitor.formatting.display_names import framework_title
from monitor.formatting.humanize import percent
from monitor.model import Evidence, Function, Outcome

PAPER = "paper"  # the suite that has the study's functions


@dataclass(frozen=True)
class StudyRow:
    """The study's functions of one framework on one hardware.

    `build` names what was measured, with the compiler. It and `evidence` are empty for 2023. `absent` counts those of
    the failures whose name the build has no more. `calls` is the score with each function as often as the study saw it
    called.
    """

    framework: str
    hardware: str
    build: str
    evidence: Evidence | None
    score: Score
    absent: int
    calls: Score


def study_table(series: Sequence[SeriesStatus], catalog: Mapping[str, Function]) -> Iterator[StudyRow]:
    """A row for each framework and hardware: 2023's GPU and TPU, then every target that ran the functions."""
    studied: dict[str, list[Function]] = {}
    for function in catalog.values():
        if function.study_name:
            studied.setdefault(function.framework, []).append(function)
    for framework, functions in sorted(studied.items()):
        yield _then(framework, "GPU (T4), 2023", [(function.study_gpu, function.study_uses) for function in functions])
        yield _then(framework, "TPU (v3), 2023", [(function.study_tpu, function.study_uses) for function in functions])
        uses = {function.name: function.study_uses for function in functions}
        for one in series:
            if (one.framework, one.suite) == (framework, PAPER):
                yield from _now(one, uses)


def _then(framework: str, hardware: str, outcomes: Iterable[tuple[str, int]]) -> StudyRow:
    counted = [(Portability(outcome or Portability.UNKNOWN), uses) for outcome, uses in outcomes]
    return StudyRow(framework, hardware, "", None, score(kind for kind, _ in counted), 0, score_of_calls(counted))


def _now(series: SeriesStatus, uses: Mapping[str, int]) -> Iterator[StudyRow]:
    standings: dict[str, list[CaseStatus]] = {name: [] for name in sorted(uses)}
    for standing in series.now:
        if standing.function in uses:
            standings[standing.function].append(standing)
    cells = {name: cell(found) for name, found in standings.items()}
    for evidence in Evidence:
        counted = {name: one for name, one in cells.items() if one.evidence is evidence}
        if counted:
            # A function that nothing is known of counts with the evidence that there is.
            unknown = {name: one for name, one in cells.items() if one.evidence is None}
            known = [(one.portability, uses[name]) for name, one in (counted | unknown).items()]
            yield StudyRow(
                series.framework,
                series.target,
                titles(_sources(series, {*counted})),
                evidence,
                score(kind for kind, _ in known),
                sum(map(_absent, counted.values())),
                score_of_calls(known),
            )


def _sources(series: SeriesStatus, functions: Container[str]) -> tuple[MeasuredBuild, ...]:
    return sources(one.run for one in series.now if one.outcome.known and one.function in functions)


def _absent(one: FunctionStatus) -> bool:
    return one.portability is Portability.FAILURE and {*one.outcomes} - {Outcome.BLOCKED} == {Outcome.ABSENT}


def study_frame(rows: Iterable[StudyRow]) -> pd.DataFrame:
    """The table for readers: shares of the functions judged. A name that is gone is one of the complete failures."""
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
        "of it gone": str(row.absent) if row.build else "–",
        "not known": str(row.score.unknown),
    }
