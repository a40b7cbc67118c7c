"""Write docs/reference/cli.md from the commands' own metadata: `python -m monitor.cli.reference [--check]`."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from inspect import cleandoc
from textwrap import dedent, indent
from typing import Any

import typer

from monitor.cli.commands import SECTIONS, load_command
from monitor.execution.__main__ import build_parser
from monitor.execution.builds.environments import default_cache
from monitor.formatting.markdown import table
from monitor.shipped import ROOT

PAGE = ROOT / "docs" / "reference" / "cli.md"

# A type as Typer shows it: "<str>", "<list[Path]>", "<int range>".
TYPE = re.compile(r" <(?:list\[)?(?P<type>[^]> ]+)(?: range)?\]?>")

HEAD = """\
# Commands

<!-- Written by `python -m monitor.cli.reference`: change the commands, not this file. -->

Every command has `--help`. `portability --version` prints the version, and `portability --install-completion` adds
completion to the shell. A mistake in the command line gives one line on standard error and exit status 2.
"""


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with `--check` compare it with the commands; return the exit status."""
    text = page()
    if "--check" not in arguments:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE}: outdated: call python -m monitor.cli.reference", file=sys.stderr)
    return 1


def page() -> str:
    """Return the page as Markdown."""
    parts = [HEAD]
    for section, summaries in SECTIONS.items():
        rows = ((f"[`{name}`](#portability-{name})", summary) for name, summary in summaries.items())
        parts.append(f"## {section}\n\n{table(['command', 'result'], rows)}\n")
        parts += [part for name in summaries for part in _command(name)]
    return _without_machine("\n".join(parts))


def _command(name: str) -> Iterator[str]:
    """Yield the part of a command, or the parts of a group and of each of its commands."""
    command: Any = typer.main.get_command(load_command(name))
    title = f"portability {name}"
    if not hasattr(command, "commands"):
        yield _part(title, command)
        return
    yield f"### {title}\n\n{command.help}\n"
    yield from (_part(f"{title} {inner}", command.commands[inner], "####") for inner in command.commands)


def _part(title: str, command: Any, heading: str = "###") -> str:
    """Return a heading, the description, the parameters and the examples of one command."""
    context = typer.Context(command, info_name=title)
    usage = " ".join([title, *command.collect_usage_pieces(context)])
    parts = [f"{heading} {title}", _paragraphs(command.help), f"    {usage}"]
    if title == "portability run":
        parser = build_parser(title)
        parts += [_parameters(_run_parameters(parser)), _code(str(parser.epilog))]
    else:
        records = (parameter.get_help_record(context) for parameter in command.params)
        parts.append(_parameters(record for record in records if record))
    if command.epilog:
        parts.append(_code(command.epilog.replace("\b\n", "")))
    return "\n\n".join(filter(None, parts)) + "\n"


def _run_parameters(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Yield the options of the run step, which has a parser of its own, each with its help."""
    for action in parser._actions:
        if not isinstance(action, argparse._HelpAction):
            value = "" if action.nargs == 0 else f" {action.dest.upper()}"
            yield f"{action.option_strings[-1]}{value}", str(action.help) % {"default": action.default}


def _parameters(records: Iterator[tuple[str, str]]) -> str:
    rows = [(f"`{TYPE.sub(_type_name, name)}`", help_text.replace("  [", " [")) for name, help_text in records]
    return table(["parameter", "meaning"], rows) if rows else ""


def _type_name(match: re.Match[str]) -> str:
    """Return the type of a value without Typer's brackets; arguments are texts, and need none."""
    return "" if match["type"] in ("str", "Path") else f" {match['type']}"


def _paragraphs(text: str | None) -> str:
    return cleandoc(text or "").replace("\b\n", "")


def _code(text: str) -> str:
    """Return the text below the parameters, its examples as an indented block."""
    blocks = cleandoc(text).split("\n\n")
    return "\n\n".join(_block(block) for block in blocks)


def _block(text: str) -> str:
    title, *lines = text.split("\n")
    title = title[:1].upper() + title[1:]
    return "\n".join([title, *([""] if lines else []), indent(dedent("\n".join(lines)), "    ")]).rstrip()


def _without_machine(text: str) -> str:
    """Return a text without the paths of this machine."""
    return text.replace(str(default_cache()), "~/.cache/portability-monitor").replace(f"{ROOT}/", "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
