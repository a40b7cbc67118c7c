"""Time a fixed job that no build affects, to distinguish a slow machine from a slow build."""

from __future__ import annotations

import hashlib
import statistics
import time

SIZE = 1 << 20
ROUNDS = 31


def calibrate() -> float:
    """Return the median time of SHA-256 over one mebibyte on one core, in microseconds."""
    data = bytes(SIZE)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        hashlib.sha256(data).digest()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times) * 1e6, 1)
