"""What compiling says, held against three independent answers: the study's, the authors', and the hardware's own.

- The study of 2023 ran the functions on a TPU v3: a function that it saw fail completely is one that does not work.
- JAX's harness comes with the limits that its authors declare for each kind of device.
- Where the same case was executed on the same target, that is the truth, and a case that compiles and does not run is
  the most telling of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from monitor.analysis.status.current_status import CaseStatus, SeriesStatus, cell
from monitor.analysis.status.scores import Portability
from monitor.model import Evidence, Function, Outcome

STUDY, AUTHORS, EXECUTED = "study, TPU v3, 2023", "declared by the authors", "executed"


@dataclass(frozen=True)
class ValidationAnswer:
    """One function or case: whether the key says that it works, whether it compiles, and in what words."""

    name: str
    key: bool
    compiles: bool
    said: str
    seen: str


@dataclass(frozen=True)
class EvidenceValidation:
    """A compiled series against one key. `silent` counts what only one of the two speaks of."""

    key: str
    series: SeriesStatus
    answers: tuple[ValidationAnswer, ...] = field(repr=False)
    silent: int

    def count(self, *, key: bool, compiles: bool) -> int:
        return sum((answer.key, answer.compiles) == (key, compiles) for answer in self.answers)

    @property
    def disagreements(self) -> tuple[ValidationAnswer, ...]:
        return tuple(answer for answer in self.answers if answer.key is not answer.compiles)


def confrontations(series: Sequence[SeriesStatus], catalog: Mapping[str, Function]) -> Iterator[EvidenceValidation]:
    """Every compiled series against each key that speaks of it."""
    for one in series:
        if one.evidence is not Evidence.COMPILED:
            continue
        if one.target.startswith("tpu-") and one.suite == "paper":
            yield _by_study(one, catalog)
        if any(standing.declared for standing in one.now):
            yield _by_authors(one)
        for other in series:
            if other.evidence is Evidence.EXECUTED and (other.target, other.framework, other.suite) == (
                one.target,
                one.framework,
                one.suite,
            ):
                yield _by_hardware(one, other)


def _by_study(series: SeriesStatus, catalog: Mapping[str, Function]) -> EvidenceValidation:
    answers, silent = [], 0
    for name, standings in sorted(series.functions.items()):
        entry = catalog.get(name)
        if not entry or not entry.study_name:
            continue
        seen = cell(standings)
        if not entry.study_tpu or seen.portability is Portability.UNKNOWN:
            silent += 1
            continue
        failed = Portability(entry.study_tpu) is Portability.FAILURE
        compiles = seen.portability is not Portability.FAILURE
        answers.append(
            ValidationAnswer(name, not failed, compiles, entry.study_tpu, _words(seen.portability, standings))
        )
    return EvidenceValidation(STUDY, series, tuple(answers), silent)


def _by_authors(series: SeriesStatus) -> EvidenceValidation:
    judged = [standing for standing in series.now if standing.outcome.known]
    answers = tuple(
        ValidationAnswer(s.case, not s.declared, s.outcome is Outcome.PASS, s.declared or "no limit", _seen(s))
        for s in judged
    )
    return EvidenceValidation(AUTHORS, series, answers, len(series.now) - len(judged))


def _by_hardware(compiled: SeriesStatus, executed: SeriesStatus) -> EvidenceValidation:
    ran = {standing.case: standing for standing in executed.now if standing.outcome.known}
    seen = {standing.case: standing for standing in compiled.now if standing.outcome.known}
    answers = tuple(
        ValidationAnswer(case, truth.outcome is Outcome.PASS, one.outcome is Outcome.PASS, _seen(truth), _seen(one))
        for case, one in sorted(seen.items())
        if (truth := ran.get(case))
    )
    return EvidenceValidation(EXECUTED, compiled, answers, len(ran.keys() ^ seen.keys()))


def _seen(standing: CaseStatus) -> str:
    return f"{standing.outcome}: {standing.message}" if standing.message else standing.outcome.value


def _words(portability: Portability, standings: Sequence[CaseStatus]) -> str:
    why = next((standing.message for standing in standings if standing.message), "")
    return f"{portability}: {why}" if why else portability.value


def confrontation_frame(found: Sequence[EvidenceValidation]) -> pd.DataFrame:
    """A row for each confrontation: how often both agree, and how often each is alone."""
    return pd.DataFrame(
        {
            "target": one.series.target,
            "framework": one.series.framework,
            "suite": one.series.suite,
            "key": one.key,
            "both work": one.count(key=True, compiles=True),
            "both fail": one.count(key=False, compiles=False),
            "compiles alone": one.count(key=False, compiles=True),
            "key works alone": one.count(key=True, compiles=False),
            "one is silent": one.silent,
        }
        for one in found
    )


def disagreement_frame(found: Sequence[EvidenceValidation]) -> pd.DataFrame:
    """A row for each disagreement."""
    return pd.DataFrame(
        {
            "target": one.series.target,
            "key": one.key,
            "name": answer.name,
            "key says": answer.said,
            "compiling says": answer.seen,
        }
        for one in found
        for answer in one.disagreements
    )
