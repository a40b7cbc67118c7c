"""Public names of a run: each once, also after a cut, and a note after a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.execution.collect_names import collect_names
from monitor.execution.workers.process import WorkerFailure, WorkerUnavailableError
from monitor.formats.run_file import RunFile
from monitor.model import NameKind, Outcome, PublicName

CONTEXT: Any = SimpleNamespace(backend=SimpleNamespace(case_seconds=60, case_memory_mib=4096))
NAMES = tuple(PublicName(f"jax.{name}", NameKind.FUNCTION, "(x)") for name in "abc")


class FakeWorker:
    """A worker with a fixed answer that counts its requests."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.requests, self.closed = answer, 0, False

    def public_names(self, limits: object) -> Any:
        del limits
        self.requests += 1
        return self.answer

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> FakeWorker:
    fake = FakeWorker(NAMES)
    monkeypatch.setattr("monitor.execution.collect_names.execute_worker", lambda _: lambda: fake)
    return fake


def collected(runfile: RunFile) -> tuple[list[PublicName], tuple[str, ...]]:
    written: list[PublicName] = []

    def write(names: Iterable[PublicName]) -> None:
        written.extend(names)

    return written, collect_names(CONTEXT, runfile, write=write)


def test_the_suite_lists_names_and_no_other_does(worker: FakeWorker, runfile: Callable[..., RunFile]) -> None:
    assert collected(runfile(1, {})) == ([], ())
    assert worker.requests == 0
    assert collected(runfile(1, {}, suite="names")) == ([*NAMES], ())
    assert worker.closed


def test_a_run_that_was_cut_off_among_its_names_goes_on(worker: FakeWorker, runfile: Callable[..., RunFile]) -> None:
    cut = replace(runfile(1, {}, suite="names"), names=NAMES[:2])
    assert collected(cut) == ([NAMES[2]], ())
    assert worker.requests == 1


def test_a_worker_that_dies_is_a_note(worker: FakeWorker, runfile: Callable[..., RunFile]) -> None:
    worker.answer = WorkerFailure(Outcome.TIMEOUT, "over 60 s")
    assert collected(runfile(1, {}, suite="names")) == ([], ("no names: over 60 s",))
    assert worker.closed


def test_a_worker_that_does_not_start_is_a_note(
    monkeypatch: pytest.MonkeyPatch, runfile: Callable[..., RunFile]
) -> None:
    def start() -> None:
        raise WorkerUnavailableError("no device")

    monkeypatch.setattr("monitor.execution.collect_names.execute_worker", lambda _: start)
    assert collected(runfile(1, {}, suite="names")) == ([], ("no names: no device",))
