"""The timing protocol, on calls of known cost."""

from __future__ import annotations

import gc
import time

from monitor.suite.timing import BLOCK_SECONDS, BLOCKS_AT_LEAST, BLOCKS_AT_MOST, measure


def test_short_calls_are_timed_in_blocks_that_the_clock_does_not_disturb() -> None:
    def repeat(calls: int) -> None:
        for _ in range(calls):
            pass

    latency = measure(repeat, first=0.5)
    assert latency.first == 0.5e6
    assert latency.calls * latency.median >= BLOCK_SECONDS * 1e6 / 4  # the machine may be faster than at warm-up
    assert BLOCKS_AT_LEAST <= latency.blocks <= BLOCKS_AT_MOST
    assert 0 < latency.minimum <= latency.median


def test_a_slow_call_is_not_repeated_for_long() -> None:
    times = []

    def repeat(calls: int) -> None:
        times.append(calls)
        time.sleep(0.1 * calls)

    latency = measure(repeat, first=0.1)
    assert (latency.calls, latency.blocks) == (1, BLOCKS_AT_LEAST)
    assert sum(times) == BLOCKS_AT_LEAST + 2  # the second call, and one to warm up
    assert latency.minimum >= 0.1e6


def test_what_only_the_first_call_took_is_its_set_up() -> None:
    latency = measure(lambda calls: time.sleep(0.01 * calls), first=0.5)
    assert latency.second is not None
    assert latency.second >= 0.01e6
    assert latency.setup == latency.first - latency.second
    assert measure(lambda calls: time.sleep(0.01 * calls), first=0).setup == 0


def test_one_call_takes_as_long_as_another_ten_times_as_long() -> None:
    """Two jobs side by side, one ten times the other: the ratio shows, whatever the machine does."""

    def job(size: int) -> float:
        return measure(lambda calls: [sum(range(size)) for _ in range(calls)], first=0).minimum

    ratios = sorted(job(20_000) / job(2_000) for _ in range(5))
    assert 5 < ratios[2] < 20


def test_the_garbage_collector_is_off_meanwhile_and_on_again() -> None:
    seen = set()

    def repeat(calls: int) -> None:
        seen.add(gc.isenabled())
        time.sleep(0.01)

    measure(repeat, first=0)
    assert seen == {False}
    assert gc.isenabled()
