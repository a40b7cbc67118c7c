"""Show the progress of a run: one line that is rewritten on a terminal, and a line every few seconds in a log."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import TextIO

from monitor.execution.workers.pool import RunProgress
from monitor.model import Outcome

LOG_EVERY_SECONDS = 15.0
WIDTH = 100


class RunSummary:
    """Count the outcomes of a run, and return them as one line: "cpu-jax-paper: 32/32 cases in 9 s: 32 pass"."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._start = time.monotonic()
        self._counts: Counter[Outcome] = Counter()

    def add(self, progress: RunProgress) -> str:
        """Count the newest observation and return the line."""
        self._counts[progress.observation.outcome] += 1
        counts = ", ".join(f"{count} {outcome}" for outcome, count in self._counts.most_common())
        seconds = time.monotonic() - self._start
        return f"{self._title}: {progress.done}/{progress.total} cases in {seconds:.0f} s: {counts}"


class ProgressLine:
    """Progress of one run on a stream; call it with each `RunProgress`."""

    def __init__(self, title: str, stream: TextIO = sys.stderr) -> None:
        self._summary = RunSummary(title)
        self._stream = stream
        self._live = stream.isatty()
        self._shown = time.monotonic()

    def __call__(self, progress: RunProgress) -> None:
        text = self._summary.add(progress)
        now = time.monotonic()
        last = progress.done == progress.total
        if not (self._live or last or now - self._shown > LOG_EVERY_SECONDS):
            return
        self._shown = now
        if self._live:
            self._stream.write(f"\r\x1b[2K{text[:WIDTH]}" + ("\n" if last else ""))
        else:
            self._stream.write(text + "\n")
        self._stream.flush()
