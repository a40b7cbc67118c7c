"""Lowered and registered evidence of absent hardware: real builds with their own rules and tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.execution.run import run_job
from monitor.execution.targets.target import Target, load_target
from monitor.formats.run_file import RunFile
from monitor.model import Evidence, Job, Observation, Outcome, Stage

RUNNERS = Path(__file__).parents[2] / "runners"


@pytest.fixture
def run(framework_environments: Path, tmp_path: Path) -> Callable[..., RunFile]:
    def run(
        target: Target, framework: str, suite: str, evidence: Evidence, *selection: str, **known: Outcome
    ) -> RunFile:
        job = Job(target.name, framework, suite, evidence, selection=selection, watch=known)
        return run_job(
            job,
            target,
            tmp_path / "run.jsonl",
            cache=framework_environments,
            log=print,
            on_progress=lambda progress: None,
        )

    return run


def by_case(runfile: RunFile) -> dict[str, Observation]:
    assert runfile.run.blocked == ""
    return {observation.case.split("/", 1)[1]: observation for observation in runfile.observations}


def test_jax_is_lowered_for_a_platform_that_nothing_compiles_for(run: Callable[..., RunFile]) -> None:
    target = load_target(RUNNERS / "amd-mi300.toml")
    functions = ("*jax.numpy.linalg.eig/*float32", "*jax.experimental.io_callback/*", "*jax.numpy.add/eager-float32")
    found = by_case(run(target, "jax", "paper", Evidence.LOWERED, *functions))
    assert {one.evidence for one in found.values()} == {Evidence.LOWERED}
    assert found["jax.numpy.add/eager-float32"].outcome is Outcome.PASS
    assert found["jax.numpy.linalg.eig/eager-float32"].outcome is Outcome.PASS  # a TPU has no rule for it
    called_back = next(one for name, one in found.items() if "io_callback" in name)
    assert (called_back.outcome, called_back.stage) == (Outcome.BLOCKED, Stage.LOWER)
    assert all(one.compiled is None for one in found.values())


def test_jax_tells_which_primitives_a_platform_has_a_rule_for(run: Callable[..., RunFile]) -> None:
    found = by_case(run(load_target(RUNNERS / "amd-mi300.toml"), "jax", "kernels", Evidence.REGISTERED))
    assert len(found) > 200
    assert {one.evidence for one in found.values()} == {Evidence.REGISTERED}
    assert found["jax.primitive.add/kernel"].message == "a rule for any platform"
    assert found["jax.primitive.eigh/kernel"].message.startswith("a rule for ")
    lacking = next(one for one in found.values() if one.outcome is not Outcome.PASS)
    assert (lacking.outcome, lacking.message) == (Outcome.UNSUPPORTED, "no kernel for rocm")


def test_pytorch_tells_of_backends_that_its_wheel_is_not_built_with(run: Callable[..., RunFile]) -> None:
    otherwise = {"torch/torch.ops.aten.mul.Tensor/kernel": Outcome.UNSUPPORTED}
    found = by_case(run(load_target(RUNNERS / "apple-mps.toml"), "torch", "kernels", Evidence.REGISTERED, **otherwise))
    assert len(found) > 2000
    assert (found["torch.ops.aten.mul.Tensor/kernel"].outcome, found["torch.ops.aten.mul.Tensor/kernel"].message) == (
        Outcome.PASS,
        "",  # by its `out` variant, which has a kernel for MPS
    )
    assert found["torch.ops.aten.mul.Tensor/kernel"].retries == ()  # a table is looked up once, whatever was known
    matmul = found["torch.ops.aten.matmul/kernel"]
    assert (matmul.outcome, matmul.message.split(",")[0]) == (Outcome.PASS, "by way of _unsafe_view")
    assert found["torch.ops.aten._ctc_loss/kernel"].message == "no kernel for MPS"
    # A composite is there where what it calls is: those that a decomposition has no kernel for are not.
    for name in ("linalg_eigh", "linalg_eigvalsh", "linalg_eigvals", "ctc_loss.IntList", "adaptive_avg_pool3d"):
        assert found[f"torch.ops.aten.{name}/kernel"].outcome is Outcome.UNSUPPORTED, name
    for name in ("linalg_svd", "linalg_svd.U", "embedding_renorm_", "svd"):  # PyTorch itself passes these on
        assert found[f"torch.ops.aten.{name}/kernel"].outcome is Outcome.FALLBACK, name
    lost = sum(one.outcome is Outcome.BLOCKED for one in found.values())
    assert 0 < lost < len(found) / 10
    # Operators of other backends' libraries and of PyTorch's own tests are in no table.
    assert not [name for name in found if "cudnn_rnn" in name or "mkldnn" in name or "_foobar" in name]


def test_a_backend_out_of_the_tree_needs_a_build_that_has_it(run: Callable[..., RunFile]) -> None:
    mps = load_target(RUNNERS / "apple-mps.toml")
    assert mps.register is not None
    torch = mps.register.sources.framework("torch")
    offer = replace(mps.register.sources, frameworks={"torch": replace(torch, device="XPU")})
    blocked = run(
        replace(mps, register=replace(mps.register, sources=offer)), "torch", "kernels", Evidence.REGISTERED
    ).run.blocked
    assert blocked.startswith("SuiteUnavailableError: this build has ")
    assert blocked.endswith(" kernels for XPU: it is not built with it")


def test_tensorflow_tells_dtypes_and_a_build_without_a_gpu_is_told(run: Callable[..., RunFile], tmp_path: Path) -> None:
    h100 = load_target(RUNNERS / "nvidia-h100.toml")
    assert h100.register is not None
    # The wheel for a GPU takes half a gigabyte; the CPU's registers its own kernels, and few of a GPU's.
    cpu = load_target(RUNNERS / "cpu.toml").framework("tensorflow")
    offers = [
        replace(h100.register.sources, frameworks={"tensorflow": replace(cpu, device=device)})
        for device in ("CPU", "GPU")
    ]
    of_cpu, of_gpu = (replace(h100, register=replace(h100.register, sources=offer)) for offer in offers)
    found = by_case(run(of_cpu, "tensorflow", "kernels", Evidence.REGISTERED))
    assert found["tf.raw_ops.Svd/kernel"].message == "T: complex128, complex64, float32, float64"
    assert found["tf.raw_ops.CollectiveReduceV3/kernel"].outcome is Outcome.PASS
    assert "tf.raw_ops.StringSplit/kernel" in found  # of the host, and so is this target
    (tmp_path / "run.jsonl").unlink()
    blocked = run(of_gpu, "tensorflow", "kernels", Evidence.REGISTERED).run.blocked
    assert blocked.endswith("kernels for GPU: it is not built with it")
