"""Run a user's command with the watch in each of its Python processes, and read what they called.

The command keeps the terminal, its output and its exit status. Ctrl-C reaches it as always, and ends the watch.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.execution.workers.process import PACKAGE, WorkerUnavailableError
from monitor.execution.workers.traced_program import ON_THE_CPU
from monitor.formats.serialization import from_json
from monitor.model import ObservedCall, ObservedFailure, ObservedImport, ObservedUse, WatchedProgram

INJECTED = PACKAGE / "watching" / "inject"
# Dynamo leaves out code under a mode that watches, and warns: without it, functions run as they are written.
ENVIRONMENT = {**ON_THE_CPU, "TORCHDYNAMO_DISABLE": "1"}
POLL_SECONDS = 0.05
GRACE_SECONDS = 10.0  # for a script to end after an interrupt

KINDS = {"call": ObservedCall, "use": ObservedUse, "import": ObservedImport, "failure": ObservedFailure}


@dataclass(frozen=True)
class ScriptEnd:
    """End of a command: its exit status, negative for a signal; `stopped` is the reason if it ended early."""

    status: int
    stopped: str = ""


def run_watched(command: Sequence[str], folder: Path, limit: float, *, quiet: bool) -> ScriptEnd:
    """Run a command until it ends, or `limit` seconds are over. Raises WorkerUnavailableError if it does not start.

    `folder` takes the records. With `quiet`, the standard output goes to the error output.
    """
    environment = {**os.environ, **ENVIRONMENT, "PORTABILITY_WATCH": str(folder)}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(INJECTED), os.environ.get("PYTHONPATH"))))
    with _signals_for_the_script() as received:
        try:
            process = subprocess.Popen(command, env=environment, stdout=2 if quiet else None)
        except OSError as error:
            raise WorkerUnavailableError(f"{command[0]}: {error.strerror or error}") from None
        deadline = time.monotonic() + limit
        sent: list[int] = []
        while process.poll() is None:
            if received[len(sent) :]:  # the terminal sends an interrupt to all its processes, nobody else does
                for number in received[len(sent) :]:
                    if number != signal.SIGINT or not os.isatty(0):
                        process.send_signal(number)
                sent = [*received]
            if time.monotonic() > deadline:
                _end(process)
                return ScriptEnd(process.wait(), f"the limit of {limit:g} s ended it")
            time.sleep(POLL_SECONDS)
        interrupted = "you interrupted it" if signal.SIGINT in received else ""
        return ScriptEnd(process.returncode, interrupted or ("a signal ended it" if received else ""))


@contextmanager
def _signals_for_the_script() -> Iterator[list[int]]:
    """Collect the signals that would end this process, which still has to report."""
    received: list[int] = []
    before = {
        number: signal.signal(number, lambda got, _: received.append(got)) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command as Ctrl-C does; kill it if it does not end."""
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
    if process.poll() is None:
        process.kill()


def read_watched(folder: Path) -> WatchedProgram:
    """Return what the processes of a command called. A process that was killed leaves a last line that is cut."""
    found: dict[str, dict[Any, None]] = {kind: {} for kind in (*KINDS, "framework", "fault")}
    files = sorted(folder.glob("*.jsonl"))
    for file in files:
        for line in file.read_bytes().splitlines():
            with suppress(json.JSONDecodeError):
                for kind, entry in json.loads(line).items():
                    if kind in found:
                        found[kind][_record(kind, entry)] = None
    return WatchedProgram(
        frameworks=tuple(sorted(found["framework"])),
        calls=tuple(found["call"]),
        uses=tuple(found["use"]),
        imports=tuple(found["import"]),
        failures=tuple(found["failure"]),
        faults=tuple(found["fault"]),
        processes=len(files),
    )


def _record(kind: str, entry: Mapping[str, Any]) -> Any:
    if kind == "framework":
        return str(entry["name"]), str(entry["version"])
    if kind == "fault":
        return str(entry["message"])
    return from_json(KINDS[kind], entry)
