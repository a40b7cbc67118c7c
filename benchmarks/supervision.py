"""Measure the cost of supervision per case, and the gain of a shared process.

    python benchmarks/supervision.py [--cases 200] [--rounds 3] [FRAMEWORK ...]

Run the same cases of the `paper` suite, drawn by a seed among those that pass, in turns on the same core:

- bare: one process imports the framework and loops over the cases, without supervision
- watched: as in a night, by `monitor.execution.workers.confirming_worker` and a worker, each result written to a run
file
- apart: the bare loop with one process per case, for a few cases only, because it is slow
- asv: the same few cases as benchmarks of airspeed velocity, by its own runner with default settings: one process for
  each of two rounds of each benchmark

Print the seconds per case, imports included, the overhead of supervision, and the speed-up of a watched case over one
apart and one of asv. `asv_runner` comes with the extra `dev`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import asv_runner

from monitor.execution.builds.environments import default_cache
from monitor.execution.builds.provider import provision
from monitor.execution.targets.target import load_target
from monitor.execution.workers.confirming_worker import ConfirmingWorker
from monitor.execution.workers.factories import worker_environment
from monitor.execution.workers.process import Limits, Worker, clean_environment, worker_command
from monitor.formats.run_file import RunFileWriter
from monitor.model import Evidence, Outcome

CHECKOUT = Path(__file__).resolve().parents[1]
FRAMEWORKS = ("torch", "jax", "tensorflow")
SEED = 1
APART = 12  # cases that get a process each
ROUNDS_OF_ASV = 2  # its default for timings
LIMITS = Limits(120, 8192)
BARE = """
import os, sys
framework, core, *names = sys.argv[1:]
os.sched_setaffinity(0, {int(core)})
from monitor.suite.worker import checks_of, observe, open_device
device = open_device(framework, "cpu")
checks = checks_of(device, "paper")
for name in names or checks:
    print(name, observe(device, checks[name]).outcome)
"""

ASV = "import sys; from asv_runner.run import _run; _run(sys.argv[1:])"  # what asv starts for a benchmark
ASV_BENCHMARKS = """
from monitor.suite.worker import checks_of, open_device

class Cases:
    params = {names!r}

    def setup(self, name):
        self.device = open_device({framework!r}, "cpu")
        self.call = checks_of(self.device, "paper")[name].prepare(self.device)

    def time_call(self, name):
        self.device.repeat(self.call, 1)
"""


class Bench:
    """Cases of one framework, and the methods to run them; each returns seconds."""

    def __init__(self, framework: str, scratch: Path) -> None:
        target = load_target(CHECKOUT / "runners" / "cpu.toml")
        provided = provision(target, framework, cache=default_cache(), log=lambda line: print(line, file=sys.stderr))
        self.requirement = provided.build.requirement
        self._framework = framework
        self._python = provided.python
        self._core = max(os.sched_getaffinity(0))
        self._scratch = scratch
        self._environment = worker_environment(target.backend(Evidence.EXECUTED), target.framework(framework), scratch)

    def passing(self) -> list[str]:
        lines = self._loop([]).splitlines()
        return sorted(name for name, outcome in map(str.split, lines) if outcome == "pass")

    def bare(self, cases: list[str]) -> float:
        start = time.perf_counter()
        self._loop(cases)
        return time.perf_counter() - start

    def apart(self, cases: list[str]) -> float:
        return sum(self.without_packages([case]) for case in cases)

    def asv(self, cases: list[str]) -> float:
        folder = self._scratch / "benchmarks"
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "cases.py").write_text(ASV_BENCHMARKS.format(names=cases, framework=self._framework))
        lent = self._scratch / "lent"  # the runner alone, not the NumPy that lies beside it
        lent.mkdir()
        (lent / "asv_runner").symlink_to(Path(asv_runner.__file__).parent)
        variables = clean_environment(os.environ) | self._environment | {"PYTHONPATH": f"{CHECKOUT}:{lent}"}
        start = time.perf_counter()
        for number in range(len(cases)):
            for _ in range(ROUNDS_OF_ASV):
                result = self._scratch / "result.json"
                arguments = [str(folder), f"cases.Cases.time_call-{number}", "{}", "None", str(result)]
                command = [self._python, "-c", ASV, *arguments]
                subprocess.run(command, env=variables, cwd=self._scratch, stderr=subprocess.DEVNULL, check=True)
                if not json.loads(result.read_text())["samples"]:
                    raise RuntimeError(f"asv measured nothing of {cases[number]}")
        return time.perf_counter() - start

    def watched(self, cases: list[str]) -> float:
        command = worker_command(
            self._python,
            self._framework,
            "paper",
            "cpu",
            self._environment,
            self._scratch / "worker.log",
            cores=frozenset({self._core}),
        )
        start = time.perf_counter()
        path = self._scratch / f"{time.time_ns()}.jsonl"
        with (
            ConfirmingWorker(lambda: Worker(command), LIMITS, dict.fromkeys(cases, Outcome.PASS)) as examiner,
            RunFileWriter(path) as writer,
        ):
            for case in cases:
                writer.write_observation(examiner.run_case(case))
        return time.perf_counter() - start

    def _loop(self, cases: list[str]) -> str:
        variables = clean_environment(os.environ) | self._environment | {"PYTHONPATH": str(CHECKOUT)}
        command = [self._python, "-c", BARE, self._framework, str(self._core), *cases]
        done = subprocess.run(
            command,
            env=variables,
            cwd=self._scratch,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
        return "".join(line + "\n" for line in done.stdout.splitlines() if line.startswith(f"{self._framework}/"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("frameworks", nargs="*", default=FRAMEWORKS, metavar="FRAMEWORK")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(
        f"{'build':<36}{'cases':>6}{'bare':>10}{'watched':>10}{'apart':>10}{'asv':>10}{'watching':>10}{'apart':>9}{'asv':>9}"
    )
    for framework in arguments.frameworks:
        with TemporaryDirectory() as scratch:
            bench = Bench(framework, Path(scratch))
            passing = bench.passing()
            cases = sorted(random.Random(SEED).sample(passing, min(arguments.cases, len(passing))))
            bare, watched = [], []
            for turn in range(arguments.rounds):
                for way, times in ((bench.without_packages, bare), (bench.watched, watched))[:: -1 if turn % 2 else 1]:
                    times.append(way(cases) / len(cases))
            few = cases[:: max(1, len(cases) // APART)][:APART]
            apart, asv = bench.apart(few) / len(few), bench.asv(few) / len(few)
            cost = statistics.median(b / a for a, b in zip(bare, watched, strict=True)) - 1
            ours = statistics.median(watched)
            print(
                f"{bench.requirement:<36}{len(cases):>6}{statistics.median(bare):>9.3f}s{ours:>9.3f}s{apart:>9.3f}s{asv:>9.3f}s"
                f"{cost:>10.1%}{apart / ours:>8.1f}x{asv / ours:>8.1f}x",
                flush=True,
            )


if __name__ == "__main__":
    main()
