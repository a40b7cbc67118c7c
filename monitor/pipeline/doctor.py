"""Check this machine: tools, disk, devices, frameworks, and the package indexes of runner files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.compilers.stub_libraries import TOOLS as STUB_TOOLS
from monitor.execution import provision
from monitor.execution.builds.environments import hold_environment
from monitor.execution.builds.provider import BuildUnavailable
from monitor.execution.builds.python_search import find_interpreter
from monitor.execution.builds.uv import UvMissingError, find_uv
from monitor.execution.targets.backends import CompileBackend
from monitor.execution.targets.device_check import COUNT, NAME, PLATFORM
from monitor.execution.targets.package_sources import CONFIGURED_INDEX, PackageSources
from monitor.execution.targets.target import Target, find_target, load_targets
from monitor.execution.workers.factories import (
    RunContext,
    compiler_command,
    execute_worker,
    framework_compiler_command,
)
from monitor.execution.workers.process import WatchedProcess, WorkerUnavailableError
from monitor.http_client import HttpError, open_session, send
from monitor.model import NAMES, Evidence, Job
from monitor.pipeline.locations import RUNNERS
from monitor.pipeline.progress_log import log

INDEX_SECONDS = 5.0
FREE_GIB = 10  # three frameworks take 3 GiB, an accelerator's builds three times that


@dataclass(frozen=True)
class DoctorCheck:
    """One check. A night cannot run if a `needed` check fails; `remedy` says how to get what is missing."""

    subject: str
    passed: bool
    detail: str
    needed: bool = True
    remedy: str = ""


def check_machine(cache: Path, target: str = "") -> list[DoctorCheck]:
    """Check this machine for all targets; for a named target, also install its builds and start a worker on each."""
    targets = load_targets(RUNNERS)
    chosen = [find_target(targets, target)] if target else [*targets.values()]
    checks = [*_tools(), _free_space(cache), *_devices(), *_sources(chosen)]
    if not target:
        return checks
    return [*checks, *_frameworks(chosen[0], cache), *_compiler(chosen[0], cache), *_own_compilers(chosen[0], cache)]


def _tools() -> Iterator[DoctorCheck]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield DoctorCheck("Python", sys.version_info >= (3, 11), version)
    git = shutil.which("git")
    version = (
        subprocess.run([git, "--version"], capture_output=True, text=True, check=True).stdout.strip() if git else "no"
    )
    yield DoctorCheck("git", bool(git), version, remedy="" if git else "apt-get install git")
    try:
        yield DoctorCheck("uv", True, Path(find_uv()).name)
    except UvMissingError as error:
        yield DoctorCheck("uv", False, "not found", remedy=str(error))
    compiler = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    yield DoctorCheck(
        "C++ compiler",
        bool(compiler),
        "for torch.compile on a CPU" if compiler else "torch.compile cannot run on a CPU: its cases are blocked",
        needed=False,
        remedy="" if compiler else "apt-get install g++",
    )
    lacking = [tool for tool in STUB_TOOLS if not shutil.which(tool)]
    yield DoctorCheck(
        "stub libraries",
        not lacking,
        f"no {', '.join(lacking)}: compiled runs for AMD GPUs are blocked" if lacking else "for AMD's compiler",
        needed=False,
        remedy="apt-get install gcc binutils" if lacking else "",
    )


def _free_space(cache: Path) -> DoctorCheck:
    existing = next(path for path in (cache, *cache.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free / 2**30
    fine = free >= FREE_GIB
    return DoctorCheck(
        "disk",
        fine,
        f"{free:.0f} GiB free for builds",
        remedy="" if fine else f"{FREE_GIB} GiB are needed: `portability builds prune`",
    )


def _devices() -> Iterator[DoctorCheck]:
    gpu = shutil.which("nvidia-smi")
    names = ""
    if gpu:
        query = [gpu, "--query-gpu=name", "--format=csv,noheader"]
        names = ", ".join(subprocess.run(query, capture_output=True, text=True, check=False).stdout.split("\n")).strip(
            ", "
        )
    yield DoctorCheck("NVIDIA GPU", bool(names), names or "none", needed=False)
    yield DoctorCheck(
        "AMD GPU", Path("/dev/kfd").exists(), "/dev/kfd" if Path("/dev/kfd").exists() else "none", needed=False
    )
    tpus = sorted(str(path) for path in [*Path("/dev").glob("accel*"), *Path("/dev/vfio").glob("[0-9]*")])
    yield DoctorCheck("TPU", bool(tpus), ", ".join(tpus) or "none", needed=False)


def _frameworks(target: Target, cache: Path) -> Iterator[DoctorCheck]:
    """Start a worker of each framework of a target here, as a night would, and yield the device that it sees."""
    if Evidence.EXECUTED not in target.evidences:
        command = f"portability nightly --target {target.name} tries it on any machine"
        yield DoctorCheck(target.name, True, f"not executed, so it needs no device: {command}")
        return
    backend = target.backend(Evidence.EXECUTED)
    for framework in target.frameworks.values():
        subject = f"{target.name} {framework.name}"
        try:
            provided = provision(target, framework.name, cache=cache, log=log)
            with hold_environment(provided.python), TemporaryDirectory(prefix="portability-") as folder:
                job = Job(target.name, framework.name, "paper")
                worker = execute_worker(RunContext(job, backend, framework, provided.python, Path(folder)))()
                worker.close()
        except (BuildUnavailable, WorkerUnavailableError) as error:
            yield DoctorCheck(subject, False, str(error), remedy="until then its runs are blocked")
        else:
            environment = worker.info.environment
            device = environment.get(NAME) or environment.get(PLATFORM, "")
            yield DoctorCheck(
                subject, True, f"{provided.build.requirement} sees {environment.get(COUNT, '')} × {device}"
            )


def _compiler(target: Target, cache: Path) -> Iterator[DoctorCheck]:
    """Start the compiler of a target here, as a night would, and yield the device that it compiles for."""
    backend = target.backend(Evidence.COMPILED) if Evidence.COMPILED in target.evidences else None
    if not isinstance(backend, CompileBackend):
        return
    subject = f"{target.name} compiler"
    try:
        provided = provision(backend.compiler, backend.compiler.own.name, cache=cache, log=log)
        with hold_environment(provided.python), TemporaryDirectory(prefix="portability-") as folder:
            process = WatchedProcess(compiler_command(backend, provided.python, Path(folder)))
            process.close()
    except (BuildUnavailable, WorkerUnavailableError) as error:
        yield DoctorCheck(subject, False, str(error), remedy="until then its compiled runs are blocked")
    else:
        device = process.info.environment["compiler.device"]
        yield DoctorCheck(subject, True, f"{provided.build.requirement} compiles for {device}")


def _own_compilers(target: Target, cache: Path) -> Iterator[DoctorCheck]:
    """Start the compiler of each framework that brings its own. A newer build may lack what the monitor replaces."""
    backend = target.backend(Evidence.COMPILED) if Evidence.COMPILED in target.evidences else None
    if not isinstance(backend, CompileBackend):
        return
    for framework in backend.compiler.frameworks.values():
        if not framework.compiler:
            continue
        subject = f"{target.name} {framework.name} compiler"
        try:
            provided = provision(backend.compiler, framework.name, cache=cache, log=log)
            with hold_environment(provided.python), TemporaryDirectory(prefix="portability-") as folder:
                job = Job(target.name, framework.name, NAMES, Evidence.COMPILED)
                context = RunContext(job, backend, framework, provided.python, Path(folder))
                process = WatchedProcess(framework_compiler_command(context, backend, Path(folder)))
                process.close()
        except (BuildUnavailable, WorkerUnavailableError) as error:
            yield DoctorCheck(subject, False, str(error), remedy="until then its compiled runs are blocked")
        else:
            device, by = (process.info.environment[f"compiler.{key}"] for key in ("device", "platform"))
            yield DoctorCheck(subject, True, f"{provided.build.requirement} compiles for {device} with {by}")


def _sources(targets: list[Target]) -> Iterator[DoctorCheck]:
    """Check the interpreters and package indexes of all runner files."""
    files = {offer.file: offer for target in targets for offer in map(target.sources, target.evidences)}
    yield from _pythons(files.values())
    users: dict[str, list[str]] = {}
    for offer in files.values():
        for framework in offer.frameworks.values():
            for index in {index for source in framework.channels.values() for index in source.index}:
                users.setdefault(index, []).append(f"{offer.name} {framework.name}")
    users.pop(CONFIGURED_INDEX, None)
    for index, names in sorted(users.items()):
        unreached = _reach(index)
        mend = f"auto goes on with the next source, for {', '.join(names)}" if unreached else ""
        yield DoctorCheck(index, not unreached, unreached or "answers", needed=False, remedy=mend)


def _pythons(files: Iterable[PackageSources]) -> Iterator[DoctorCheck]:
    frameworks = [framework for offer in files for framework in offer.frameworks.values()]
    for version in sorted({s.python for framework in frameworks for s in framework.channels.values() if s.python}):
        _, note = find_interpreter(version, lambda _: None)
        yield DoctorCheck(f"Python {version}", not note, note or "found", needed=False)


def _reach(url: str) -> str:
    """Return why an index cannot be reached; "" if it responds, even with a refusal of its bare address."""
    try:
        with open_session() as session, send(session, "GET", url, timeout=INDEX_SECONDS, follow_redirects=True):
            return ""
    except HttpError as error:
        return f"cannot be reached ({error})"
