"""The end of a run: what stands out is measured again there and then, beside good builds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.execution.ab_runner import beside_several, starts_of_goods
from monitor.execution.builds.environments import hold_environment
from monitor.execution.builds.provider import BuildUnavailable, provision
from monitor.execution.builds.versions import is_newer
from monitor.execution.comparison_selection import BUDGET_SECONDS, affordable, controls, excesses, turned
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.package_sources import PackageSources
from monitor.execution.workers.pool import RunContext, WorkerFactory, executing
from monitor.execution.workers.process import Limits, WorkerUnavailableError
from monitor.formats.error_text import clean
from monitor.formats.run_file import RunFile
from monitor.model import Baseline, Comparison, MachineBaseline, Observation, Outcome, Reason

# Fresh processes that say whether a case fails under both builds, under one, or now and then: an outcome needs no
# statistics, and a case that hangs costs its whole limit each time.
OUTCOME_ROUNDS = 3


@dataclass(frozen=True)
class ComparisonBatch:
    """Cases that are compared together, each with its reason, in so many rounds, with these good builds."""

    cases: dict[str, Reason]
    rounds: int
    goods: tuple[str, ...]


def compare(
    ground: RunContext,
    offer: PackageSources,
    cores: frozenset[int],
    runfile: RunFile,
    calibration: float,
    *,
    write: Callable[[Comparison], None],
    cache: Path,
    say: Callable[[str], None],
) -> tuple[str, ...]:
    """Measure what stands out in a run beside good builds, and return lines about what was not measured, and why.

    `runfile` is the run so far; what it has compared already is not compared again. `calibration` is the machine's of
    this night. Each comparison is written as soon as it is there.
    """
    baseline, build = ground.job.baseline, runfile.run.build
    if baseline is None or build is None:
        return ()
    batches, told = planned(baseline, runfile, ground.job.watch_for(runfile.run.machine), calibration)
    if not batches:
        return told
    notes = [*told]
    limits = Limits(ground.way.case_seconds, ground.way.case_memory_mib)
    start_new = _lane(ground, "new", ground.python, cores)
    lanes: dict[str, WorkerFactory] = {}
    with ExitStack() as used:
        for label in dict.fromkeys(label for batch in batches for label in batch.goods):
            try:
                good = provision(offer, ground.job.framework, requirement=label, cache=cache, log=say)
            except (BuildUnavailable, TargetError) as error:
                notes.append(clean(f"nothing was compared with {label}: it cannot be had any more: {error}"))
                continue
            used.enter_context(hold_environment(good.python))
            lanes[label] = _lane(ground, f"good-{len(lanes) + 1}", good.python, cores)
        for batch in batches:
            goods = [(label, lanes[label]) for label in batch.goods if label in lanes]
            if not goods:
                continue
            new = build.label, start_new
            try:
                sides = beside_several(goods, new, [*batch.cases], limits, rounds=batch.rounds, say=say)
            except WorkerUnavailableError as error:
                return (*notes, clean(f"{len(batch.cases)} cases could not be compared: {error}"))
            for case, reason in batch.cases.items():
                (newest, *earlier), of_new = sides[case]
                write(Comparison(case, reason, newest, of_new, tuple(earlier)))
    return tuple(notes)


def _lane(ground: RunContext, name: str, python: Path, cores: frozenset[int]) -> WorkerFactory:
    """What starts workers of a build; what a compiler keeps of it is not for the other."""
    scratch = ground.scratch / name
    scratch.mkdir()
    (lane,) = executing(replace(ground, python=python, scratch=scratch), cores)
    return lane


def planned(
    baseline: Baseline, runfile: RunFile, watch: Mapping[str, Outcome], calibration: float
) -> tuple[list[ComparisonBatch], tuple[str, ...]]:
    """What is to be compared, and notes about what is not."""
    label = runfile.run.build.label if runfile.run.build else ""
    compared = {comparison.case for comparison in runfile.comparisons}
    answers = [o for o in runfile.observations if o.case not in compared]
    known = [good for good in dict.fromkeys((baseline.build, *baseline.goods)) if good != label]
    older = [good for good in known if not is_newer(good, label)]
    batches: list[ComparisonBatch] = []
    notes: list[str] = []
    if baseline.build in older:
        batches, notes = _outcomes(baseline, answers, watch)
    if goods := tuple(good for good in older if good in baseline.goods):
        batch, said = _latencies(baseline, goods, answers, runfile.run.machine, calibration)
        batches += batch
        notes += said
    if known and not older:  # no nightly could be had, and what came instead is older
        notes.append(clean(f"nothing was compared: {known[0]} is newer than {label}"))
    return batches, tuple(notes)


def _outcomes(
    baseline: Baseline, answers: Sequence[Observation], watch: Mapping[str, Outcome]
) -> tuple[list[ComparisonBatch], list[str]]:
    broken = turned(answers, watch)
    chosen = affordable(broken, _seconds(answers), BUDGET_SECONDS / (2 * OUTCOME_ROUNDS))
    batches = (
        [ComparisonBatch(dict.fromkeys(chosen, Reason.TURNED), OUTCOME_ROUNDS, (baseline.build,))] if chosen else []
    )
    return batches, _left_out(len(broken) - len(chosen), "that turned", baseline.build)


def _latencies(
    baseline: Baseline, goods: tuple[str, ...], answers: Sequence[Observation], machine: str, calibration: float
) -> tuple[list[ComparisonBatch], list[str]]:
    """Followed cases come first: a verdict on them takes every night. Suspects follow, the slowest first."""
    pace, note = _pace(baseline, machine, calibration)
    excess = excesses(answers, pace, baseline.controls) if pace else {}
    timed = {o.case for o in answers if o.outcome is Outcome.PASS and o.latency}
    followed = [case for case in baseline.followed if case in timed]
    slow = sorted((case for case in excess if excess[case] > 0), key=lambda case: (-excess[case], case))
    suspects = [case for case in slow if case not in followed]
    notes = [note] if note else []
    if not followed and not suspects:
        return [], notes
    usual = {case: excess.get(case, 0.0) for case in timed if case not in baseline.followed}
    beside = controls(usual, baseline.controls)
    seconds = _seconds(answers)
    starts = baseline.samples * (1 + starts_of_goods(len(goods)))
    left = BUDGET_SECONDS / starts - sum(seconds[case] for case in beside)
    chosen = affordable([*followed, *suspects], seconds, left)
    notes = _left_out(len(followed) + len(suspects) - len(chosen), "that are slower than usual", goods[0]) + notes
    if not chosen:
        return [], notes
    reasons = {case: Reason.FOLLOWED if case in followed else Reason.SUSPECT for case in chosen}
    return [ComparisonBatch(reasons | dict.fromkeys(beside, Reason.CONTROL), baseline.samples, goods)], notes


def _seconds(answers: Sequence[Observation]) -> dict[str, float]:
    return {o.case: o.seconds for o in answers}


def _pace(baseline: Baseline, machine: str, calibration: float) -> tuple[MachineBaseline | None, str]:
    """The known pace of this machine; where it cannot be used though that of some is known, a note that says why."""
    if not baseline.paces:
        return None, ""
    if machine not in baseline.paces:
        return None, clean(f"no latency was suspected: how fast this machine usually is, {machine}, is not known yet")
    if pace := baseline.pace(machine, calibration):
        return pace, ""
    known = " or ".join(f"{pace.calibration:.0f}" for pace in baseline.paces[machine])
    usual = f"the fixed job took {calibration:.0f} us, not {known}"
    return None, f"no latency was suspected: this machine is not at its usual speed ({usual})"


def _left_out(count: int, which: str, build: str) -> list[str]:
    return [f"not compared with {build} for want of time: {count} of the cases {which}"] if count else []
