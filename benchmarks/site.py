"""Measure the build of the site after a year, and the build after one more night.

    python benchmarks/site.py
    python benchmarks/site.py --functions 300 --targets 4 --nights 60
    python benchmarks/site.py --cases 1

Simulate a history in the layout of real ones, and write its site twice: into an empty folder, and again after one more
night of every target. Each build is a separate process, as in a night. Print the time of each build, the peak memory of
all its processes, and the number of files written and kept.

Every target executes every function, because executed runs record most data. A function has four cases, as in suite
`ops`, or `--cases` of them. Every night has a new build. The outcome of a case changes in one night of a thousand, and
latencies vary.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from monitor.history.files import Folder
from monitor.history.run_files import COLUMNS, observations_table, write_head, write_observations
from monitor.history.store import HistoryReader
from monitor.model import (
    Build,
    Channel,
    Digest,
    Latency,
    NumericalError,
    Observation,
    Outcome,
    Package,
    Run,
    RunEnd,
)
from monitor.site.build import write_site
from monitor.site.project_metadata import ProjectMetadata
from monitor.snapshot.snapshot import read_snapshot

TEMPLATES = Path(__file__).resolve().parents[1] / "site"
LOOKS_EVERY = 2  # seconds, at the memory that is held: to add it up takes a tenth of one

FRAMEWORKS = {"torch": "torch.nn.functional", "jax": "jax.numpy", "tensorflow": "tf.math"}
VARIANTS = ("eager-float32", "compiled-float32", "eager-bfloat16", "gradient-float32")
PACKAGES = tuple(Package(f"package-{number}", f"1.{number}.0", f"{number:064x}") for number in range(12))
START = datetime(2025, 11, 1, 3, 10, tzinfo=UTC)
FAILING = (Outcome.UNSUPPORTED, Outcome.ERROR, Outcome.MISMATCH)
FAILS = 0.08  # of the cases
TURNS = 0.001  # of the cases, a night
NOISE = 0.03  # of a latency, from night to night


def names(framework: str, functions: int, cases: int) -> list[str]:
    """Return the ids of a framework's cases, `cases` per function, as long as real ones."""
    return sorted(
        f"{framework}/{FRAMEWORKS[framework]}.function_{number:04d}/{variant}"
        for number in range(functions // len(FRAMEWORKS))
        for variant in VARIANTS[:cases]
    )


def run_of(target: int, framework: str, night: int, cases: list[str]) -> Run:
    started = START + timedelta(days=night, minutes=target, seconds=[*FRAMEWORKS].index(framework))
    version = f"2.9.0.dev{START + timedelta(days=night):%Y%m%d}"
    return Run(
        id=f"{started:%Y%m%dT%H%M%SZ}-{target:06x}",
        started=f"{started:%Y-%m-%dT%H:%M:%SZ}",
        target=f"target-{target:02d}",
        framework=framework,
        suite="ops",
        build=Build(framework, version, Channel.NIGHTLY, f"{night:040x}", version[-8:], packages=PACKAGES),
        cases=tuple(cases),
        environment={"device": f"Accelerator {target}", "python": "3.13.1", "kernel": "6.12.0", "driver": "570.12"},
    )


class Series:
    """Nights of one framework on one target."""

    def __init__(self, target: int, framework: str, functions: int, cases: int) -> None:
        self.target, self.framework = target, framework
        self.cases = names(framework, functions, cases)
        self._rng = np.random.default_rng([target, [*FRAMEWORKS].index(framework)])
        self._fails = self._rng.random(len(self.cases)) < FAILS
        self._base = 10 ** self._rng.uniform(0, 4, len(self.cases))
        # The rows of all cases when they pass, then when they fail.
        self._either = pd.concat([self._table(fails=fails) for fails in (False, True)]).astype(COLUMNS)

    def write(self, directory: Path, night: int) -> None:
        turned = self._rng.random(len(self.cases)) < TURNS
        self._fails = self._fails ^ turned
        table = self._either.iloc[np.arange(len(self.cases)) + len(self.cases) * self._fails].reset_index(drop=True)
        table.loc[turned, "retry_outcomes"] = [f"{outcome} {outcome}" for outcome in table["outcome"][turned]]
        latency = self._base * np.exp(NOISE * self._rng.standard_normal(len(self.cases)))
        for column, factor in (("first", 50), ("second", 2), ("median", 1), ("minimum", 0.9), ("spread", NOISE)):
            table[f"latency_{column}"] = np.where(self._fails, np.nan, factor * latency)
        run = run_of(self.target, self.framework, night, self.cases)
        write_head(directory, run, RunEnd(run.started, (1041.0, 1043.5)))
        write_observations(directory, run, table)

    def _table(self, *, fails: bool) -> pd.DataFrame:
        return observations_table(
            Observation(
                case,
                FAILING[number % 3] if fails else Outcome.PASS,
                message=f"NotImplementedError: {case.split('/')[1]} has no kernel for this device" if fails else "",
                error=None if fails else NumericalError(1e-7 * (number % 97), 1e-6, number % 97 / 8),
                latency=None if fails else Latency(1.0, 1.0, 1.0, 1.0, 20, 1000, 1.0),
                digest=None if fails else Digest(f"{number:012x}", (number, 3 * number)),
                seconds=0.1,
            )
            for number, case in enumerate(self.cases)
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--functions", type=int, default=1_500)
    parser.add_argument("--cases", type=int, default=len(VARIANTS), help="of each function")
    parser.add_argument("--targets", type=int, default=12)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--build", nargs=2, metavar="FOLDER", type=Path, help=argparse.SUPPRESS)  # what a process does
    given = parser.parse_args()
    if given.build:
        build(*given.build)
        return
    with TemporaryDirectory() as folder:
        history, site = Path(folder) / "history", Path(folder) / "site"
        every = [(target, name) for target in range(given.targets) for name in FRAMEWORKS]
        series = [Series(*one, given.functions, given.cases) for one in every]
        for night in range(given.nights):
            for one in series:
                one.write(history, night)
        rows = [measure("first", history, site)]
        for one in series:
            one.write(history, given.nights)
        rows.append(measure("one more night", history, site))
    print(pd.DataFrame(rows).to_string(index=False))


def build(history: Path, site: Path) -> None:
    """Build the site as `portability site` does."""
    start, before = time.perf_counter(), cpu()
    material = read_snapshot(HistoryReader(Folder(history)), site.with_name("index"))
    gathered, used = time.perf_counter() - start, cpu() - before
    project = ProjectMetadata({}, lambda case, _: f"print({case!r})", {})
    write_site(material, project, site, templates=TEMPLATES, generated=datetime.now(UTC), base="https://example.org/")
    print(gathered, used, time.perf_counter() - start, cpu() - before)


def cpu() -> float:
    """Return the CPU seconds of this process and its children."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def measure(name: str, history: Path, site: Path) -> dict[str, object]:
    """Build in a separate process, and measure its memory and its files."""
    before = files(site)
    command = [sys.executable, __file__, "--build", str(history), str(site)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    most = 0.0
    while process.poll() is None:
        most = max(most, sum(map(held, tree(process.pid))))
        time.sleep(LOOKS_EVERY)
    if process.returncode:
        raise SystemExit(process.returncode)
    printed = process.stdout.read() if process.stdout else ""
    gathered, gathered_cpu, whole, whole_cpu = map(float, printed.split())
    after = files(site)
    return {
        "build": name,
        "seconds": round(whole, 1),
        "of them reading": round(gathered, 1),
        "CPU seconds": round(whole_cpu, 1),
        "of them, reading": round(gathered_cpu, 1),
        "GB held": round(most / 1e9, 2),
        "files": len(after),
        "written": sum(before.get(path) != inode for path, inode in after.items()),
        "pages written": sum(before.get(p) != inode for p, inode in after.items() if p.suffix == ".html"),
    }


def files(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_ino for path in folder.rglob("*") if path.is_file()}


def tree(process: int) -> Iterator[int]:
    """Return a process and all its descendants."""
    yield process
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except FileNotFoundError:  # it has ended
        return
    for child in children:
        yield from tree(int(child))


def held(process: int) -> float:
    """Return the proportional set size of a process, in bytes."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(float(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
