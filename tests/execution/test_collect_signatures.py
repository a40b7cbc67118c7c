"""Signatures of a run: once for each function, also after a cut, and a note after a failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.execution.collect_signatures import collect_signatures
from monitor.execution.run import run_job
from monitor.execution.targets.target import Target
from monitor.execution.workers.process import WorkerFailure, WorkerUnavailableError
from monitor.formats.run_file import RunFile, read_run_file
from monitor.model import Comparison, ComparisonSide, Job, Outcome, Reason, Signature

CASES = {"jax/jax.a/eager": "pass", "jax/jax.a/compiled": "pass", "jax/jax.b/eager": "pass"}
CONTEXT: Any = SimpleNamespace(backend=SimpleNamespace(case_seconds=60, case_memory_mib=4096))


class FakeWorker:
    """A worker with a fixed answer that records its requests."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked, self.closed = answer, [], False

    def signatures(self, functions: list[str], limits: object) -> Any:
        del limits
        self.asked += functions
        return self.answer or tuple(Signature(function, "(x)") for function in functions)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> FakeWorker:
    fake = FakeWorker(None)
    monkeypatch.setattr("monitor.execution.collect_signatures.execute_worker", lambda _: lambda: fake)
    return fake


def told(runfile: RunFile) -> tuple[list[Signature], tuple[str, ...]]:
    written: list[Signature] = []
    return written, collect_signatures(CONTEXT, runfile, write=written.append)


def test_a_function_is_told_once_however_many_cases_it_has(worker: FakeWorker, runfile: Callable[..., RunFile]) -> None:
    assert told(runfile(1, CASES)) == ([Signature("jax.a", "(x)"), Signature("jax.b", "(x)")], ())
    assert worker.closed


def test_what_was_told_is_not_told_again(worker: FakeWorker, runfile: Callable[..., RunFile]) -> None:
    begun = replace(runfile(1, CASES), signatures=(Signature("jax.a", "(x)"),))
    assert told(begun) == ([Signature("jax.b", "(x)")], ())
    told(replace(begun, signatures=(Signature("jax.a"), Signature("jax.b"))))
    side = ComparisonSide("jax==1.0", (Outcome.PASS,))
    told(runfile(1, CASES, comparisons=(Comparison("jax/jax.a/eager", Reason.CONTROL, side, side),)))
    assert worker.asked == ["jax.b"]


def test_a_worker_that_dies_of_it_is_a_note(worker: FakeWorker, runfile: Callable[..., RunFile]) -> None:
    worker.answer = WorkerFailure(Outcome.TIMEOUT, "over 60 s")
    assert told(runfile(1, CASES)) == ([], ("no signatures: over 60 s",))
    assert worker.closed


def test_a_worker_that_does_not_start_is_a_note(
    monkeypatch: pytest.MonkeyPatch, runfile: Callable[..., RunFile]
) -> None:
    def start() -> None:
        raise WorkerUnavailableError("no device")

    monkeypatch.setattr("monitor.execution.collect_signatures.execute_worker", lambda _: start)
    assert told(runfile(1, CASES)) == ([], ("no signatures: no device",))


def test_a_run_that_was_cut_off_among_its_signatures_goes_on(
    cpu: Target, builds: Callable[[str], ProvisionedBuild], framework_environments: Path, tmp_path: Path
) -> None:
    path = tmp_path / "run.jsonl"
    job = Job(
        "cpu", "jax", "paper", python=str(builds("jax").python), selection=("jax/jax.numpy.a[dl]*/eager-float32",)
    )

    def run() -> RunFile:
        return run_job(
            job, cpu, path, cache=framework_environments, resume=path.exists(), log=print, on_progress=lambda _: None
        )

    whole = run()
    assert len(whole.signatures) > 1
    lines = path.read_text().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if '{"signature"' in line)
    path.write_text("".join(lines[: first + 1]) + '{"signature": {"func')
    assert run().signatures == whole.signatures == read_run_file(path).signatures
