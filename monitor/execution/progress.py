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


class ProgressLine:
    """Progress of one run on a stream; call it with each `RunProgress`."""

    def __init__(self, title: str, stream: TextIO = sys.stderr) -> None:
        self._title = title
        self._stream = stream
        self._live = stream.isatty()
        self._start = self._shown = time.monotonic()
        self._counts: Counter[Outcome] = Counter()

    def __call__(self, progress: RunProgress) -> None:
        self._counts[progress.observation.outcome] += 1
        now = time.monotonic()
        last = progress.done == progress.total
        if not (self._live or last or now - self._shown > LOG_EVERY_SECONDS):
            return
        self._shown = now
        counts = ", ".join(f"{count} {outcome}" for outcome, count in self._counts.most_common())
        text = f"{self._title}: {progress.done}/{progress.total} cases in {now - self._start:.0f} s: {counts}"
        if self._live:
            self._stream.write(f"\r\x1b[2K{text[:WIDTH]}" + ("\n" if last else ""))
        else:
            self._stream.write(text + "\n")
        self._stream.flush()
