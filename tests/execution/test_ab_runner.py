"""A/B runs with real workers: slower cases are found, equal ones are not, and a fault costs only its own case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from monitor.analysis.latency.detection import confirm_slower
from monitor.execution import baseline_comparison
from monitor.execution.ab_runner import BuildProcesses, compare_builds, compare_two_builds
from monitor.execution.builds.provider import BuildUnavailable, ProvisionedBuild
from monitor.execution.run import run_job
from monitor.execution.targets.target import Target
from monitor.execution.workers import cpu_affinity
from monitor.execution.workers.factories import WorkerFactory
from monitor.execution.workers.process import Limits, Worker, worker_command
from monitor.formats.run_file import RunFile
from monitor.history.untrusted_run_file import read_untrusted
from monitor.model import (
    Baseline,
    Build,
    Channel,
    Comparison,
    ComparisonSide,
    ExpectedLatency,
    Job,
    MachineBaseline,
    Outcome,
    Reason,
)

LIMITS = Limits(seconds=30, memory_mib=1024)
GOOD = ("jax==0.9",)
PACED = Path(__file__).parent / "paced"
ROUNDS = 6  # the fewest that a rank test can be sure of
ALIKE, ALIKE_TOO, SLOWER, CRASHES, BROKEN, LAST = (
    f"jax/jax.numpy.add/{name}-eager"
    for name in (
        *("a-alike", "b-alike-too", "c-twice-as-slow", "d-crashes"),
        *("e-broken-everywhere", "f-alike-at-the-end"),
    )
)


@pytest.fixture(autouse=True)
def own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Free all cores for the test, whatever else runs on this machine: a slower case here sleeps longer."""
    monkeypatch.setattr(cpu_affinity, "LOCKS", tmp_path / "locks")


@pytest.fixture(scope="module")
def package(lend: Callable[[str, Path], Path]) -> Path:
    """The `monitor` package with the suite of known latencies among JAX's."""
    return lend("jax", PACED)


@pytest.fixture
def lane(builds: Callable[[str], ProvisionedBuild], package: Path, tmp_path: Path) -> Callable[..., WorkerFactory]:
    def make(**environment: str) -> WorkerFactory:
        command = worker_command(
            python=builds("jax").python,
            framework="jax",
            suite="paced",
            device="cpu",
            environment=environment,
            log=tmp_path / "worker.log",
            package=package,
        )
        return lambda: Worker(command)

    return make


def slower(pair: tuple[ComparisonSide, ComparisonSide]) -> bool:
    good, new = (np.log(side.latencies)[:, None] for side in pair)
    return bool(confirm_slower(good, new)[0])


def test_what_is_twice_as_slow_is_confirmed_and_what_is_alike_is_not(lane: Callable[..., WorkerFactory]) -> None:
    said: list[str] = []
    cases = [ALIKE, SLOWER, CRASHES, LAST, "jax/jax.numpy.add/unheard-of"]
    found = compare_two_builds(
        BuildProcesses("jax==1", lane()),
        BuildProcesses("jax==2", lane(WORSE="1")),
        cases,
        LIMITS,
        rounds=ROUNDS,
        log=said.append,
    )
    assert [case for case in (ALIKE, SLOWER, LAST) if slower(found[case])] == [SLOWER]
    good, new = found[SLOWER]
    assert (good.build, new.build) == ("jax==1", "jax==2")
    assert np.median(new.latencies) / np.median(good.latencies) == pytest.approx(2, rel=0.5)
    assert found[CRASHES][0].outcomes == (Outcome.PASS,) * ROUNDS
    assert found[CRASHES][1].outcomes == (Outcome.CRASH,) * ROUNDS
    assert len(found[LAST][1].latencies) == ROUNDS, "a crash costs its own case alone"
    assert found["jax/jax.numpy.add/unheard-of"] == (ComparisonSide("jax==1"), ComparisonSide("jax==2"))
    assert said[-1] == f"jax==1 and jax==2 side by side, 5 cases: round {ROUNDS} of {ROUNDS}"


@pytest.fixture
def worse_build(builds: Callable[[str], ProvisionedBuild], tmp_path: Path) -> Path:
    """An interpreter that has a worse build: the same one with a variable."""
    path = tmp_path / "python"
    path.write_text(f'#!/bin/sh\nWORSE=1 exec {builds("jax").python} "$@"\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def night(
    cpu: Target, worse_build: Path, package: Path, tmp_path: Path
) -> Callable[[Baseline | None], tuple[Path, Callable[[], RunFile]]]:
    """A night on the worse build: the path of its run file, and a function that runs the job."""

    def make(baseline: Baseline | None) -> tuple[Path, Callable[[], RunFile]]:
        watch = dict.fromkeys((ALIKE, ALIKE_TOO, SLOWER, CRASHES, BROKEN, LAST), Outcome.PASS)
        job = Job("cpu", "jax", "paced", python=str(worse_build), watch=watch, baseline=baseline)
        path = tmp_path / "run.jsonl"

        def run() -> RunFile:
            return run_job(
                *(job, cpu, path),
                cache=tmp_path / "cache",
                resume=True,
                log=print,
                on_progress=lambda _: None,
                package=package,
            )

        return path, run

    return make


def test_a_run_compares_what_stands_out_with_the_last_good_build(
    night: Callable[..., tuple[Path, Callable[[], RunFile]]],
    builds: Callable[[str], ProvisionedBuild],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, run = night(None)
    plain = run()
    assert plain.end
    assert (plain.comparisons, plain.end.notes) == ((), ())
    path.unlink()

    took = {o.case: np.log(o.latency.median) for o in plain.observations if o.latency}
    usual = {case: ExpectedLatency(took[case], 3.0) for case in (ALIKE, ALIKE_TOO, LAST)}
    pace = MachineBaseline(plain.end.calibration[0], usual | {SLOWER: ExpectedLatency(took[SLOWER] - 6.0, 3.0)})
    good = Build("jax", "0.0.1", Channel.EXACT)
    monkeypatch.setattr(baseline_comparison, "provision", lambda *_, **__: ProvisionedBuild(builds("jax").python, good))
    path, run = night(Baseline("jax==0.0.1", ROUNDS, 9, {plain.run.machine: (pace,)}, ("jax==0.0.1", "jax==0.0.0")))
    done = run()
    assert done.end
    assert done.end.notes == ()
    assert {comparison.case: comparison.reason for comparison in done.comparisons} == {
        CRASHES: Reason.TURNED,
        BROKEN: Reason.TURNED,
        SLOWER: Reason.SUSPECT,
        ALIKE: Reason.CONTROL,
        ALIKE_TOO: Reason.CONTROL,
        LAST: Reason.CONTROL,
    }
    found = {comparison.case: (comparison.good, comparison.new) for comparison in done.comparisons}
    assert [side.build for side in found[SLOWER]] == ["jax==0.0.1", done.run.build and done.run.build.requirement]
    (of_earlier,) = next(one.earlier for one in done.comparisons if one.case == SLOWER)
    assert (of_earlier.build, len(of_earlier.latencies)) == ("jax==0.0.0", ROUNDS)
    assert all(one.earlier == () for one in done.comparisons if one.reason is Reason.TURNED)
    assert [set(side.outcomes) for side in found[CRASHES]] == [{Outcome.PASS}, {Outcome.CRASH}]
    assert [set(side.outcomes) for side in found[BROKEN]] == [{Outcome.ERROR}, {Outcome.ERROR}]
    assert [case for case in (SLOWER, ALIKE, ALIKE_TOO, LAST) if slower(found[case])] == [SLOWER]

    # Killed while the last comparison was written, it measures nothing again: no suspect is left.
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-2]) + b'{"comparison": {"ca')
    again = run()
    assert again.comparisons == done.comparisons[:-1]
    assert again.end is not None


def test_a_last_good_build_that_is_gone_is_said(
    night: Callable[..., tuple[Path, Callable[[], RunFile]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> ProvisionedBuild:
        raise BuildUnavailable("no such version")

    monkeypatch.setattr(baseline_comparison, "provision", gone)
    _, run = night(Baseline("jax==0.0.1", ROUNDS, 2))
    done = run()
    assert done.comparisons == ()
    assert done.end
    assert done.end.notes == ("nothing was compared with jax==0.0.1: it is no longer available: no such version",)


def test_nothing_is_compared_with_what_is_newer(night: Callable[..., tuple[Path, Callable[[], RunFile]]]) -> None:
    """If no nightly is available, a release is measured, and the last good build may be a later nightly."""
    path, run = night(Baseline("jax==99.0.0.dev20270101", ROUNDS, 2))
    done = run()
    assert done.comparisons == ()
    assert done.end
    assert done.run.build
    assert done.end.notes == (
        f"nothing was compared: jax==99.0.0.dev20270101 is newer than {done.run.build.requirement}",
    )
    assert read_untrusted(path, targets={"cpu"}) == done


def planned(*arguments: Any) -> tuple[list[baseline_comparison.ComparisonBatch], tuple[str, ...]]:
    plan = baseline_comparison.plan_comparisons(*arguments)
    return [*plan.batches], plan.notes


def test_no_new_build_is_nothing_to_compare(
    night: Callable[..., tuple[Path, Callable[[], RunFile]]], builds: Callable[[str], ProvisionedBuild]
) -> None:
    _, run = night(Baseline(builds("jax").build.requirement, ROUNDS, 2))
    done = run()
    assert (done.comparisons, done.end and done.end.notes) == ((), ())


@pytest.mark.parametrize(
    ("machine", "calibration", "note"),
    [
        ("another", 1000.0, "how fast this machine usually is, another, is not known yet"),
        ("this", 2000.0, "this machine is not at its usual speed (the fixed job took 2000 us, not 1000)"),
    ],
)
def test_an_unknown_machine_is_a_note(
    runfile: Callable[..., RunFile], machine: str, calibration: float, note: str
) -> None:
    baseline = Baseline(
        "jax==0.9", ROUNDS, 2, {"this": (MachineBaseline(1000.0, {ALIKE: ExpectedLatency(0.0, 0.05)}),)}, GOOD
    )
    tonight = runfile(1, {ALIKE: "pass"}, latencies={ALIKE: 900.0}, environment={"host.cpu": machine})
    assert planned(baseline, tonight, {}, calibration) == (
        [],
        (f"no latency was suspected: {note}",),
    )


def test_good_builds_take_turns_over_the_rounds(lane: Callable[..., WorkerFactory]) -> None:
    goods = [BuildProcesses(f"jax=={number}", lane()) for number in (3, 2, 1)]
    found = compare_builds(goods, BuildProcesses("jax==4", lane(WORSE="1")), [SLOWER], LIMITS, rounds=3, log=print)
    (of_goods, new) = found[SLOWER]
    assert [side.build for side in of_goods] == ["jax==3", "jax==2", "jax==1"]
    assert [len(side.latencies) for side in of_goods] == [2, 2, 2], "two a round"
    assert len(new.latencies) == 3
    assert max(np.median(side.latencies) for side in of_goods) < np.median(new.latencies)


def test_what_was_slower_side_by_side_is_compared_again_on_whichever_machine(runfile: Callable[..., RunFile]) -> None:
    tonight = runfile(
        1,
        {ALIKE: "pass", ALIKE_TOO: "pass", SLOWER: "pass", BROKEN: "error"},
        latencies={ALIKE: 100.0, ALIKE_TOO: 100.0, SLOWER: 100.0},
        environment={"host.cpu": "another"},
    )
    pace = MachineBaseline(1.0, {case: ExpectedLatency(np.log(100.0), 0.1) for case in (ALIKE, ALIKE_TOO, SLOWER)})
    baseline = Baseline("jax==0.9", ROUNDS, 1, {"this": (pace,)}, GOOD, (BROKEN, SLOWER))
    batches, notes = planned(baseline, tonight, {}, 1.0)
    assert batches == [
        baseline_comparison.ComparisonBatch({SLOWER: Reason.FOLLOWED, ALIKE: Reason.CONTROL}, ROUNDS, GOOD)
    ]
    assert notes == ("no latency was suspected: how fast this machine usually is, another, is not known yet",)


def test_what_is_followed_comes_before_suspects_and_good_builds_are_older(
    runfile: Callable[..., RunFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = runfile(
        1,
        {ALIKE: "pass", SLOWER: "pass", LAST: "pass"},
        latencies={ALIKE: 100.0, SLOWER: 100.0, LAST: 900.0},
        environment={"host.cpu": "this"},
    )
    tonight = replace(made, observations=tuple(replace(o, seconds=1.0) for o in made.observations))
    pace = MachineBaseline(1.0, {case: ExpectedLatency(np.log(100.0), 0.1) for case in (ALIKE, SLOWER, LAST)})
    goods = (
        "jax==99.0",
        tonight.run.build.requirement if tonight.run.build else "",
        "jax==0.8",
        "jax==0.7",
        "jax==0.6",
    )
    baseline = Baseline("jax==0.9", ROUNDS, 1, {"this": (pace,)}, goods, (SLOWER,))
    monkeypatch.setattr(
        baseline_comparison, "BUDGET_SECONDS", 2.5 * 3 * ROUNDS
    )  # two cases, in three processes a round
    batches, notes = planned(baseline, tonight, {}, 1.0)
    expected = {SLOWER: Reason.FOLLOWED, ALIKE: Reason.CONTROL}
    assert batches == [baseline_comparison.ComparisonBatch(expected, ROUNDS, ("jax==0.8", "jax==0.7", "jax==0.6"))]
    assert notes == ("not compared with jax==0.8 for want of time: 1 of the cases that are slower than usual",)


def test_what_there_is_no_time_for_is_said(runfile: Callable[..., RunFile], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline_comparison, "BUDGET_SECONDS", 1.5 * 2 * baseline_comparison.OUTCOME_ROUNDS)
    watch = dict.fromkeys((CRASHES, BROKEN), Outcome.PASS)
    made = runfile(1, {CRASHES: "crash", BROKEN: "error"})
    tonight = replace(made, observations=tuple(replace(o, seconds=1.0) for o in made.observations))
    batches, notes = planned(Baseline("jax==0.9", ROUNDS, 2), tonight, watch, 1.0)
    assert batches == [
        baseline_comparison.ComparisonBatch({CRASHES: Reason.TURNED}, baseline_comparison.OUTCOME_ROUNDS, GOOD)
    ]
    assert notes == ("not compared with jax==0.9 for want of time: 1 of the cases that turned",)


def test_what_was_compared_before_a_run_was_interrupted_is_not_compared_again(runfile: Callable[..., RunFile]) -> None:
    pace = MachineBaseline(1.0, {case: ExpectedLatency(np.log(100.0), 0.1) for case in (ALIKE, ALIKE_TOO, SLOWER)})
    baseline = Baseline("jax==0.9", ROUNDS, 1, {"this": (pace,)}, GOOD)
    tonight = runfile(
        1,
        {ALIKE: "pass", ALIKE_TOO: "pass", SLOWER: "pass", CRASHES: "crash"},
        latencies={ALIKE: 100.0, ALIKE_TOO: 100.0, SLOWER: 200.0},
        environment={"host.cpu": "this"},
    )
    first, second = (
        baseline_comparison.ComparisonBatch({CRASHES: Reason.TURNED}, baseline_comparison.OUTCOME_ROUNDS, GOOD),
        baseline_comparison.ComparisonBatch({SLOWER: Reason.SUSPECT, ALIKE: Reason.CONTROL}, ROUNDS, GOOD),
    )
    watch = {CRASHES: Outcome.PASS}
    assert planned(baseline, tonight, watch, 1.0) == ([first, second], ())
    turned = Comparison(
        CRASHES,
        Reason.TURNED,
        ComparisonSide("jax==0.9", (Outcome.PASS,)),
        ComparisonSide("jax==1.0", (Outcome.CRASH,)),
    )
    assert planned(baseline, replace(tonight, comparisons=(turned,)), watch, 1.0) == (
        [second],
        (),
    )
