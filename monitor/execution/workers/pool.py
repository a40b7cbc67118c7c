"""The processes of a run: what starts them, for each way in to a piece of hardware.

A lane answers one case at a time. What is timed goes in one, alone; what is not goes in as many as there are cores.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from monitor.execution.targets.backends import Backend, CompileBackend
from monitor.execution.targets.device_check import DeviceExpectation
from monitor.execution.targets.package_sources import FrameworkSources
from monitor.execution.workers.compile_worker import GIB, BuildExports, CompilingWorker, LoweringWorker
from monitor.execution.workers.confirmation import CaseAnswering
from monitor.execution.workers.process import ProcessCommand, Worker, WorkerUnavailableError, worker_command
from monitor.model import Evidence, Job

WorkerFactory = Callable[[], CaseAnswering]  # starts what answers

# As many threads as the target allows; its default of one is what makes two equal nights differ least.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
# A table of PyTorch's follows every composite: a minute of a core, which may have other work.
TABLE_SECONDS = 1800.0
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONWARNINGS": "ignore"}


@dataclass(frozen=True)
class RunContext:
    """What the processes of a run stand on, whichever way it goes."""

    job: Job
    way: Backend
    framework: FrameworkSources
    python: Path
    scratch: Path
    package: Path

    def folders(self) -> list[Path]:
        """A folder for each lane of processes that share nothing but the machine: one a core."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        folders = [self.scratch / f"lane-{number}" for number in range(cores)]
        for folder in folders:
            folder.mkdir()
        return folders


def executing(ground: RunContext, cores: frozenset[int]) -> tuple[Callable[[], Worker]]:
    """One worker, on cores of its own.

    The next has what it compiled, unless it fell: what was half written then, all that come after would read, and
    confirm what it fell over.
    """
    last: Worker | None = None
    folders = (ground.scratch / f"worker-{number}" for number in count())
    folder = next(folders)

    def start() -> Worker:
        nonlocal last, folder
        if last and last.fell:
            shutil.rmtree(folder)
            folder = next(folders)
        folder.mkdir(exist_ok=True)
        command = worker_command(
            ground.python,
            ground.job.framework,
            ground.job.suite,
            ground.framework.device,
            environment_of(ground.way, ground.framework, folder),
            folder / "worker.log",
            ground.package,
            cores,
        )
        last = _expected(Worker(command), ground.framework.expect)
        return last

    return (start,)


def _expected(worker: Worker, expect: DeviceExpectation) -> Worker:
    """A worker whose device is the one expected. Raises WorkerUnavailableError."""
    if gap := expect.mismatch(worker.ready.environment):
        worker.close()
        raise WorkerUnavailableError(gap)
    return worker


def registering(ground: RunContext) -> tuple[WorkerFactory, ...]:
    """One process that reads a framework's tables."""
    command = ProcessCommand(
        ground.python,
        "monitor.suite.kernel_lookup_worker",
        {"framework": ground.job.framework, "suite": ground.job.suite, "platform": ground.framework.device},
        environment_of(ground.way, ground.framework, ground.scratch),
        ground.scratch / "registrar.log",
        ground.package,
        start_seconds=TABLE_SECONDS,
    )
    return (lambda: Worker(command, Evidence.REGISTERED),)


def lowering(ground: RunContext, platform: str, exported: BuildExports) -> tuple[WorkerFactory, ...]:
    """An exporter a core."""

    def lane(folder: Path) -> WorkerFactory:
        exporter = _exporter(ground, platform, exported, folder)
        return lambda: LoweringWorker(exporter, exported)

    return tuple(map(lane, ground.folders()))


def compiling(
    ground: RunContext, way: CompileBackend, python: Path, exported: BuildExports
) -> tuple[WorkerFactory, ...]:
    """An exporter and a compiler a core; `python` has the compiler."""

    def lane(folder: Path) -> WorkerFactory:
        exporter = _exporter(ground, way.compiler.driver, exported, folder)
        compiler = ProcessCommand(
            python,
            "monitor.compilers.worker",
            {"driver": way.compiler.driver, "topology": way.topology, "configuration": way.configuration},
            environment_of(way, way.compiler.own, folder),
            folder / "compiler.log",
            ground.package,
        )
        return lambda: CompilingWorker(exporter, compiler, exported, way.chip.memory_gib * GIB)

    return tuple(map(lane, ground.folders()))


def _exporter(ground: RunContext, platform: str, exported: BuildExports, folder: Path) -> ProcessCommand:
    return ProcessCommand(
        ground.python,
        "monitor.suite.export_worker",
        {
            "framework": ground.job.framework,
            "suite": ground.job.suite,
            "device": ground.framework.device,
            "platform": platform,
            "programs": str(exported.folder),
        },
        environment_of(ground.way, ground.framework, folder),
        folder / "exporter.log",
        ground.package,
    )


def environment_of(way: Backend, framework: FrameworkSources, scratch: Path) -> dict[str, str]:
    """The variables that a process which runs cases has on top of our own."""
    return {
        **QUIET,
        **dict.fromkeys(THREAD_VARIABLES, str(way.threads)),
        "TORCHINDUCTOR_COMPILE_THREADS": str(way.threads),
        # A cache of compiled code from an earlier night would hide what tonight's compiler does, and how fast.
        "TORCHINDUCTOR_CACHE_DIR": str(scratch / "inductor"),
        "TMPDIR": str(scratch),
        **framework.env,
    }
