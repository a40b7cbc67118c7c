"""Factories of workers, for each backend of a target.

A worker runs one case at a time. Timed cases run in one worker alone; others run in as many workers as there are cores.
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
from monitor.execution.workers.compile_worker import GIB, BuildExports, CompilingWorker, LoweringWorker, other_way
from monitor.execution.workers.confirming_worker import CaseWorker
from monitor.execution.workers.cxx_cache import forget_used, install_cxx_cache
from monitor.execution.workers.framework_compiler import FrameworkCompilingWorker
from monitor.execution.workers.process import PACKAGE, ProcessCommand, Worker, WorkerUnavailableError, worker_command
from monitor.model import Evidence, Job

WorkerFactory = Callable[[], CaseWorker]  # starts a worker; raises WorkerUnavailableError

# The number of threads that the target allows. Two equal nights differ least with one, its default.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
# A table of PyTorch's kernels traces every composite, which takes a minute on an idle core.
TABLE_SECONDS = 1800.0
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2", "PYTHONWARNINGS": "ignore"}


@dataclass(frozen=True)
class RunContext:
    """The parts that all workers of a run share.

    `python` is the interpreter of the build, `scratch` a temporary folder, `package` the `monitor` package that workers
    import, and `cores` the reserved CPU cores, empty where workers are not pinned. `compiled` keeps libraries that g++
    made of generated code (`monitor.execution.workers.cxx_cache`); None keeps none.
    """

    job: Job
    backend: Backend
    framework: FrameworkSources
    python: Path
    scratch: Path
    package: Path = PACKAGE
    cores: frozenset[int] = frozenset()
    compiled: Path | None = None

    def folders(self) -> list[Path]:
        """Make a folder for each core, for workers that run at the same time."""
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        folders = [self.scratch / f"worker-{number}" for number in range(cores)]
        for folder in folders:
            folder.mkdir()
        return folders


def execute_worker(context: RunContext) -> Callable[[], Worker]:
    """Return the factory of a worker that executes cases on the reserved cores.

    Successive workers share a compile cache. If one was killed, its cache is discarded: a half-written entry would make
    every later worker fail the same way, and so confirm the failure.
    """
    last: Worker | None = None
    folders = (context.scratch / f"worker-{number}" for number in count())
    folder = next(folders)

    def start() -> Worker:
        nonlocal last, folder
        if last and last.was_killed:
            if context.compiled:
                forget_used(context.compiled, folder)
            shutil.rmtree(folder)
            folder = next(folders)
        folder.mkdir(exist_ok=True)
        compiler = install_cxx_cache(context.compiled, folder, context.python) if context.compiled else {}
        command = worker_command(
            context.python,
            context.job.framework,
            context.job.suite,
            context.framework.device,
            worker_environment(context.backend, context.framework, folder) | compiler,
            folder / "worker.log",
            context.package,
            context.cores,
        )
        last = _checked(Worker(command), context.framework.expect)
        return last

    return start


def _checked(worker: Worker, expect: DeviceExpectation) -> Worker:
    """Return the worker if its device is the expected one. Raises WorkerUnavailableError."""
    if mismatch := expect.mismatch(worker.info.environment):
        worker.close()
        raise WorkerUnavailableError(mismatch)
    return worker


def register_worker(context: RunContext) -> WorkerFactory:
    """Return the factory of a worker that reads a framework's tables of kernels."""
    command = ProcessCommand(
        context.python,
        "monitor.suite.kernel_lookup_worker",
        {"framework": context.job.framework, "suite": context.job.suite, "platform": context.framework.device},
        worker_environment(context.backend, context.framework, context.scratch),
        context.scratch / "kernel-lookup.log",
        context.package,
        start_seconds=TABLE_SECONDS,
    )
    return lambda: Worker(command, Evidence.REGISTERED)


def lower_workers(context: RunContext, platform: str, exports: BuildExports) -> tuple[WorkerFactory, ...]:
    """Return a factory of export workers for each core."""

    def factory(folder: Path) -> WorkerFactory:
        exporter = _exporter(context, platform, exports, folder)
        return lambda: LoweringWorker(exporter, exports)

    return tuple(map(factory, context.folders()))


def compile_workers(
    context: RunContext, backend: CompileBackend, python: Path, exports: BuildExports, *, frozen: bool
) -> tuple[WorkerFactory, ...]:
    """Return a factory of pairs of exporter and compiler for each core; `python` has the compiler.

    Where `exports` are frozen, they have every case, and no exporter is needed.
    """
    unbridged = other_way(context.job.framework, backend.compiler.driver)

    def factory(folder: Path) -> WorkerFactory:
        exporter = None if frozen else _exporter(context, backend.compiler.driver, exports, folder)
        compiler = compiler_command(backend, python, folder, context.package)
        return lambda: CompilingWorker(exporter, compiler, exports, backend.chip.memory_gib * GIB, unbridged)

    return tuple(map(factory, context.folders()))


def framework_compile_workers(context: RunContext, backend: CompileBackend) -> tuple[WorkerFactory, ...]:
    """Return a factory for each core of workers that compile in the framework's own process."""

    def factory(folder: Path) -> WorkerFactory:
        command = framework_compiler_command(context, backend, folder)
        return lambda: FrameworkCompilingWorker(command)

    return tuple(map(factory, context.folders()))


def framework_compiler_command(context: RunContext, backend: CompileBackend, folder: Path) -> ProcessCommand:
    """Return the command of a framework with its compiler for absent hardware; `folder` takes its log and its caches.

    With suite `names`, it only opens the compiler.
    """
    return ProcessCommand(
        context.python,
        "monitor.suite.compile_worker",
        {
            "framework": context.job.framework,
            "suite": context.job.suite,
            "device": context.framework.device,
            "configuration": backend.configuration,
        },
        worker_environment(backend, context.framework, folder) | {"TRITON_CACHE_DIR": str(folder / "triton")},
        folder / "compiler.log",
        context.package,
        start_seconds=TABLE_SECONDS,
    )


def compiler_command(backend: CompileBackend, python: Path, folder: Path, package: Path = PACKAGE) -> ProcessCommand:
    """Return the command of a compiler for absent hardware; `python` has it, `folder` takes its log."""
    return ProcessCommand(
        python,
        "monitor.compilers.worker",
        {"driver": backend.compiler.driver, "topology": backend.topology, "configuration": backend.configuration},
        worker_environment(backend, backend.compiler.own, folder),
        folder / "compiler.log",
        package,
    )


def _exporter(context: RunContext, platform: str, exports: BuildExports, folder: Path) -> ProcessCommand:
    return ProcessCommand(
        context.python,
        "monitor.suite.export_worker",
        {
            "framework": context.job.framework,
            "suite": context.job.suite,
            "device": context.framework.device,
            "platform": platform,
            "programs": str(exports.folder),
        },
        worker_environment(context.backend, context.framework, folder),
        folder / "exporter.log",
        context.package,
    )


def worker_environment(backend: Backend, framework: FrameworkSources, scratch: Path) -> dict[str, str]:
    """Return the environment variables that a process which runs cases has on top of ours."""
    return {
        **QUIET,
        **dict.fromkeys(THREAD_VARIABLES, str(backend.threads)),
        "TORCHINDUCTOR_COMPILE_THREADS": str(backend.threads),
        # Code that an earlier night compiled would hide the results and the speed of tonight's compiler.
        "TORCHINDUCTOR_CACHE_DIR": str(scratch / "inductor"),
        "TMPDIR": str(scratch),
        **framework.env,
    }
