"""Compare the latencies of two identical runs.

    portability run --framework torch --suite paper --out first.jsonl
    portability run --framework torch --suite paper --out second.jsonl
    python benchmarks/repeatability.py first.jsonl second.jsonl

Print the share of cases whose medians differ by less than 5 %, by the duration of a call, and the cases that differ
most, with the spread in each run.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from monitor.formats.run_file import RunFile, read_run_file

WITHIN = 0.05
WORST = 15
CLASSES = {"under 10 us": 10, "10 us to 100 us": 100, "100 us to 1 ms": 1000, "1 ms and more": float("inf")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    arguments = parser.parse_args()
    first, second = read_run_file(arguments.first), read_run_file(arguments.second)
    for run in (first, second):
        build = run.run.build.requirement if run.run.build else "no build"
        print(f"{run.run.id}: {build}, calibration {run.end.calibration if run.end else ()} us")
    report(latencies(first).join(latencies(second).add_suffix("_2"), how="inner"))


def latencies(run: RunFile) -> pd.DataFrame:
    """Return the median and the spread of every timed case, in microseconds."""
    rows = [(one.case, one.latency.median, one.latency.spread) for one in run.observations if one.latency]
    return pd.DataFrame(rows, columns=["case", "median", "spread"]).set_index("case")


def report(pairs: pd.DataFrame) -> None:
    pairs["off"] = (pairs["median_2"] / pairs["median"] - 1).abs()
    size = pd.cut(pairs["median"], [0, *CLASSES.values()], labels=[*CLASSES])
    near = (pairs["off"] < WITHIN).groupby(size, observed=True).agg(["size", "mean"])
    print(f"{(pairs['off'] < WITHIN).mean():.1%} of {len(pairs)} cases differ by less than {WITHIN:.0%}")
    print(near.rename(columns={"size": "cases", "mean": "within"}).to_string(float_format="{:.1%}".format))
    worst = pairs.sort_values("off").tail(WORST)[::-1]
    print(worst[["median", "spread", "median_2", "spread_2", "off"]].to_string(float_format="{:.3g}".format))


if __name__ == "__main__":
    main()
