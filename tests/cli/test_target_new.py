"""`portability target new`, with questions and with options."""

from __future__ import annotations

import json
import shutil
import sys
import tomllib
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.execution.targets.device_check import DeviceExpectation
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.target import Target, load_target
from monitor.model import Channel, Chip, Evidence
from monitor.pipeline.errors import UserError
from monitor.pipeline.target_template import ORACLE_PACKAGES

RUNNERS = Path(__file__).parents[2] / "runners"
SCHEMA = json.loads((RUNNERS / "target.schema.json").read_text())


@pytest.fixture
def runners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout's folder of runner files, to add to."""
    folder = tmp_path / "runners"
    shutil.copytree(RUNNERS, folder)
    for module in ("cli.target", "pipeline.target_files"):
        monkeypatch.setattr(f"monitor.{module}.RUNNERS", folder)
    return folder


def new(*flags: str, answers: str = "") -> Result:
    return CliRunner().invoke(app, ["target", "new", *flags], input=answers)


def written(runners: Path, name: str) -> Target:
    path = runners / f"{name}.toml"
    jsonschema_rs.validate(SCHEMA, tomllib.loads(path.read_text()))
    return load_target(path)


L4 = DeviceExpectation(name="NVIDIA L4", count=2)


def test_the_workflows_offer_what_is_added(runners: Path) -> None:
    workflows = runners.parent / ".github" / "workflows"
    shutil.copytree(RUNNERS.parent / ".github" / "workflows", workflows)
    check = ["target", "sync-workflows", "--check"]
    assert CliRunner().invoke(app, check).exit_code == 0
    shutil.copy(runners / "nvidia-t4.toml", runners / "nvidia-z9.toml")
    checked = CliRunner().invoke(app, check)
    assert checked.exit_code == 1
    assert [line.split(":")[0].rpartition("/")[2] for line in checked.output.splitlines()] == [
        *("backfill.yml", "bisect.yml", "compare.yml", "run.yml")
    ]
    (runners / "nvidia-z9.toml").unlink()
    assert new("nvidia-l4", "--title", "L4", "--builds", "cuda").exit_code == 0
    assert CliRunner().invoke(app, check).exit_code == 0
    assert all("          - nvidia-l4\n" in (workflows / f"{name}.yml").read_text() for name in ("bisect", "run"))


def test_a_gpu_with_flags(runners: Path) -> None:
    flags = ("--builds", "cuda", "--expect-name", "NVIDIA L4", "--count", "2")
    done = new("nvidia-l4", "--title", 'NVIDIA "Ada" L4', *flags)
    assert done.exit_code == 0, done.output
    target = written(runners, "nvidia-l4")
    assert (target.title, target.evidences) == ('NVIDIA "Ada" L4', (Evidence.EXECUTED,))
    assert target.backend(Evidence.EXECUTED).labels == ("nvidia-l4",)
    assert set(target.frameworks) == {"jax", "tensorflow", "torch"}
    assert target.framework("torch").expect == DeviceExpectation(flavour="cuda .+").over(L4)
    assert done.stdout.splitlines()[1:] == [
        "  1. on the machine, see what a night would see first: portability doctor --target nvidia-l4",
        "  2. register its runner with the label nvidia-l4, as runners/provisioning/README.md tells",
        "  3. commit and push runners/ and .github/, and add nvidia-l4 to your repository's PORTABILITY_RUNNERS",
    ]


def test_a_gpu_by_answers(runners: Path) -> None:
    done = new(answers="nvidia-l4\nNVIDIA L4\ncuda\nNVIDIA L4\n2\nnone\n")
    assert done.exit_code == 0, done.output
    assert "cuda: NVIDIA GPUs (CUDA)" in done.stdout
    assert written(runners, "nvidia-l4").framework("jax").expect == L4


def test_a_slip_is_asked_for_again_and_costs_no_answer(runners: Path) -> None:
    slips = ("My L4", "cpu", "../nvidia-l4"), ("cudda", "NVIDIA"), ("(",), ("many",), ("tpv",)
    right = (("nvidia-l4", "NVIDIA L4"), ("cuda",), ("NVIDIA L4",), ("2",), ("none",))
    lines = [line for wrong, good in zip(slips, right, strict=True) for line in (*wrong, *good)]
    done = new(answers="".join(f"{line}\n" for line in lines))
    assert done.exit_code == 0, done.output
    assert done.stdout.count("Error: ") == sum(map(len, slips))
    assert 'no answer "cudda", did you mean "cuda"?' in done.stdout
    assert written(runners, "nvidia-l4").framework("jax").expect == L4


def test_a_chip_that_a_compiler_knows_needs_no_runner(runners: Path) -> None:
    figures = ("--memory-gib", "16", "--bandwidth", "819", "--peak", "197")
    flags = new("tpu-a", "--title", "TPU", "--compiler", "tpu", "--topology", "v5e:4x4", *figures)
    asked = new("tpu-b", answers="TPU\nnone\ntpu\nv5e:4x4\n\n16\n819\n197\n")
    assert (flags.exit_code, asked.exit_code) == (0, 0), flags.output + asked.output
    assert "none has to be registered" in flags.stdout
    for name in ("tpu-a", "tpu-b"):
        target = written(runners, name)
        assert target.evidences == (Evidence.COMPILED,)
        assert target.compile is not None
        assert (target.compile.topology, target.compile.chip) == ("v5e:4x4", Chip(16, 819, 197))


def test_an_accelerator_that_nobody_here_knows(runners: Path) -> None:
    flags = ("--framework", "torch", "--device", "npu", "--package", "torch", "--package", "torch-npu")
    assert new("board", "--title", "My board", *flags).exit_code == 0
    assert new("bord", answers="My board\nother\ntorch\nnpu\ntorch torch-npu\n\n\nnone\n").exit_code == 0
    for name in ("board", "bord"):
        torch = written(runners, name).framework("torch")
        assert (torch.device, torch.expect) == ("npu", DeviceExpectation(count=1))
        assert torch.channels[Channel.RELEASE].packages == ("torch", "torch-npu", *ORACLE_PACKAGES["torch"])


@pytest.mark.parametrize(
    ("flags", "fault"),
    [
        (("x", "--title", "X"), "--title: how is it seen?"),
        (
            ("x", "--title", "X", "--builds", "cudda"),
            '"cudda" has no file in builds/, did you mean "cuda"',
        ),
        (("x", "--title", "X", "--framework", "trch"), 'no framework "trch", did you mean "torch"?'),
        (("../x", "--title", "X", "--builds", "cuda"), '"../x" is not a target\'s name but a path'),
        (
            ("x", "--title", "X", "--compiler", "tpu", "--topology", "v5e:2x2", "--configuration", sys.executable),
            f"{sys.executable}: cannot be read",
        ),
        (("X!", "--title", "X", "--builds", "cuda"), 'file name: "X!" is not a target\'s name'),
        (
            ("x", "--title", "X", "--builds", "cuda", "--expect-name", "("),
            'name: "(" is not a regular expression',
        ),
        (("x", "--title", "X", "--compiler", "tpu", "--topology", "v9:1"), "compile.chip.memory-gib: 0"),
        (("cpu", "--title", "X", "--builds", "cuda"), "cpu.toml is there already"),
    ],
)
def test_a_fault_leaves_no_file(runners: Path, flags: tuple[str, ...], fault: str) -> None:
    before = {path: path.read_text() for path in runners.glob("*.toml")}
    done = new(*flags)
    assert isinstance(done.exception, UserError | TargetError)
    assert fault in str(done.exception)
    assert {path: path.read_text() for path in runners.glob("*.toml")} == before
