"""Ask for a new target at the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import typer

from monitor.execution.targets.backends import BUILDS, COMPILERS, load_builds, load_compiler
from monitor.execution.targets.errors import TargetError
from monitor.pipeline.errors import UserError, refuse_unknown
from monitor.pipeline.target_files import new_target_path, read_description, target_files
from monitor.pipeline.target_template import ORACLE_PACKAGES, ChipTopology, PluginPackages, TargetTemplate

T = TypeVar("T")

NONE = "none"
OTHER = "other"

NAME_PROMPT = "Its name, for the file and the runner's label (nvidia-l4)"


def ask_for_target(name: str) -> TargetTemplate:
    """Ask for the fields of a template one after the other; ask again after an invalid answer."""
    path = new_target_path(name) if name else _answer(NAME_PROMPT, new_target_path)
    title = typer.prompt("What people call it (NVIDIA L4)")
    builds = _choose(
        "Whose builds run on it", {path.stem: load_builds(path).title for path in target_files(BUILDS)}, OTHER, NONE
    )
    plugin, expect_name, count = None, "", 1
    if builds == OTHER:
        framework = _choose("Which framework runs on it", dict.fromkeys(ORACLE_PACKAGES, ""))
        device = typer.prompt("What does that framework call the device (npu)")
        packages = typer.prompt("What is to be installed for it, as pip takes it (torch torch-npu)").split()
        plugin = PluginPackages(framework, device, tuple(packages))
    if builds != NONE:
        expect_name = _answer(
            "What does the device call itself, as a regular expression (empty: anything)", _pattern, ""
        )
        count = typer.prompt("How many devices are there", default=1, type=int)
    compiler = _choose(
        "What compiles for it", {path.stem: load_compiler(path).title for path in target_files(COMPILERS)}, NONE
    )
    chip = None if compiler == NONE else _ask_chip(compiler)
    return TargetTemplate(path.stem, title, "" if builds in (OTHER, NONE) else builds, plugin, expect_name, count, chip)


def _ask_chip(compiler: str) -> ChipTopology:
    topology = typer.prompt("What does the compiler call the chips (v5e:2x2)")
    configuration = _answer("A file that describes the chip (empty: the compiler knows it)", read_description, "")
    memory = typer.prompt("Memory of one device, in GiB", type=float)
    bandwidth = typer.prompt("Bandwidth of that memory, in GB/s", type=float)
    peak = typer.prompt("Its peak in the dtype that it trains in, in TFLOP/s", type=float)
    return ChipTopology(compiler, topology, memory, bandwidth, peak, configuration)


def _choose(question: str, known: dict[str, str], *others: str) -> str:
    """Ask for one of the known words, or of some others."""
    for word, title in known.items():
        print(f"  {word}: {title}" if title else f"  {word}")
    choices = (*known, *others)

    def check(text: str) -> str:
        refuse_unknown("answer", text, choices)
        return text

    return _answer(f"{question} ({', '.join(choices)})", check)


def _answer(question: str, check: Callable[[str], T], default: str | None = None) -> T:
    """Return the result of `check` for an answer; ask again, with the reason, if it refuses one."""

    def checked(text: str) -> T:
        try:
            return check(text.strip())
        except (UserError, TargetError) as error:
            raise typer.BadParameter(str(error)) from error

    answer: T = typer.prompt(question, default=default, show_default=False, value_proc=checked)
    return answer


def _pattern(text: str) -> str:
    """Return a regular expression. Raises UserError."""
    try:
        re.compile(text)
    except re.error as error:
        raise UserError(f'"{text}" is not a regular expression: {error}') from error
    return text
