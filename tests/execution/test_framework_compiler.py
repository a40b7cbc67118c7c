"""PyTorch's own compiler for a GPU that is not present, in one process of the real framework."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.execution.builds.provider import provision
from monitor.execution.targets.backends import CompileBackend
from monitor.execution.targets.target import load_target
from monitor.execution.workers import framework_compiler
from monitor.execution.workers.factories import RunContext, framework_compiler_command
from monitor.execution.workers.framework_compiler import FrameworkCompilingWorker
from monitor.execution.workers.process import Limits, ProcessCommand, Worker
from monitor.model import Evidence, Job, Observation, Outcome, Stage

CHECKOUT = Path(__file__).parents[2]
FAULTS = Path(__file__).parent / "inductor_faults"
OF_THE_CPU = "on this host: RuntimeError: .numpy() is not supported for tensor subclasses."
LIMITS = Limits(seconds=300, memory_mib=8192)
TABLES = """
def _kept(name, read):
    return {"mm": ["pass", ""], "_to_copy": ["pass", "by way of copy_"]} if name == "kernels" else {"mm": ["float32"]}
"""


@pytest.fixture(scope="module")
def worker(
    lend: Callable[[str, Path], Path], framework_environments: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FrameworkCompilingWorker]:
    """A worker for the A100, with a small table of kernels in the place of the build's, which takes a minute."""
    target = load_target(CHECKOUT / "runners" / "nvidia-a100.toml")
    backend = target.backend(Evidence.COMPILED)
    assert isinstance(backend, CompileBackend)
    sources = backend.compiler.framework("torch")
    build = provision(backend.compiler, "torch", channel="pinned", cache=framework_environments, log=print)
    package = lend("torch", FAULTS)
    module = package / "suite" / "torch" / "aten_kernels.py"
    module.write_text(f"{module.read_text()}\n{TABLES}")
    folder = tmp_path_factory.mktemp("worker")
    context = RunContext(
        Job(target.name, "torch", FAULTS.name, Evidence.COMPILED), backend, sources, build.python, folder, package
    )
    with FrameworkCompilingWorker(framework_compiler_command(context, backend, folder)) as worker:
        yield worker


@pytest.fixture(scope="module")
def found(worker: FrameworkCompilingWorker) -> dict[str, Observation]:
    observations = [worker.run_case(case, LIMITS) for case in worker.info.cases]
    return {observation.case.split("/")[-1].rpartition("-eager")[0]: observation for observation in observations}


def test_the_run_names_the_chip_and_the_compiler(worker: FrameworkCompilingWorker) -> None:
    assert worker.info.environment["compiler.device"] == "NVIDIA A100-SXM4-80GB"
    assert worker.info.environment["compiler.platform"].startswith("triton ")


def test_triton_compiles_a_call(found: dict[str, Observation]) -> None:
    compiled = found["a-triton"].compiled
    assert (found["a-triton"].outcome, found["a-triton"].message) == (Outcome.PASS, "")
    assert compiled is not None
    assert compiled.programs == 1
    assert compiled.code is not None
    assert compiled.code > 0


@pytest.mark.parametrize(
    ("name", "outcome", "stage", "message"),
    [
        ("b-aten", Outcome.PASS, None, "calls ATen: aten::mm (kernel registered)"),
        ("b-aten-again", Outcome.PASS, None, "calls ATen: aten::mm (kernel registered)"),  # from no cache
        ("c-no-dtype", Outcome.UNSUPPORTED, Stage.LOWER, "calls aten::mm: not for int32 on GPUs"),
        ("d-float8", Outcome.UNSUPPORTED, Stage.LOWER, "calls aten::mm: not for float8_e4m3fn on GPUs"),
        ("e-no-kernel", Outcome.BLOCKED, Stage.LOWER, "calls bincount, which is not in PyTorch's table of kernels"),
        ("f-values", Outcome.PASS, None, "each operator by itself"),
        ("g-of-the-cpu", Outcome.BLOCKED, Stage.TRACE, OF_THE_CPU),
        ("h-is-at-fault", Outcome.ERROR, Stage.TRACE, "ValueError: at fault"),
        ("z-tracer-dies", Outcome.BLOCKED, Stage.TRACE, "on this host: the process was killed by SIGSEGV"),
        ("j-on-the-host", Outcome.PASS, None, "runs on the host"),
        ("k-without-elements", Outcome.PASS, None, ""),
        ("l-a-view", Outcome.PASS, None, ""),
        ("m-no-tensor", Outcome.PASS, None, "runs on the host"),
        ("n-a-copy", Outcome.PASS, None, ""),
        ("o-allocation", Outcome.PASS, None, ""),
        ("p-dimensions", Outcome.PASS, None, "runs on the host"),
        ("q-marks-and-values", Outcome.PASS, None, "each operator by itself"),
        ("s-reads-a-value", Outcome.PASS, None, "each operator by itself"),
        ("r-a-dropped-result", Outcome.PASS, None, "calls ATen: aten::mm (kernel registered)"),
    ],
)
def test_other_calls_name_their_stage(
    found: dict[str, Observation], name: str, outcome: Outcome, stage: Stage | None, message: str
) -> None:
    observation = found[name]
    assert (observation.outcome, observation.stage, observation.message) == (outcome, stage, message)


@pytest.mark.parametrize(
    ("outcome", "log", "judged", "variant"),
    [
        (Outcome.TIMEOUT, "stage: compile\n", (Outcome.BLOCKED, Stage.COMPILE), "eager"),
        (Outcome.TIMEOUT, "stage: trace\n", (Outcome.BLOCKED, Stage.TRACE), "compiled-float32"),
        (Outcome.TIMEOUT, "stage: trace\nstage: compile\n", (Outcome.TIMEOUT, Stage.COMPILE), "compiled-float32"),
        (Outcome.CRASH, "stage: compile\nTraceback", (Outcome.CRASH, Stage.COMPILE), "compiled-float32"),
        (Outcome.OOM, "stage: compile\n", (Outcome.BLOCKED, Stage.COMPILE), "compiled-float32"),
    ],
)
def test_a_limit_of_this_host_shows_nothing_about_the_hardware(
    outcome: Outcome,
    log: str,
    judged: tuple[Outcome, Stage],
    variant: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = f"torch/torch.sum/{variant}"
    command = ProcessCommand(Path("python"), "none", {}, {}, tmp_path / "log")
    command.log.write_text(log)
    monkeypatch.setattr(Worker, "__init__", lambda *_: None)
    monkeypatch.setattr(Worker, "run_case", lambda *_: Observation(case, outcome, message="why"))
    observation = framework_compiler.FrameworkCompilingWorker(command).run_case(case, LIMITS)
    assert (observation.outcome, observation.stage) == judged
