"""Work split over the processors of this machine."""

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

# A process of its own costs a few hundredths of a second: a smaller history is done before.
WORTH_HELPERS = 200  # runs


def helpers(runs: int) -> int:
    """How many processes a site of so many runs is worth."""
    return len(os.sched_getaffinity(0)) if runs >= WORTH_HELPERS else 1


@contextmanager
def nothing_collected() -> Iterator[None]:
    """No search for unused objects, here and in what is forked meanwhile: for work that makes millions.

    Nearly all that is made is wanted until the end. To look through it again and again takes a quarter of the time, and
    touches, so copies, the memory that a process shares with the one that it was forked from.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True)
class _Raised:
    error: Exception


def in_parts(work: Callable[[int, int], T], processes: int) -> list[T]:
    """What `work(number, processes)` gives for each number below `processes`: the first of them is this one.

    The others are forked, and so have all that this one has, which none of them looks through for garbage; what they
    find has to be handed over, which takes a while where it is much. What one of them raises is raised here.
    """
    context = multiprocessing.get_context("fork")
    started = []
    for number in range(1, processes):
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_answer, args=(work, number, processes, there))
        process.start()
        there.close()
        started.append((process, here))
    try:
        found = [work(0, processes), *(_answered(pipe) for _, pipe in started)]
    except BaseException:
        for process, _ in started:
            process.terminate()
        raise
    finally:
        for process, _ in started:
            process.join()
    return found


def _answered(pipe: Connection[Any, T | _Raised]) -> T:
    answer = pipe.recv()
    if isinstance(answer, _Raised):
        raise answer.error
    return answer


def _answer(work: Callable[[int, int], T], number: int, processes: int, pipe: Connection[T | _Raised, Any]) -> None:
    try:
        pipe.send(work(number, processes))
    except Exception as error:
        pipe.send(_Raised(error))
