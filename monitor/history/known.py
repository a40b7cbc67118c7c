"""What is known of every case: its last outcome that was evidence, in the order of builds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pandas as pd

from monitor.history.layout import RecordedRun, read_observations
from monitor.model import Evidence, Outcome

T = TypeVar("T")


@dataclass(frozen=True)
class Known:
    """The last known outcome of a case."""

    outcome: Outcome
    evidence: Evidence
    message: str


def follow(known: Mapping[str, T], answers: Mapping[str, T | None], *, whole: bool) -> dict[str, T]:
    """What is known of every case after one more run answered; None is a case that could not be judged.

    Missing evidence changes nothing: what was known stays. After a run of the whole suite, a case that was not asked
    for is gone; after a selection it is only not asked for.
    """
    kept = {case: value for case, value in known.items() if case in answers or not whole}
    return kept | {case: value for case, value in answers.items() if value is not None}


def known_after(
    directory: Path, runs: Iterable[tuple[RecordedRun, bool]], known: Mapping[str, Known] | None = None
) -> dict[str, Known]:
    """What is known after runs of one series, where `known` was known before.

    They come with their extent (`monitor.history.order.with_extent`), which follows from all runs of the series.
    """
    result = dict(known or {})
    for recorded, whole in runs:
        if not recorded.run.blocked:
            result = follow(result, _answers(directory, recorded), whole=whole)
    return result


def _answers(directory: Path, recorded: RecordedRun) -> dict[str, Known | None]:
    table = read_observations(directory, [recorded])
    rows = zip(table["case"], table["outcome"], table["evidence"], table["message"], strict=True)
    return {
        case: Known(Outcome(word), Evidence(evidence), message) if Outcome(word).known else None
        for case, word, evidence, message in rows
    }


def read_outcomes(path: Path) -> dict[str, Known]:
    if not path.exists():
        return {}
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    return {
        case: Known(Outcome(outcome), Evidence(evidence), message)
        for case, outcome, evidence, message in table.itertuples(index=False, name=None)
    }


def write_outcomes(path: Path, known: dict[str, Known]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [(case, k.outcome.value, k.evidence.value, k.message) for case, k in sorted(known.items())]
    pd.DataFrame(rows, columns=["case", "outcome", "evidence", "message"]).to_csv(
        path, index=False, lineterminator="\n"
    )
