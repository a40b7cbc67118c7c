"""Real cases and the TPU's real compiler, on a machine without a TPU."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.execution.builds.provider import provision
from monitor.execution.run import run_job
from monitor.execution.targets.target import Target, load_target
from monitor.execution.workers import compile_worker
from monitor.execution.workers.compile_worker import OWN_KERNELS, CompilingWorker, Exports, LoweringWorker, other_way
from monitor.execution.workers.process import Limits, ProcessCommand, WatchedProcess
from monitor.formats.run_file import RunFile
from monitor.model import Evidence, Job, Observation, Outcome, Stage

CHECKOUT = Path(__file__).parents[2]
FAULTS = Path(__file__).parent / "compile_faults"


@pytest.fixture(scope="module")
def tpu() -> Target:
    return load_target(CHECKOUT / "runners" / "tpu-v5e.toml")


@pytest.fixture(scope="module")
def run(
    tpu: Target,
    lend: Callable[[str, Path], Path],
    framework_environments: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., RunFile]:
    """Run a job of JAX for the TPU; the suite of faults is among the others."""
    package = lend("jax", FAULTS)

    def run(suite: str, *selection: str, target: Target = tpu) -> RunFile:
        job = Job(target.name, "jax", suite, Evidence.COMPILED, channel="release", selection=selection)
        path = tmp_path_factory.mktemp("run") / "run.jsonl"
        return run_job(
            job,
            target,
            path,
            cache=framework_environments,
            log=print,
            on_progress=lambda progress: None,
            package=package,
        )

    return run


@pytest.fixture(scope="module")
def faults(run: Callable[..., RunFile]) -> RunFile:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compile_worker, "EXPORT_SECONDS", 5.0)
        return run(FAULTS.name)


def named(runfile: RunFile, name: str) -> Observation:
    return next(o for o in runfile.observations if o.case.startswith(f"jax/jax.numpy.add/{name}"))


def test_a_run_says_how_it_was_seen_and_by_what(faults: RunFile) -> None:
    assert (faults.run.evidence, faults.run.blocked) == (Evidence.COMPILED, "")
    assert faults.run.environment["compiler.device"] == "TPU v5 lite"
    assert faults.run.build is not None
    assert "libtpu" in {package.name for package in faults.run.build.packages}
    assert faults.run.compiler is None  # JAX's own environment has it
    assert {o.evidence for o in faults.observations} == {Evidence.COMPILED}
    assert len(faults.observations) == len(faults.run.cases) == 10


def test_what_compiles_passes_with_what_the_compiler_knows(faults: RunFile) -> None:
    healthy = named(faults, "a-healthy")
    assert (healthy.outcome, healthy.stage) == (Outcome.PASS, None)
    known = healthy.compiled
    assert known is not None
    assert known.programs == 1
    assert known.flops == pytest.approx(2 * 128**3, rel=0.05)
    assert known.bytes is not None
    assert known.bytes >= 2 * 128 * 128 * 4
    assert known.memory is not None
    assert known.code is not None
    assert known.memory > known.code > 0


@pytest.mark.parametrize(
    ("name", "outcome", "stage", "message"),
    [
        ("b-exporter-dies", Outcome.CRASH, Stage.TRACE, "the process was killed by SIGSEGV"),
        ("c-does-not-fit", Outcome.OOM, Stage.COMPILE, "RESOURCE_EXHAUSTED"),
        ("d-calls-the-host-back", Outcome.FALLBACK, Stage.LOWER, "computes by calling the host back"),
        ("g-has-no-rule", Outcome.UNSUPPORTED, Stage.LOWER, "'eig' not found for platform tpu"),
        ("h-is-at-fault", Outcome.ERROR, Stage.TRACE, "ValueError: at fault"),
        ("i-takes-long-on-this-host", Outcome.BLOCKED, Stage.TRACE, "on this host: over 5 s"),
        ("j-is-refused-everywhere", Outcome.UNSUPPORTED, Stage.TRACE, "NotImplementedError: not even on a CPU"),
    ],
)
def test_what_does_not_come_through_names_its_stage(
    faults: RunFile, name: str, outcome: Outcome, stage: Stage, message: str
) -> None:
    found = named(faults, name)
    assert (found.outcome, found.stage) == (outcome, stage)
    assert message in found.message
    assert found.compiled is None


def test_a_call_that_needs_values_is_compiled_program_by_program(faults: RunFile) -> None:
    found = named(faults, "e-needs-values")
    assert found.outcome is Outcome.PASS, found.message
    assert found.compiled is not None
    assert found.compiled.programs > 1


def test_what_computes_on_the_host_alone_has_no_program(faults: RunFile) -> None:
    found = named(faults, "f-computes-nothing")
    assert found.outcome is Outcome.PASS
    assert found.compiled is not None
    assert (found.compiled.programs, found.compiled.flops, found.compiled.memory) == (0, None, None)


def test_a_compiler_that_dies_costs_one_case(run: Callable[..., RunFile], monkeypatch: pytest.MonkeyPatch) -> None:
    run_case = CompilingWorker.run_case

    def run_case_of_the_dead(self: CompilingWorker, case: str, limits: object) -> Observation:
        if "a-healthy" in case:
            os.kill(self._compiler.process._process.pid, signal.SIGKILL)
            self._compiler.process._process.wait()
        return run_case(self, case, limits)  # type: ignore[arg-type]

    monkeypatch.setattr(CompilingWorker, "run_case", run_case_of_the_dead)
    found = run(FAULTS.name, "*a-healthy*", "*e-needs-values*")
    assert named(found, "a-healthy").outcome is Outcome.PASS  # another one was started for it
    assert named(found, "e-needs-values").outcome is Outcome.PASS


def test_a_compiler_that_fills_this_hosts_memory_says_nothing_of_the_hardwares(
    run: Callable[..., RunFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = WatchedProcess.request

    def grown(
        self: WatchedProcess, message: dict[str, str], limits: Limits, read: Callable[[object], object]
    ) -> object:
        if "program" in message:
            limits = replace(limits, memory_mib=1)  # the compiler is far beyond that already
        return request(self, message, limits, read)

    monkeypatch.setattr(WatchedProcess, "request", grown)
    large = named(run(FAULTS.name, "*c-does-not-fit*"), "c-does-not-fit")
    assert (large.outcome, large.stage) == (Outcome.BLOCKED, Stage.COMPILE)
    assert large.message == "on this host: over 1 MiB of memory"


def test_a_topology_that_there_is_not_is_one_blocked_run(run: Callable[..., RunFile], tpu: Target) -> None:
    assert tpu.compile is not None
    unknown = replace(tpu, compile=replace(tpu.compile, topology="v99:1x1"))
    blocked = run("paper", target=unknown)
    assert blocked.run.blocked.startswith("CompilerUnavailableError: tpu v99:1x1: ")
    assert blocked.observations == ()


def test_an_argument_of_64_bits_is_traced_as_one(run: Callable[..., RunFile]) -> None:
    """JAX's harness calls a case by the dtype of its array; its index has another dtype."""
    found = run("harness", "*harness-argmax_index_dtype_*_indexdtype_int64_enable_xla_True")
    assert [(one.outcome, one.message) for one in found.observations] == [(Outcome.PASS, "")]


TENSORFLOW_CASES = (
    "Variable/eager-float32",
    "strings.as_string/eager-float32",
    "fill/of-strings-eager",
    "linalg.svd/eager-float32",
    "linalg.svd/eager-complex64",
    "signal.idct/eager-float64",
    "nn.conv3d/eager-float32",
)


@pytest.fixture(scope="module")
def tensorflow(framework_environments: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunFile]:
    """Run cases of TensorFlow for a TPU and for a GPU of each maker, as one night does, with one export for all."""
    folder = tmp_path_factory.mktemp("night")
    (folder / "programs").mkdir()
    exports = Exports(folder / "programs")
    selection = tuple(f"tensorflow/tf.{case}" for case in TENSORFLOW_CASES)
    runs = {}
    for name in ("tpu-v5e", "nvidia-h100", "amd-mi300"):
        job = Job(name, "tensorflow", "paper", Evidence.COMPILED, channel="nightly", selection=selection)
        runs[name] = run_job(
            job,
            load_target(CHECKOUT / "runners" / f"{name}.toml"),
            folder / f"{name}.jsonl",
            cache=framework_environments,
            exports=exports,
            log=print,
            on_progress=lambda progress: None,
        )
    assert len([*(folder / "programs").iterdir()]) == 1  # a folder for each export
    return runs


def tensorflow_results(runfile: RunFile) -> dict[str, Observation]:
    return {o.case.removeprefix("tensorflow/tf."): o for o in runfile.observations}


def test_tensorflow_comes_by_its_own_bridge(tensorflow: dict[str, RunFile]) -> None:
    runfile = tensorflow["tpu-v5e"]
    found = tensorflow_results(runfile)
    assert runfile.run.compiler is not None
    assert runfile.run.compiler.distribution == "libtpu"
    assert found["linalg.svd/eager-float32"].outcome is Outcome.PASS
    assert found["Variable/eager-float32"].outcome is Outcome.PASS  # needs values: one program an operator
    no_kernel = found["linalg.svd/eager-complex64"]
    assert (no_kernel.outcome, no_kernel.stage) == (Outcome.UNSUPPORTED, Stage.EXPORT)
    assert no_kernel.message == "the bridge has no kernel of Svd"
    text = found["strings.as_string/eager-float32"]
    assert (text.outcome, text.stage) == (Outcome.UNSUPPORTED, Stage.EXPORT)
    assert found["fill/of-strings-eager"].message == "the bridge takes no argument of dtype string"
    transform = found["signal.idct/eager-float64"]
    assert (transform.outcome, transform.stage) == (Outcome.UNSUPPORTED, Stage.COMPILE)
    assert "Unexpected operand type for FFT" in transform.message


@pytest.mark.parametrize(("name", "compiler"), [("nvidia-h100", "jax-cuda12-pjrt"), ("amd-mi300", "jax-rocm7-pjrt")])
def test_a_refusal_of_tensorflows_bridge_says_nothing_of_a_gpu(
    tensorflow: dict[str, RunFile], name: str, compiler: str
) -> None:
    runfile = tensorflow[name]
    found = tensorflow_results(runfile)
    assert runfile.run.blocked == ""
    assert runfile.run.compiler is not None
    assert runfile.run.compiler.distribution == compiler
    for case in ("Variable/eager-float32", "linalg.svd/eager-float32", "signal.idct/eager-float64"):
        assert found[case].outcome is Outcome.PASS, found[case].message
    for case in ("strings.as_string/eager-float32", "fill/of-strings-eager", "linalg.svd/eager-complex64"):
        assert (found[case].outcome, found[case].stage) == (Outcome.BLOCKED, Stage.EXPORT)
        assert found[case].message.endswith(f", and {OWN_KERNELS}")


@pytest.mark.parametrize(
    ("variant", "stage", "outcome"),
    [
        ("eager-int32", Stage.EXPORT, Outcome.BLOCKED),
        ("compiled-int32", Stage.EXPORT, Outcome.BLOCKED),  # the bridge of this wheel is that for CPUs
        ("eager-int32", Stage.COMPILE, Outcome.BLOCKED),
        ("compiled-int32", Stage.COMPILE, Outcome.UNSUPPORTED),  # it requests the compiler
        ("eager-int32", Stage.TRACE, Outcome.UNSUPPORTED),  # TensorFlow itself refuses the call
    ],
)
def test_what_tensorflow_runs_another_way_is_blocked(
    monkeypatch: pytest.MonkeyPatch, variant: str, stage: Stage, outcome: Outcome
) -> None:
    case = f"tensorflow/tf.image.extract_patches/{variant}"
    refused = Observation(case, Outcome.UNSUPPORTED, stage=stage, message="refused.")
    monkeypatch.setattr(LoweringWorker, "run_case", lambda self, case, limits: refused)
    worker = object.__new__(CompilingWorker)
    worker._other_way = other_way("tensorflow", "cuda")
    found = worker.run_case(case, Limits(seconds=1, memory_mib=1))
    assert found.outcome is outcome
    assert found.message == (f"refused, and {OWN_KERNELS}" if outcome is Outcome.BLOCKED else "refused.")
    worker._other_way = other_way("tensorflow", "tpu")
    assert worker.run_case(case, Limits(seconds=1, memory_mib=1)) == refused


def test_amds_compiler_would_choose_a_convolution_on_the_device(tensorflow: dict[str, RunFile]) -> None:
    convolution = tensorflow_results(tensorflow["amd-mi300"])["nn.conv3d/eager-float32"]
    assert (convolution.outcome, convolution.stage) == (Outcome.BLOCKED, Stage.COMPILE)
    assert "No supported config found" in convolution.message


def test_a_program_for_more_devices_than_there_are_is_no_fault_of_its_own(
    tpu: Target, framework_environments: Path, tmp_path: Path
) -> None:
    assert tpu.compile is not None
    provided = provision(tpu.compile.sources, "jax", channel="release", cache=framework_environments, log=print)
    command = ProcessCommand(
        provided.python,
        "monitor.compilers.worker",
        {"driver": "tpu", "topology": tpu.compile.topology, "configuration": ""},
        {},
        tmp_path / "log",
    )
    wide = "module attributes {mhlo.num_partitions = 64 : i32} { func.func @main() { return } }"
    (tmp_path / "program").write_text(wide, encoding="utf-8")
    with WatchedProcess(command) as compiler:
        limits = Limits(seconds=60, memory_mib=4096)
        answer = compiler.request({"program": str(tmp_path / "program")}, limits, lambda message: message)
    assert answer == {
        "stage": Stage.COMPILE,
        "outcome": Outcome.BLOCKED,
        "message": "the program is spread over 64 devices; the topology has 4",
    }
