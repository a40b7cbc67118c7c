"""The end of a run: what stands out is measured again there and then, beside the last good build."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.execution.builds import BuildUnavailable, newer, provide
from monitor.execution.environments import in_use
from monitor.execution.faults import TargetError
from monitor.execution.lanes import Ground, Lane, executing
from monitor.execution.offers import Offer
from monitor.execution.sidebyside import side_by_side
from monitor.execution.supervisor import Limits, WorkerUnavailableError
from monitor.execution.suspects import BUDGET_SECONDS, affordable, controls, excesses, turned
from monitor.handover.messages import clean
from monitor.handover.runfile import RunFile
from monitor.model import Baseline, Comparison, Outcome, Pace, Reason

# Fresh processes that say whether a case fails under both builds, under one, or now and then: an outcome needs no
# statistics, and a case that hangs costs its whole limit each time.
OUTCOME_ROUNDS = 3


@dataclass(frozen=True)
class Batch:
    """Cases that are compared together, each with its reason, in so many rounds."""

    cases: dict[str, Reason]
    rounds: int


def compare(
    ground: Ground,
    offer: Offer,
    cores: frozenset[int],
    runfile: RunFile,
    calibration: float,
    *,
    write: Callable[[Comparison], None],
    cache: Path,
    say: Callable[[str], None],
) -> tuple[str, ...]:
    """Measure what stands out in a run beside the last good build of its job, and say what was not, and why.

    `runfile` is the run so far; what it has compared already is not compared again. `calibration` is the machine's of
    this night. Each comparison is written as soon as it is there.
    """
    baseline, build = ground.job.baseline, runfile.run.build
    if baseline is None or build is None or build.label == baseline.build:
        return ()
    batches, notes = planned(baseline, runfile, ground.job.watch_for(runfile.run.machine), calibration)
    if not batches:
        return notes
    if newer(baseline.build, build.label):  # no nightly could be had, and what came instead is older
        return (*notes, clean(f"nothing was compared: {baseline.build} is newer than {build.label}"))
    try:
        good = provide(offer, ground.job.framework, exact=baseline.build, cache=cache, say=say)
    except (BuildUnavailable, TargetError) as error:
        return (*notes, clean(f"nothing was compared: {baseline.build} cannot be had any more: {error}"))
    limits = Limits(ground.way.case_seconds, ground.way.case_memory_mib)
    start_good = _lane(ground, "good", good.python, cores)
    start_new = _lane(ground, "new", ground.python, cores)
    with in_use(good.python):
        for batch in batches:
            pair = (baseline.build, start_good), (build.label, start_new)
            try:
                sides = side_by_side(*pair, [*batch.cases], limits, rounds=batch.rounds, say=say)
            except WorkerUnavailableError as error:
                return (*notes, clean(f"{len(batch.cases)} cases could not be compared: {error}"))
            for case, reason in batch.cases.items():
                write(Comparison(case, reason, *sides[case]))
    return notes


def _lane(ground: Ground, name: str, python: Path, cores: frozenset[int]) -> Lane:
    """What starts workers of a build; what a compiler keeps of it is not for the other."""
    scratch = ground.scratch / name
    scratch.mkdir()
    (lane,) = executing(replace(ground, python=python, scratch=scratch), cores)
    return lane


def planned(
    baseline: Baseline, runfile: RunFile, watch: Mapping[str, Outcome], calibration: float
) -> tuple[list[Batch], tuple[str, ...]]:
    """What is to be compared, and notes about what is not."""
    compared = {comparison.case for comparison in runfile.comparisons}
    answers = [o for o in runfile.observations if o.case not in compared]
    seconds = {o.case: o.seconds for o in answers}
    batches, notes = [], []

    broken = turned(answers, watch)
    if chosen := affordable(broken, seconds, BUDGET_SECONDS / (2 * OUTCOME_ROUNDS)):
        batches.append(Batch(dict.fromkeys(chosen, Reason.TURNED), OUTCOME_ROUNDS))
    notes += _left_out(len(broken) - len(chosen), "that turned", baseline.build)

    pace, note = _pace(baseline, runfile.run.machine, calibration)
    excess = excesses(answers, pace, baseline.controls) if pace else {}
    suspects = sorted((case for case in excess if excess[case] > 0), key=lambda case: (-excess[case], case))
    if suspects:
        beside = controls(excess, baseline.controls)
        left = BUDGET_SECONDS / (2 * baseline.samples) - sum(seconds[case] for case in beside)
        if chosen := affordable(suspects, seconds, left):
            reasons = dict.fromkeys(chosen, Reason.SUSPECT) | dict.fromkeys(beside, Reason.CONTROL)
            batches.append(Batch(reasons, baseline.samples))
        notes += _left_out(len(suspects) - len(chosen), "that are slower than usual", baseline.build)
    return batches, (*notes, *([note] if note else []))


def _pace(baseline: Baseline, machine: str, calibration: float) -> tuple[Pace | None, str]:
    """The known pace of this machine; where it cannot be used though that of some is known, a note that says why."""
    if not baseline.paces:
        return None, ""
    if machine not in baseline.paces:
        return None, clean(f"no latency was suspected: how fast this machine usually is, {machine}, is not known yet")
    pace = baseline.paces[machine]
    if pace.is_of(calibration):
        return pace, ""
    usual = f"the fixed job took {calibration:.0f} us, not {pace.calibration:.0f}"
    return None, f"no latency was suspected: this machine is not at its usual speed ({usual})"


def _left_out(count: int, which: str, build: str) -> list[str]:
    return [f"not compared with {build} for want of time: {count} of the cases {which}"] if count else []
