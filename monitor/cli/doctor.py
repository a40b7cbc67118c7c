"""`portability doctor`: what works on this machine, what is missing, and how to get it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from monitor.cli.common import DEFAULT_CACHE, RUNNERS, CacheOption, JsonOption, examples, print_json, say
from monitor.execution.builds.environments import hold_environment
from monitor.execution.builds.provider import BuildUnavailable, provision
from monitor.execution.builds.python_search import find_interpreter
from monitor.execution.builds.uv import UvMissingError, find_uv
from monitor.execution.targets.device_check import COUNT, NAME, PLATFORM
from monitor.execution.targets.package_sources import CONFIGURED_INDEX, PackageSources
from monitor.execution.targets.target import Target, find_target, load_targets
from monitor.execution.workers.pool import RunContext, executing
from monitor.execution.workers.process import PACKAGE, WorkerUnavailableError
from monitor.http_client import HttpError, open_session, send
from monitor.model import Evidence, Job

REACH_SECONDS = 5.0
ROOM_GIB = 10  # three frameworks take 3 GiB, an accelerator's builds three times that


@dataclass(frozen=True)
class DoctorCheck:
    """One thing looked at. `needed` tells what a night cannot do without; `mend` says how to get what is missing."""

    what: str
    fine: bool
    said: str
    needed: bool = True
    mend: str = ""


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(
        epilog=examples("portability doctor", "portability doctor --json", "portability doctor --target nvidia-h100")
    )(doctor)


def doctor(
    cache: CacheOption = DEFAULT_CACHE,
    json_: JsonOption = False,
    target: Annotated[
        str, typer.Option(help="The target that this machine is: install its builds, and see what they see here.")
    ] = "",
) -> None:
    """Say what works on this machine, what is missing and how to get it. Exits with 1 where a night cannot run."""
    targets = load_targets(RUNNERS)
    chosen = [find_target(targets, target)] if target else [*targets.values()]
    findings = [*_tools(), _room(cache), *_devices(), *_sources(chosen)]
    if target:
        findings += _frameworks(chosen[0], cache)
    if json_:
        print_json(findings)
    else:
        for finding in findings:
            mark = "ok     " if finding.fine else "MISSING" if finding.needed else "without"
            print(f"{mark} {finding.what}: {finding.said}" + (f"; {finding.mend}" if finding.mend else ""))
    if any(finding.needed and not finding.fine for finding in findings):
        raise typer.Exit(1)


def _tools() -> Iterator[DoctorCheck]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield DoctorCheck("Python", sys.version_info >= (3, 11), version)
    git = shutil.which("git")
    told = (
        subprocess.run([git, "--version"], capture_output=True, text=True, check=True).stdout.strip() if git else "no"
    )
    yield DoctorCheck("git", bool(git), told, mend="" if git else "apt-get install git")
    try:
        yield DoctorCheck("uv", True, Path(find_uv()).name)
    except UvMissingError as error:
        yield DoctorCheck("uv", False, "not found", mend=str(error))
    compiler = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    yield DoctorCheck(
        "C++ compiler",
        bool(compiler),
        "for torch.compile on a CPU" if compiler else "torch.compile cannot run on a CPU: its cases are blocked",
        needed=False,
        mend="" if compiler else "apt-get install g++",
    )


def _room(cache: Path) -> DoctorCheck:
    there = next(path for path in (cache, *cache.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free / 2**30
    fine = free >= ROOM_GIB
    return DoctorCheck(
        "disk",
        fine,
        f"{free:.0f} GiB free for builds",
        mend="" if fine else f"{ROOM_GIB} GiB are needed: `portability builds prune`",
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
    """What each framework that executes on a target sees on this machine: just what a night would see first."""
    if Evidence.EXECUTED not in target.evidences:
        tried = f"portability nightly --target {target.name} tries it on any machine"
        yield DoctorCheck(target.name, True, f"not executed, so it needs no device: {tried}")
        return
    way = target.backend(Evidence.EXECUTED)
    for framework in target.frameworks.values():
        what = f"{target.name} {framework.name}"
        try:
            provided = provision(target, framework.name, cache=cache, log=say)
            with hold_environment(provided.python), TemporaryDirectory(prefix="portability-") as folder:
                job = Job(target.name, framework.name, "paper")
                (start,) = executing(
                    RunContext(job, way, framework, provided.python, Path(folder), PACKAGE), frozenset()
                )
                worker = start()
                worker.close()
        except (BuildUnavailable, WorkerUnavailableError) as error:
            yield DoctorCheck(what, False, str(error), mend="until then its runs are blocked")
        else:
            told = worker.ready.environment
            device = told.get(NAME) or told.get(PLATFORM, "")
            yield DoctorCheck(what, True, f"{provided.build.label} sees {told.get(COUNT, '')} × {device}")


def _sources(targets: list[Target]) -> Iterator[DoctorCheck]:
    """Of all files that offer builds: are the wished Pythons here, can the indexes be reached."""
    offers = {offer.file: offer for target in targets for offer in map(target.sources, target.evidences)}
    yield from _pythons(offers.values())
    takers: dict[str, list[str]] = {}
    for offer in offers.values():
        for framework in offer.frameworks.values():
            for index in {index for source in framework.channels.values() for index in source.index}:
                takers.setdefault(index, []).append(f"{offer.name} {framework.name}")
    takers.pop(CONFIGURED_INDEX, None)
    for index, names in sorted(takers.items()):
        unreached = _reach(index)
        mend = f"auto goes on with the next source, for {', '.join(names)}" if unreached else ""
        yield DoctorCheck(index, not unreached, unreached or "answers", needed=False, mend=mend)


def _pythons(offers: Iterable[PackageSources]) -> Iterator[DoctorCheck]:
    frameworks = [framework for offer in offers for framework in offer.frameworks.values()]
    for version in sorted({s.python for framework in frameworks for s in framework.channels.values() if s.python}):
        _, note = find_interpreter(version, lambda _: None)
        yield DoctorCheck(f"Python {version}", not note, note or "found", needed=False)


def _reach(url: str) -> str:
    """Why an index cannot be reached; empty where it answers, be it with a refusal of its bare address."""
    try:
        with open_session() as session, send(session, "GET", url, timeout=REACH_SECONDS, follow_redirects=True):
            return ""
    except HttpError as error:
        return f"cannot be reached ({error})"
