"""Show the progress of a night: a line for each framework on a terminal, and a line every few seconds in a log."""

from __future__ import annotations

import shutil
import sys
import time
from typing import TextIO

from monitor.execution.progress import LOG_EVERY_SECONDS


class NightDisplay:
    """States of frameworks below the lines that stay. On a terminal, the states are rewritten in place."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._states: dict[str, str] = {}
        self._drawn = 0  # lines of states on the terminal
        self._logged = time.monotonic()

    def line(self, text: str) -> None:
        """Show a line that stays."""
        self.hide()
        self._stream.write(text + "\n")
        self._draw()
        self._stream.flush()

    def state(self, title: str, text: str) -> None:
        """Show the state of a framework; an empty text removes it."""
        if text:
            self._states[title] = text
        else:
            self._states.pop(title, None)
        if self._live:
            self.hide()
            self._draw()
        elif self._states and time.monotonic() - self._logged > LOG_EVERY_SECONDS:
            self._logged = time.monotonic()
            self._stream.write("; ".join(self._texts()) + "\n")
        self._stream.flush()

    def hide(self) -> None:
        """Remove the states from the terminal until the next line or state, for other output."""
        if self._drawn:
            self._stream.write(f"\x1b[{self._drawn}F\x1b[J")
            self._drawn = 0

    def _draw(self) -> None:
        if self._live:
            width = shutil.get_terminal_size().columns - 1  # a wrapped line would be two lines to remove
            self._stream.writelines(f"{text[:width]}\n" for text in self._texts())
            self._drawn = len(self._states)

    def _texts(self) -> list[str]:
        return [f"{title} {text}" for title, text in self._states.items()]
