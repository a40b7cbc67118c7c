"""Every parameter of every command, given what it cannot take: one line that names it, exit status 2, no traceback.

The parameters come from the program's own metadata (`command_tree.py`), so a new one is covered from its first day. Its
type determines the wrong values; `ACCEPTED` has the values of the walk that a parameter may take.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from monitor.cli import target as cli_target
from monitor.cli.options import history_directory
from monitor.cli.paths import directory, new_directory, new_file
from monitor.execution import path_checks
from monitor.execution.builds.uv import UvMissingError
from monitor.execution.targets.target import load_targets
from monitor.formats.run_file import RunFile
from monitor.history.store import History
from monitor.pipeline import target_files
from support.command_line import CHECKOUT, portability
from support.command_tree import Command, Parameter, commands
from support.run_files import write_run_file

CASE = "jax/jax.numpy.add/eager-float32"
RUNNERS = CHECKOUT / "runners"
REPOSITORY = "octocat/monitor"
OPTIONAL = (
    *(history_directory, directory, new_directory, new_file),
    *(path_checks.directory, path_checks.new_directory, path_checks.new_file),
)

# A call of each command that is right but for the parameter under test.
CALLS: dict[str, dict[str, str]] = {
    "check": {"paths": "program.py", "history": "history"},
    "nightly": {"framework": "jax", "suite": "paper", "case": CASE, "history": "history", "cache": "cache"},
    "backfill": {"framework": "jax", "builds": "0.0.1", "case": CASE, "history": "history", "cache": "cache"},
    "plan": {"target": "cpu", "framework": "jax", "suite": "paper", "history": "history"},
    "run": {"framework": "jax", "case": CASE, "out": "out.jsonl", "cache": "cache"},
    "record": {"runs": "run.jsonl", "history": "history"},
    "changes": {"history": "history"},
    "site": {"history": "history"},
    "repro": {"case": CASE},
    "scores": {"history": "history"},
    "coverage": {"history": "history"},
    "arguments": {"framework": "jax", "suite": "paper", "history": "history"},
    "failures": {"history": "history"},
    "regressions": {"history": "history"},
    "compare": {"case": CASE, "builds": "jax==0.9.2,jax==0.10.2", "cache": "cache"},
    "flaky": {"history": "history"},
    "changepoints": {"history": "history"},
    "notify": {"repository": REPOSITORY, "history": "history"},
    "health": {"repository": REPOSITORY, "history": "history"},
    "operations": {"file": "ops.json", "repository": REPOSITORY, "history": "history"},
    "federation": {},
    "bisect": {"case": CASE, "good": "jax==0.5.0", "bad": "jax==0.6.0", "history": "history", "cache": "cache"},
    "validate": {"history": "history"},
    "doctor": {"cache": "cache"},
    "suite list": {},
    "target list": {},
    "target check": {},
    "target labels": {"target": "cpu"},
    "target sync-workflows": {},
    "target new": {"name": "board", "title": "Board", "builds": "cuda"},
    "builds list": {"cache": "cache"},
    "builds prune": {"cache": "cache"},
    "history retract": {"run": "20261101T030000Z-000001", "why": "wrong", "history": "history"},
    "history retracted": {"history": "history"},
    "history show": {"function": "jax.numpy.add", "history": "history"},
    "history prune": {"history": "history"},
    "github dispatch": {"workflow": "run.yml", "repository": REPOSITORY},
    "github alarms": {"repository": REPOSITORY, "out": "alarms.json"},
    "github download": {"repository": REPOSITORY, "history": "history"},
}

WRONG_NAMES = {"unknown": "no-such-name", "empty": "", "foreign": "żółw-×", "spaces": "a b", "pattern": "zzz/*"}
WRONG_NUMBERS = {"word": "many", "negative": "-1", "huge": "9" * 30, "empty": "", "list": "1,2"}

# Values that a parameter accepts after all: free text, or a name that only GitHub knows. "*" is every command.
FREE = {
    ("*", "site_url"): {"empty"},
    ("site", "repository"): {"empty"},
    ("*", "branch"): {*WRONG_NAMES},
    ("*", "workflow"): {*WRONG_NAMES},
    ("*", "account"): {*WRONG_NAMES},
    ("*", "why"): {*WRONG_NAMES},
    ("run", "case"): {*WRONG_NAMES},  # only the build knows; test_run.py has it
    ("bisect", "good"): {"empty"},
    ("check", "to"): {"empty"},
    ("target new", "name"): {"unknown"},
    ("target new", "title"): {*WRONG_NAMES},
    ("target new", "device"): {*WRONG_NAMES},
    ("target new", "package"): {*WRONG_NAMES},
    ("target new", "expect_name"): {*WRONG_NAMES},
    ("target new", "topology"): {*WRONG_NAMES},
    ("target new", "framework"): {"empty"},
    ("target new", "compiler"): {"empty"},
    ("target new", "memory_gib"): {"huge"},
    ("target new", "bandwidth"): {"huge"},
    ("target new", "peak"): {"huge"},
    ("*", "keep"): {"huge"},
    ("builds prune", "unused_days"): {"huge"},
    ("notify", "close_after"): {"huge"},
    ("*", "python"): {"empty"},
    ("run", "build"): {"empty"},
    ("repro", "build"): {"empty"},
    ("repro", "target"): {"empty"},
    ("doctor", "target"): {"empty"},
    ("bisect", "channel"): {"empty"},
    ("bisect", "builds"): {"empty"},
    ("backfill", "since"): {"empty"},
    ("run", "shard"): {"empty"},
}


def accepted(command: Command, parameter: Parameter) -> set[str]:
    found = [FREE.get((of, parameter.name), set()) for of in ("*", str(command))]
    return set().union(*found)


def wrong(command: Command, parameter: Parameter) -> Iterator[str]:
    """Return invalid values of this parameter."""
    if parameter.is_path:
        takes_directory = parameter.parser is None or "directory" in getattr(parameter.parser, "__name__", "")
        yield from (["file", "file/below", "/dev/full"] if takes_directory else ["folder", "file/below", "/dev/full"])
        yield from ["", "x" * 300, "loop"]
        if parameter.parser not in OPTIONAL:
            yield "nowhere"
    elif parameter.kind in (int, float):
        yield from (value for label, value in WRONG_NUMBERS.items() if label not in accepted(command, parameter))
    elif parameter.kind is not bool:
        yield from (value for label, value in WRONG_NAMES.items() if label not in accepted(command, parameter))


def walk() -> Iterator[tuple[Command, Parameter, str]]:
    for command in commands():
        for parameter in command.parameters:
            for value in wrong(command, parameter):
                yield command, parameter, value


@pytest.fixture
def place(tmp_path: Path, runfile: Callable[..., RunFile], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a small history and whatever a parameter may be given by mistake; nothing can be installed."""
    nights = [runfile(1, {CASE: "pass"}, version="0.1"), runfile(2, {CASE: "error"}, version="0.2")]
    History(tmp_path / "history").record(nights, "nights")
    write_run_file(tmp_path / "run.jsonl", runfile(3, {CASE: "pass"}))
    (tmp_path / "file").write_text("text\n")
    (tmp_path / "program.py").write_text("import jax\n")
    (tmp_path / "ops.json").write_text('{"format": 1, "operations": []}')
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.setattr("monitor.execution.builds.uv.find_uv", _no_uv)
    monkeypatch.setattr("monitor.pipeline.doctor._reach", lambda _: "")
    for started in ("monitor.pipeline.backfill.start_run_step", "monitor.pipeline.night.NightProcesses"):
        monkeypatch.setattr(started, _started)
    read = cache(load_targets)  # it takes a third of the time of most calls
    readers = [module for module in sys.modules.values() if getattr(module, "load_targets", None) is load_targets]
    for reader in readers:
        if reader not in (cli_target, target_files):  # whose calls write runner files
            monkeypatch.setattr(reader, "load_targets", lambda folder: dict(read(folder)))
    shutil.copytree(RUNNERS, tmp_path / "checkout" / "runners")
    for module in ("cli.target", "pipeline.target_files"):
        monkeypatch.setattr(f"monitor.{module}.RUNNERS", tmp_path / "checkout" / "runners")
    return tmp_path


def _started(*_: object, **__: object) -> None:
    raise AssertionError("a run was started")


def _no_uv() -> str:
    raise UvMissingError("no uv in this test")


def said(arguments: list[str], where: Path) -> tuple[int, list[str]]:
    done = portability(*arguments, cwd=where)
    lines = done.stderr.strip().splitlines()
    return done.returncode, [*lines[:1], "...", *lines[-2:]] if "Traceback" in done.stderr else lines


def test_every_command_is_in_the_walk() -> None:
    assert {str(command) for command in commands()} == {*CALLS}
    assert sum(1 for _ in walk()) > 500


@pytest.mark.parametrize("command", commands(), ids=str)
def test_what_a_parameter_cannot_take_is_refused_in_a_line_that_names_it(
    command: Command, place: Path, github: object
) -> None:
    heard = []
    for parameter in command.parameters:
        for value in wrong(command, parameter):
            call = command.call(**{**CALLS[str(command)], parameter.name: value})
            if str(command).startswith("target"):  # the others write no runner file
                shutil.rmtree(place / "checkout" / "runners", ignore_errors=True)
                shutil.copytree(RUNNERS, place / "checkout" / "runners")
            (place / "out.jsonl").unlink(missing_ok=True)
            status, lines = said(call, place)
            named = [
                parameter.option or parameter.name,
                parameter.name.upper(),
                value.partition("/")[0],
                '""',
                "refused: ",
            ]
            is_one_line = len(lines) == 1 and any(name and name in lines[0] for name in [*named, "refused: "])
            if status != 2 or not is_one_line:
                heard.append(f"{parameter.name}={value[:20]!r}: exit status {status}: {lines}")
    assert not heard, "\n".join(heard)


@pytest.mark.parametrize("command", [one for one in commands() if any(each.envvar for each in one.parameters)], ids=str)
def test_a_variable_of_the_environment_is_checked_like_an_option(
    command: Command, place: Path, github: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    for parameter in command.parameters:
        if parameter.envvar and "unknown" not in accepted(command, parameter):
            rest = {name: value for name, value in CALLS[str(command)].items() if name != parameter.name}
            with monkeypatch.context() as patch:
                patch.setenv(parameter.envvar, "no-such-name")
                status, lines = said(command.call(**rest), place)
            assert (status, len(lines)) == (2, 1), (parameter, lines)
