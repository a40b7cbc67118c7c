"""How much do the latencies of two identical runs differ?

    python benchmarks/repeatability.py [--case PATTERN] [FRAMEWORK ...]

Runs the `paper` suite twice, as a night does, on the same build, one run after the other, and compares the median of
every timed case with itself. Prints the share of cases that differ by less than 5 %, by how long a call takes, and the
cases that differ most, with the spread that each run saw of them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from monitor.execution.environments import default_cache
from monitor.execution.run import run_job
from monitor.execution.targets import load_target
from monitor.model import Job

CHECKOUT = Path(__file__).resolve().parents[1]
FRAMEWORKS = ("torch", "jax", "tensorflow")
WITHIN = 0.05
WORST = 15
CLASSES = {"under 10 us": 10, "10 us to 100 us": 100, "100 us to 1 ms": 1000, "1 ms and more": float("inf")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("frameworks", nargs="*", default=FRAMEWORKS, metavar="FRAMEWORK")
    parser.add_argument("--case", action="append", default=[], help="only cases whose id matches this shell pattern")
    arguments = parser.parse_args()
    target = load_target(CHECKOUT / "runners" / "cpu.toml")
    for framework in arguments.frameworks:
        job = Job(target.name, framework, "paper", selection=tuple(arguments.case))
        with TemporaryDirectory() as scratch:
            runs = [
                run_job(
                    job, target, Path(scratch) / f"{number}.jsonl", cache=default_cache(), say=log, show=lambda _: None
                )
                for number in range(2)
            ]
        tables = [
            pd.DataFrame(
                [(o.case, o.latency.median, o.latency.spread) for o in run.observations if o.latency],
                columns=["case", "median", "spread"],
            ).set_index("case")
            for run in runs
        ]
        label = runs[0].run.build.label if runs[0].run.build else framework
        report(label, tables[0].join(tables[1].add_suffix("_2"), how="inner"))
        print(f"calibration: {[run.end.calibration for run in runs if run.end]} us\n", flush=True)


def report(label: str, pairs: pd.DataFrame) -> None:
    pairs["off"] = (pairs["median_2"] / pairs["median"] - 1).abs()
    size = pd.cut(pairs["median"], [0, *CLASSES.values()], labels=[*CLASSES])
    near = (pairs["off"] < WITHIN).groupby(size, observed=True).agg(["size", "mean"])
    print(f"{label}: {(pairs['off'] < WITHIN).mean():.1%} of {len(pairs)} cases differ by less than {WITHIN:.0%}")
    print(near.rename(columns={"size": "cases", "mean": "within"}).to_string(float_format="{:.1%}".format))
    worst = pairs.sort_values("off").tail(WORST)[::-1]
    print(worst[["median", "spread", "median_2", "spread_2", "off"]].to_string(float_format="{:.3g}".format))


def log(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
