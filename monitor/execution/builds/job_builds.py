"""Provide the builds of a job: its framework, and the compiler where the job compiles."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from monitor.execution.builds.environments import hold_environment
from monitor.execution.builds.provider import BuildUnavailable, ProvisionedBuild, provision
from monitor.execution.targets.backends import CompileBackend
from monitor.execution.targets.target import Target
from monitor.formats.error_text import clean
from monitor.model import Build, Job


class BuildChangedError(Exception):
    """A run cannot be continued with the build that it began with; one line with the missing packages."""


@dataclass(frozen=True)
class JobBuilds:
    """The builds of a job.

    `compiler` is None where the environment of the framework has the compiler, or where nothing is compiled. `notes`
    are lines for the notes of the run.
    """

    framework: ProvisionedBuild
    compiler: ProvisionedBuild | None
    notes: tuple[str, ...]


def provision_job(
    job: Job,
    target: Target,
    previous: Build | None,
    *,
    cache: Path,
    log: Callable[[str], None],
    resources: ExitStack,
) -> JobBuilds:
    """Provide the builds of a job, and keep them in the cache until `resources` close.

    `previous` is the build of a run that is continued: the same one is provided again. Raises BuildUnavailable,
    BuildChangedError and TargetError.
    """
    framework = _provision_framework(job, target, previous, cache, log)
    resources.enter_context(hold_environment(framework.python))
    notes = tuple(map(clean, framework.notes))
    backend = target.backend(job.evidence)
    if not isinstance(backend, CompileBackend):
        return JobBuilds(framework, None, notes)
    compiler = _provision_compiler(job, backend, framework, cache, log)
    if compiler:
        resources.enter_context(hold_environment(compiler.python))
        lines = (compiler.build.why, *compiler.notes)
        notes += tuple(clean(f"compiler: {line}") for line in lines if line)
    return JobBuilds(framework, compiler, notes)


def _provision_framework(
    job: Job, target: Target, previous: Build | None, cache: Path, log: Callable[[str], None]
) -> ProvisionedBuild:
    requirement = previous.requirement if previous and not job.python else job.build
    provided = provision(
        target.sources(job.evidence),
        job.framework,
        channel=job.channel,
        requirement=requirement,
        python=job.python,
        cache=cache,
        log=log,
    )
    if previous and (missing := _missing_packages(previous, provided.build)):
        raise BuildChangedError(f"the run began with {missing}; start a new one")
    return provided


def _missing_packages(before: Build, now: Build) -> str:
    """Return the packages of one build that another lacks, with their versions; "" where there is none."""
    present = {(package.name, package.version) for package in now.packages}
    return ", ".join(f"{p.name} {p.version}" for p in before.packages if (p.name, p.version) not in present)


def _provision_compiler(
    job: Job, backend: CompileBackend, framework: ProvisionedBuild, cache: Path, log: Callable[[str], None]
) -> ProvisionedBuild | None:
    """Return the newest build of the compiler, or None where the environment of the framework has it.

    Raises BuildUnavailable.
    """
    compiler = backend.compiler
    brings_own = compiler.framework(job.framework).compiler
    if brings_own or {package.name for package in framework.build.packages} & set(compiler.own.distributions):
        return None
    try:
        return provision(compiler, compiler.own.name, cache=cache, log=log)
    except BuildUnavailable as error:
        raise BuildUnavailable(f"the compiler: {error}") from error
