"""Run an action in processes that a test kills at any moment.

A host process imports the modules and prepares the data once. It forks a process for each action, so a kill hits the
action itself, and no process spends seconds on imports.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]

# `act` is defined by the code of the test. A forked process leads a process group of its own. The output ends with the
# last process that holds it, so a git that outlives its killed parent has ended too.
HOST = """
import json, os, sys, traceback
for line in sys.stdin:
    output, inherited = os.pipe()
    pid = os.fork()
    if not pid:
        os.setpgid(0, 0)
        os.dup2(inherited, 1)
        os.close(inherited)
        try:
            act(*json.loads(line))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(inherited)
    os.setpgid(pid, pid)
    print(pid, flush=True)
    sys.stdin.readline()
    status = os.waitpid(pid, 0)[1]
    while os.read(output, 4096):
        pass
    os.close(output)
    print(status, flush=True)
"""


@dataclass(frozen=True)
class KillableProcess:
    """A running action. It stays a zombie until `wait`, so its id stays valid."""

    host: subprocess.Popen[str]
    pid: int

    def kill(self, *, group: bool) -> None:
        """Kill the process alone, or with all processes that it has started."""
        (os.killpg if group else os.kill)(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Wait until it and the processes that it started have ended. Return the exit code, negative for a signal."""
        return os.waitstatus_to_exitcode(int(_exchange(self.host, "wait")))


class KillableAction:
    """An action `act`, defined by code, that `start` runs in a process of its own."""

    def __init__(self, host: subprocess.Popen[str]) -> None:
        self._host = host

    def start(self, *arguments: Any) -> KillableProcess:
        """Start the action with arguments that JSON can hold."""
        return KillableProcess(self._host, int(_exchange(self._host, json.dumps(arguments))))


@contextmanager
def killable(code: str, *arguments: str) -> Iterator[KillableAction]:
    """Yield the action `act` of the code. `arguments` are in its `sys.argv`."""
    with subprocess.Popen(
        [sys.executable, "-c", code + HOST, *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS)])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as host:
        yield KillableAction(host)


def _exchange(host: subprocess.Popen[str], line: str) -> str:
    assert host.stdin
    assert host.stdout
    host.stdin.write(f"{line}\n")
    host.stdin.flush()
    return host.stdout.readline()
