"""Watched processes: if one hangs, crashes or takes too much memory, that costs one case.

A process runs one module of this package in the environment of a build, usually `monitor.suite.worker`, and speaks the
protocol of `monitor.formats.worker_protocol`. The supervisor enforces time and memory limits, reads the answers, and
turns the death of a process into the outcome of its request.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from monitor.formats.error_text import clean
from monitor.formats.serialization import from_json
from monitor.model import Evidence, Observation, Outcome, PublicName

# The package that a process imports: this one alone, not the site-packages beside it, whose NumPy would shadow the
# framework's own. `-P` prevents that `suite/torch` shadows `torch`.
PACKAGE = Path(__file__).resolve().parents[2]
BOOTSTRAP = """
import ctypes, importlib.util, os, runpy, signal, sys
if sys.platform == "linux":  # a worker must not outlive its supervisor, even one that was killed
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
home, cores = sys.argv.pop(1), sys.argv.pop(1)
if cores:  # before the framework counts them
    os.sched_setaffinity(0, map(int, cores.split(",")))
spec = importlib.util.spec_from_file_location("monitor", home + "/__init__.py", submodule_search_locations=[home])
sys.modules["monitor"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["monitor"])
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""

# The largest import takes 8 s on two cores, and some accelerators open in a minute; beyond this limit a process hangs.
START_SECONDS = 300.0
POLL_SECONDS = 0.02  # interval between checks of the limits; answers need no wait
CLOSE_SECONDS = 5.0
LOG_TAIL = 20_000  # characters of the process's own output that are searched for its last message
# Message of XLA and TensorFlow before they abort: "F1123 16:33:01.356055   27382 repeated_field.cc:48] Index (1) out …"
FATAL = re.compile(r"^F\d{4} [\d:.]+\s+\d+ (.*)$", re.MULTILINE)


T = TypeVar("T")


class WorkerUnavailableError(Exception):
    """A worker that cannot start, in one line: a broken build, or no device."""


@dataclass(frozen=True)
class Limits:
    """Limits of one case."""

    seconds: float
    memory_mib: float


@dataclass(frozen=True)
class ProcessInfo:
    """Description of a process that is ready: of a worker, when its framework is imported and its device is open."""

    version: str
    commit: str
    environment: dict[str, str]
    cases: tuple[str, ...]


@dataclass(frozen=True)
class WorkerFailure:
    """Outcome of a request that the process did not answer."""

    outcome: Outcome
    message: str


@dataclass(frozen=True)
class ProcessCommand:
    """A command that starts a process: one module of this package, with its arguments.

    `package` is the `monitor` package that it imports; `cores` are the CPU cores that it is pinned to, empty for all.
    Its own output goes to `log`. It counts as hanging if it is not ready after `start_seconds`.
    """

    python: Path
    module: str
    arguments: Mapping[str, str]
    environment: Mapping[str, str]
    log: Path
    package: Path = PACKAGE
    cores: frozenset[int] = frozenset()
    start_seconds: float = START_SECONDS


class WatchedProcess:
    """One process. `served` counts its answers; `was_killed` is whether it was killed, or died, during a request."""

    def __init__(self, command: ProcessCommand) -> None:
        """Start the process and wait until it is ready. Raises WorkerUnavailableError."""
        self.served = 0
        self.was_killed = False
        self.info: ProcessInfo
        self._buffer = b""
        self._log = command.log
        self._start_seconds = command.start_seconds
        request_end, requests = os.pipe()
        answers, answer_end = os.pipe()
        self._requests = os.fdopen(requests, "wb", buffering=0)  # unlike a descriptor, it may be closed twice
        self._answers = os.fdopen(answers, "rb", buffering=0)
        with command.log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(str(command.python), "-P", "-c", BOOTSTRAP, str(command.package)),
                    *(",".join(map(str, sorted(command.cores))), command.module),
                    *(word for name, value in command.arguments.items() for word in (f"--{name}", value)),
                    *("--requests", str(request_end), "--answers", str(answer_end)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=clean_environment(os.environ) | dict(command.environment),
                pass_fds=(request_end, answer_end),
                start_new_session=True,  # its own process group, which is killed as a whole
            )
        os.close(request_end)
        os.close(answer_end)
        try:
            self.info = self._wait_until_ready()
        except BaseException:
            self.close()
            raise

    def request(self, message: Mapping[str, Any], limits: Limits, read: Callable[[Any], T]) -> T | WorkerFailure:
        """Send a request, and return `read` of the answer, or the failure of the process; see `alive` afterwards.

        The process runs code that nobody reviewed, so an answer may be anything. If `read` raises KeyError, TypeError
        or ValueError, the process is killed.
        """
        deadline = time.monotonic() + limits.seconds
        try:
            self._requests.write(json.dumps(message).encode() + b"\n")
        except BrokenPipeError:
            return self._failure()
        while True:
            if line := self._read_line(POLL_SECONDS):
                self.served += 1
                try:
                    return read(json.loads(line))
                except (KeyError, TypeError, ValueError):
                    self.kill()
                    return WorkerFailure(Outcome.CRASH, "the process answered nonsense")
            if line is None:
                return self._failure()
            if time.monotonic() > deadline:
                self.kill()
                return WorkerFailure(Outcome.TIMEOUT, f"over {limits.seconds:g} s")
            if self.memory_mib > limits.memory_mib:
                self.kill()
                return WorkerFailure(Outcome.OOM, f"over {limits.memory_mib:g} MiB of memory")

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def memory_mib(self) -> float:
        return memory_mib(self._process.pid)

    def kill(self) -> None:
        """Kill the process and everything that it started."""
        self.was_killed = True
        self._end()

    def close(self) -> None:
        """End the process: it ends when its requests do, and is killed otherwise. It may be closed twice."""
        self._requests.close()
        with suppress(subprocess.TimeoutExpired):  # a process that hangs at its end is killed below
            self._process.wait(CLOSE_SECONDS)
        self._end()
        self._answers.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end(self) -> None:
        with suppress(ProcessLookupError):  # the process group has ended already
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _wait_until_ready(self) -> ProcessInfo:
        deadline = time.monotonic() + self._start_seconds
        while time.monotonic() < deadline:
            line = self._read_line(POLL_SECONDS)
            if line is None:
                raise WorkerUnavailableError(f"the worker {self._exit_status()}: {self._last_output()}")
            if line:
                try:
                    message = json.loads(line)
                    if "blocked" not in message:
                        return from_json(ProcessInfo, message["ready"])
                except (ValueError, TypeError, KeyError) as error:
                    raise WorkerUnavailableError("the worker answered nonsense") from error
                raise WorkerUnavailableError(clean(str(message["blocked"])))
        raise WorkerUnavailableError(f"the worker was not ready after {self._start_seconds:g} s: {self._last_output()}")

    def _read_line(self, seconds: float) -> bytes | None:
        """Return the next line; empty if none came in time, None at the end of the answers."""
        while b"\n" not in self._buffer:
            if not select.select([self._answers], [], [], seconds)[0]:
                return b""
            chunk = self._answers.read(1 << 16)
            if not chunk:
                return None
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _failure(self) -> WorkerFailure:
        self.was_killed = True
        # The pipe also ends if a process closes it and lives on; such a process is of no use.
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        fatal = FATAL.findall(self._log.read_text(errors="replace")[-LOG_TAIL:])
        why = f": {fatal[-1]}" if fatal else ""
        return WorkerFailure(Outcome.CRASH, clean(f"the process {self._exit_status()}{why}"))

    def _exit_status(self) -> str:
        code = self._process.wait()
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exited with status {code}"

    def _last_output(self) -> str:
        lines = self._log.read_text(errors="replace")[-LOG_TAIL:].split("\n")
        return clean(next((line for line in reversed(lines) if line.strip()), "no output"))


def worker_command(
    python: Path,
    framework: str,
    suite: str,
    device: str,
    environment: Mapping[str, str],
    log: Path,
    package: Path = PACKAGE,
    cores: frozenset[int] = frozenset(),
) -> ProcessCommand:
    """Return the command of a worker that runs the cases of a suite on a device."""
    arguments = {"framework": framework, "suite": suite, "device": device}
    return ProcessCommand(python, "monitor.suite.worker", arguments, environment, log, package, cores)


class Worker(WatchedProcess):
    """A process that runs cases: `monitor.suite.worker`, or `monitor.suite.kernel_lookup_worker`."""

    def __init__(self, command: ProcessCommand, evidence: Evidence = Evidence.EXECUTED) -> None:
        """Start the worker; its observations have this `evidence`. Raises WorkerUnavailableError."""
        self._evidence = evidence
        super().__init__(command)

    def run_case(self, case: str, limits: Limits) -> Observation:
        """Run a case and return its observation, also if the worker dies; see `alive` afterwards."""
        start = time.monotonic()

        def read(message: Any) -> Observation:
            observation = read_observation(message, case)
            if message.get("device_unusable"):  # all later cases would fail because of this one
                self.kill()
            return observation

        answer = self.request({"case": case}, limits, read)
        if isinstance(answer, WorkerFailure):
            seconds = round(time.monotonic() - start, 3)
            return Observation(case, answer.outcome, self._evidence, message=answer.message, seconds=seconds)
        return answer

    def public_names(self, limits: Limits) -> tuple[PublicName, ...] | WorkerFailure:
        """Return the public names of the build, sorted."""
        return self.request(
            {"names": True}, limits, lambda message: tuple(from_json(PublicName, name) for name in message["names"])
        )


def read_observation(message: Any, case: str) -> Observation:
    """Return the observation in an answer. Raises KeyError, TypeError or ValueError where it has none of that case."""
    observation = from_json(Observation, message["observation"])
    if observation.case != case:
        raise ValueError("an answer to another request")
    return observation


def memory_mib(pid: int) -> float:
    """Return the resident memory of a process in MiB; 0 where it is unknown, or where the process has ended."""
    if Path("/proc/self/statm").exists():
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError, IndexError):
            return 0.0  # the process has just ended
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    printed = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return float(printed.strip() or 0) / 1024


def clean_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables without those of our own Python, which do not fit the build's."""
    return {key: value for key, value in variables.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
