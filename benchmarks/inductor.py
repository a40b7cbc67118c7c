"""Measure the share of g++ in PyTorch's compiled cases, and what kept libraries save.

    python benchmarks/inductor.py --python ~/torch/bin/python --case 'torch/torch.round/compiled-*-special'

Run the cases twice with one new cache: the first run compiles everything, the second finds the libraries of the first
(`monitor/execution/workers/cxx_cache.py`). Print the CPU time of each run, with that of g++ in it: for kernels, for the
precompiled header, and for the rest, mostly tests of the processor's instructions. Timed cases always compile.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

# Stands for g++, and writes the CPU time of each call in seconds, with its arguments.
COUNTING = """#!{python}
import os, subprocess, sys
status = subprocess.run([{compiler!r}, *sys.argv[1:]]).returncode
times = os.times()
with open(os.environ["GPP_LOG"], "a") as log:
    print(times.children_user + times.children_system, *sys.argv[1:], sep="\\t", file=log)
sys.exit(status)
"""


def kind_of(arguments: list[str]) -> str:
    """Return what a call of g++ compiles."""
    if "c++-header" in arguments:
        return "header"
    return "kernels" if "-include" in arguments else "rest"


def run(options: argparse.Namespace, folder: Path, name: str) -> tuple[float, Counter[str], list[str]]:
    """Run the cases; return the CPU seconds of all processes, those of g++ by kind, and the outcomes."""
    log, out = folder / f"{name}.log", folder / f"{name}.jsonl"
    cases = [part for pattern in options.case for part in ("--case", pattern)]
    command = ["--framework", "torch", "--python", options.python, "--cache", folder / "cache", "--out", out, *cases]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "monitor.execution", *map(str, command)],
        env=os.environ | {"CXX": str(folder / "g++"), "GPP_LOG": str(log)},
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent: Counter[str] = Counter()
    for line in log.read_text().splitlines() if log.exists() else ():
        seconds, *arguments = line.split("\t")
        spent[kind_of(arguments)] += float(seconds)  # type: ignore[assignment]
    lines = map(json.loads, out.read_text().splitlines())
    outcomes = sorted(f"{one['case']} {one['outcome']}" for line in lines if (one := line.get("observation")))
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, spent, outcomes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", required=True, help="an interpreter that has PyTorch")
    parser.add_argument("--case", action="append", required=True, help="a shell pattern of case ids")
    options = parser.parse_args()
    print("| run | CPU s | of which g++ | kernels | header | rest |")
    print("|---|---:|---:|---:|---:|---:|")
    found = []
    with TemporaryDirectory() as folder:
        compiler = Path(folder, "g++")  # one file for both runs: another compiler would find no library
        compiler.write_text(COUNTING.format(python=sys.executable, compiler=shutil.which("g++")))
        compiler.chmod(0o755)
        for name in ("compiled", "kept"):
            total, spent, outcomes = run(options, Path(folder), name)
            figures = (total, sum(spent.values()), *(spent[kind] for kind in ("kernels", "header", "rest")))
            print(f"| {name} | {' | '.join(f'{figure:.1f}' for figure in figures)} |", flush=True)
            found.append(outcomes)
    print(f"\n{len(found[0])} cases, {'the same' if found[0] == found[1] else 'OTHER'} outcomes")


if __name__ == "__main__":
    main()
