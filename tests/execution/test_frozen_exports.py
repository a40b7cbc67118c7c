"""Exports that are kept in a file give later runs the same programs, without the framework's environment."""

from __future__ import annotations

import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.execution.__main__ import main
from monitor.execution.run import run_job
from monitor.execution.targets.target import Target, load_target
from monitor.execution.workers.compile_worker import BuildExports, Exports
from monitor.execution.workers.frozen_exports import (
    FROZEN,
    FrozenExportsError,
    read_frozen,
    write_frozen,
)
from monitor.execution.workers.process import ProcessInfo, WorkerFailure
from monitor.formats.run_file import RunFile
from monitor.model import Build, Channel, Evidence, Job, Observation, Outcome, Run, Stage
from monitor.suite.discovery import declared_ids

CHECKOUT = Path(__file__).parents[2]
PASSED, REFUSED, KILLED = (f"torch/torch.{name}/eager-float32" for name in ("abs", "nonzero", "svd"))
RUN = Run(
    "20261201T070000Z-000001",
    "2026-12-01T07:00:00Z",
    "tpu",
    "torch",
    "paper",
    Evidence.COMPILED,
    Build("torch", "2.9.0", Channel.PINNED),
)


@pytest.fixture
def exports(tmp_path: Path) -> BuildExports:
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "one.mlir").write_bytes(b"program")
    (folder / "of-no-case.mlir").write_bytes(b"of an earlier job")
    info = ProcessInfo("2.9.0", "abc", {"torch.threads": "1"}, (KILLED, PASSED, REFUSED, "torch/torch.sin/eager"))
    passed = Observation(PASSED, Outcome.PASS, Evidence.COMPILED, seconds=0.5)
    refused = Observation(REFUSED, Outcome.FALLBACK, Evidence.COMPILED, "on the CPU", Stage.LOWER, seconds=0.1)
    current = {
        PASSED: (passed, ["one.mlir", "one.mlir"]),
        REFUSED: (refused, []),
        KILLED: WorkerFailure(Outcome.TIMEOUT, "over 60 s"),
    }
    return BuildExports(folder, info, current=current)


def test_a_file_has_the_answers_and_their_programs(exports: BuildExports, tmp_path: Path) -> None:
    path = tmp_path / "new" / "paper.tar.xz"
    write_frozen(path, RUN, exports)
    frozen = read_frozen(path)
    assert frozen.build == RUN.build
    assert frozen.info.cases == (KILLED, PASSED, REFUSED)  # no case without an answer
    assert frozen.info.environment == {"torch.threads": "1", FROZEN: "2026-12-01"}
    later = BuildExports(tmp_path / "later")
    later.folder.mkdir()
    frozen.unpack(later)
    assert [(file.name, file.read_bytes()) for file in later.folder.iterdir()] == [("one.mlir", b"program")]
    assert later.info == frozen.info
    untimed = {
        case: answer if isinstance(answer, WorkerFailure) else (replace(answer[0], seconds=0.0), answer[1])
        for case, answer in exports.current.items()
    }
    assert later.earlier == untimed


def test_nothing_is_kept_of_a_run_without_exports(exports: BuildExports, tmp_path: Path) -> None:
    path = tmp_path / "paper.tar.xz"
    for empty in (None, replace(exports, current={})):
        with pytest.raises(FrozenExportsError, match="the run exported nothing"):
            write_frozen(path, RUN, empty)
    assert not path.exists()


@pytest.mark.parametrize("damage", ["missing", "text", "cut", "no-head", "other-head"])
def test_a_damaged_file_is_named(exports: BuildExports, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "paper.tar.xz"
    write_frozen(path, RUN, exports)
    if damage == "missing":
        path.unlink()
    elif damage == "text":
        path.write_text("no archive")
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:100])
    else:
        head = tmp_path / "head.json"
        head.write_text("{}")
        with tarfile.open(path, "w:xz") as archive:
            archive.add(head, "exports.json" if damage == "other-head" else "another.json")
    with pytest.raises(FrozenExportsError, match=str(path)):
        read_frozen(path)


def test_a_resumed_run_keeps_no_exports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, kept = (str(tmp_path / name) for name in ("run.jsonl", "paper.tar.xz"))
    assert main(["--framework", "jax", "--out", out, "--resume", "--save-exports", kept]) == 2
    assert "run it anew, without --resume" in capsys.readouterr().err


@pytest.fixture(scope="module")
def runs(framework_environments: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFile, RunFile]:
    """Run cases of JAX for a TPU: once with its environment, then with the exports of that run."""
    folder = tmp_path_factory.mktemp("frozen")
    (folder / "programs").mkdir()
    (folder / "kept").mkdir()
    target = load_target(CHECKOUT / "runners" / "tpu-v5e.toml")
    job = Job(
        target.name,
        "jax",
        "paper",
        Evidence.COMPILED,
        channel="release",
        selection=("jax/jax.numpy.add/eager-float*", "jax/jax.numpy.linalg.eig/eager-float32"),
    )
    exports = Exports(folder / "programs")

    def run(name: str, job: Job, target: Target, exports: Exports | None = None) -> RunFile:
        return run_job(
            job,
            target,
            folder / name,
            cache=framework_environments,
            exports=exports,
            log=print,
            on_progress=lambda progress: None,
        )

    first = run("first.jsonl", job, target, exports)
    write_frozen(folder / "kept" / "paper.tar.xz", first.run, exports.last)
    frozen = with_exports(target, folder / "kept")
    return first, run("second.jsonl", replace(job, channel="auto"), frozen)


def with_exports(target: Target, folder: Path) -> Target:
    """Return a target that takes JAX's exports from a folder."""
    assert target.compile is not None
    compiler = target.compile.compiler
    # Without a channel, a run that installs JAX is blocked.
    jax = replace(compiler.frameworks["jax"], exports=folder, channels={})
    compiler = replace(compiler, frameworks={**compiler.frameworks, "jax": jax})
    return replace(target, compile=replace(target.compile, compiler=compiler))


def test_a_run_of_frozen_exports_has_the_same_outcomes(runs: tuple[RunFile, RunFile]) -> None:
    first, second = runs
    assert second.run.blocked == ""
    assert second.run.cases == first.run.cases
    assert sorted(map(essence, second.observations)) == sorted(map(essence, first.observations))
    assert {one.outcome for one in first.observations} == {Outcome.PASS, Outcome.UNSUPPORTED}


def essence(observation: Observation) -> tuple[str, str, str, int]:
    code = observation.compiled.code if observation.compiled else None
    return observation.case, observation.outcome, observation.message, code or 0


def test_a_run_of_frozen_exports_says_so(runs: tuple[RunFile, RunFile]) -> None:
    first, second = runs
    assert second.run.build == first.run.build
    assert second.run.environment[FROZEN] == first.run.started[:10]
    assert FROZEN not in first.run.environment
    (note, *_) = second.run.notes
    assert first.run.build is not None
    assert note == f"the programs are those that {first.run.build.requirement} exported on {first.run.started[:10]}"


SHIPPED = sorted((CHECKOUT / "runners" / "exports").glob("*/*.tar.xz"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_shipped_exports_are_of_cases_that_this_checkout_declares(path: Path) -> None:
    frozen, suite = read_frozen(path), path.name.removesuffix(".tar.xz")
    assert not {*frozen.info.cases} - {*declared_ids(path.parent.name, suite)}
    programs = {name for answer in frozen.answers.values() if isinstance(answer, tuple) for name in answer[1]}
    with tarfile.open(path) as archive:
        assert programs == {member.name for member in archive} - {"exports.json"}
    assert frozen.answers.keys() == {*frozen.info.cases}


def test_there_are_shipped_exports() -> None:
    assert [f"{path.parent.name}/{path.name}" for path in SHIPPED] == ["torch/ops.tar.xz", "torch/paper.tar.xz"]
