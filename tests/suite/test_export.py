"""Exports of each framework to StableHLO: programs, and failures."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.execution.workers.process import Limits, ProcessCommand, WatchedProcess, WorkerFailure
from monitor.formats.serialization import from_json
from monitor.model import Observation, Outcome, Stage

LIMITS = Limits(seconds=60, memory_mib=4096)
XLA = "PORTABILITY_TORCH_XLA_PYTHON"
Ask = Callable[[str], tuple[Observation, list[bytes]]]


def exporter(
    python: Path, framework: str, device: str, folder: Path, suite: str = "paper", **variables: str
) -> Iterator[Ask]:
    arguments = {
        "framework": framework,
        "suite": suite,
        "device": device,
        "platform": "tpu",
        "programs": str(folder),
    }
    command = ProcessCommand(python, "monitor.suite.export_worker", arguments, variables, folder / "log")
    with WatchedProcess(command) as process:

        def ask(case: str) -> tuple[Observation, list[bytes]]:
            answer: Any = process.request({"case": case}, LIMITS, lambda message: message)
            assert not isinstance(answer, WorkerFailure), answer
            observation = from_json(Observation, answer["observation"])
            return observation, [(folder / name).read_bytes() for name in answer["programs"]]

        yield ask


@pytest.fixture(scope="module")
def jax(builds: Callable[[str], ProvisionedBuild], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    yield from exporter(builds("jax").python, "jax", "cpu", tmp_path_factory.mktemp("jax"))


@pytest.fixture(scope="module")
def tensorflow(builds: Callable[[str], ProvisionedBuild], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    folder = tmp_path_factory.mktemp("tensorflow")
    yield from exporter(builds("tensorflow").python, "tensorflow", "cpu", folder)


@pytest.fixture(scope="module")
def tensorflow_ops(
    builds: Callable[[str], ProvisionedBuild], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ask]:
    folder = tmp_path_factory.mktemp("tensorflow-ops")
    yield from exporter(builds("tensorflow").python, "tensorflow", "cpu", folder, "ops")


@pytest.fixture(scope="module")
def torch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    python = os.environ.get(XLA)
    if not python:
        pytest.skip(f"{XLA} names no interpreter with torch_xla (7 GB)")
    yield from exporter(Path(python), "torch", "xla", tmp_path_factory.mktemp("torch"), PJRT_DEVICE="CPU")


def test_a_call_of_jax_is_one_program(jax: Ask) -> None:
    observation, (program,) = jax("jax/jax.numpy.add/eager-float32")
    assert observation.outcome is Outcome.PASS
    assert b"stablehlo.add" in program
    assert b"f64" not in program  # 64 bits are for the cases that are of them
    _, (wide,) = jax("jax/jax.numpy.add/eager-float64")
    assert b"f64" in wide


def test_a_call_of_jax_that_needs_values_is_several(jax: Ask) -> None:
    observation, programs = jax("jax/jax.numpy.compress/eager-float32")
    assert observation.outcome is Outcome.PASS
    assert len(programs) > 1


def test_what_jax_has_no_rule_for_stops_at_lower(jax: Ask) -> None:
    observation, programs = jax("jax/jax.numpy.linalg.eig/eager-float32")
    assert (observation.outcome, observation.stage, programs) == (Outcome.UNSUPPORTED, Stage.LOWER, [])


def test_what_is_gone_is_absent_on_every_hardware(jax: Ask) -> None:
    observation, programs = jax("jax/jax.tree_map/eager-float32")
    assert (observation.outcome, observation.stage, programs) == (Outcome.ABSENT, None, [])


def test_a_call_of_tensorflow_is_one_program_without_name_and_places_in_the_source(tensorflow: Ask) -> None:
    observation, (program,) = tensorflow("tensorflow/tf.concat/eager-float32")
    assert program.startswith(b"module attributes")  # equal programs have equal text
    assert observation.outcome is Outcome.PASS
    assert b"stablehlo.concatenate" in program
    assert b"loc(" not in program
    assert b".py" not in program


def test_a_call_of_tensorflow_that_needs_values_is_a_program_an_operator(tensorflow: Ask) -> None:
    observation, programs = tensorflow("tensorflow/tf.Variable/eager-float32")
    assert observation.outcome is Outcome.PASS
    assert len(programs) > 1
    assert all(b"mhlo.copy" not in program for program in programs)


def test_what_tensorflow_keeps_on_the_host_needs_no_program(tensorflow: Ask) -> None:
    observation, programs = tensorflow("tensorflow/tf.data.Dataset.shard/eager-int64")
    assert (observation.outcome, programs) == (Outcome.PASS, [])


def test_what_the_bridge_has_no_kernel_of_stops_at_export(tensorflow: Ask) -> None:
    observation, programs = tensorflow("tensorflow/tf.random.gamma/eager-float32")
    assert (observation.outcome, observation.stage, programs) == (Outcome.UNSUPPORTED, Stage.EXPORT, [])
    assert observation.message == "the bridge has no kernel of RandomGamma"


def test_an_operator_without_a_kernel_on_this_host_is_refused_by_the_bridge(tensorflow_ops: Ask) -> None:
    observation, _ = tensorflow_ops("tensorflow/tf.signal.fftnd/eager-complex64")
    assert (observation.outcome, observation.stage) == (Outcome.UNSUPPORTED, Stage.EXPORT)
    assert observation.message == "the bridge has no kernel of FFTND"


def test_what_the_bridge_does_not_implement_is_unsupported(tensorflow_ops: Ask) -> None:
    observation, _ = tensorflow_ops("tensorflow/tf.linalg.tridiagonal_solve/eager-float32")
    assert (observation.outcome, observation.stage) == (Outcome.UNSUPPORTED, Stage.EXPORT)
    assert "does not yet support pivoting" in observation.message


def test_input_pipelines_are_on_the_host(tensorflow_ops: Ask) -> None:
    pipelines = ("tf.data.Dataset.cache/eager", "tf.data.Dataset.shuffle/eager", "tf.data.TextLineDataset/eager")
    for name in (*pipelines, "tf.keras.Model/fit-eager"):
        observation, _ = tensorflow_ops(f"tensorflow/{name}")
        assert observation.outcome is Outcome.PASS, observation.message


def test_an_operator_without_attributes_is_exported(tensorflow_ops: Ask) -> None:
    observation, _ = tensorflow_ops("tensorflow/tf.io.decode_base64/eager")
    assert (observation.outcome, observation.stage) == (Outcome.UNSUPPORTED, Stage.EXPORT)
    assert observation.message == "the bridge takes no argument of dtype string"


def test_a_call_of_pytorch_is_a_portable_artifact(torch: Ask) -> None:
    observation, (program,) = torch("torch/torch.cat/eager-float32")
    assert observation.outcome is Outcome.PASS
    assert program.startswith(b"ML\xefR")
    assert b"StableHLO" in program


def test_what_torch_xla_passes_to_the_cpu_is_a_fallback(torch: Ask) -> None:
    observation, programs = torch("torch/torch.ormqr/eager-float32")
    assert (observation.outcome, observation.stage, programs) == (Outcome.FALLBACK, Stage.LOWER, [])
    assert observation.message == "torch_xla passes to the CPU: aten::ormqr"
