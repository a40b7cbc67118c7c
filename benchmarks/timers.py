"""Compare the timing protocol with the timers that the frameworks document.

    python benchmarks/timers.py [--functions 50] [FRAMEWORK ...]

For functions of the `paper` suite, drawn by a seed, `monitor.suite.timing` and the timer of the framework's
documentation time the same call in one process, in turns, so that a disturbance of the machine affects both. The
garbage collector is off, as in `timeit` and in the monitor:

- PyTorch: `torch.utils.benchmark.Timer.blocked_autorange`
- JAX: `timeit`, each call ended by `block_until_ready`, as in "Benchmarking JAX code"
- TensorFlow: `timeit`, as in its guides, on a CPU, where a call returns when it is done

Print one row per function, and the number of functions whose two medians lie within 3 % of each other.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import statistics
import subprocess
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

from monitor.execution.builds.environments import default_cache
from monitor.execution.builds.provider import provision
from monitor.execution.targets.target import load_target
from monitor.execution.workers.factories import worker_environment
from monitor.model import Evidence

CHECKOUT = Path(__file__).resolve().parents[1]
FRAMEWORKS = ("torch", "jax", "tensorflow")
TURNS = 9
BUDGET = 0.12  # seconds a turn of the field's timer, as many as one of ours
SEED = 1
WITHIN = 0.03


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("frameworks", nargs="*", default=FRAMEWORKS, metavar="FRAMEWORK")
    parser.add_argument("--functions", type=int, default=50)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)  # in the framework's environment
    arguments = parser.parse_args()
    if arguments.inside:
        compare(arguments.frameworks[0], arguments.functions)
        return
    target = load_target(CHECKOUT / "runners" / "cpu.toml")
    for framework in arguments.frameworks:
        build = provision(target, framework, cache=default_cache(), log=print)
        command = [build.python, __file__, "--inside", "--functions", str(arguments.functions), framework]
        way, one = target.backend(Evidence.EXECUTED), target.framework(framework)
        variables = os.environ | worker_environment(way, one, build.python.parent) | {"PYTHONPATH": str(CHECKOUT)}
        print(f"\n{build.build.requirement}", flush=True)
        subprocess.run(command, env=variables, check=True)


def compare(framework: str, wanted: int) -> None:
    """Time functions of one framework, in its own environment."""
    from monitor.model import Outcome
    from monitor.suite.worker import checks_of, observe, open_device

    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    gc.disable()
    device = open_device(framework, "cpu")
    checks = checks_of(device, "paper")
    names = sorted(checks)
    random.Random(SEED).shuffle(names)
    seen: set[str] = set()
    off = []
    print(f"{'field':>10}  {'ours':>10}  {'ratio':>6}  case")
    for name in names:
        check = checks[name]
        if check.function in seen or len(seen) == wanted or observe(device, check).outcome is not Outcome.PASS:
            continue
        seen.add(check.function)
        call = check.prepare(device)
        device.repeat(call, 1)
        pairs = [
            turn(TIMERS[framework], lambda n, call=call: device.repeat(call, n), call, number)
            for number in range(TURNS)
        ]
        field, mine = (statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(ours / theirs for theirs, ours in pairs)
        off += [name] * (abs(ratio - 1) > WITHIN)
        print(f"{field * 1e6:8.2f}us  {mine * 1e6:8.2f}us  {ratio:6.3f}  {name}", flush=True)
    counted = f"{len(seen) - len(off)} of {len(seen)} functions within {WITHIN:.0%}"
    print(f"{framework}: {counted}; not: {', '.join(off) or '-'}")


def turn(
    timer: Callable[[Callable[[], Any]], float], repeat: Callable[[int], Any], call: Callable[[], Any], number: int
) -> tuple[float, float]:
    """Return the seconds per call by the documented timer and by the monitor's; they take turns to be first."""
    from monitor.suite.timing import measure

    if number % 2:
        ours = measure(repeat, 0).median / 1e6
        return timer(call), ours
    theirs = timer(call)
    return theirs, measure(repeat, 0).median / 1e6


def blocked_autorange(call: Callable[[], Any]) -> float:
    from torch.utils.benchmark import Timer

    return Timer("call()", globals={"call": call}).blocked_autorange(min_run_time=BUDGET).median


def block_until_ready(call: Callable[[], Any]) -> float:
    import jax

    return autorange("wait(call())", {"call": call, "wait": jax.block_until_ready})


def returns_when_done(call: Callable[[], Any]) -> float:
    return autorange("call()", {"call": call})


def autorange(statement: str, names: dict[str, Any]) -> float:
    """Return the median of the repeats that fit the budget, each as long as the monitor's."""
    timer = timeit.Timer(statement, globals=names)
    calls = 1
    while (taken := timer.timeit(calls)) < BUDGET / 25:
        calls *= 2
    return statistics.median(timer.repeat(max(3, int(BUDGET / taken)), calls)) / calls


TIMERS = {"torch": blocked_autorange, "jax": block_until_ready, "tensorflow": returns_when_done}

if __name__ == "__main__":
    main()
