"""Real faults in real workers: each costs one case, with the right outcome."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.execution.workers.confirming_worker import ConfirmingWorker
from monitor.execution.workers.process import Limits, ProcessCommand, Worker, WorkerUnavailableError, worker_command
from monitor.model import Outcome

LIMITS = Limits(seconds=10, memory_mib=1024)
FAULTS = Path(__file__).parent / "faults"


@pytest.fixture(scope="module")
def package(lend: Callable[[str, Path], Path]) -> Path:
    """The `monitor` package with the suite of faults among JAX's."""
    return lend("jax", FAULTS)


@pytest.fixture
def command(builds: Callable[[str], ProvisionedBuild], package: Path, tmp_path: Path) -> ProcessCommand:
    return worker_command(
        python=builds("jax").python,
        framework="jax",
        suite="faults",
        device="cpu",
        environment={"TMPDIR": str(tmp_path)},
        log=tmp_path / "worker.log",
        package=package,
    )


@pytest.fixture
def worker(command: ProcessCommand) -> Iterator[Worker]:
    with Worker(command) as worker:
        yield worker


def fault(name: str) -> str:
    return f"jax/jax.numpy.add/{name}-eager"


def test_a_worker_says_what_it_is(worker: Worker, builds: Callable[[str], ProvisionedBuild]) -> None:
    assert worker.info.version == builds("jax").build.version
    assert len(worker.info.commit) == 40
    assert fault("a-healthy") in worker.info.cases


def test_an_interrupted_close_can_be_repeated(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(worker, "_end", lambda: signal.raise_signal(signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            worker.close()
    worker.close()
    assert not worker.alive


def test_a_segfault_is_a_crash(worker: Worker) -> None:
    observation = worker.run_case(fault("b-segfault"), LIMITS)
    assert (observation.outcome, observation.message) == (Outcome.CRASH, "the process was killed by SIGSEGV")
    assert not worker.alive


def test_an_exit_is_a_crash(worker: Worker) -> None:
    observation = worker.run_case(fault("h-exits"), LIMITS)
    assert (observation.outcome, observation.message) == (Outcome.CRASH, "the process exited with status 7")


def test_a_hang_is_a_timeout_soon_after_the_limit(worker: Worker) -> None:
    start = time.monotonic()
    observation = worker.run_case(fault("d-hang"), Limits(seconds=1, memory_mib=1024))
    assert (observation.outcome, observation.message) == (Outcome.TIMEOUT, "over 1 s")
    assert time.monotonic() - start < 3
    assert not worker.alive


def test_a_memory_hog_is_out_of_memory(worker: Worker) -> None:
    observation = worker.run_case(fault("e-memory-hog"), LIMITS)
    assert (observation.outcome, observation.message) == (Outcome.OOM, "over 1024 MiB of memory")
    assert not worker.alive


def test_a_worker_killed_from_outside_is_a_crash(worker: Worker) -> None:
    killer = threading.Timer(0.5, os.kill, (worker._process.pid, signal.SIGKILL))
    killer.start()
    observation = worker.run_case(fault("k-slow"), LIMITS)
    assert (observation.outcome, observation.message) == (Outcome.CRASH, "the process was killed by SIGKILL")


def test_a_worker_killed_between_two_cases_is_a_crash_of_the_next(worker: Worker) -> None:
    os.kill(worker._process.pid, signal.SIGKILL)
    time.sleep(0.2)
    assert worker.run_case(fault("a-healthy"), LIMITS).outcome is Outcome.CRASH


def test_a_device_that_is_ruined_is_the_end_of_its_worker(worker: Worker) -> None:
    observation = worker.run_case(fault("h-ruins-the-device"), LIMITS)
    assert observation.outcome is Outcome.ERROR
    assert "device-side assert triggered" in observation.message
    assert not worker.alive


def test_an_error_alone_is_not(worker: Worker) -> None:
    assert worker.run_case(fault("j-flaky"), LIMITS).outcome is Outcome.MISMATCH
    assert worker.alive


def test_what_a_framework_prints_is_no_answer(worker: Worker) -> None:
    assert worker.run_case(fault("i-writes-on-stdout"), LIMITS).outcome is Outcome.PASS


def test_an_answer_that_is_none_is_a_crash(worker: Worker) -> None:
    observation = worker.run_case(fault("i-writes-over-the-answer"), LIMITS)
    assert (observation.outcome, observation.message) == (Outcome.CRASH, "the process answered nonsense")
    assert not worker.alive


def test_each_harm_costs_its_own_case(command: ProcessCommand) -> None:
    with ConfirmingWorker(lambda: Worker(command), LIMITS, last_known={}) as examiner:
        answers = {case.split("/")[2]: examiner.run_case(case) for case in examiner.worker.info.cases}
    assert {name.removesuffix("-eager"): answer.outcome.value for name, answer in answers.items()} == {
        "a-healthy": "pass",
        "b-segfault": "crash",
        "c-after-segfault": "pass",
        "d-hang": "timeout",
        "e-memory-hog": "oom",
        "f-corruptor": "pass",
        "g-victim": "pass",
        "h-exits": "crash",
        "h-ruins-the-device": "error",
        "i-writes-on-stdout": "pass",
        "i-writes-over-the-answer": "crash",
        "j-flaky": "pass",  # nothing is known of it yet, and alone it passed
        "k-slow": "pass",
        "l-healthy": "pass",
        "m-leaves-much-behind": "pass",
    }
    victim = answers["g-victim-eager"]
    assert victim.first_outcome is Outcome.ERROR
    assert [attempt.outcome for attempt in victim.retries] == [Outcome.PASS]


def test_a_worker_that_has_grown_is_replaced(command: ProcessCommand) -> None:
    with ConfirmingWorker(lambda: Worker(command), LIMITS, last_known={}) as examiner:
        first = examiner.worker
        outcomes = [
            examiner.run_case(fault("a-healthy")).outcome,
            examiner.run_case(fault("m-leaves-much-behind")).outcome,
        ]
        assert examiner.worker is first
        assert first.memory_mib > LIMITS.memory_mib / 2
        outcomes.append(examiner.run_case(fault("l-healthy")).outcome)
        assert examiner.worker is not first
    assert outcomes == [Outcome.PASS] * 3


def test_news_is_confirmed_by_two_fresh_workers(command: ProcessCommand) -> None:
    known = {fault("b-segfault"): Outcome.PASS, fault("j-flaky"): Outcome.PASS, fault("c-after-segfault"): Outcome.PASS}
    with ConfirmingWorker(lambda: Worker(command), LIMITS, known) as examiner:
        crash, fine, flaky = (
            examiner.run_case(case) for case in (fault("b-segfault"), fault("c-after-segfault"), fault("j-flaky"))
        )
    assert crash.outcome is Outcome.CRASH
    assert [attempt.outcome for attempt in crash.retries] == [Outcome.CRASH] * 2
    assert (fine.outcome, fine.retries) == (Outcome.PASS, ())
    assert (flaky.outcome, flaky.first_outcome) == (Outcome.FLAKY, Outcome.MISMATCH)
    assert flaky.message == "fresh workers said mismatch and pass"


def test_a_device_that_is_not_there_is_said_in_one_line(command: ProcessCommand) -> None:
    with pytest.raises(WorkerUnavailableError, match=r"jax has no device 'tpu'") as caught:
        Worker(replace(command, arguments={**command.arguments, "device": "tpu"}))
    assert "\n" not in str(caught.value)


def test_a_broken_framework_is_said_in_one_line(command: ProcessCommand, tmp_path: Path) -> None:
    (tmp_path / "jax.py").write_text("import a_library_that_is_gone\n")
    broken = {**command.environment, "PYTHONPATH": str(tmp_path)}
    with pytest.raises(WorkerUnavailableError, match="No module named 'a_library_that_is_gone'"):
        Worker(replace(command, environment=broken))


def test_workers_die_with_their_supervisor(command: ProcessCommand, tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        worker = Worker(command)
        (tmp_path / "pid").write_text(str(worker._process.pid))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    pid = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and Path(f"/proc/{pid}/status").exists():
        if "Z (zombie)" in Path(f"/proc/{pid}/status").read_text():
            break
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{pid}").exists()
