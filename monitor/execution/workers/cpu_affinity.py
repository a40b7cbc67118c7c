"""Reserve CPU cores for the workers of a run, so that no other run shares them.

The system moves an unpinned process from core to core, and a framework starts as many threads as it sees cores. A run
reserves its cores by file locks, which the system releases with the process. On a machine without free cores, or
without pinning, the workers stay unpinned, and the run has a note.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from monitor.file_lock import open_lock

UNPINNED = "the workers were not pinned to cores of their own: other runs held them, or this system has no pinning"

LOCKS = Path(tempfile.gettempdir()) / f"portability-cores-{os.getuid()}"


@contextmanager
def reserve_cores(count: int) -> Iterator[frozenset[int]]:
    """Reserve `count` cores that no other run on this machine holds, the highest first; none if that fails."""
    with ExitStack() as resources:
        yield _take(count, resources) if hasattr(os, "sched_getaffinity") else frozenset()


def allowed_cores() -> frozenset[int]:
    """Return the cores that this process may use; empty where the system has no pinning."""
    return frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()


def pin_process(cores: frozenset[int]) -> None:
    """Pin all threads of this process to `cores`, and so the processes that it starts; do nothing if they are empty."""
    if not cores or not hasattr(os, "sched_setaffinity"):
        return
    for thread in Path("/proc/self/task").iterdir():
        with suppress(ProcessLookupError):  # it has just ended
            os.sched_setaffinity(int(thread.name), cores)


def format_cores(cores: frozenset[int]) -> str:
    """Return cores as an argument of a program: "0,3"."""
    return ",".join(map(str, sorted(cores)))


def parse_cores(text: str) -> frozenset[int]:
    """Return the cores in an argument of a program."""
    return frozenset(map(int, filter(None, text.split(","))))


def _take(count: int, resources: ExitStack) -> frozenset[int]:
    LOCKS.mkdir(mode=0o700, exist_ok=True)
    taken: set[int] = set()
    for core in sorted(os.sched_getaffinity(0), reverse=True):  # the lowest cores serve interrupts
        if len(taken) == count:
            break
        if resources.enter_context(open_lock(LOCKS / str(core))).try_acquire():
            taken.add(core)
    return frozenset(taken) if len(taken) == count else frozenset()
