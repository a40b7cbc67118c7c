"""Validate compiled evidence against three independent keys: the study, the authors' limits, and executed runs.

- The study of 2023 ran the functions on a TPU v3: a complete failure there means that the function does not work.
- JAX's harness has the limits that its authors declare for each kind of device.
- An executed run of the same case on the same target is the truth; a case that compiles and does not run is the
  most important disagreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from monitor.analysis.status.current_status import CaseStatus, SeriesStatus, function_status
from monitor.analysis.status.scores import Portability
from monitor.model import Evidence, Function, Outcome

STUDY, AUTHORS, EXECUTED = "study, TPU v3, 2023", "declared by the authors", "executed"


@dataclass(frozen=True)
class ValidationAnswer:
    """One function or case: `key` is True if it works by the key, `compiles` if it compiles; both results as text."""

    name: str
    key: bool
    compiles: bool
    key_text: str
    compiled_text: str


@dataclass(frozen=True)
class EvidenceValidation:
    """A compiled series against one key; `silent` counts the cases that only one of the two covers."""

    key: str
    series: SeriesStatus
    answers: tuple[ValidationAnswer, ...] = field(repr=False)
    silent: int

    def count(self, *, key: bool, compiles: bool) -> int:
        """Return the number of cases with these two results."""
        return sum((answer.key, answer.compiles) == (key, compiles) for answer in self.answers)

    @property
    def disagreements(self) -> tuple[ValidationAnswer, ...]:
        """Return the cases with two different results."""
        return tuple(answer for answer in self.answers if answer.key is not answer.compiles)


def validate_evidence(series: Sequence[SeriesStatus], catalog: Mapping[str, Function]) -> Iterator[EvidenceValidation]:
    """Yield every compiled series against each key that covers it."""
    for one in series:
        if one.evidence is not Evidence.COMPILED:
            continue
        if one.target.startswith("tpu-") and one.suite == "paper":
            yield _by_study(one, catalog)
        if any(status.declared_limit for status in one.now):
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
    for name, statuses in sorted(series.functions.items()):
        entry = catalog.get(name)
        if not entry or not entry.study_name:
            continue
        seen = function_status(statuses)
        if not entry.study_tpu or seen.portability is Portability.UNKNOWN:
            silent += 1
            continue
        failed = Portability(entry.study_tpu) is Portability.FAILURE
        compiles = seen.portability is not Portability.FAILURE
        answers.append(
            ValidationAnswer(name, not failed, compiles, entry.study_tpu, _words(seen.portability, statuses))
        )
    return EvidenceValidation(STUDY, series, tuple(answers), silent)


def _by_authors(series: SeriesStatus) -> EvidenceValidation:
    judged = [status for status in series.now if status.outcome.known]
    answers = tuple(
        ValidationAnswer(
            s.case, not s.declared_limit, s.outcome is Outcome.PASS, s.declared_limit or "no limit", _seen(s)
        )
        for s in judged
    )
    return EvidenceValidation(AUTHORS, series, answers, len(series.now) - len(judged))


def _by_hardware(compiled: SeriesStatus, executed: SeriesStatus) -> EvidenceValidation:
    ran = {status.case: status for status in executed.now if status.outcome.known}
    seen = {status.case: status for status in compiled.now if status.outcome.known}
    answers = tuple(
        ValidationAnswer(case, truth.outcome is Outcome.PASS, one.outcome is Outcome.PASS, _seen(truth), _seen(one))
        for case, one in sorted(seen.items())
        if (truth := ran.get(case))
    )
    return EvidenceValidation(EXECUTED, compiled, answers, len(ran.keys() ^ seen.keys()))


def _seen(status: CaseStatus) -> str:
    return f"{status.outcome}: {status.message}" if status.message else status.outcome.value


def _words(portability: Portability, statuses: Sequence[CaseStatus]) -> str:
    why = next((status.message for status in statuses if status.message), "")
    return f"{portability}: {why}" if why else portability.value


def validation_frame(found: Sequence[EvidenceValidation]) -> pd.DataFrame:
    """Return a table with one row for each validation: agreements and disagreements."""
    return pd.DataFrame(
        {
            "target": one.series.target,
            "framework": one.series.framework,
            "suite": one.series.suite,
            "key": one.key,
            "true positives": one.count(key=True, compiles=True),
            "true negatives": one.count(key=False, compiles=False),
            "false positives": one.count(key=False, compiles=True),
            "false negatives": one.count(key=True, compiles=False),
            "no verdict": one.silent,
        }
        for one in found
    )


def disagreement_frame(found: Sequence[EvidenceValidation]) -> pd.DataFrame:
    """Return a table with one row for each disagreement."""
    return pd.DataFrame(
        {
            "target": one.series.target,
            "key": one.key,
            "name": answer.name,
            "key says": answer.key_text,
            "compiling says": answer.compiled_text,
        }
        for one in found
        for answer in one.disagreements
    )
