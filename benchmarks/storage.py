"""Measure a year of nights in each layout that a history could have.

    python benchmarks/storage.py
    python benchmarks/storage.py --nights 30 --layout table --layout split

Write simulated nights into a git repository for each layout: every target runs every case, some outcomes change, and
latencies vary. Print one row per layout: growth of the packed repository per night after the first, size of the work
tree per night, time to write and commit a night, time to read one function on one target, time to read the content of
the site, and the memory of the latter. The data read is compared with the data written. Write times are wall-clock
times, because git does most of the work; read times are CPU times.

`ours` is `monitor.history` itself. Its first reader builds the indexes, so everything is read twice, and both times are
printed.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import math
import resource
import sqlite3
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from monitor.formats.run_file import RunFile
from monitor.history.digests import parse_digest
from monitor.history.function_index import load_function
from monitor.history.store import History
from monitor.model import Build, Channel, Latency, NumericalError, Observation, Outcome, Run, RunEnd

START = datetime(2026, 1, 1, tzinfo=UTC)  # the first night
OUTCOMES = np.array(["pass", "unsupported", "error", "mismatch"])
SHARES = (0.92, 0.05, 0.02, 0.01)
CHANGING = 0.001  # of the outcomes, a night
NOISE = 0.03  # of a latency, from night to night
# What is measured of a case: how large beside its latency, and how far it scatters from night to night.
MEASURED = {
    "median": (1, NOISE),
    "minimum": (0.97, NOISE),
    "spread": (NOISE, 0.5),
    "first": (50, 0.2),
    "second": (2, 0.1),
    "seconds": (3e-5, 0.1),
}
DIGITS = {"median": 3, "minimum": 3}  # a step of 1 % or less; of the others two are enough
PASSES = 0
# Of the real cases two in five have no number to be wrong in, and as many are right to the last digit.
WITHOUT_ERROR, WITHOUT_DEVIATION = 0.4, 0.4
BLOCK_US = 1000  # of calls that are timed together


@dataclass(frozen=True)
class Night:
    """Results of one target on one night, as arrays over all cases."""

    number: int
    outcome: np.ndarray[Any, Any]
    error: np.ndarray[Any, Any]
    digest: np.ndarray[Any, Any]  # of what passes: the same until the outcome has changed
    changed: np.ndarray[Any, Any]  # indices of the cases whose outcome is not what it was
    measured: dict[str, np.ndarray[Any, Any]]


def case_names(count: int) -> list[str]:
    """Return sorted names as long as real ones."""
    variants = [f"{mode}-{dtype}" for mode in ("compiled", "eager", "gradient") for dtype in ("bfloat16", "float32")]
    return sorted(
        f"torch/torch.nn.functional.function_{number // len(variants):05d}/{variants[number % len(variants)]}"
        for number in range(count)
    )


def nights(cases: int, count: int, seed: int) -> Iterator[Night]:
    """Yield the nights of one target."""
    rng = np.random.default_rng(seed)
    outcome = rng.choice(len(OUTCOMES), cases, p=SHARES).astype("int8")
    base = 10 ** rng.uniform(0, 4, cases)
    share = rng.random(cases)
    error = np.where(share < WITHOUT_DEVIATION, 0, 10 ** rng.uniform(-8, -5, cases))
    error[share > 1 - WITHOUT_ERROR] = np.nan
    digest = np.empty(cases, dtype=object)
    for number in range(count):
        changed = np.flatnonzero(rng.random(cases) < CHANGING) if number else np.arange(cases)
        digest = digest.copy()
        digest[changed] = [digest_text(rng) for _ in changed]
        if number:
            outcome = outcome.copy()
            outcome[changed] = (outcome[changed] + rng.integers(1, len(OUTCOMES), len(changed))) % len(OUTCOMES)
        scattered = {
            name: base * factor * np.exp(width * rng.standard_normal(cases))
            for name, (factor, width) in MEASURED.items()
        }
        measured = {name: np.where(outcome == PASSES, values, np.nan) for name, values in scattered.items()}
        yield Night(number, outcome, error, np.where(outcome == PASSES, digest, ""), changed, measured)


def digest_text(rng: np.random.Generator) -> str:
    """Return a hash and three figures of a result, as long as real ones."""
    return f"{rng.integers(2**32):08x} " + " ".join(str(round(10**size)) for size in rng.uniform(0, 9, 3))


def rounded(values: np.ndarray[Any, Any], digits: int) -> np.ndarray[Any, Any]:
    """Round to this many significant digits, in single precision."""
    with np.errstate(divide="ignore", invalid="ignore"):
        step = 10.0 ** (np.floor(np.log10(np.abs(values))) - digits + 1)
        return (np.round(values / step) * step).astype("float32")


class Layout(ABC):
    """Layout that stores the nights of several targets below a folder."""

    def __init__(self, folder: Path, cases: list[str]) -> None:
        self.folder = folder
        self.cases = cases
        self._message = np.array([f"NotImplementedError: {case.split('/')[1]} has no kernel" for case in cases])

    def messages(self, night: Night) -> np.ndarray[Any, Any]:
        return np.where(night.outcome == PASSES, "", self._message)

    @abstractmethod
    def write(self, target: int, night: Night) -> None:
        """Add a night of a target."""

    def record(self, night: list[Night]) -> None:
        """Add a night of all targets, in a commit."""
        for target, seen in enumerate(night):
            self.write(target, seen)
        git(self.folder, "add", "--all")
        git(self.folder, "-c", "user.name=n", "-c", "user.email=n@n", "-c", "gc.auto=0", "commit", "-q", "-m", "night")

    @abstractmethod
    def read_case(self, target: int, case: int) -> pd.DataFrame:
        """Return all nights of one case in order: `median`, and the outcomes in the form of the layout."""

    @abstractmethod
    def read_all(self) -> int:
        """Read the content of the site, and return the number of medians."""


class Table(Layout):
    """One Parquet file per run, with all observations and names."""

    def write(self, target: int, night: Night) -> None:
        path = self.folder / f"{target}" / f"{night.number:05d}.parquet"
        path.parent.mkdir(exist_ok=True)
        columns = {
            "case": self.cases,
            "outcome": pd.Categorical(OUTCOMES[night.outcome], [*OUTCOMES]),
            "message": self.messages(night),
            "error": night.error,
            "digest": night.digest,
            **night.measured,
        }
        pd.DataFrame(columns).to_parquet(path, compression="zstd", index=False)

    def _paths(self, target: int | str) -> list[Path]:
        return sorted(self.folder.glob(f"{target}/*.parquet"))

    def read_case(self, target: int, case: int) -> pd.DataFrame:
        wanted = [("case", "==", self.cases[case])]
        tables = [pd.read_parquet(path, filters=wanted) for path in self._paths(target)]
        return pd.concat(tables).assign(night=range(len(tables)))

    def read_all(self) -> int:
        return sum(len(one) for one in [pd.read_parquet(path) for path in self._paths("*")])


class Text(Layout):
    """One CSV file per target, rewritten every night; git holds the past."""

    def write(self, target: int, night: Night) -> None:
        columns = {
            "case": self.cases,
            "outcome": OUTCOMES[night.outcome],
            "message": self.messages(night),
            "error": rounded(night.error, 2),
            "digest": night.digest,
            **{name: rounded(values, DIGITS.get(name, 2)) for name, values in night.measured.items()},
        }
        pa.csv.write_csv(pa.table(columns), self.folder / f"{target}.csv")

    def _versions(self, target: int) -> Iterator[pd.DataFrame]:
        commits = git(self.folder, "rev-list", "--reverse", "HEAD").split()
        asked = "".join(f"{commit}:{target}.csv\n" for commit in commits).encode()
        content = subprocess.run(
            ["git", "-C", self.folder, "cat-file", "--batch"], input=asked, capture_output=True, check=True
        ).stdout
        at = 0
        while at < len(content):
            end = content.index(b"\n", at)
            size = int(content[at:end].split()[2])
            yield pa.csv.read_csv(io.BytesIO(content[end + 1 : end + 1 + size])).to_pandas()
            at = end + size + 2

    def read_case(self, target: int, case: int) -> pd.DataFrame:
        versions = [version.iloc[[case]] for version in self._versions(target)]
        return pd.concat(versions).assign(night=range(len(versions)))

    def read_all(self) -> int:
        targets = len([*self.folder.glob("*.csv")])
        return sum(len(one) for target in range(targets) for one in [*self._versions(target)])


class Database(Layout):
    """One SQLite file with numbers for cases and targets; only changes of outcomes are stored."""

    def write(self, target: int, night: Night) -> None:
        with sqlite3.connect(self.folder / "history.sqlite") as database:
            database.execute(
                "create table if not exists measured (target int, caseno int, night int, "
                + ", ".join(f"{name} real" for name in MEASURED)
                + ", primary key (target, caseno, night)) without rowid"
            )
            values = [rounded(night.measured[name], DIGITS.get(name, 2)).tolist() for name in MEASURED]
            rows = ((target, case, night.number, *of) for case, of in enumerate(zip(*values, strict=True)))
            database.executemany(f"insert into measured values ({','.join('?' * (3 + len(MEASURED)))})", rows)  # noqa: S608

    def read_case(self, target: int, case: int) -> pd.DataFrame:
        with sqlite3.connect(self.folder / "history.sqlite") as database:
            asked = "select night, median from measured where target = ? and caseno = ? order by night"
            return pd.read_sql_query(asked, database, params=(target, case))

    def read_all(self) -> int:
        with sqlite3.connect(self.folder / "history.sqlite") as database:
            return len(pd.read_sql_query("select * from measured", database))


class Split(Layout):
    """Changes appended to a text file, and one Parquet file per run with rounded measurements.

    Cases have numbers, which are the lines of one list for all targets.
    """

    def write(self, target: int, night: Night) -> None:
        messages = self.messages(night)
        with (self.folder / f"{target}.csv").open("a", encoding="utf-8") as changes:
            changes.writelines(
                f"{night.number},{self.cases[case]},{OUTCOMES[night.outcome[case]]},{messages[case]},{night.error[case]:.2g},{night.digest[case]}\n"
                for case in night.changed
            )
        self.write_measured(target, night)

    def write_measured(self, target: int, night: Night) -> None:
        path = self.folder / f"{target}" / f"{night.number:05d}.parquet"
        path.parent.mkdir(exist_ok=True)
        columns = {name: rounded(values, DIGITS.get(name, 2)) for name, values in night.measured.items()}
        pq.write_table(pa.table(columns), path, compression="zstd", compression_level=9)

    def _paths(self, target: int | str) -> list[Path]:
        return sorted(self.folder.glob(f"{target}/*.parquet"))

    def _changes(self, target: int) -> pd.DataFrame:
        names = pa.csv.ReadOptions(column_names=["night", "case", "outcome", "message", "error", "digest"])
        return pa.csv.read_csv(self.folder / f"{target}.csv", read_options=names).to_pandas()

    def read_case(self, target: int, case: int) -> pd.DataFrame:
        asked = self.cases[case]
        with (self.folder / f"{target}.csv").open(encoding="utf-8") as changes:
            turns = [line for line in changes if asked in line]
        files = [pq.ParquetFile(path, memory_map=True) for path in self._paths(target)]
        medians = [file.read(["median"])["median"][case].as_py() for file in files]
        return pd.DataFrame({"night": range(len(files)), "median": medians, "turns": len(turns)})

    def read_all(self) -> int:
        targets = len([*self.folder.glob("*.csv")])
        turns = [self._changes(target) for target in range(targets)]
        measured = [pq.read_table(path, memory_map=True) for path in self._paths("*")]
        return sum(len(one) for one in measured) if turns else 0


class Ours(Layout):
    """Layout of the project: outcomes as rewritten text, and one immutable Parquet file per run with few digits."""

    def write(self, target: int, night: Night) -> None:
        raise NotImplementedError("a night is recorded as a whole")

    def record(self, night: list[Night]) -> None:
        History(self.folder).record([self._run(target, seen) for target, seen in enumerate(night)], "night")

    def _run(self, target: int, night: Night) -> RunFile:
        day = START + timedelta(days=night.number)
        started, build = day.isoformat(), Build("torch", f"2.15.0.dev{day:%Y%m%d}", Channel.NIGHTLY)
        run = Run(f"{day:%Y%m%dT%H%M%SZ}-{target:06x}", started, f"target-{target}", "torch", "paper", build=build)
        measured = night.outcome, self.messages(night), night.error, night.digest, *night.measured.values()
        observations = tuple(self._observation(*row) for row in zip(self.cases, *measured, strict=True))
        return RunFile(dataclasses.replace(run, cases=tuple(self.cases)), observations, RunEnd(started))

    def _observation(
        self, case: str, outcome: int, message: str, error: float, digest: str, *measured: float
    ) -> Observation:
        median, minimum, spread, first, second, seconds = map(float, measured)
        passes = outcome == PASSES
        calls = 2 ** max(0, math.ceil(math.log2(BLOCK_US / median))) if passes else 0
        return Observation(
            case,
            Outcome(OUTCOMES[outcome]),
            message=message,
            error=NumericalError(error, error * 3, error * 2**23) if passes and error == error else None,
            latency=Latency(first, median, minimum, spread, 40, calls, second) if passes else None,
            digest=parse_digest(digest) if passes else None,
            seconds=seconds if passes else 0.06,
        )

    def read_case(self, target: int, case: int) -> pd.DataFrame:
        index = self.folder.with_name(self.folder.name + "-index")
        name = self.cases[case]
        table = load_function(self.folder, index, f"target-{target}", "torch", name.split("/")[1])
        return table[table["case"] == name].rename(columns={"latency_median": "median"})

    def read_all(self) -> int:
        columns = ("case", "outcome", "latency_median")
        index = self.folder.with_name(self.folder.name + "-months")
        return sum(len(one.observations) for one in History(self.folder).by_series(columns, index=index))


class Month(Split):
    """Like `split`, but with one Parquet file per month, rewritten every night."""

    def write_measured(self, target: int, night: Night) -> None:
        path = self.folder / f"{target}" / f"{night.number // 30:05d}.parquet"
        path.parent.mkdir(exist_ok=True)
        columns = {
            f"{name}-{night.number}": rounded(values, DIGITS.get(name, 2)) for name, values in night.measured.items()
        }
        before = pq.read_table(path).to_pydict() if night.number % 30 else {}
        table = pa.table({name: np.asarray(of, "float32") for name, of in {**before, **columns}.items()})
        pq.write_table(table, path, compression="zstd", compression_level=9)

    def read_case(self, target: int, case: int) -> pd.DataFrame:
        medians: dict[int, float] = {}
        for path in self._paths(target):
            file = pq.ParquetFile(path, memory_map=True)
            names = [name for name in file.schema_arrow.names if name.startswith("median-")]
            found = file.read(names)
            medians |= {int(name.partition("-")[2]): found[name][case].as_py() for name in names}
        return pd.DataFrame({"night": medians.keys(), "median": medians.values()})

    def read_all(self) -> int:
        tables = [pq.read_table(path, memory_map=True) for path in self._paths("*")]
        return sum(sum(name.startswith("median-") for name in one.column_names) * one.num_rows for one in tables)


LAYOUTS: dict[str, Callable[[Path, list[str]], Layout]] = {
    "table": Table,
    "text": Text,
    "database": Database,
    "month": Month,
    "split": Split,
    "ours": Ours,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--targets", type=int, default=10)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--layout", action="append", choices=LAYOUTS, help="all where not given")
    parser.add_argument("--read", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)  # what a process of its own does
    given = parser.parse_args()
    cases = case_names(given.cases)
    if given.read:
        print(*read_everything(LAYOUTS[given.layout[0]](given.read, cases)))
        return
    for name in given.layout or LAYOUTS:
        with TemporaryDirectory() as folder:
            row = measure(name, Path(folder) / "history", cases, given.targets, given.nights)
        print(pd.DataFrame([row]).to_string(index=False), flush=True)


def measure(name: str, folder: Path, cases: list[str], targets: int, count: int) -> dict[str, Any]:
    """Write all nights in one layout and read them again."""
    folder.mkdir()  # beside it there is room for an index
    git(folder, "init", "--quiet")
    layout = LAYOUTS[name](folder, cases)
    simulated = [nights(len(cases), count, seed) for seed in range(targets)]
    seconds, last, first_packed = [], [], 0
    for number in range(count):
        last = [next(one) for one in simulated]
        start = time.perf_counter()
        layout.record(last)
        seconds.append(time.perf_counter() - start)
        if number == 0:
            first_packed = packed(folder)
    whole = packed(folder)
    tree = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) - whole
    passing = np.flatnonzero(last[0].outcome == PASSES)
    asked = [int(case) for case in np.random.default_rng(1).choice(passing, 3)]
    start = time.process_time()
    layout.read_case(0, asked[0])
    first = time.process_time() - start
    start = time.process_time()
    found = [layout.read_case(0, case) for case in asked]
    one = (time.process_time() - start) / len(asked)
    for case, table in zip(asked, found, strict=True):
        np.testing.assert_equal(len(table), count)
        np.testing.assert_allclose(table["median"].iloc[-1], last[0].measured["median"][case], rtol=0.01)
    command = [sys.executable, __file__, "--cases", str(len(cases)), "--layout", name, "--read", str(folder)]
    once, again = (subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(2))
    np.testing.assert_equal([int(once[0]), int(again[0])], [len(cases) * targets * count] * 2)
    return {
        "layout": name,
        "nights": count,
        "packed MB/night": round((whole - first_packed) / (count - 1) / 1e6, 2),
        "tree MB/night": round(tree / count / 1e6, 2),
        "write s/night": round(float(np.median(seconds)), 2),
        "first case ms": round(first * 1e3),
        "a case ms": round(one * 1e3, 1),
        "first everything s": once[1],
        "everything s": again[1],
        "peak GB": max(once[2], again[2], key=float),
    }


def packed(folder: Path) -> int:
    """Return the size in bytes of a repository after packing."""
    git(folder, "gc", "--quiet", "--prune=now")
    return sum(path.stat().st_size for path in (folder / ".git" / "objects").rglob("*") if path.is_file())


def read_everything(layout: Layout) -> tuple[int, float, float]:
    """Return the number of medians, the CPU seconds, and the peak memory in GB."""
    start = time.process_time()
    count = layout.read_all()
    return (
        count,
        round(time.process_time() - start, 1),
        round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
    )


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
