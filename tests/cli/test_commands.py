"""The command line: help with examples, answers in JSON, and faults in one line that states the fix."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import ANY

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.execution.builds.provider import ProvisionedBuild, provision
from monitor.execution.targets.package_sources import ChannelSource, FrameworkSources
from monitor.execution.targets.target import Target
from monitor.formats.run_file import RunFile
from monitor.model import Channel
from support.command_line import CHECKOUT, portability
from support.run_files import write_run_file

COMMANDS = [
    ["nightly"],
    ["plan"],
    ["run"],
    ["record"],
    ["changes"],
    ["failures"],
    ["bisect"],
    ["regressions"],
    ["compare"],
    ["flaky"],
    ["changepoints"],
    ["validate"],
    ["health"],
    ["notify"],
    ["github", "dispatch"],
    ["github", "download"],
    ["operations"],
    ["federation"],
    ["site"],
    ["repro"],
    ["scores"],
    ["coverage"],
    ["arguments"],
    ["suite", "list"],
    ["target", "list"],
    ["target", "check"],
    ["target", "labels"],
    ["target", "sync-workflows"],
    ["target", "new"],
    ["builds", "list"],
    ["builds", "prune"],
    ["history", "show"],
    ["history", "prune"],
    ["doctor"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(command: list[str]) -> None:
    done = CliRunner().invoke(app, [*command, "--help"])
    assert done.exit_code == 0
    assert "examples:" in done.output.lower()
    assert f"portability {' '.join(command)}" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan", "--framework", "jaxx"], 'no framework "jaxx", did you mean "jax"?'),
        (["plan", "--suite", "papers"], 'no suite "papers", did you mean "paper"?'),
        (["plan", "--target", "cpus"], 'no target "cpus", did you mean "cpu"?'),
        (["plan", "--self-hosted", "nvidia-t3"], 'no target "nvidia-t3", did you mean "nvidia-t4"?'),
        (
            ["plan", "--target", "nvidia-t4"],
            "nothing to do: not executed on nvidia-t4: that takes a runner",
        ),
        (["plan", "--channel", "nightli"], 'no channel "nightli", did you mean "nightly"?'),
        (["nightly", "--build", "jaxx==1"], "--build jaxx==1: no framework selected here is installed by that name"),
        (["nightly", "--python", "python3"], "--python needs one --framework"),
        (["nightly", "--resume"], "no night to go on with"),
        (["suite", "list", "--framework", "tensor"], 'no framework "tensor", did you mean "tensorflow"?'),
        (["target", "check", "nowhere.toml"], "nowhere.toml: no such file; check the path"),
        (["record", "nowhere.jsonl"], "nowhere.jsonl"),
        (["repro", "torch/torch.catt/eager-float32"], 'the nearest is "torch/torch.cat/eager-float32"'),
        (["compare", "--case", "*", "--builds", "jax==0.9.2"], "--builds jax==0.9.2: name two builds"),
        (["compare", "--case", "*", "--builds", "jax==0.9.2,torch==2.13.0"], "has no one framework that is installed"),
        (["scores", "--target", "cpuu"], 'no target "cpuu", did you mean "cpu"?'),
        (["changes", "--history", str(CHECKOUT / "results")], "a new history starts from this one"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_fault_is_one_line_with_the_mend(arguments: list[str], said: str, shipped: Path) -> None:
    done = portability(*arguments, cwd=shipped)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_suite_is_listed_without_frameworks() -> None:
    listed = json.loads(portability("suite", "list", "--framework", "torch", "--json").stdout)
    assert {
        "case": "torch/torch.cat/gradient-float32",
        "suite": "paper",
        "function": "torch.cat",
        "mode": "gradient",
        "dtype": "float32",
        "oracle": "reference",
    } in listed
    everything = portability("suite", "list", "--framework", "torch", "--by", "case")
    assert "paper  torch/torch.cat/eager-float32" in everything.stdout.splitlines()
    assert "opinfo: the installed build of torch lists its cases when it runs" in everything.stderr
    by_suite = portability("suite", "list", "--framework", "torch").stdout.splitlines()
    assert by_suite[0].split()[:3] == ["framework", "suite", "functions"]
    assert len(by_suite) < 10
    numbers = [int(cell.replace(",", "")) for line in by_suite[1:] for cell in line.split()[3:]]
    assert sum(numbers) == len(everything.stdout.splitlines()) == len(listed)
    by_function = portability("suite", "list", "--framework", "torch", "--suite", "paper", "--by", "function").stdout
    of_cat = [case["case"] for case in listed if (case["suite"], case["function"]) == ("paper", "torch.cat")]
    (line,) = (line.split() for line in by_function.splitlines() if line.split()[2] == "torch.cat")
    assert line[:3] == ["torch", "paper", "torch.cat"]
    assert int(line[3]) + int(line[4]) == len(of_cat)


@pytest.mark.no_cover  # it reads the whole shipped history
def test_the_share_of_real_calls_with_a_verdict(shipped: Path) -> None:
    selected = ("--target", "cpu", "--framework", "torch")
    found = json.loads(portability("coverage", *selected, "--declared", "--json", cwd=shipped).stdout)
    assert {row["framework"] for row in found["rows"]} == {"torch"}
    assert {(row["target"], row["evidence"], row["methods"]) for row in found["rows"]} == {
        ("cpu", "executed", False),
        ("cpu", "executed", True),
    }
    assert all(row["judged_calls"] <= row["declared_calls"] <= row["calls"] for row in found["rows"])
    cat = next(one for one in found["functions"] if one["function"] == "torch.cat")
    assert (cat["verdicts"], cat["declared"]) == ({"cpu": ["executed"]}, True)
    table = portability("coverage", *selected, "--suite", "paper", "--missing", "3", "--markdown", cwd=shipped).stdout
    assert "### Calls to functions" in table
    assert "### Functions of PyTorch without a verdict: " in table
    assert "declared" not in table


def test_a_case_is_written_out_and_run(builds: Callable[[str], ProvisionedBuild]) -> None:
    del builds  # makes sure that there is one in the cache
    case = "jax/jax.numpy.add/eager-float32"
    assert portability("repro", case).stdout.startswith(f'"""{case}"""')
    done = portability("repro", case, "--run")
    assert done.returncode == 0, done.stderr
    assert "running on jax==" in done.stderr
    assert portability("repro", "jax/jax.tree_map/eager-float32", "--run").returncode == 1


@pytest.mark.no_cover  # it reads the whole shipped history
def test_the_study_is_reported_beside_now(shipped: Path) -> None:
    found = json.loads(portability("scores", "--json", cwd=shipped).stdout)
    rows = [row for row in found["study"] if row["framework"] == "jax"]
    assert {row["hardware"] for row in rows} >= {"GPU (T4), 2023", "TPU (v3), 2023", "cpu"}
    assert {row["framework"] for row in found["strata"]["top 20"]} == {"torch", "jax", "tensorflow"}
    assert {(row["framework"], row["target"]) for row in found["all"]} >= {("torch", "cpu"), ("jax", "tpu-v5e")}
    table = portability("scores", "--target", "cpu", "--markdown", cwd=shipped).stdout
    assert "| JAX | TPU (v3), 2023 |" in table
    assert "### The share of real calls that works" in table


@pytest.mark.no_cover  # it reads the whole shipped history
def test_what_compiling_says_is_held_against_others(shipped: Path) -> None:
    table = portability("validate", "--target", "tpu-v3", "--markdown", cwd=shipped).stdout
    assert "| `tpu-v3` | jax | paper | study, TPU v3, 2023 |" in table
    alone = portability("validate", "--target", "tpu-v3", "--disagreements", cwd=shipped).stdout
    assert "jax.numpy.ones" in alone  # failed in 2023, compiles today


def test_a_plan_says_how_each_target_is_seen(shipped: Path, tmp_path: Path) -> None:
    wish = ("--target", "cpu", "--target", "tpu-v5e", "--framework", "jax")
    portability("plan", *wish, "--out", str(tmp_path), cwd=shipped)
    names = [entry["name"] for entry in json.loads((tmp_path / "matrix.json").read_text())]
    # A CPU has no kernels, and not several devices.
    suites = ("array_api", "chips", "harness", "ops", "pallas", "paper", "sharded")
    assert names == [
        "cpu-jax-array_api",
        "cpu-jax-chains",
        "cpu-jax-harness",
        "cpu-jax-names",
        "cpu-jax-ops",
        "cpu-jax-paper",
        *(f"tpu-v5e-jax-{suite}-compiled" for suite in suites),
    ]
    job = json.loads((tmp_path / "tpu-v5e-jax-paper-compiled.json").read_text())
    assert job["evidence"] == "compiled"


def test_a_plan_has_no_job_for_a_runner_that_nobody_named(
    nothing_shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def planned(*wish: str) -> tuple[list[str], str]:
        command = ["plan", "--framework", "torch", "--suite", "paper", *wish, "--out", "plan"]
        done = portability(*command, cwd=nothing_shipped)
        assert done.returncode == 0, done.stderr
        matrix = json.loads((nothing_shipped / "plan" / "matrix.json").read_text())
        return [label for entry in matrix for label in entry["labels"] if label != "ubuntu-latest"], done.stdout

    monkeypatch.delenv("PORTABILITY_RUNNERS", raising=False)
    labels, said = planned()
    assert labels == []
    assert "not executed on " in said
    assert {"amd-mi250", "amd-mi300", "apple-mps"} <= {*re.findall(r"[\w-]+", said)}
    assert planned("--self-hosted", "nvidia-t4")[0] == ["nvidia-t4"]
    assert planned("--target", "nvidia-t4", "--evidence", "executed") == (["nvidia-t4"], ANY)
    assert planned("--evidence", "executed")[0] == []
    monkeypatch.setenv("PORTABILITY_RUNNERS", "nvidia-t4 tpu-v4")
    assert planned()[0] == ["nvidia-t4", "tpu-v4"]


def test_a_plan_in_shards_names_each(shipped: Path, tmp_path: Path) -> None:
    wish = ("--target", "cpu", "--framework", "jax", "--suite", "paper", "--shards", "3")
    portability("plan", *wish, "--out", str(tmp_path), cwd=shipped)
    names = [entry["name"] for entry in json.loads((tmp_path / "matrix.json").read_text())]
    assert names == ["cpu-jax-paper-1-of-3", "cpu-jax-paper-2-of-3", "cpu-jax-paper-3-of-3"]
    jobs = [json.loads((tmp_path / f"{name}.json").read_text()) for name in names]
    assert [job["shard"] for job in jobs] == ["1/3", "2/3", "3/3"]
    assert jobs[0]["costs"]["jax/jax.numpy.add/eager-float32"] > 0  # as the shipped history recorded it


def test_targets_are_listed_and_checked() -> None:
    (cpu,) = [
        target for target in json.loads(portability("target", "list", "--json").stdout) if target["name"] == "cpu"
    ]
    assert set(cpu["frameworks"]) == {"torch", "jax", "tensorflow"}
    assert "jax on cpu: nightly, release, pinned" in portability("target", "list").stdout
    assert "runners/cpu.toml: fine" in portability("target", "check", "runners/cpu.toml", cwd=CHECKOUT).stdout
    everything = portability("target", "check").stdout.splitlines()
    assert len(everything) == len([*(CHECKOUT / "runners").glob("*.toml")])


def test_the_doctor_tells_what_is_missing_and_how_to_get_it() -> None:
    findings = {finding["subject"]: finding for finding in json.loads(portability("doctor", "--json").stdout)}
    assert findings["git"]["passed"]
    assert findings["uv"]["passed"]
    assert all(finding["passed"] or finding["remedy"] or not finding["needed"] for finding in findings.values())


def test_the_doctor_of_what_only_a_compiler_sees_says_how_to_try_it() -> None:
    printed = portability("doctor", "--target", "tpu-v2").stdout
    assert "ok      tpu-v2: not executed, so it needs no device: portability nightly --target tpu-v2" in printed


def test_the_doctor_tells_what_a_target_sees_here(
    builds: Callable[[str], ProvisionedBuild], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sets a machine up sees there what a night would see first."""
    version = builds("jax").build.version
    source = f'[jax.pinned]\npackages = ["jax=={version}", "jaxlib=={version}", "numpy", "absl-py"]\npython = "3.12"\n'
    head = 'title = "Board"\n[execute]\nlabels = "board"\n[jax]\ndevice = "cpu"\ndistributions = "jax"\n'
    (tmp_path / "board.toml").write_text(head + source)
    (tmp_path / "other.toml").write_text(head + 'expect = { name = "TPU v4" }\n' + source)
    monkeypatch.setattr("monitor.pipeline.doctor.RUNNERS", tmp_path)
    healthy = CliRunner().invoke(app, ["doctor", "--target", "board"])
    assert f"ok      board jax: jax=={version} sees 1 × cpu" in healthy.stdout
    assert healthy.exit_code == 0
    another = CliRunner().invoke(app, ["doctor", "--target", "other"])
    assert 'MISSING other jax: not the device that the runner file expects: device.name is "cpu"' in another.stdout
    assert another.exit_code == 1


def test_builds_are_listed_and_pruned(builds: Callable[[str], ProvisionedBuild], tmp_path: Path) -> None:
    label, environment = builds("jax").build.requirement, builds("jax").python.parents[1]
    (tmp_path / "environments").mkdir()  # a cache that has this one alone: dozens take long to measure
    (tmp_path / "environments" / environment.name).symlink_to(environment)
    cache = ("--cache", str(tmp_path))
    (jax,) = json.loads(portability("builds", "list", *cache, "--json").stdout)
    assert jax["record"]["label"] == label
    assert jax["size"] > 100e6
    assert f"{label}  Python " in portability("builds", "list", *cache).stdout
    assert portability("builds", "prune", *cache, "--unused-days", "3650").stdout == "0 removed, 0 MiB freed\n"


def test_builds_that_nobody_uses_are_removed(tmp_path: Path, cpu: Target) -> None:
    source = ChannelSource(packages=("six",))
    framework = FrameworkSources("jax", "cpu", ("six",), channels={Channel.RELEASE: source})
    six = provision(
        replace(cpu, frameworks={"jax": framework}), "jax", channel="release", cache=tmp_path / "cache", log=print
    )
    assert six.python.exists()
    output = portability("builds", "prune", "--unused-days", "0", "--cache", str(tmp_path / "cache")).stdout
    assert output.startswith(f"removed {six.build.requirement}\n1 removed, ")
    assert not six.python.exists()


def test_a_plan_is_a_matrix_and_its_jobs(
    nothing_shipped: Path, tmp_path: Path, runfile: Callable[..., RunFile]
) -> None:
    out = tmp_path / "plan"
    recorded = str(write_run_file(tmp_path / "run.jsonl", runfile(30, {"jax/jax.a/eager": "pass"}, version="0.9.1")))
    assert portability("record", recorded, cwd=nothing_shipped).returncode == 0
    wish = ("--target", "cpu", "--framework", "jax", "--suite", "paper", "--build", "jax==0.9.2")
    done = portability("plan", *wish, "--out", str(out), cwd=nothing_shipped)
    assert done.returncode == 0, done.stderr
    assert json.loads((out / "matrix.json").read_text()) == [
        {
            "name": "cpu-jax-paper",
            "job": "cpu-jax-paper.json",
            "labels": ["ubuntu-latest"],
            "target": "cpu",
            "evidence": "executed",
        }
    ]
    job = json.loads((out / "cpu-jax-paper.json").read_text())
    assert (job["target"], job["framework"], job["suite"], job["build"]) == ("cpu", "jax", "paper", "jax==0.9.2")
    assert job["watch"]["jax/jax.a/eager"] == "pass"


def test_record_and_changes_by_hand(nothing_shipped: Path, tmp_path: Path, runfile: Callable[..., RunFile]) -> None:
    called = partial(portability, cwd=nothing_shipped)
    case = "jax/jax.a/eager"
    first = str(write_run_file(tmp_path / "1.jsonl", runfile(28, {case: "pass"}, version="1", suite="pallas")))
    again = {case: ["error", "error"]}
    second = str(
        write_run_file(tmp_path / "2.jsonl", runfile(29, {case: "error"}, version="2", suite="pallas", retries=again))
    )
    assert called("record", first).returncode == 0
    assert called("changes", "--group", "--markdown").stdout == "nothing changed\n"
    assert called("record", second).returncode == 0
    assert "recorded before" in called("record", first).stderr

    printed = called("changes").stdout
    assert "cpu jax pallas: jax==2 against jax==1" in printed
    assert f"regressed          {case}: pass -> error: why error" in printed
    news = json.loads(called("changes", "--json").stdout)
    night = news[-1]
    assert night["regressions"] == [case]
    assert night["changes"][0]["function"] == "jax.a"
    assert called("changes", "--exit-code").returncode == 1
    assert "| regressed | `jax/jax.a/eager` | pass | error |" in called("changes", "--markdown").stdout


def test_a_bad_run_file_is_refused_whole_and_holds_back_no_other(
    nothing_shipped: Path, tmp_path: Path, runfile: Callable[..., RunFile]
) -> None:
    good = str(write_run_file(tmp_path / "good.jsonl", runfile(28, {"jax/jax.a/eager": "pass"}, suite="pallas")))
    bad = tmp_path / "bad.jsonl"
    bad.write_text(Path(good).read_text().replace('"pass"', '"great"').replace('"pallas"', '"sharded"'))
    done = portability("record", str(bad), good, cwd=nothing_shipped)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith(f"refused: {bad}:2: observation.outcome: ")
    recorded = nothing_shipped / ".portability" / "history" / "outcomes" / "cpu" / "jax"
    assert [path.name for path in recorded.iterdir()] == ["pallas.csv"]
