"""Provide the builds of a job: its framework, and the compiler where the job compiles."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from monitor.execution.builds.environments import hold_environment
from monitor.execution.builds.provider import AUTO, BuildUnavailable, ProvisionedBuild, provision
from monitor.execution.targets.backends import CompileBackend
from monitor.execution.targets.target import Target
from monitor.execution.workers.frozen_exports import (
    FROZEN,
    FrozenExports,
    FrozenExportsError,
    frozen_file,
    read_frozen,
)
from monitor.formats.error_text import clean
from monitor.model import Build, Job


class BuildChangedError(Exception):
    """A run cannot be continued with the build that it began with; one line with the missing packages."""


@dataclass(frozen=True)
class JobBuilds:
    """The builds of a job.

    `compiler` is None where the environment of the framework has the compiler, or where nothing is compiled. `frozen`
    are the exports that replace the environment of the framework, whose interpreter is then that of the compiler.
    `notes` are lines for the notes of the run.
    """

    framework: ProvisionedBuild
    compiler: ProvisionedBuild | None
    notes: tuple[str, ...]
    frozen: FrozenExports | None = None


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
    backend = target.backend(job.evidence)
    if isinstance(backend, CompileBackend) and (frozen := frozen_exports(job, backend)):
        return _with_frozen_exports(frozen, backend, cache, log, resources)
    framework = _provision_framework(job, target, previous, cache, log)
    resources.enter_context(hold_environment(framework.python))
    notes = tuple(map(clean, framework.notes))
    if not isinstance(backend, CompileBackend):
        return JobBuilds(framework, None, notes)
    if _has_compiler(job, backend, framework):
        return JobBuilds(framework, None, notes)
    compiler = _provision_compiler(backend, cache, log, resources)
    return JobBuilds(framework, compiler, notes + _notes_of(compiler))


def frozen_exports(job: Job, backend: CompileBackend) -> FrozenExports | None:
    """Return the exports that replace the framework's environment; None if there are none, or if a build is named.

    Raises BuildUnavailable.
    """
    path = frozen_file(backend.compiler.framework(job.framework), job.suite)
    if path is None or job.channel != AUTO or job.build or job.python:
        return None
    try:
        return read_frozen(path)
    except FrozenExportsError as error:
        raise BuildUnavailable(str(error)) from error


def _with_frozen_exports(
    frozen: FrozenExports,
    backend: CompileBackend,
    cache: Path,
    log: Callable[[str], None],
    resources: ExitStack,
) -> JobBuilds:
    compiler = _provision_compiler(backend, cache, log, resources)
    note = f"the programs are those that {frozen.build.requirement} exported on {frozen.info.environment[FROZEN]}"
    framework = ProvisionedBuild(compiler.python, frozen.build)
    return JobBuilds(framework, compiler, (note, *_notes_of(compiler)), frozen)


def _notes_of(compiler: ProvisionedBuild) -> tuple[str, ...]:
    return tuple(clean(f"compiler: {line}") for line in (compiler.build.why, *compiler.notes) if line)


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


def _has_compiler(job: Job, backend: CompileBackend, framework: ProvisionedBuild) -> bool:
    """Return whether the environment of the framework has the compiler."""
    compiler = backend.compiler
    packages = {package.name for package in framework.build.packages}
    return bool(compiler.framework(job.framework).compiler or packages & set(compiler.own.distributions))


def _provision_compiler(
    backend: CompileBackend, cache: Path, log: Callable[[str], None], resources: ExitStack
) -> ProvisionedBuild:
    """Return the newest build of the compiler, kept until `resources` close. Raises BuildUnavailable."""
    compiler = backend.compiler
    try:
        provided = provision(compiler, compiler.own.name, cache=cache, log=log)
    except BuildUnavailable as error:
        raise BuildUnavailable(f"the compiler: {error}") from error
    resources.enter_context(hold_environment(provided.python))
    return provided
