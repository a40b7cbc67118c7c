"""Exactly the planted problems of programs are reported.

A line of `programs/` that ends with `# expect: removed-name` has this problem, and may have several. One that ends with
`# missed: failing-function` has it too, and the check does not find it. The listings and the verdicts below have what
the programs use; the shipped ones give the same answers (`docs/measurements/check.md`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.analysis.names.name_history import FrameworkNames, framework_names
from monitor.check.hardware_rules import habit_problems
from monitor.check.name_rules import name_problems
from monitor.check.name_uses import names_in
from monitor.check.problems import Level
from monitor.check.verdict_lookup import TargetVerdicts, target_problems, target_verdicts
from monitor.formats.run_file import RunFile
from monitor.history.name_table import NameListing
from monitor.history.store import History
from monitor.model import NameKind, PublicName
from monitor.snapshot.snapshot import read_snapshot
from support.public_names import named

FAMILIES = {"tpu-v5e": "Google TPU", "nvidia-h100": "NVIDIA GPU", "amd-mi300": "AMD GPU"}
FILES = sorted((Path(__file__).parent / "programs").glob("*.py"))
PLANTED = re.compile(r".*# expect: (.+)")

# Functions with the signature of an older build; those in REMOVED and CHANGED differ in the newest one.
FUNCTIONS = {
    "jax": {
        "jax.tree_map": "(f, tree)",
        "jax.device_put_replicated": "(x, devices)",
        "jax.core.Primitive": "(name)",
        "jax.experimental.enable_x64": "(new_val=True)",
        "jax.experimental.pjit.pjit": "(fun)",
        "jax.numpy.clip": "(arr, min, max, a_min, a_max)",
        "jax.numpy.linalg.eig": "(a)",
        "jax.numpy.linalg.eigvals": "(a)",
        "jax.numpy.where": "(condition, x, y)",
        "jax.tree.map": "(f, tree)",
    },
    "torch": {
        "torch.cholesky": "(x)",
        "torch.ger": "(x, y)",
        "torch.linalg.norm": "(A)",
        "torch.linalg.solve_triangular": "(A, B)",
        "torch.multinomial": "(input, num_samples)",
        "torch.nn.utils.weight_norm": "(module)",
        "torch.norm": "(x)",
        "torch.randperm": "(n)",
    },
    "tensorflow": {
        "tf.compat.v1.initialize_all_variables": "()",
        "tf.compat.v1.to_double": "(x)",
        "tf.data.experimental.dense_to_ragged_batch": "(batch_size)",
        "tf.experimental.numpy.random.standard_normal": "(size)",
        "tf.keras.activations.relu": "(x, alpha)",
        "tf.keras.experimental.LinearModel": "()",
        "tf.keras.ops.slice_update": "(inputs, start_indices, updates)",
        "tf.keras.saving.register_keras_serializable": "(package)",
        "tf.keras.saving.save_model": "(model, filepath)",
        "tf.losses.mean_squared_error": "(y_true, y_pred)",
        "tf.math.accumulate_n": "(inputs)",
        "tf.print": "(*inputs)",
        "tf.random.gamma": "(shape, alpha)",
        "tf.sets.intersection": "(a, b)",
        "tf.strings.as_string": "(input)",
    },
}
REMOVED = {
    "jax.tree_map",
    "jax.device_put_replicated",
    "jax.core.Primitive",
    "jax.experimental.enable_x64",
    "tf.keras.experimental",
    "tf.keras.experimental.LinearModel",
    "tf.keras.saving",
    "tf.keras.saving.register_keras_serializable",
    "tf.keras.saving.save_model",
    "tf.losses.mean_squared_error",
}
CHANGED = {
    "jax.numpy.clip": "(arr, min, max)",
    "torch.linalg.norm": "(x)",
    "tf.keras.activations.relu": "(x, negative_slope)",
}
DEPRECATED = {
    "jax.experimental.pjit.pjit",
    "torch.cholesky",
    "torch.ger",
    "torch.nn.utils.weight_norm",
    "torch.norm",
    "tf.compat.v1.initialize_all_variables",
    "tf.compat.v1.to_double",
    "tf.data.experimental.dense_to_ragged_batch",
    "tf.math.accumulate_n",
}
OUTCOMES = {
    "jax": {"jax.numpy.linalg.eig/eager-float32": "unsupported"},
    "torch": {
        "torch.linalg.solve_triangular/eager-float32": "fallback",
        "torch.multinomial/eager-float32": "fallback",
        "torch.randperm/eager-int32": "fallback",
    },
    "tensorflow": {
        "tf.data.experimental.dense_to_ragged_batch/eager-float32": "unsupported",
        "tf.experimental.numpy.random.standard_normal/eager-float32": "unsupported",
        "tf.keras.ops.slice_update/eager-float32": "pass",
        "tf.keras.ops.slice_update/gradient-float32": "error",
        "tf.print/eager-float32": "unsupported",
        "tf.random.gamma/eager-float32": "unsupported",
        "tf.sets.intersection/eager-int32": "unsupported",
        "tf.strings.as_string/eager-float32": "unsupported",
    },
}


def listed(framework: str, runfile: Callable[..., RunFile]) -> FrameworkNames:
    functions = FUNCTIONS[framework]
    before = [PublicName(name, NameKind.FUNCTION, signature) for name, signature in functions.items()]
    now = [
        PublicName(name, NameKind.FUNCTION, CHANGED.get(name, signature), "is old" if name in DEPRECATED else "")
        for name, signature in functions.items()
        if name not in REMOVED
    ]
    parts = (name.split(".") for name in functions)
    modules = {".".join(part[:length]) for part in parts for length in range(1, len(part))}
    builds = (
        [*before, *(PublicName(name, NameKind.MODULE) for name in modules)],
        [*now, *(PublicName(name, NameKind.MODULE) for name in modules - REMOVED)],
    )
    listings = (
        NameListing(runfile(day, {}, version=f"{day}.0", suite="names", framework=framework).run, named(*names))
        for day, names in enumerate(builds, start=1)
    )
    return framework_names(framework, listings)


@pytest.fixture(scope="module")
def names(runfile: Callable[..., RunFile]) -> dict[str, FrameworkNames]:
    return {framework: listed(framework, runfile) for framework in FUNCTIONS}


@pytest.fixture(scope="module")
def verdicts(
    names: dict[str, FrameworkNames], runfile: Callable[..., RunFile], tmp_path_factory: pytest.TempPathFactory
) -> TargetVerdicts:
    history = History(tmp_path_factory.mktemp("history") / "h")
    runs = [
        runfile(day, {f"{one}/{case}": outcome for case, outcome in outcomes.items()}, framework=one, target="tpu-v5e")
        for day, (one, outcomes) in enumerate(OUTCOMES.items(), start=1)
    ]
    history.record(runs, "a night")
    return target_verdicts("tpu-v5e", read_snapshot(history).functions, names)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_planted_problems_are_reported(file: Path, names: dict[str, FrameworkNames], verdicts: TargetVerdicts) -> None:
    source = file.read_text(encoding="utf-8")
    planted = ((line, PLANTED.fullmatch(text)) for line, text in enumerate(source.splitlines(), start=1))
    uses = names_in(file.name, source)
    problems = [*habit_problems(uses, FAMILIES)]
    explained = {problem.place for problem in problems if "tpu-v5e" in problem.targets}
    problems += [*name_problems(uses, names), *target_problems(uses, verdicts, names, explained)[0]]
    assert {(one.place.line, one.kind.value) for one in problems if one.level is not Level.NOTE} == {
        (line, kind) for line, match in planted if match for kind in match[1].split()
    }
