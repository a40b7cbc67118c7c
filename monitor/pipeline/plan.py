"""Plan a night, without the jobs whose build was measured already, and write the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.execution.targets.target import load_targets
from monitor.model import Job, Series
from monitor.pipeline.locations import RUNNERS
from monitor.pipeline.plan_files import job_name, write_plan
from monitor.pipeline.planner import PlanRequest, left_out, plan_jobs
from monitor.pipeline.skip_policy import SkipDecision, skip_decisions
from monitor.pipeline.snapshots import open_history


@dataclass(frozen=True)
class Plan:
    """The planned jobs, a decision for each of their series, and a note on targets without a runner."""

    jobs: tuple[Job, ...]
    decisions: dict[Series, SkipDecision]
    note: str

    @property
    def due(self) -> list[Job]:
        """The jobs to run."""
        return [job for job in self.jobs if self.decisions[job.series].due]

    def lines(self) -> Iterator[str]:
        """Yield a line for each job, and for each skipped series."""
        for job in self.due:
            reason = self.decisions[job.series].reason
            yield f"{job_name(job)}: {job.build or job.channel}, {len(job.watch)} cases known{reason and f'; {reason}'}"
        for job in {job.series: job for job in self.jobs if not self.decisions[job.series].due}.values():
            yield f"{job_name(replace(job, shard=''))}: left out, {self.decisions[job.series].reason}"
        if self.note:
            yield self.note


def make_plan(request: PlanRequest, history: Path, out: Path, *, force: bool) -> Plan:
    """Plan a request and write the plan to `out`; with `force`, also jobs that were measured already.

    Raises UserError and TargetError.
    """
    targets, recorded = load_targets(RUNNERS), open_history(history)
    jobs = plan_jobs(request, targets, recorded)
    every = {job.series: SkipDecision(due=True) for job in jobs}
    decisions = every if force else skip_decisions(jobs, targets, recorded)
    plan = Plan(tuple(jobs), decisions, left_out(request, targets))
    write_plan(plan.due, targets, out)
    return plan
