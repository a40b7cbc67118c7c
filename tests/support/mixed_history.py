"""A history that mixes builds, suites and kinds of evidence, and in which nights are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from monitor.formats.run_file import RunFile
from monitor.history.store import History
from monitor.model import Build, Channel, Evidence, Latency, NumericalError, Observation, Outcome, Run, RunEnd
from monitor.site.project_metadata import ProjectMetadata
from monitor.site.target_info import TargetInfo
from monitor.snapshot.snapshot import Snapshot, read_snapshot

GENERATED = datetime(2026, 11, 9, 6, tzinfo=UTC)

# More than a target's page lists, so that it says where the others are.
FUNCTIONS = tuple(f"jax.numpy.f{number:02}" for number in range(40))
PRIMITIVES = ("jax.lax.p", "jax.lax.q", "jax.lax.r")
VARIANTS = ("eager-float32", "eager-float64")
STANDARD = ("jax/array_api.abs/eager-float32", "jax/array_api.max/eager-float32")
OPERATORS = tuple(f"torch.ops.aten.o{number}" for number in range(6))

EVERY = ("jax", "tensorflow", "torch")
HARDWARE = {
    "cpu": TargetInfo("A CPU", {Evidence.EXECUTED: EVERY}),
    "gpu": TargetInfo("A GPU", {Evidence.EXECUTED: EVERY, Evidence.COMPILED: ("jax",)}),
    "tpu": TargetInfo("A TPU", {Evidence.EXECUTED: ("jax",), Evidence.COMPILED: ("jax", "torch")}),
    "broken": TargetInfo("A GPU whose driver is gone", {Evidence.EXECUTED: EVERY}),
    "mps": TargetInfo("A laptop", {Evidence.EXECUTED: ("torch",), Evidence.REGISTERED: ("torch",)}),
    "never": TargetInfo("A chip that nobody has", {Evidence.EXECUTED: EVERY}),
}
PROJECT = ProjectMetadata({}, lambda case, seen: f"print({case!r})\n", HARDWARE)

Outcomes = Mapping[str, tuple[Outcome, str]]


@dataclass(frozen=True)
class Asked:
    """Run of a build on a day: the series, the cases, and the failing ones."""

    day: int
    series: tuple[str, str, str, Evidence]
    build: Build
    cases: tuple[str, ...]
    failing: Outcomes
    compiler: Build | None = None

    @property
    def file(self) -> RunFile:
        target, framework, suite, evidence = self.series
        started = f"2026-11-{self.day:02}T03:00:00Z"
        number = sum(map(ord, "".join(self.series))) * 100 + self.day
        run = Run(
            f"202611{self.day:02}T030000Z-{number:06x}",
            started,
            target,
            framework,
            suite,
            evidence,
            self.build,
            self.compiler,
            self.cases,
            environment={"device.name": target},
        )
        return RunFile(run, tuple(self._observed(case) for case in self.cases), RunEnd(started, (1.0, 1.0)))

    def _observed(self, case: str) -> Observation:
        outcome, message = self.failing.get(case, (Outcome.PASS, ""))
        executed = self.series[-1] is Evidence.EXECUTED
        return Observation(
            case,
            outcome,
            self.series[-1],
            message,
            error=NumericalError(1e-7, 1e-7, 1.0) if executed and outcome is Outcome.PASS else None,
            latency=Latency(9.0, 1.0, 1.0, 0.1, 5, 100) if executed and outcome is Outcome.PASS else None,
        )


def jax(version: str, channel: Channel = Channel.NIGHTLY) -> Build:
    return Build("jax", version, channel)


def torch(version: str, channel: Channel = Channel.NIGHTLY) -> Build:
    return Build("torch", version, channel)


def cases(functions: tuple[str, ...]) -> tuple[str, ...]:
    framework = functions[0].partition(".")[0]
    return tuple(f"{framework}/{function}/{variant}" for function in functions for variant in VARIANTS)


def off(functions: tuple[str, ...], *variants: str) -> dict[str, tuple[Outcome, str]]:
    """Wrong numbers, other ones in each function."""
    return {
        f"jax/{name}/{variant}": (Outcome.MISMATCH, "{} of 90 elements off, by up to {} times".format(*numbers(name)))
        for name in functions
        for variant in variants or VARIANTS
    }


def numbers(function: str) -> tuple[int, int]:
    """Return how far a function is off: no two functions alike."""
    number = (*FUNCTIONS, *PRIMITIVES).index(function)
    return number + 3, number + 7


def no_evidence(functions: tuple[str, ...], *variants: str) -> dict[str, tuple[Outcome, str]]:
    cut = Outcome.BLOCKED, "the run was cut short"
    return {f"jax/{name}/{variant}": cut for name in functions for variant in variants}


def files() -> tuple[RunFile, ...]:
    """Return the runs.

    JAX's newest build on the CPU is 2.2, its suite of primitives was last run with 2.0, and the GPU stopped at 2.1.
    By 2.1 these two differ in `f02` alone; of `f03` the GPU was judged in one of two cases, and it passes on both.
    """
    executed, compiled, registered = Evidence.EXECUTED, Evidence.COMPILED, Evidence.REGISTERED
    paper, lost = cases(FUNCTIONS), cases(FUNCTIONS[:-1])
    cpu, gpu = ("cpu", "jax", "paper", executed), ("gpu", "jax", "paper", executed)
    of_tpu = off(FUNCTIONS[:20]) | off(FUNCTIONS[20:35], VARIANTS[0])
    kernels = tuple(f"torch/{name}/kernel" for name in OPERATORS)
    lacks = dict.fromkeys(kernels[:4], (Outcome.UNSUPPORTED, "no kernel"))
    functions = ("torch.g0", "torch.g1")
    refusal = Outcome.UNSUPPORTED, "no translation"
    refused = {f"torch/torch.g1/{variant}": refusal for variant in VARIANTS}
    harness, libtpu = ("cpu", "jax", "harness", executed), Build("libtpu", "0.1", Channel.PINNED)
    asked = (
        Asked(1, harness, jax("2.0", Channel.RELEASE), cases(PRIMITIVES), off(PRIMITIVES[:1])),
        Asked(7, cpu, jax("2.1"), paper, off(FUNCTIONS[3:4], VARIANTS[1])),
        Asked(8, cpu, jax("2.2"), lost, off(FUNCTIONS[:2]) | off(FUNCTIONS[3:4], VARIANTS[1])),
        Asked(7, gpu, jax("2.1"), paper, off(FUNCTIONS[2:3]) | no_evidence(FUNCTIONS[3:4], VARIANTS[1])),
        Asked(7, ("tpu", "jax", "paper", compiled), jax("2.1"), paper, {}),
        Asked(8, ("tpu", "jax", "paper", compiled), jax("2.2"), paper, of_tpu),
        Asked(7, ("tpu", "jax", "array_api", compiled), jax("2.1"), STANDARD, dict.fromkeys(STANDARD, refusal)),
        Asked(2, ("cpu", "torch", "paper", executed), torch("2.5"), cases(functions), {}),
        Asked(8, ("cpu", "torch", "paper", executed), torch("2.4", Channel.EXACT), cases(functions), {}),
        Asked(8, ("tpu", "torch", "paper", compiled), torch("2.3"), cases(functions), refused, libtpu),
        Asked(7, ("mps", "torch", "kernels", registered), torch("2.4"), kernels[:5], lacks),
        Asked(8, ("mps", "torch", "kernels", registered), torch("2.5"), (*kernels[:4], kernels[5]), lacks),
    )
    broken = replace(asked[1], series=("broken", "jax", "paper", executed)).file
    nothing = replace(broken.run, build=None, blocked="no driver")
    return (*(one.file for one in asked), RunFile(nothing, (), None))


def material(directory: Path) -> Snapshot:
    """Return the runs as recorded history."""
    history = History(directory / "history")
    for file in sorted(files(), key=lambda one: one.run.started):
        history.record([file], "a night")
    return read_snapshot(history)
