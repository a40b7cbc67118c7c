"""Compare the conspicuous cases of a run with good builds, on the same machine in the same night."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.execution.ab_runner import BuildProcesses, compare_builds, good_starts_per_round
from monitor.execution.builds.environments import hold_environment
from monitor.execution.builds.provider import BuildUnavailable, provision
from monitor.execution.builds.versions import is_newer
from monitor.execution.comparison_selection import (
    BUDGET_SECONDS,
    choose_controls,
    latency_excess,
    newly_failing,
    within_budget,
)
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.package_sources import PackageSources
from monitor.execution.workers.factories import RunContext, execute_worker
from monitor.execution.workers.process import Limits, WorkerUnavailableError
from monitor.formats.error_text import clean
from monitor.formats.run_file import RunFile
from monitor.model import Baseline, Comparison, MachineBaseline, Observation, Outcome, Reason

# Fresh processes that show whether a case fails under both builds, under one, or sometimes: an outcome needs no
# statistics, and a case that hangs costs its whole limit each time.
OUTCOME_ROUNDS = 3


@dataclass(frozen=True)
class ComparisonBatch:
    """Cases that are compared together, each with its reason, the number of rounds, and the good builds."""

    cases: dict[str, Reason]
    rounds: int
    goods: tuple[str, ...]


@dataclass(frozen=True)
class ComparisonPlan:
    """Batches to compare, and notes on what is left out."""

    batches: tuple[ComparisonBatch, ...]
    notes: tuple[str, ...]


def compare_with_baseline(
    context: RunContext,
    sources: PackageSources,
    run_file: RunFile,
    calibration: float,
    *,
    write: Callable[[Comparison], None],
    cache: Path,
    log: Callable[[str], None],
    log_builds: Callable[[str], None],
) -> tuple[str, ...]:
    """Compare the conspicuous cases of a run with good builds, and return notes on what was left out.

    `run_file` is the run so far; cases that it has compared already are not compared again. `calibration` is that of
    the machine in this night, in microseconds. Each comparison is written as soon as it is complete. `log` takes lines
    on the progress, `log_builds` those on the installation of the good builds.
    """
    baseline, build = context.job.baseline, run_file.run.build
    if baseline is None or build is None:
        return ()
    plan = plan_comparisons(baseline, run_file, context.job.watch_for(run_file.run.machine), calibration)
    if not plan.batches:
        return plan.notes
    notes = [*plan.notes]
    limits = Limits(context.backend.case_seconds, context.backend.case_memory_mib)
    new = _processes(context, "new", build.requirement, context.python)
    with ExitStack() as resources:
        goods = _provision_goods(context, sources, plan.batches, cache, log_builds, resources, notes)
        for batch in plan.batches:
            available = [goods[requirement] for requirement in batch.goods if requirement in goods]
            if not available:
                continue
            try:
                sides = compare_builds(available, new, [*batch.cases], limits, rounds=batch.rounds, log=log)
            except WorkerUnavailableError as error:
                return (*notes, clean(f"{len(batch.cases)} cases could not be compared: {error}"))
            for case, reason in batch.cases.items():
                (newest, *earlier), of_new = sides[case]
                write(Comparison(case, reason, newest, of_new, tuple(earlier)))
    return tuple(notes)


def _provision_goods(
    context: RunContext,
    sources: PackageSources,
    batches: Iterable[ComparisonBatch],
    cache: Path,
    log: Callable[[str], None],
    resources: ExitStack,
    notes: list[str],
) -> dict[str, BuildProcesses]:
    """Provide the good builds of all batches, by requirement; add a note for each that is unavailable."""
    goods: dict[str, BuildProcesses] = {}
    for requirement in dict.fromkeys(requirement for batch in batches for requirement in batch.goods):
        try:
            good = provision(sources, context.job.framework, requirement=requirement, cache=cache, log=log)
        except (BuildUnavailable, TargetError) as error:
            notes.append(clean(f"nothing was compared with {requirement}: it is no longer available: {error}"))
            continue
        resources.enter_context(hold_environment(good.python))
        goods[requirement] = _processes(context, f"good-{len(goods) + 1}", requirement, good.python)
    return goods


def _processes(context: RunContext, folder: str, requirement: str, python: Path) -> BuildProcesses:
    """Return a build with processes that have a scratch folder, and so a compile cache, of their own."""
    scratch = context.scratch / folder
    scratch.mkdir()
    return BuildProcesses(requirement, execute_worker(replace(context, python=python, scratch=scratch)))


def plan_comparisons(
    baseline: Baseline, run_file: RunFile, watch: Mapping[str, Outcome], calibration: float
) -> ComparisonPlan:
    """Choose the cases to compare: those that newly fail, and those that are slower than usual."""
    new = run_file.run.build.requirement if run_file.run.build else ""
    compared = {comparison.case for comparison in run_file.comparisons}
    observations = [o for o in run_file.observations if o.case not in compared]
    goods = [good for good in dict.fromkeys((baseline.build, *baseline.goods)) if good != new]
    older = [good for good in goods if not is_newer(good, new)]
    plans: list[ComparisonPlan] = []
    if baseline.build in older:
        plans.append(_plan_failures(baseline, observations, watch))
    if older_goods := tuple(good for good in older if good in baseline.goods):
        plans.append(_plan_latencies(baseline, older_goods, observations, run_file.run.machine, calibration))
    if goods and not older:  # no nightly was available, and the build that came instead is older
        plans.append(ComparisonPlan((), (clean(f"nothing was compared: {goods[0]} is newer than {new}"),)))
    return ComparisonPlan(
        tuple(batch for plan in plans for batch in plan.batches), tuple(note for plan in plans for note in plan.notes)
    )


def _plan_failures(
    baseline: Baseline, observations: Sequence[Observation], watch: Mapping[str, Outcome]
) -> ComparisonPlan:
    failing = newly_failing(observations, watch)
    chosen = within_budget(failing, _seconds(observations), BUDGET_SECONDS / (2 * OUTCOME_ROUNDS))
    notes = _left_out(len(failing) - len(chosen), "that turned", baseline.build)
    if not chosen:
        return ComparisonPlan((), notes)
    reasons = dict.fromkeys(chosen, Reason.TURNED)
    return ComparisonPlan((ComparisonBatch(reasons, OUTCOME_ROUNDS, (baseline.build,)),), notes)


def _plan_latencies(
    baseline: Baseline, goods: tuple[str, ...], observations: Sequence[Observation], machine: str, calibration: float
) -> ComparisonPlan:
    """Choose followed cases first, since a verdict on them needs every night; then suspects, the slowest first."""
    machine_baseline, note = _machine_baseline(baseline, machine, calibration)
    excess = latency_excess(observations, machine_baseline, baseline.controls) if machine_baseline else {}
    timed = {o.case for o in observations if o.outcome is Outcome.PASS and o.latency}
    followed = [case for case in baseline.followed if case in timed]
    slow = sorted((case for case in excess if excess[case] > 0), key=lambda case: (-excess[case], case))
    suspects = [case for case in slow if case not in followed]
    notes: tuple[str, ...] = (note,) if note else ()
    if not followed and not suspects:
        return ComparisonPlan((), notes)
    usual = {case: excess.get(case, 0.0) for case in timed if case not in baseline.followed}
    control_cases = choose_controls(usual, baseline.controls)
    seconds = _seconds(observations)
    starts = baseline.samples * (1 + good_starts_per_round(len(goods)))
    budget = BUDGET_SECONDS / starts - sum(seconds[case] for case in control_cases)
    chosen = within_budget([*followed, *suspects], seconds, budget)
    left = len(followed) + len(suspects) - len(chosen)
    notes = _left_out(left, "that are slower than usual", goods[0]) + notes
    if not chosen:
        return ComparisonPlan((), notes)
    reasons = {case: Reason.FOLLOWED if case in followed else Reason.SUSPECT for case in chosen}
    reasons |= dict.fromkeys(control_cases, Reason.CONTROL)
    return ComparisonPlan((ComparisonBatch(reasons, baseline.samples, goods),), notes)


def _seconds(observations: Sequence[Observation]) -> dict[str, float]:
    return {o.case: o.seconds for o in observations}


def _machine_baseline(baseline: Baseline, machine: str, calibration: float) -> tuple[MachineBaseline | None, str]:
    """Return the baseline of this machine, or None and a note where only baselines of other machines exist."""
    if not baseline.machine_baselines:
        return None, ""
    if machine not in baseline.machine_baselines:
        return None, clean(f"no latency was suspected: how fast this machine usually is, {machine}, is not known yet")
    if machine_baseline := baseline.machine_baseline(machine, calibration):
        return machine_baseline, ""
    known = " or ".join(f"{known.calibration:.0f}" for known in baseline.machine_baselines[machine])
    usual = f"the fixed job took {calibration:.0f} us, not {known}"
    return None, f"no latency was suspected: this machine is not at its usual speed ({usual})"


def _left_out(count: int, which: str, build: str) -> tuple[str, ...]:
    return (f"not compared with {build} for want of time: {count} of the cases {which}",) if count else ()
