"""The least time that a compiled program can take."""

import pytest

from monitor.analysis.latency.roofline import min_time
from monitor.model import Chip, Compiled

CHIP = Chip(memory_gib=16, bandwidth=819, peak=197)  # GB/s, TFLOP/s


def compiled(flops: float | None, traffic: float | None) -> Compiled:
    return Compiled(1, 0.1, flops, traffic)


def test_arithmetic_or_traffic_whichever_takes_longer():
    assert min_time(compiled(197e12, 819e9 / 2), CHIP) == pytest.approx(1e6)  # a second of arithmetic
    assert min_time(compiled(197e12 / 2, 819e9), CHIP) == pytest.approx(1e6)  # a second of traffic


def test_what_the_compiler_does_not_tell_bounds_nothing():
    assert min_time(compiled(None, 819e3), CHIP) == pytest.approx(1.0)
    assert min_time(compiled(197e6, None), CHIP) == pytest.approx(1.0)
    assert min_time(compiled(None, None), CHIP) is None
