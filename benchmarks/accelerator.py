"""Check the timing on an accelerator.

    PYTHONPATH=. python benchmarks/accelerator.py --framework torch --target nvidia-h200 [--functions 30]

Run it on the machine that has the accelerator, with the interpreter that has the framework. It needs nothing else. It
prints two comparisons.

- **Against the published rates.** A large matrix product in bfloat16 and a copy within the device's memory, beside the
  rates that the maker publishes (`[compile.chip]` of the target).
- **The host's clock against the device's.** For functions of the `paper` suite, from the shortest call to the longest,
  the time by `monitor.suite.timing` on the host, and the time on the device. For PyTorch, events on the device measure
  the same number of calls. JAX has no events: a row of calls is so long that the wait for its end does not matter. For
  short calls the host is slower than the device, and the ratio states the factor.
"""

from __future__ import annotations

import argparse
import gc
import math
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from monitor.execution.targets.target import load_target
from monitor.model import Evidence, Mode, Outcome
from monitor.suite.check_protocol import CaseCheck
from monitor.suite.device import Device
from monitor.suite.timing import measure
from monitor.suite.worker import checks_of, observe, open_device

# Takes a device, a call and a number of calls, and returns the seconds of one call.
Clock = Callable[[Device, Callable[[], Any], int], float]
RUNNERS = Path(__file__).resolve().parents[1] / "runners"
ROW_SECONDS = 0.5  # so long a row of calls that waiting for its end is under a part in ten thousand
RATE_SECONDS = 0.1  # of a row of calls for a rate
FIRST_SIDE = 1024  # of the matrices; doubled until a product takes LONG_SECONDS
FIRST_BYTES = 64 << 20  # of the copied array; doubled until a copy takes LONG_SECONDS
LONG_SECONDS = 5e-3  # so long that no launch matters, and that the data exceed any cache
ROUNDS = 5
DRAWN = 2  # functions for each one that is shown, so that short and long calls are among them
SEED = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", choices=("torch", "jax"), required=True)
    parser.add_argument("--target", required=True, help="a runner file's name")
    parser.add_argument("--functions", type=int, default=30)
    given = parser.parse_args()
    target = load_target(RUNNERS / f"{given.target}.toml")
    device = open_device(given.framework, target.sources(Evidence.EXECUTED).framework(given.framework).device)
    gc.disable()
    for name, value in device.environment().items():
        print(f"{name}: {value}")
    clock = DEVICE_CLOCKS[given.framework]
    chip = target.compile.chip if target.compile else None
    for name, unit, rate, known in (
        ("matmul, bfloat16", "TFLOP/s", product_rate(device, clock), chip and chip.peak_tflop_s),
        ("copy, read and written", "GB/s", copy_rate(device, clock), chip and chip.bandwidth_gb_s),
    ):
        share = f", {rate / known:.0%} of the published {known:g}" if known else ""
        print(f"{name}: {rate:.4g} {unit}{share}", flush=True)
    compare_clocks(device, clock, given.functions)


def compare_clocks(device: Device, clock: Clock, wanted: int) -> None:
    """Print the times of the host and of the device for functions of all lengths."""
    timed = sorted(_one_case_a_function(device, wanted * DRAWN), key=lambda row: row[0])
    chosen = [timed[round(i * (len(timed) - 1) / max(wanted - 1, 1))] for i in range(min(wanted, len(timed)))]
    print(f"{'host':>12}  {'device':>12}  {'ratio':>6}  case")
    ratios = []
    for _, check in chosen:
        call = check.prepare(device)
        first = time.perf_counter()
        device.repeat(call, 1)
        latency = measure(lambda calls, call=call: device.repeat(call, calls), time.perf_counter() - first)
        calls = max(1, math.ceil(ROW_SECONDS * 1e6 / latency.median))
        there = clock(device, call, calls) * 1e6
        ratios.append(latency.median / there)
        print(f"{latency.median:10.2f}us  {there:10.2f}us  {ratios[-1]:6.3f}  {check.id}", flush=True)
    ratios.sort()
    print(f"host over device: median {ratios[len(ratios) // 2]:.3f}, from {ratios[0]:.3f} to {ratios[-1]:.3f}")


def _one_case_a_function(device: Device, wanted: int) -> list[tuple[float, CaseCheck]]:
    """Return one timed, passing case for each of `functions` functions, with its median latency in microseconds."""
    found: dict[str, tuple[float, CaseCheck]] = {}
    checks = [check for check in checks_of(device, "paper").values() if check.timed and check.mode is Mode.EAGER]
    random.Random(SEED).shuffle(checks)
    for check in checks:
        if check.function not in found and len(found) < wanted:
            seen = observe(device, check)
            if seen.outcome is Outcome.PASS and seen.latency:
                found[check.function] = (seen.latency.median, check)
    return [*found.values()]


def product_rate(device: Device, clock: Clock) -> float:
    """Return the TFLOP/s of a product of square bfloat16 matrices of random numbers: equal ones are faster."""
    side = FIRST_SIDE
    while True:
        one = device.put(np.random.default_rng(SEED).standard_normal((side, side), np.float32), "bfloat16")
        seconds = _best(device, lambda one=one: one @ one, clock)
        if seconds > LONG_SECONDS:
            return 2 * side**3 / seconds / 1e12
        side *= 2


def copy_rate(device: Device, clock: Clock) -> float:
    """Return the GB/s, read and written, of a copy within the device's memory."""
    size = FIRST_BYTES
    while True:
        one = device.put(np.ones(size // 4, np.float32), "float32")
        seconds = _best(device, one.clone if device.name == "torch" else _jax_copy(one), clock)
        if seconds > LONG_SECONDS:
            return 2 * size / seconds / 1e9
        size *= 2


def _jax_copy(array: Any) -> Callable[[], Any]:
    import jax

    copy = jax.jit(jax.numpy.copy)
    return lambda: copy(array)


def _best(device: Device, call: Callable[[], Any], clock: Clock) -> float:
    """Return the seconds of one call in the fastest of a few rows of calls: the best that the device can do."""
    start = time.perf_counter()
    device.repeat(call, 2)
    calls = max(1, round(RATE_SECONDS / ((time.perf_counter() - start) / 2)))
    return min(clock(device, call, calls) for _ in range(ROUNDS))


def torch_clock(device: Device, call: Callable[[], Any], calls: int) -> float:
    """Return the seconds per call between two events of the device; a CPU has none and is timed like JAX."""
    import torch

    if device.device().type == "cpu":
        return row_clock(device, call, calls)
    start, end = (torch.Event(device.device(), enable_timing=True) for _ in range(2))
    device.repeat(call, 1)
    start.record()
    for _ in range(calls):
        call()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 1000 / calls


def row_clock(device: Device, call: Callable[[], Any], calls: int) -> float:
    """Return the seconds per call in a long row that waits only for its last result."""
    device.repeat(call, 1)
    start = time.perf_counter()
    for _ in range(calls - 1):
        call()
    device.repeat(call, 1)
    return (time.perf_counter() - start) / calls


DEVICE_CLOCKS = {"torch": torch_clock, "jax": row_clock}

if __name__ == "__main__":
    main()
