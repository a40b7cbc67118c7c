"""Collect the latencies of repeated runs of one build, as a sample of real noise.

    for n in $(seq 40); do portability run --framework jax --build jax==0.10.2 --case ... --out jax-$n.jsonl; done
    python benchmarks/repeats.py jax-*.jsonl torch-*.jsonl

Write `benchmarks/data/repeats.parquet`, the median of every case that passed in every run, for `verdicts.py`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from noise_models import REAL

from monitor.formats.run_file import read_run_file
from monitor.history.parquet_encoding import round_to_digits

DIGITS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    rows = [
        (file.run.framework, file.run.id, one.case, one.latency.median)
        for file in map(read_run_file, parser.parse_args().files)
        for one in file.observations
        if one.latency
    ]
    table = pd.DataFrame(rows, columns=["framework", "run", "case", "median"])
    runs = table.groupby("framework")["run"].transform("nunique")
    table = table[table.groupby("case")["run"].transform("nunique") == runs].sort_values(["case", "run"])
    table["median"] = round_to_digits(table["median"], DIGITS)
    REAL.parent.mkdir(exist_ok=True)
    table.astype({"framework": "category", "run": "category", "case": "category"}).to_parquet(
        REAL, compression="zstd", index=False
    )
    print(table.groupby("framework")[["run", "case"]].nunique().to_string())


if __name__ == "__main__":
    main()
