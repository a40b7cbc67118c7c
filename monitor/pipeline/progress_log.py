"""Print progress for the person at the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

INTERVAL = 15.0  # seconds between lines on work that takes long


def log(line: str) -> None:
    """Print a line on standard error; standard output has only the command's answer."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def log_duration(work: str, interval: float = INTERVAL) -> Iterator[None]:
    """Print a line when work begins, and another with its duration every `interval` seconds until it ends."""
    log(work)
    start, ended = time.monotonic(), Event()

    def repeat() -> None:
        while not ended.wait(interval):
            log(f"{work}: {time.monotonic() - start:.0f} s")

    thread = Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
