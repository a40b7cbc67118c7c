"""Bound the speed of a compiled program by its chip's peak; no measurement.

The roofline model (Williams, Waterman, Patterson, CACM 52(4), 2009): a program takes at least as long as its arithmetic
at the chip's peak, and as its traffic at the memory's bandwidth. The chip's peak is that of its fastest dtype.
"""

from __future__ import annotations

from monitor.model import Chip, Compiled


def min_time(compiled: Compiled, chip: Chip) -> float | None:
    """Return the least time of one call of all programs, in microseconds; None if the compiler gives neither figure."""
    arithmetic = compiled.flops / (chip.peak * 1e6) if compiled.flops is not None else None
    traffic = compiled.bytes / (chip.bandwidth * 1e3) if compiled.bytes is not None else None
    return max((time for time in (arithmetic, traffic) if time is not None), default=None)
