"""Code that needs one kind of hardware is found, on the targets that it concerns alone."""

from __future__ import annotations

import pytest

from monitor.check.hardware_rules import ACCELERATORS, HABITS, habit_problems
from monitor.check.name_uses import names_in
from monitor.check.problems import Level, Problem, ProblemKind

FAMILIES = {"tpu-v5e": "Google TPU", "nvidia-h100": "NVIDIA GPU", "amd-mi300": "AMD GPU", "apple-mps": "Apple GPU"}
TORCH, JAX, TF = "import torch\n", "import jax\nimport jax.numpy as jnp\n", "import tensorflow as tf\n"


def problems(source: str) -> list[Problem]:
    return [*habit_problems(names_in("a.py", source), FAMILIES)]


@pytest.mark.parametrize(
    ("source", "kind", "targets"),
    [
        (TORCH + "model.cuda()", ProblemKind.DEVICE, {"tpu-v5e", "apple-mps"}),
        (TORCH + "model.to('cuda:1')", ProblemKind.DEVICE, {"tpu-v5e", "apple-mps"}),
        (TORCH + "torch.device('cuda')", ProblemKind.DEVICE, {"tpu-v5e", "apple-mps"}),
        (TORCH + "torch.ones(3, device='cuda')", ProblemKind.DEVICE, {"tpu-v5e", "apple-mps"}),
        (TORCH + "torch.load(f, map_location='cuda')", ProblemKind.DEVICE, {"tpu-v5e", "apple-mps"}),
        (TORCH + "torch.cuda.synchronize()", ProblemKind.DEVICE, {"tpu-v5e", "apple-mps"}),
        (JAX + "jax.devices('gpu')", ProblemKind.DEVICE, {"tpu-v5e"}),
        (TF + "with tf.device('/GPU:0'):\n    pass", ProblemKind.DEVICE, {"tpu-v5e"}),
        ("from torch.utils.cpp_extension import load", ProblemKind.KERNEL, {"tpu-v5e", "apple-mps", "amd-mi300"}),
        ("from jax.experimental.pallas import tpu", ProblemKind.KERNEL, {"nvidia-h100", "amd-mi300"}),
        (TORCH + "import triton", ProblemKind.KERNEL, {"tpu-v5e", "apple-mps"}),
        (TORCH + "from flash_attn import flash_attn_func as f\nf(q)", ProblemKind.KERNEL, {"tpu-v5e", "apple-mps"}),
        (TORCH + "torch.autocast('cuda')", ProblemKind.DEVICE, {"tpu-v5e", "apple-mps"}),
        (TORCH + "if x.is_cuda:\n    y = x.sum().item()", ProblemKind.HOST, {*FAMILIES}),
        (TORCH + "loss.detach().cpu().item()", ProblemKind.HOST, {*FAMILIES}),
        (TORCH + "torch.where(mask)", ProblemKind.SHAPE, {"tpu-v5e"}),
        (TORCH + "mask.nonzero()", ProblemKind.SHAPE, {"tpu-v5e"}),
        (JAX + "jnp.where(mask)", ProblemKind.SHAPE, {*FAMILIES}),
        (JAX + "jnp.zeros(3, dtype='float64')", ProblemKind.WIDE, {"tpu-v5e", "apple-mps"}),
        (JAX + "jax.pure_callback(f, x)", ProblemKind.HOST, {*FAMILIES}),
        (TF + "tf.py_function(f, x, y)", ProblemKind.HOST, {*FAMILIES}),
        (TORCH + "loss.item()", ProblemKind.HOST, {*FAMILIES}),
        (JAX + "jnp.nonzero(x)", ProblemKind.SHAPE, {*FAMILIES}),
        (TORCH + "x.double()", ProblemKind.WIDE, {"tpu-v5e", "apple-mps"}),
        (JAX + "jax.config.update('jax_enable_x64', True)", ProblemKind.WIDE, {"tpu-v5e"}),
    ],
)
def test_a_habit_concerns_the_hardware_that_it_shuts_out(source: str, kind: ProblemKind, targets: set[str]) -> None:
    found = problems(source)
    assert {one.kind for one in found} == {kind}
    assert sorted(target for one in found for target in one.targets) == sorted(targets)
    assert all(one.alternative for one in found)


def test_each_target_has_the_level_of_its_own_hardware() -> None:
    levels = {target: one.level for one in problems(TORCH + "x.double()") for target in one.targets}
    assert levels == {"apple-mps": Level.ERROR, "tpu-v5e": Level.WARNING}  # a TPU emulates what an Apple GPU lacks


@pytest.mark.parametrize(
    "source",
    [
        TORCH + "model.to(device)",
        TORCH + "device = 'cuda' if torch.cuda.is_available() else 'cpu'",
        TORCH + "if torch.cuda.is_available():\n    torch.cuda.synchronize()",
        TORCH + "logger.info('cuda')",
        JAX + "jax.devices()",
        JAX + "jax.config.update('jax_debug_nans', True)",
        JAX + "record.item()",  # no tensor of PyTorch in a file without it
        TF + "with tf.device('/CPU:0'):\n    pass",
        JAX + "jnp.nonzero(x, size=4)\njnp.where(x, y, z)",
        JAX + "jax.config.update('jax_enable_x64', False)",
        JAX + "def f(x: jnp.float64) -> None: ...",
        JAX + "from jax import pure_callback",
        TORCH + "def f(stream: torch.cuda.Stream) -> None: ...",
        TORCH + "isinstance(x, torch.cuda.Stream)",
        TORCH + "if not torch.cuda.is_available():\n    raise SystemExit\ntorch.cuda.synchronize()",
        TORCH + "names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]",
        TORCH + "if device.type == 'cuda':\n    torch.cuda.synchronize()",
        TORCH + "x.is_cuda and torch.cuda.current_device()",
        TORCH + "class Batch:\n    def cuda(self):\n        return Batch(self.x.cuda())",
        TORCH + "torch.autocast('cuda', enabled=False)",
        TORCH + "try:\n    import triton\nexcept ImportError:\n    triton = None",
        TORCH + "if is_triton_available():\n    import triton\n@triton.jit\ndef f(): ...",
        TORCH + "x.dtype == torch.float64",
        TORCH + "allowed = (torch.float32, torch.float64)",
        TORCH + "wide = torch.float64 if x.dtype == torch.float64 else torch.float32",
        TORCH + "torch.eye(3, dtype=torch.float64)",
        TORCH + "wide = dtype_for(torch.float64 if x else torch.int64, device)",
        TORCH + "check(torch.float32, torch.float64)",
        TORCH + "x.cpu().double()",
        JAX + "jax.config.update('jax_enable_x64', old)",
        TORCH + "x.cpu().to(torch.float64)",
        TORCH + "import numpy as np\nnp.double(3)\nx = np.arange(3)\nx.sum().item()",
        TORCH + "rates = [x.item() for x in torch.linspace(0, 1, 5)]",
        TORCH + "raise ValueError(f'{x.item()}')",
        TORCH + "x.tolist() if isinstance(x, np.ndarray) else x",
    ],
)
def test_other_code_is_none(source: str) -> None:
    assert problems(source) == []


def test_without_targets_every_habit_is_a_warning() -> None:
    [problem] = habit_problems(names_in("a.py", TORCH + "model.cuda()"), {})
    assert (problem.level, problem.targets) == (Level.WARNING, ())


def test_a_target_that_no_habit_concerns_has_no_problem() -> None:
    assert [*habit_problems(names_in("a.py", TORCH + "model.cuda()"), {"cpu": "CPU"})] == []


def test_families_are_those_of_the_runner_files() -> None:
    assert {family for habit in HABITS for family in habit.levels} <= ACCELERATORS
