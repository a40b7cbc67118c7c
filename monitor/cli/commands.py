"""List the commands, and import the module of a command when it is called: `--help` imports none of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

# The commands by section of `portability --help`, each with its summary. A command is the module of the same name.
# A test holds the summaries to the docstrings of the commands.
SECTIONS: dict[str, dict[str, str]] = {
    "Check": {
        "check": "Check your own code before you port it.",
    },
    "Run": {
        "nightly": "Run a whole night on this machine: plan, run, record, compare, write the site.",
        "plan": "Plan the jobs of a night: one per suite, framework and target.",
        "run": "Run one job and write its run file.",
        "record": "Add run files to the history, in one commit.",
        "backfill": "Run a suite on old builds, the oldest first, and record each at its place in the order of builds.",
        "compare": "Measure cases under two builds side by side, and show what differs.",
        "bisect": "Find the two neighbouring builds between which a case changed.",
        "repro": "Print a case as a stand-alone script, or run it.",
    },
    "Inspect": {
        "changes": "Show what changed on the newest night, or over the whole history.",
        "regressions": "Show what became worse or slower, one regression per cause.",
        "failures": "Show what fails now, one block per cause.",
        "flaky": "Show cases with inconsistent results, and how often.",
        "changepoints": "Show cases whose latency level changed in the last half-year.",
        "scores": "Show how much of each framework works where, and how fast.",
        "coverage": "Show the share of real calls that have a verdict, and the functions without one.",
        "arguments": "Show the share of parameters that cases pass, and the parameters that no case passes.",
        "validate": "Compare compiled evidence with independent results.",
        "suite": "List the suites, their functions and their cases.",
    },
    "Hardware": {
        "target": "List, check and add targets: one runner file each.",
        "doctor": "Check what works on this machine, and how to get what is missing.",
    },
    "Publish": {
        "site": "Write the static site from the history.",
        "notify": "Open, update and close GitHub issues on regressions.",
        "operations": "Open one issue when the verdict on an operation of your program changes.",
        "federation": "Fetch the columns that forks publish, for the site.",
    },
    "Maintain": {
        "history": "Show, correct and prune the recorded history.",
        "builds": "List and remove installed builds.",
        "health": "Check the monitor's health: one issue per failing check.",
        "github": "Start workflows at GitHub, and download the artifacts of their runs.",
    },
}
COMMANDS = {name: summary for section in SECTIONS.values() for name, summary in section.items()}


def command_app(summary: str = "") -> typer.Typer:
    """Return an empty Typer application for the module of a command; `summary` is the help of a group."""
    return typer.Typer(
        help=summary or None,
        cls=SubcommandGroup,
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
    )


def load_command(name: str) -> typer.Typer:
    """Import the module of a command, and return its application."""
    application: typer.Typer = import_module(f"monitor.cli.{name}").app
    return application


def print_version(wanted: bool) -> None:
    """Print the version of the package and exit, if `--version` is given."""
    if wanted:
        from importlib.metadata import version  # which only this option needs

        print(f"portability {version('portability-monitor')}")
        raise typer.Exit


class SubcommandGroup(TyperGroup):
    """A group of commands in one module."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, each with its whole summary."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_line(command.help)) for name, command in commands if command])


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n\n")[0]


class CommandGroup(TyperGroup):
    """The root group of commands."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Return the names of the commands, without importing them."""
        return [*COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Import a command; return None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = typer.main.get_command(load_command(cmd_name))
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the sections of commands, each with its whole summary."""
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([*commands.items()])
