"""Write a plan to a folder, and read it back: one file per job, and the matrix that GitHub Actions reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from monitor.execution.targets.target import Target
from monitor.formats.serialization import from_json, to_json
from monitor.model import Evidence, Job
from monitor.pipeline.errors import UserError

MATRIX = "matrix.json"  # in the folder of a plan


def job_name(job: Job) -> str:
    """Return a job's name, which is also the stem of its files."""
    name = f"{job.target}-{job.framework}-{job.suite}"
    if job.evidence is not Evidence.EXECUTED:
        name += f"-{job.evidence}"
    return f"{name}-{job.shard.replace('/', '-of-')}" if job.shard else name


def write_plan(jobs: Sequence[Job], targets: Mapping[str, Target], directory: Path) -> None:
    """Write the jobs, and then the matrix: a list of {name, job, labels, target, evidence}."""
    directory.mkdir(parents=True, exist_ok=True)
    matrix = []
    for job in jobs:
        name = job_name(job)
        labels = targets[job.target].backend(job.evidence).labels
        matrix.append(
            {"name": name, "job": f"{name}.json", "labels": labels, "target": job.target, "evidence": job.evidence}
        )
        (directory / f"{name}.json").write_text(json.dumps(to_json(job), indent=1) + "\n")
    draft = directory / f"{MATRIX}.draft"
    draft.write_text(json.dumps(matrix) + "\n")
    draft.replace(directory / MATRIX)


def read_plan(directory: Path) -> tuple[Job, ...]:
    """Return the jobs of a plan."""
    matrix = json.loads((directory / MATRIX).read_text())
    return tuple(from_json(Job, json.loads((directory / entry["job"]).read_text())) for entry in matrix)


def read_plan_jobs(directory: Path, names: Iterable[str]) -> dict[str, Job]:
    """Return some jobs of a plan, by name."""
    return {name: from_json(Job, json.loads((directory / f"{name}.json").read_text())) for name in names}


def planned_backends(directory: Path) -> list[dict[str, str]]:
    """Return each target of a plan with each of its kinds of evidence, in the plan's order. Raises UserError."""
    try:
        matrix: Iterable[Mapping[str, str]] = json.loads((directory / MATRIX).read_text())
    except OSError as error:
        raise UserError(
            f"--plan {directory}: {error.strerror}; `portability plan --out {directory}` makes it"
        ) from error
    pairs = dict.fromkeys((entry["target"], entry["evidence"]) for entry in matrix)
    return [{"target": target, "evidence": evidence} for target, evidence in pairs]
