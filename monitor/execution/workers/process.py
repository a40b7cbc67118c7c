"""Watched processes: they may hang, crash or eat the machine, and cost one case when they do.

A process runs one module of this package in a build's own environment, `monitor.suite.worker` first of all, and is
spoken to as `monitor.formats.worker_protocol` says. The supervisor owns its time and memory limits, reads its answers,
and says of a process that died what the request it was at came to.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from monitor.formats.error_text import clean
from monitor.formats.serialization import from_json
from monitor.model import Evidence, Observation, Outcome, Signature

# The package that is lent to a framework's environment: itself alone, not the site-packages beside it, whose NumPy
# would shadow the one that the framework was installed with. `-P` keeps `suite/torch` from shadowing `torch`.
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

# The largest import takes 8 s on two cores and some accelerators take a minute to open; beyond this it hangs.
START_SECONDS = 300.0
POLL_SECONDS = 0.02  # how soon a limit is seen to be crossed; answers are seen at once
CLOSE_SECONDS = 5.0
LOG_TAIL = 20_000  # characters of a process's own output that are read for its last words
# What XLA and TensorFlow write before they abort: "F1123 16:33:01.356055   27382 repeated_field.cc:48] Index (1) out …"
FATAL = re.compile(r"^F\d{4} [\d:.]+\s+\d+ (.*)$", re.MULTILINE)


T = TypeVar("T")


class WorkerUnavailableError(Exception):
    """A worker that did not get as far as its first case, in one line: a broken build, no device."""


@dataclass(frozen=True)
class Limits:
    """What one case may cost."""

    seconds: float
    memory_mib: float


@dataclass(frozen=True)
class ProcessInfo:
    """What a process says of itself once it can answer: a worker when its framework is imported and its device open."""

    version: str
    commit: str
    environment: dict[str, str]
    cases: tuple[str, ...]


@dataclass(frozen=True)
class WorkerFailure:
    """What a request came to whose process did not answer it."""

    outcome: Outcome
    message: str


@dataclass(frozen=True)
class ProcessCommand:
    """How to start a process: one module of this package, with its arguments.

    `package` is the `monitor` package lent to the framework's environment; `cores` are those that it keeps to, all
    where there are none. Its own output goes to `log`. It hangs where it is not ready after `start_seconds`.
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
    """One process. `served` counts the requests it has answered; `fell` is whether it was killed, or died, over one."""

    def __init__(self, command: ProcessCommand) -> None:
        """Start it and wait until it is ready. Raises WorkerUnavailableError."""
        self.served = 0
        self.fell = False
        self.ready: ProcessInfo
        self._buffer = b""
        self._log = command.log
        self._start_seconds = command.start_seconds
        request_end, self._requests = os.pipe()
        self._answers, answer_end = os.pipe()
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
                start_new_session=True,  # so that it is killed with all that it started
            )
        os.close(request_end)
        os.close(answer_end)
        try:
            self.ready = self._wait_ready()
        except BaseException:
            self.close()
            raise

    def request(self, message: Mapping[str, Any], limits: Limits, read: Callable[[Any], T]) -> T | WorkerFailure:
        """Have one request answered, and what `read` makes of the answer. Whatever becomes of the process; see `alive`.

        It runs code that nobody reviewed: an answer may be anything, and one that `read` does not take (KeyError,
        TypeError, ValueError) is the end of the process.
        """
        deadline = time.monotonic() + limits.seconds
        try:
            os.write(self._requests, json.dumps(message).encode() + b"\n")
        except BrokenPipeError:
            return self._death()
        while True:
            if line := self._read_line(POLL_SECONDS):
                self.served += 1
                try:
                    return read(json.loads(line))
                except (KeyError, TypeError, ValueError):
                    self.kill()
                    return WorkerFailure(Outcome.CRASH, "the process answered nonsense")
            if line is None:
                return self._death()
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
        """Kill the worker and everything it started."""
        self.fell = True
        self._end()

    def close(self) -> None:
        """Let the worker go: it ends when its requests do, and is killed where it does not."""
        os.close(self._requests)
        with suppress(subprocess.TimeoutExpired):  # a worker that hangs on its way out has nothing left to say
            self._process.wait(CLOSE_SECONDS)
        self._end()
        os.close(self._answers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end(self) -> None:
        with suppress(ProcessLookupError):  # dead already, and with it its process group
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _wait_ready(self) -> ProcessInfo:
        deadline = time.monotonic() + self._start_seconds
        while time.monotonic() < deadline:
            line = self._read_line(POLL_SECONDS)
            if line is None:
                raise WorkerUnavailableError(f"the worker {self._how_it_died()}: {self._last_words()}")
            if line:
                try:
                    message = json.loads(line)
                    if "blocked" not in message:
                        return from_json(ProcessInfo, message["ready"])
                except (ValueError, TypeError, KeyError) as error:
                    raise WorkerUnavailableError("the worker answered nonsense") from error
                raise WorkerUnavailableError(clean(str(message["blocked"])))
        raise WorkerUnavailableError(f"the worker was not ready after {self._start_seconds:g} s: {self._last_words()}")

    def _read_line(self, seconds: float) -> bytes | None:
        """The next line; empty when none came in time, None when there will be no more."""
        while b"\n" not in self._buffer:
            if not select.select([self._answers], [], [], seconds)[0]:
                return b""
            chunk = os.read(self._answers, 1 << 16)
            if not chunk:
                return None
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _death(self) -> WorkerFailure:
        self.fell = True
        # The pipe also ends when a worker closes it and lives on; it is of no more use then.
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        fatal = FATAL.findall(self._log.read_text(errors="replace")[-LOG_TAIL:])
        why = f": {fatal[-1]}" if fatal else ""
        return WorkerFailure(Outcome.CRASH, clean(f"the process {self._how_it_died()}{why}"))

    def _how_it_died(self) -> str:
        code = self._process.wait()
        return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exited with status {code}"

    def _last_words(self) -> str:
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
    """How to start a worker that answers the cases of a suite on a device."""
    arguments = {"framework": framework, "suite": suite, "device": device}
    return ProcessCommand(python, "monitor.suite.worker", arguments, environment, log, package, cores)


class Worker(WatchedProcess):
    """A process that answers cases by itself: `monitor.suite.worker`, or `monitor.suite.kernel_lookup_worker`."""

    def __init__(self, command: ProcessCommand, evidence: Evidence = Evidence.EXECUTED) -> None:
        """Start it; `evidence` is what its answers are. Raises WorkerUnavailableError."""
        self._evidence = evidence
        super().__init__(command)

    def ask(self, case: str, limits: Limits) -> Observation:
        """Have one case answered. Whatever becomes of the worker, the answer is an observation; see `alive`."""
        start = time.monotonic()

        def read(message: Any) -> Observation:
            observation = read_observation(message, case)
            if message.get("ruined"):  # whatever is asked of it from here on would fail for what this case did
                self.kill()
            return observation

        answer = self.request({"case": case}, limits, read)
        if isinstance(answer, WorkerFailure):
            seconds = round(time.monotonic() - start, 3)
            return Observation(case, answer.outcome, self._evidence, message=answer.message, seconds=seconds)
        return answer

    def signatures(self, functions: Sequence[str], limits: Limits) -> tuple[Signature, ...] | WorkerFailure:
        """What each of these functions takes, as its framework says it."""
        return self.request({"signatures": functions}, limits, lambda message: _read_signatures(message, functions))


def _read_signatures(message: Any, functions: Sequence[str]) -> tuple[Signature, ...]:
    """The signatures in an answer, one for each function. Raises as `read_observation`."""
    told = message["signatures"]
    return tuple(from_json(Signature, {"function": function, "text": told[function]}) for function in functions)


def read_observation(message: Any, case: str) -> Observation:
    """The observation in an answer. Raises KeyError, TypeError or ValueError where it holds none of that case."""
    observation = from_json(Observation, message["observation"])
    if observation.case != case:
        raise ValueError("an answer to another question")
    return observation


def memory_mib(pid: int) -> float:
    """The resident memory of a process, in MiB: 0 where the platform does not tell or the process is gone."""
    if Path("/proc/self/statm").exists():
        try:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError, IndexError):
            return 0.0  # it is just going
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return float(told.strip() or 0) / 1024


def clean_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """An environment without what belongs to our own Python, and not to the build's."""
    return {key: value for key, value in variables.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
