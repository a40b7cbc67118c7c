"""A run is refused if its target cannot give it, or if no job requests it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from monitor.cli import app
from monitor.execution.targets.target import Target, load_targets
from monitor.formats.run_file import RunFile, RunFileError
from monitor.formats.serialization import from_json
from monitor.history.run_files import RecordedRun
from monitor.history.store import History
from monitor.model import Build, Channel, Comparison, ComparisonSide, Evidence, Job, Outcome, Reason, Run
from monitor.pipeline import provenance, snapshots
from monitor.pipeline.provenance import (
    StartedFor,
    accept,
    fault,
    newest_versions,
    not_planned,
    note_start,
    too_new,
)
from support.run_files import write_run_file

Make = Callable[..., RunFile]
CHECKOUT = Path(__file__).resolve().parents[2]
A = "jax/jax.lax.sort/eager-float32"
NIGHTLY = "0.11.0.dev20261101"
JAX = Build("jax", "0.10.2", Channel.RELEASE)


@pytest.fixture(scope="module")
def targets() -> dict[str, Target]:
    return load_targets(CHECKOUT / "runners")


def compared(runfile: RunFile, good: str) -> RunFile:
    sides = ComparisonSide(good, (Outcome.PASS,)), ComparisonSide("jax==0.10.2", (Outcome.PASS,))
    return replace(runfile, comparisons=(Comparison(A, Reason.TURNED, *sides),))


# By what is wrong: what of the run is so, and what the refusal says.
FORGED: dict[str, tuple[dict[str, object], str]] = {
    "no such evidence there": ({"evidence": Evidence.REGISTERED}, "run.evidence: cpu is not registered"),
    "no such framework there": ({"target": "apple-mps"}, "run.framework: jax is not executed there"),
    "no such suite": ({"suite": "papers"}, 'run.suite: jax has no suite papers, did you mean "paper"?'),
    "another framework's suite": ({"suite": "opinfo"}, "run.suite: jax has no suite opinfo"),
    "a suite of tables": ({"suite": "kernels"}, "run.suite: jax has no suite kernels"),
    "no such distribution": ({"build": replace(JAX, distribution="evil-jax")}, "run.build.distribution: evil-jax is"),
    "written in another way": ({"build": replace(JAX, distribution="JAX")}, "run.build.distribution: JAX is not"),
    "another framework's": ({"build": replace(JAX, distribution="torch")}, "run.build.distribution: torch is not"),
    "given, of another name": (
        {"build": Build("evil-jax", "1", Channel.GIVEN)},
        "run.build.distribution: evil-jax is not",
    ),
    "a nightly that is none": ({"build": Build("jax", "9999.0", Channel.NIGHTLY)}, "run.build.version: 9999.0 of chan"),
    "a release before it is one": (
        {"build": Build("jax", NIGHTLY, Channel.RELEASE)},
        f"run.build.version: {NIGHTLY} of",
    ),
    "a candidate": ({"build": Build("jax", "1.0rc1", Channel.RELEASE)}, "run.build.version: 1.0rc1 of channel release"),
    "not what is pinned": ({"build": Build("jax", "0.9.9", Channel.PINNED)}, "run.build.version: 0.9.9 is not what is"),
    "a compiler where nothing is compiled": (
        {"compiler": JAX},
        "run.compiler: there is none in a run that is executed",
    ),
}
TAKEN: dict[str, dict[str, object]] = {
    "a release": {"build": JAX},
    "a nightly": {"build": Build("jax", NIGHTLY, Channel.NIGHTLY, date="2026-11-01")},
    "one version": {"build": Build("jax", "0.9.2", Channel.EXACT)},
    "an interpreter that was given": {"build": Build("jax", "0.10.2.dev1+g123", Channel.GIVEN)},
    "one that came to no build": {"build": None, "blocked": "no build", "cases": ()},
}


@pytest.mark.parametrize("name", FORGED)
def test_what_a_target_does_not_have_is_refused(targets: dict[str, Target], runfile: Make, name: str) -> None:
    run, said = FORGED[name]
    assert fault(runfile(1, {A: "pass"}, **({"build": JAX} | run)), targets).startswith(said)


@pytest.mark.parametrize("name", TAKEN)
def test_what_it_has_is_taken(targets: dict[str, Target], runfile: Make, name: str) -> None:
    assert fault(runfile(1, {A: "pass"}, **TAKEN[name]), targets) == ""


def test_what_is_pinned_is_taken(targets: dict[str, Target], runfile: Make) -> None:
    for target in targets.values():
        for evidence in target.evidences:
            for framework in target.sources(evidence).frameworks.values():
                if Channel.PINNED not in framework.channels:
                    continue
                (pin,) = (
                    text
                    for text in framework.channels[Channel.PINNED].packages
                    if text.partition("==")[0].partition("[")[0] in framework.distributions
                )
                name, _, version = pin.partition("==")
                suite = "kernels" if evidence is Evidence.REGISTERED else "paper"
                build = Build(name.partition("[")[0], version.partition("+")[0] + "+cpu", Channel.PINNED)
                series = {"target": target.name, "framework": framework.name, "evidence": evidence, "suite": suite}
                found = fault(runfile(1, {}, build=build, **series), targets)
                assert found == "", (target.name, framework.name)


def test_a_comparison_names_no_other_distribution(targets: dict[str, Target], runfile: Make) -> None:
    made = runfile(1, {A: "pass"}, build=JAX)
    assert fault(compared(made, "jax==0.9.2"), targets) == ""
    assert fault(compared(made, "evil==0.9.2"), targets).startswith(
        "comparison.good.build: jax is not installed as evil"
    )


def test_every_run_that_the_project_ships_is_one_that_its_target_has(targets: dict[str, Target]) -> None:
    heads = [from_json(RecordedRun, json.loads(path.read_bytes())) for path in CHECKOUT.glob("results/runs/*/*/*.json")]
    assert [found for head in heads if (found := fault(RunFile(head.run, (), head.end), targets))] == []
    assert heads


@pytest.mark.parametrize(
    ("title", "started"),
    [
        ("Run cpu, executed", StartedFor("cpu", "executed")),
        ("Run tpu-v5e, compiled", StartedFor("tpu-v5e", "compiled")),
        ("Backfill jax on cpu, executed", StartedFor("cpu", "executed")),
        ("Backfill jax on cpu", StartedFor("cpu")),
        ("Run cpu, executed, and more", StartedFor()),
        ("", StartedFor()),
    ],
)
def test_a_title_says_what_a_run_was_started_for(title: str, started: StartedFor) -> None:
    assert StartedFor.of_title(title) == started


@pytest.mark.parametrize("workflow", ["run", "backfill"])
def test_the_workflows_name_their_runs_so(workflow: str) -> None:
    text = (CHECKOUT / f".github/workflows/{workflow}.yml").read_text()
    (line,) = (line for line in text.splitlines() if line.startswith("run-name: "))
    inputs = {"target": "cpu", "evidence": "executed", "framework": "jax"}
    title = line.removeprefix("run-name: ")
    for name, value in inputs.items():
        title = title.replace(f"${{{{ inputs.{name} }}}}", value)
    assert StartedFor.of_title(title) == StartedFor("cpu", "executed")


def portability(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_a_job_hands_over_no_run_of_another_target(tmp_path: Path, runfile: Make) -> None:
    """A build that is hostile may write any file; what its workflow was started for it cannot change."""
    history = tmp_path / "history"
    History(history).prepare()
    artifact = tmp_path / "fetched" / "5"
    artifact.mkdir(parents=True)
    note_start(artifact, "Run nvidia-h100, executed")
    write_run_file(artifact / "ours.jsonl", runfile(1, {A: "pass"}, target="nvidia-h100", build=JAX))
    write_run_file(artifact / "forged.jsonl", runfile(2, {A: "error"}, build=JAX))
    done = portability("record", "--artifacts", tmp_path / "fetched", "--history", history)
    assert done.exit_code == 2
    assert "forged.jsonl:1: run.target: cpu, and the workflow was started for nvidia-h100" in done.output
    assert [item.run.target for item in History(history).load().runs] == ["nvidia-h100"]


def test_one_bad_file_costs_itself_alone(tmp_path: Path, runfile: Make) -> None:
    history = tmp_path / "history"
    History(history).prepare()
    good = write_run_file(tmp_path / "good.jsonl", runfile(1, {A: "pass"}, build=JAX))
    lines = good.read_text().splitlines(keepends=True)
    bad = {
        "half.jsonl": lines[0].replace('"paper"', '"paper","notes":["\\ud800"]'),
        "date.jsonl": lines[0].replace("2026-11-01", "2026-02-31").replace("20261101", "20260231"),
        "number.jsonl": lines[0] + lines[1].replace('"pass"', '"pass","seconds":1e999'),
        "bytes.jsonl": "\0\n",
        "empty.jsonl": "",
    }
    for name, text in bad.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "folder.jsonl").mkdir()
    paths = [*(tmp_path / name for name in bad), tmp_path / "folder.jsonl", good]
    done = portability("record", *paths, "--history", history)
    assert done.exit_code == 2
    assert "recorded as" in done.output
    for path in paths[:-1]:
        assert len([line for line in done.output.splitlines() if line.startswith(f"refused: {path}:")]) == 1, path
    assert len(History(history).load().runs) == 1


def test_what_nobody_thought_of_is_a_refusal_that_blames_the_monitor(
    tmp_path: Path, runfile: Make, targets: dict[str, Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: RunFile) -> None:
        raise OverflowError("math\nrange error")

    monkeypatch.setattr(provenance, "trial_write", broken)
    path = write_run_file(tmp_path / "a.jsonl", runfile(1, {A: "pass"}, build=JAX))
    with pytest.raises(RunFileError, match="cannot record it, which is a fault of its own: OverflowError: math range"):
        accept(path, targets)


def planned(**changed: object) -> Job:
    return replace(Job("cpu", "jax", "paper"), **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("run", "jobs", "said"),
    [
        ({}, [planned()], ""),
        ({}, [planned(suite="harness"), planned()], ""),
        ({}, [planned(suite="harness")], "run.suite: no job of the plan is cpu jax paper executed"),
        ({}, [planned(shard="1/2")], "run.suite: no job of the plan is cpu jax paper executed"),
        ({"selection": ("a*",)}, [planned()], "run.selection: a*, and none was planned"),
        ({}, [planned(build="jax==0.10.2")], ""),
        ({}, [planned(build="jax==0.10.1")], "run.build: jax==0.10.2, and jax==0.10.1 was planned"),
        ({}, [planned(channel="release")], ""),
        ({}, [planned(channel="nightly")], "run.build.channel: release, and nightly was planned"),
        ({}, [planned(python="python3")], "run.build.channel: release, and an interpreter was given"),
        (
            {"build": replace(JAX, channel=Channel.GIVEN)},
            [planned()],
            "run.build.channel: given, and an interpreter was",
        ),
        ({"build": None, "blocked": "none"}, [planned(build="jax==0.10.1")], ""),
    ],
)
def test_a_run_is_one_that_was_planned(run: dict[str, object], jobs: list[Job], said: str) -> None:
    made = Run("20261101T030000Z-000001", "2026-11-01T03:00:00Z", "cpu", "jax", "paper", build=JAX)
    found = not_planned(replace(made, **run), jobs)  # type: ignore[arg-type]
    assert found.startswith(said)
    assert bool(found) is bool(said)


def test_record_holds_runs_against_a_plan(tmp_path: Path, runfile: Make) -> None:
    history = tmp_path / "history"
    History(history).prepare()
    plan = tmp_path / "plan"
    wish = ("--target", "cpu", "--framework", "jax", "--suite", "paper", "--build", "jax==0.10.2")
    assert portability("plan", *wish, "--history", history, "--out", plan).exit_code == 0
    planned = write_run_file(tmp_path / "a.jsonl", runfile(1, {A: "pass"}, build=replace(JAX, channel=Channel.EXACT)))
    other = write_run_file(tmp_path / "b.jsonl", runfile(2, {A: "pass"}, version="9999.0"))
    done = portability("record", planned, other, "--plan", plan, "--history", history)
    assert f"refused: {other}:1: run.build: jax==9999.0, and jax==0.10.2 was planned" in done.output
    assert [item.run.build and item.run.build.version for item in History(history).load().runs] == ["0.10.2"]


# Real steps: of a night, of a history that slept, and to a new major version; with the first night of a framework.
STEPS = [
    ("jax", "0.10.2", "0.12.0"),
    ("jax", "0.10.2", "0.12.0.dev20261101"),
    ("jax", "0.4.18", "0.10.2"),
    ("jax", "0.12.1", "1.0.0"),
    ("torch", "2.13.0+cpu", "3.0.0"),
    ("tensorflow", "2.20.0", "3.0.0rc1"),
    ("tensorflow", "2.20.0", "2.23.0.dev20261026"),
    ("jax", "0.10.2", "0.4.18"),
    ("jax", "", "9999.0"),
]
LEAPS = [
    ("jax", "0.10.2", "9999.0"),
    ("jax", "0.10.2", "0.9999.dev20261101"),
    ("torch", "2.13.0", "1!2.13.0"),
    ("torch", "2.13.0", "4.0.0"),
    ("torch", "2.13.0", "3.11.0"),
    ("torch", "2.13.0", "2.24.0"),
    ("torch", "2.13.1", "2.13.12"),
]


def builds_of(runfile: Make, framework: str, *versions: str) -> list[Run]:
    made = [Build(framework, version, Channel.EXACT) for version in versions if version]
    return [runfile(1, {}, framework=framework, build=build).run for build in made]


@pytest.mark.parametrize(("framework", "before", "after"), STEPS)
def test_a_real_step_between_versions_is_taken(runfile: Make, framework: str, before: str, after: str) -> None:
    *known, run = builds_of(runfile, framework, before, after)
    assert too_new(run, newest_versions(RecordedRun(one, None) for one in known)) == ""


@pytest.mark.parametrize(("framework", "before", "after"), LEAPS)
def test_a_version_far_beyond_all_known_is_refused(runfile: Make, framework: str, before: str, after: str) -> None:
    *known, run = builds_of(runfile, framework, before, after)
    newest = newest_versions(RecordedRun(one, None) for one in known)
    assert too_new(run, newest).startswith(f"run.build.version: {after} is too far from {before}, the newest known;")
    named = Job("cpu", framework, "paper", build=f"{framework}=={after}")
    assert too_new(run, newest, [named]) == ""
    assert too_new(run, newest, [replace(named, build="")]) != ""


def test_a_history_without_recent_nights_has_missed_releases(runfile: Make) -> None:
    """JAX 0.4.18 is of 6 October 2023, 0.4.38 of 17 December 2024."""
    before, after = ({"framework": "jax", "build": Build("jax", f"0.4.{n}", Channel.EXACT)} for n in (18, 38))
    known, soon = runfile(1, {}, **before).run, runfile(8, {}, **after).run
    later = replace(soon, started="2028-01-12T03:00:00Z")
    newest = newest_versions([RecordedRun(known, None)])
    assert too_new(soon, newest) != ""
    assert too_new(later, newest) == ""
    # The newest version is as old as the last run that had it.
    again = replace(known, started="2028-01-11T03:00:00Z")
    assert too_new(later, newest_versions([RecordedRun(again, None), RecordedRun(known, None)])) != ""


def test_the_compiler_too(runfile: Make) -> None:
    compiled = {"evidence": Evidence.COMPILED, "target": "tpu-v3"}
    known, run = (
        runfile(1, {}, build=JAX, compiler=Build("libtpu", version, Channel.EXACT), **compiled).run
        for version in ("0.0.45", "9999.0")
    )
    assert too_new(run, newest_versions([RecordedRun(known, None)])).startswith("run.compiler.version: 9999.0 is too")


def test_every_shipped_run_is_taken_after_those_before_it() -> None:
    heads = [from_json(RecordedRun, json.loads(path.read_bytes())) for path in CHECKOUT.glob("results/runs/*/*/*.json")]
    in_time = sorted(heads, key=lambda head: head.run.started)
    assert [head.run.id for n, head in enumerate(in_time) if too_new(head.run, newest_versions(in_time[:n]))] == []


def test_what_is_too_new_is_refused_by_a_command_and_recorded_by_a_plan_that_names_it(
    runfile: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "SHIPPED_HISTORY", tmp_path / "nothing")
    history = tmp_path / "history"
    History(history).record([runfile(1, {A: "pass"}, version="0.10.2")], "a night")
    path = write_run_file(tmp_path / "evil.jsonl", runfile(2, {A: "crash"}, version="9999.0"))
    call = ["record", str(path), "--history", str(history)]
    done = CliRunner().invoke(app, call)
    assert done.exit_code == 2
    assert f"refused: {path}:1: run.build.version: 9999.0 is too far from 0.10.2" in done.output
    assert len(History(history).load().runs) == 1
    plan = tmp_path / "plan"
    wish = ["--suite", "paper", "--build", "jax==9999.0", "--history", str(history), "--out", str(plan)]
    assert CliRunner().invoke(app, ["plan", "--target", "cpu", "--evidence", "executed", *wish]).exit_code == 0
    done = CliRunner().invoke(app, [*call, "--plan", str(plan)])
    assert done.exit_code == 0, done.output
