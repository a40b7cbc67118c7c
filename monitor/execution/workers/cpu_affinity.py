"""The cores that a run's workers keep to, so that they are neither moved about nor shared between two runs.

An unpinned process is moved from core to core, and a framework that asks how many cores there are starts as many
threads. A run takes its cores for itself by a lock, which the system drops with the process; a machine that has no
free cores left, or does not let processes be pinned, leaves its workers unpinned, and the run says so.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

LOCKS = Path(tempfile.gettempdir()) / f"portability-cores-{os.getuid()}"


@contextmanager
def own_cores(count: int) -> Iterator[frozenset[int]]:
    """So many cores that no other run on this machine holds, the highest first; none where that cannot be had."""
    with ExitStack() as held:
        yield _take(count, held) if hasattr(os, "sched_getaffinity") else frozenset()


def _take(count: int, held: ExitStack) -> frozenset[int]:
    LOCKS.mkdir(mode=0o700, exist_ok=True)
    taken: set[int] = set()
    for core in sorted(os.sched_getaffinity(0), reverse=True):  # the first ones serve interrupts
        if len(taken) == count:
            break
        file = held.enter_context((LOCKS / str(core)).open("w"))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        taken.add(core)
    return frozenset(taken) if len(taken) == count else frozenset()
