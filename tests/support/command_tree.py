"""The commands and their parameters, read from the program's own metadata: a new option is in every walk at once."""

from __future__ import annotations

import argparse
import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo

from monitor.cli.commands import COMMANDS, load_command
from monitor.execution.__main__ import build_parser


@dataclass(frozen=True)
class Parameter:
    """One parameter of a command. `option` is "--history", empty for an argument; `kind` is the type of one value.

    `parser` is what turns a path into one, None where nothing does.
    """

    name: str
    option: str
    kind: type
    many: bool = False
    required: bool = False
    envvar: str = ""
    parser: Callable[..., Any] | None = None

    @property
    def is_path(self) -> bool:
        return self.kind is Path

    @property
    def is_choice(self) -> bool:
        return issubclass(self.kind, Enum)


@dataclass(frozen=True)
class Command:
    """A command by the words that call it: ("target", "new")."""

    words: tuple[str, ...]
    parameters: tuple[Parameter, ...]

    def __str__(self) -> str:
        return " ".join(self.words)

    def call(self, **values: str) -> list[str]:
        """The arguments that call it with these values by name; what has several values has one here."""
        by_name = {parameter.name: parameter for parameter in self.parameters}
        options = [f"{by_name[name].option}={value}" for name, value in values.items() if by_name[name].option]
        arguments = [values[one.name] for one in self.parameters if not one.option and one.name in values]
        end = ["--"] if arguments and self.words != ("check",) else []  # which takes another command after it
        return [*self.words, *options, *end, *arguments]


def commands() -> tuple[Command, ...]:
    """Every command of `portability`, and the run step's own options for `portability run`."""
    found = [Command(words, parameters_of(callback)) for name in COMMANDS for words, callback in _callbacks(name)]
    return tuple(Command(one.words, _run_step()) if one.words == ("run",) else one for one in found)


def parameters_of(callback: Callable[..., Any]) -> tuple[Parameter, ...]:
    hints = get_type_hints(callback, include_extras=True)
    signature = inspect.signature(callback).parameters
    return tuple(
        _parameter(name, hint, signature[name].default is inspect.Parameter.empty)
        for name, hint in hints.items()
        if name != "return" and hint is not typer.Context
    )


def _callbacks(name: str) -> Iterator[tuple[tuple[str, ...], Callable[..., Any]]]:
    """Yield the words and the function of a command, or of each command of a group."""
    registered = load_command(name).registered_commands
    for command in registered:
        assert command.callback
        inner = command.name or command.callback.__name__.replace("_", "-")
        yield (name,) if inner == name and len(registered) == 1 else (name, inner), command.callback


def _parameter(name: str, hint: Any, required: bool) -> Parameter:
    of, *metadata = get_args(hint)
    (info,) = [one for one in metadata if isinstance(one, OptionInfo | ArgumentInfo)]
    inner = [one for one in get_args(of) if one is not type(None)]
    many = get_origin(of) is list
    kind = inner[0] if many or get_origin(of) in (Union, types.UnionType) else of
    # In an annotation, Typer takes the first name for the default, and corrects that later.
    named = [decl for decl in (info.default, *(info.param_decls or ())) if str(decl).startswith("--")]
    option = "" if isinstance(info, ArgumentInfo) else (named or [f"--{name.replace('_', '-')}"])[0]
    return Parameter(name, option, kind, many, required, str(info.envvar or ""), info.parser)


def _run_step() -> tuple[Parameter, ...]:
    found = []
    for action in build_parser("portability run")._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        check = getattr(action.type, "__wrapped__", None)
        kind = bool if action.nargs == 0 else Path if check else action.type if isinstance(action.type, type) else str
        many = isinstance(action, argparse._AppendAction)
        found.append(Parameter(action.dest, action.option_strings[-1], kind, many, action.required, parser=check))
    return tuple(found)
