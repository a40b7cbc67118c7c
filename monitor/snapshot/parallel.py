"""Split work over the processors of this machine."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")

# A process costs a few hundredths of a second; a smaller history is done before.
MIN_RUNS = 200  # runs


def process_count(runs: int) -> int:
    """Return the number of processes to use for so many runs."""
    return len(os.sched_getaffinity(0)) if runs >= MIN_RUNS else 1


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Disable the garbage collector, here and in forked children, while millions of objects are allocated.

    Nearly all of these objects are needed until the end. Scanning them again and again takes a quarter of the time, and
    copies the memory that a child shares with its parent.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True)
class _Raised:
    error: Exception


def run_in_parallel(work: Callable[[int, int], T], processes: int) -> list[T]:
    """Return `work(number, processes)` for each number below `processes`; this process does the first part.

    The others are forked, so they have all data of this process. Their results are sent back, which takes time if they
    are large. An exception in one of them is raised here.
    """
    context = multiprocessing.get_context("fork")
    started = []
    for number in range(1, processes):
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_send, args=(work, number, processes, there))
        process.start()
        there.close()
        started.append((process, here))
    try:
        results = [work(0, processes), *(_receive(pipe) for _, pipe in started)]
    except BaseException:
        for process, _ in started:
            process.terminate()
        raise
    finally:
        for process, _ in started:
            process.join()
    return results


def _receive(pipe: Connection[Any, T | _Raised]) -> T:
    answer = pipe.recv()
    if isinstance(answer, _Raised):
        raise answer.error
    return answer


def _send(work: Callable[[int, int], T], number: int, processes: int, pipe: Connection[T | _Raised, Any]) -> None:
    try:
        pipe.send(work(number, processes))
    except Exception as error:
        pipe.send(_Raised(error))
