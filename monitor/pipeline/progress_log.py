"""Print progress for the person at the terminal."""

from __future__ import annotations

import sys


def log(line: str) -> None:
    """Print a line on standard error; standard output has only the command's answer."""
    print(line, file=sys.stderr, flush=True)
