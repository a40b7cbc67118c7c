"""Write the job that runs the cases of the most-called functions of a suite.

    PYTHONPATH=. python benchmarks/most_called_job.py --framework torch --suite opinfo --target nvidia-h200 \
        --case '*/eager*' --most 400 > job.json
    python -m monitor.execution --job job.json --out torch-opinfo.jsonl

Run it with the interpreter that has the framework, on the machine that has the device. It needs nothing else. The order
of the functions is that of their calls in current packages (`monitor/usage/calls.csv`), by any of their names.
"""

from __future__ import annotations

import argparse
import glob
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from monitor.execution.case_selection import select_cases
from monitor.execution.targets.target import load_target
from monitor.formats.serialization import to_json
from monitor.model import Evidence, Job, Period, function_of, period_of
from monitor.suite.worker import checks_of, open_device
from monitor.usage import Usage, load_usage

RUNNERS = Path(__file__).resolve().parents[1] / "runners"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", choices=("torch", "jax", "tensorflow"), required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--target", required=True, help="a runner file's name")
    parser.add_argument("--case", action="append", help="only cases whose id matches this shell pattern; repeatable")
    parser.add_argument("--nightly", action="store_true", help="only cases that run every night")
    parser.add_argument("--most", type=int, help="at most so many cases")
    given = parser.parse_args()
    sources = load_target(RUNNERS / f"{given.target}.toml").sources(Evidence.EXECUTED)
    device = open_device(given.framework, sources.framework(given.framework).device)
    cases = select_cases(checks_of(device, given.suite), given.case or ())
    if given.nightly:
        cases = tuple(case for case in cases if period_of(given.suite, case) is Period.NIGHT)
    chosen = most_called_first(cases, load_usage(), given.framework)[: given.most]
    selection = tuple(map(glob.escape, chosen))
    job = Job(given.target, given.framework, given.suite, python=sys.executable, selection=selection)
    print(json.dumps(to_json(job), indent=1))


def most_called_first(cases: Iterable[str], usage: Usage, framework: str) -> list[str]:
    """Return the cases in the order of the calls of their function. Functions without a call come last."""
    calls = Counter[str]()
    for called in usage.calls:
        if called.framework == framework:
            calls[usage.object_of(called.function)] += called.calls
    return sorted(cases, key=lambda case: (-calls[usage.object_of(function_of(case))], function_of(case)))


if __name__ == "__main__":
    main()
