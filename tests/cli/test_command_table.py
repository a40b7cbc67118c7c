"""The table of commands: it is equal to the commands, and `--help` imports none of them."""

from __future__ import annotations

import os
import subprocess
import sys
import typing
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from monitor.cli import app, reference
from monitor.cli.commands import COMMANDS, load_command
from support.command_line import portability
from support.command_tree import commands

HEAVY = {"pandas", "pyarrow", "scipy", "jinja2", "numpy", "requests"}
WIDTH = 80


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_is_the_first_line_of_the_commands_help(name: str) -> None:
    command: typing.Any = typer.main.get_command(load_command(name))
    assert command.help.split("\n\n")[0].replace("\n", " ") == COMMANDS[name]


@pytest.mark.parametrize("call", ["--help", "--version", "suite list", "suite list --json", "target list"])
def test_what_needs_no_history_imports_nothing_heavy(call: str) -> None:
    script = (
        "import sys\nfrom monitor.__main__ import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print({HEAVY!r} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *call.split()], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "set()"
    assert done.stdout


def test_a_second_list_of_suites_imports_no_case(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom monitor.__main__ import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('monitor.suite.tensorflow.array_api' in sys.modules, file=sys.stderr)"
    )
    call = [sys.executable, "-c", script, "suite", "list", "--framework", "tensorflow", "--suite", "array_api"]
    environment = os.environ | {"PORTABILITY_CACHE": str(tmp_path)}
    first, second = (
        subprocess.run(call, capture_output=True, text=True, check=True, env=environment) for _ in range(2)
    )
    assert first.stdout == second.stdout
    assert [done.stderr.splitlines()[-1] for done in (first, second)] == ["True", "False"]


def test_help_imports_no_command() -> None:
    script = (
        "import sys\nfrom monitor.__main__ import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(sorted(name for name in sys.modules if name.startswith('monitor.cli')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, "--help"], capture_output=True, text=True, check=True)
    assert done.stderr.splitlines()[-1] == "['monitor.cli', 'monitor.cli.commands']"


def test_help_shows_every_command_with_its_whole_summary() -> None:
    shown = " ".join(portability("--help").stdout.split())
    assert all(f"{name} {summary}" in shown for name, summary in COMMANDS.items())
    for group in ("suite", "target", "builds", "history", "github"):
        assert "..." not in portability(group, "--help").stdout.partition("Commands:")[2]


def test_no_example_is_wider_than_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    for command in commands():
        if command.words != ("run",):
            epilog = CliRunner().invoke(app, [*command.words, "--help"]).output.rpartition("Examples:\n")[2]
            lines = epilog.splitlines()
            assert all(len(line) <= WIDTH for line in lines)
            assert all(line.startswith("    portability ") for line in lines if not line.startswith("      "))


def test_an_option_has_the_same_type_in_every_command_that_reads_a_history() -> None:
    options: dict[str, set[tuple[type, bool]]] = {}
    for command in commands():
        if "history" in {parameter.name for parameter in command.parameters}:
            for parameter in command.parameters:
                options.setdefault(parameter.option, set()).add((parameter.kind, parameter.is_path))
    assert {option: kinds for option, kinds in options.items() if option and len(kinds) > 1} == {}


def test_the_reference_is_up_to_date() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page()


def test_an_unknown_command_is_refused() -> None:
    done = portability("judge")
    assert done.returncode == 2
    assert "No such command 'judge'" in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"bash": "complete_bash", "zsh": "complete_zsh", "fish": "complete_fish"}
    monkeypatch.setenv("_PORTABILITY_COMPLETE", environment[shell])
    monkeypatch.setenv("COMP_WORDS", "portability chan")
    monkeypatch.setenv("COMP_CWORD", "1")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "portability chan")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    assert "changes" in portability("chan").stdout
