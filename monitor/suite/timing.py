"""Measure the latency of a call.

Inputs are on the device beforehand. The first call is kept apart, and so is the second, which shows how much of the
first was compilation. A warm-up follows, then blocks of calls. Each block is long enough that the clock costs under 1 %
of it, and ends by the wait for the device that the framework prescribes.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

from monitor.model import Latency

# Reading the clock costs about 0.1 us: one part in ten thousand. Many short blocks rather than few long ones: what
# interrupts the machine then spoils some of them, and the median does not see it.
BLOCK_SECONDS = 0.001
WARM_UP_SECONDS = 0.01
BUDGET_SECONDS = 0.05  # for all blocks; a slow call gets fewer, but never under
BLOCKS_AT_LEAST = 3
BLOCKS_AT_MOST = 40


def measure(repeat: Callable[[int], object], first: float) -> Latency:
    """Return the latency of a call: `repeat(n)` makes n calls and waits for the device. `first` is in seconds."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        second = _time(repeat, 1)
        calls = _calls_per_block(repeat)
        blocks: list[float] = []
        start = time.perf_counter()
        while len(blocks) < BLOCKS_AT_LEAST or (
            len(blocks) < BLOCKS_AT_MOST and time.perf_counter() - start < BUDGET_SECONDS
        ):
            blocks.append(_time(repeat, calls) / calls)
    finally:
        if enabled:
            gc.enable()
    low, _, high = statistics.quantiles(blocks, n=4)
    return Latency(
        first=first * 1e6,
        median=statistics.median(blocks) * 1e6,
        minimum=min(blocks) * 1e6,
        spread=(high - low) * 1e6,
        blocks=len(blocks),
        calls=calls,
        second=second * 1e6,
    )


def _calls_per_block(repeat: Callable[[int], object]) -> int:
    """Warm up, and return the number of calls of a block that is long enough, found by doubling."""
    calls, start = 1, time.perf_counter()
    while True:
        taken = _time(repeat, calls)
        if taken >= BLOCK_SECONDS and time.perf_counter() - start >= WARM_UP_SECONDS:
            return calls
        if taken < BLOCK_SECONDS:
            calls *= 2


def _time(repeat: Callable[[int], object], calls: int) -> float:
    start = time.perf_counter()
    repeat(calls)
    return time.perf_counter() - start
