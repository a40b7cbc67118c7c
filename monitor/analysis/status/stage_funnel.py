"""Count the cases of a target that pass each stage, from the trace of a call to its numbers.

A compiled case records the stage at which it failed, so it passed the stages before. It never runs. An executed case
records no stage of compilation: it ran if it gave a result, right or wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.status.current_status import CaseStatus, SeriesStatus
from monitor.analysis.status.measured_builds import MeasuredBuild, sources
from monitor.model import Evidence, Outcome, Stage

RUN, NUMERICS = "run", "numerics"
STEPS = (*(stage.value for stage in Stage), RUN, NUMERICS)
RAN = (Outcome.PASS, Outcome.MISMATCH)  # outcomes of a case whose results were compared


@dataclass(frozen=True)
class StageFunnel:
    """Judged cases of one framework by one kind of evidence, and those that pass each step.

    `passed` has the steps that the records hold, in order. Cases whose name is absent fail before the first one.
    `unstaged` failing cases have no recorded stage, and count in no step.
    """

    framework: str
    evidence: Evidence
    cases: int
    unstaged: int
    passed: Mapping[str, int]
    sources: tuple[MeasuredBuild, ...]

    @property
    def lost(self) -> Mapping[str, int]:
        """Return the number of cases that fail at each step."""
        before = [self.cases - self.unstaged, *self.passed.values()]
        return {step: earlier - now for (step, now), earlier in zip(self.passed.items(), before, strict=False)}


def stage_funnels(series: Iterable[SeriesStatus]) -> tuple[StageFunnel, ...]:
    """Return the funnels of one target by framework and evidence, without tables of operators."""
    grouped: dict[tuple[str, Evidence], list[CaseStatus]] = {}
    for one in series:
        if one.evidence is not Evidence.REGISTERED:
            judged = [status for status in one.now if status.outcome.known]
            grouped.setdefault((one.framework, one.evidence), []).extend(judged)
    order = [*Evidence]
    found = sorted(grouped.items(), key=lambda item: (item[0][0], order.index(item[0][1])))
    return tuple(_funnel(*key, cases) for key, cases in found if cases)


def _funnel(framework: str, evidence: Evidence, cases: Sequence[CaseStatus]) -> StageFunnel:
    built = sources(one.run for one in cases)
    if evidence is Evidence.EXECUTED:
        outcomes = Counter(one.outcome for one in cases)
        passed = {RUN: sum(outcomes[outcome] for outcome in RAN), NUMERICS: outcomes[Outcome.PASS]}
        flaky = outcomes[Outcome.FLAKY]  # some of its runs may have had results
        return StageFunnel(framework, evidence, len(cases), flaky, passed, built)
    failed = Counter(one.stage for one in cases if one.fails)
    absent = sum(one.outcome is Outcome.ABSENT and one.stage is None for one in cases)
    unstaged = failed[None] - absent
    left = len(cases) - unstaged - absent
    passed = {}
    for stage in Stage:
        left -= failed[stage]
        passed[stage.value] = left
        if evidence is Evidence.LOWERED and stage is Stage.LOWER:
            break
    return StageFunnel(framework, evidence, len(cases), unstaged, passed, built)
