"""Bisection: what is kept of a search, and a real one over JAX's releases with a script of one's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.analysis.bisection import Symptom, Trial, TrialVerdict
from monitor.execution.builds.provider import BuildUnavailable
from monitor.execution.targets.target import Target
from monitor.model import Evidence, Outcome, Package
from monitor.pipeline.bisect import search
from monitor.pipeline.bisect_state import BisectSpec, BisectState
from support.command_line import CHECKOUT, portability

QUESTION = BisectSpec("cpu", "jax", Evidence.EXECUTED, "jax==0.1", "jax==0.9", "release", "jax/jax.a/eager")


class Attempts:
    """Trials of builds of which those from 0.6 on are bad; 0.4 cannot be had, and some interrupt."""

    def __init__(self, interrupt: str = "") -> None:
        self.interrupt = interrupt
        self.made: list[str] = []

    def __call__(self, label: str) -> Trial:
        self.made.append(label)
        if label == self.interrupt:
            raise KeyboardInterrupt
        if label == "jax==0.4":
            raise BuildUnavailable("no such wheel")
        return Trial(label, Outcome.PASS if label < "jax==0.6" else Outcome.ERROR, commit=label[-1] * 40)


@pytest.fixture
def journal(tmp_path: Path) -> BisectState:
    lined_up = BisectState(tmp_path, QUESTION)
    lined_up.hold((Package("numpy", "2.0"),))
    lined_up.set_candidates(tuple(f"jax==0.{minor}" for minor in range(2, 9)))
    return lined_up


def test_a_search_ends_with_two_neighbours(journal: BisectState, cpu: Target) -> None:
    found = search(journal, Attempts(), cpu)
    assert (found.symptom, found.good.build, found.bad.build) == (Symptom.OUTCOME, "jax==0.5", "jax==0.6")
    assert found.skipped == ()
    assert found.commits.link == f"https://github.com/jax-ml/jax/compare/{'5' * 40}...{'6' * 40}"
    assert [step.mark for step in found.steps[:2]] == [TrialVerdict.GOOD, TrialVerdict.BAD]


def test_an_interrupted_search_goes_on_where_it_was(journal: BisectState, cpu: Target, tmp_path: Path) -> None:
    first = Attempts(interrupt="jax==0.7")
    with pytest.raises(KeyboardInterrupt):
        search(journal, first, cpu)
    again, second = BisectState(tmp_path, QUESTION), Attempts()
    assert again.progress.held == (Package("numpy", "2.0"),)
    found = search(again, second, cpu)
    assert set(second.made) & set(first.made) == {"jax==0.7"}
    assert (found.good.build, found.bad.build) == ("jax==0.5", "jax==0.6")
    third = Attempts()
    assert search(BisectState(tmp_path, QUESTION), third, cpu) == found
    assert third.made == []


def test_a_build_that_cannot_be_had_is_told_and_asked_for_again(tmp_path: Path, cpu: Target) -> None:
    lined_up = BisectState(
        tmp_path, BisectSpec("cpu", "jax", Evidence.EXECUTED, "jax==0.3", "jax==0.7", "release", "c")
    )
    lined_up.set_candidates(("jax==0.4",))
    found = search(lined_up, Attempts(), cpu)
    assert [(trial.build, trial.shown) for trial in found.skipped] == [
        ("jax==0.4", "blocked: cannot be had: no such wheel")
    ]
    assert lined_up.trial("jax==0.4") is None


def test_builds_that_are_named_are_those_between_the_ends(tmp_path: Path, cpu: Target) -> None:
    among = ("torch==2.10.0", "torch==2.11.0", "torch==2.12.0", "torch==2.12.1", "torch==2.13.0")
    question = BisectSpec("cpu", "torch", Evidence.EXECUTED, "torch==2.11.0", "torch==2.13.0+cpu", "release", "c")
    trials = {label: Trial(label, Outcome.PASS) for label in among}
    trials["torch==2.13.0+cpu"] = Trial("torch==2.13.0+cpu", Outcome.ERROR)
    lined_up = BisectState(tmp_path, replace(question, among=among))
    found = search(lined_up, trials.__getitem__, cpu.sources(Evidence.EXECUTED))
    assert lined_up.progress.between == ("torch==2.12.0", "torch==2.12.1")
    assert (found.good.build, found.bad.build) == ("torch==2.12.1", "torch==2.13.0+cpu")
    assert lined_up.folder != BisectState(tmp_path, question).folder


def test_another_script_is_another_search(tmp_path: Path) -> None:
    ends = ("cpu", "jax", Evidence.EXECUTED, "jax==0.1", "jax==0.9", "release")
    assert (
        BisectState(tmp_path, BisectSpec(*ends, script="1")).folder
        != BisectState(tmp_path, BisectSpec(*ends, script="2")).folder
    )


def bisect(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "monitor", "bisect", *arguments]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)


CASE = "jax/jax.tree_map/eager-float32"


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ([], "name a case, or a --script instead"),
        ([CASE, "--script", "check.py"], "name a case, or a --script instead"),
        (["--script", "check.py"], "--script needs --good and --bad"),
        ([CASE], f"no run recorded {CASE} on cpu, executed; name --good and --bad"),
        ([CASE, "--good", "jax==0.6.0", "--bad", "jax==0.5.3"], "--good jax==0.6.0 is not older than --bad jax==0.5.3"),
        ([CASE, "--good", "jax>0", "--bad", "jax==0.5.3"], '"jax>0" is no build'),
        ([CASE, "--good", "jaxx==1", "--bad", "jax==2"], 'installed as "jaxx", did you mean "jax"?'),
        ([CASE, "--good", "torch==1", "--bad", "torch==2"], "are not builds of jax"),
        (["--script", "check.py", "--good", "jax==1", "--bad", "torch==2"], "are not builds of one framework"),
        (["jax/jax.treemap/eager-float32", "--good", "jax==1", "--bad", "jax==2"], f'did you mean "{CASE}"?'),
    ],
)
def test_a_call_at_fault_is_told_in_one_line(nothing_shipped: Path, arguments: list[str], fault: str) -> None:
    (nothing_shipped / "check.py").write_text("")
    done = portability("bisect", *arguments, cwd=nothing_shipped)
    assert done.returncode == 2
    assert fault in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.usefixtures("framework_environments")
def test_a_script_of_ones_own_over_releases_of_jax(tmp_path: Path) -> None:
    """The release that has `jax.tree_map` no more, from real wheels; 0.5.3 is one that the script cannot tell of."""
    script = tmp_path / "check.py"
    script.write_text(
        "import sys, jax\n"
        "assert sys.argv[1] == 'cpu'\n"
        "if jax.__version__ == '0.5.3':\n    print('not this one'), sys.exit(125)\n"
        "jax.tree_map(lambda x: x, [1])\n"
    )
    call = ("--script", "check.py", "--good", "jax==0.5.2", "--bad", "jax==0.6.0", "--json")
    done = bisect(tmp_path, *call)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert (found["good"]["build"], found["bad"]["build"]) == ("jax==0.5.2", "jax==0.6.0")
    assert "jax.tree_map" in found["bad"]["message"]
    assert [trial["message"] for trial in found["skipped"]] == ["the script cannot tell: not this one"]
    assert found["commits"]["link"] == "https://github.com/jax-ml/jax/compare/jax-v0.5.2...jax-v0.6.0"
    assert [step["mark"] for step in found["steps"]] == ["good", "bad", "skip"]
    again = json.loads(bisect(tmp_path, *call).stdout)  # what was judged is kept, to the second that it took
    assert (again["good"], again["bad"]) == (found["good"], found["bad"])
    wrong = bisect(tmp_path, *call[:2], "--good", "jax==0.5.3", "--bad", "jax==0.6.0")
    assert wrong.returncode == 2
    assert "jax==0.5.3, the good end, decides nothing: blocked: the script cannot tell" in wrong.stderr
