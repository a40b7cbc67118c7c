"""What several subcommands share: where things lie, and the options that select."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer

from monitor.cli.paths import directory, new_directory
from monitor.execution.builds.environments import default_cache
from monitor.execution.targets.target import load_targets
from monitor.formats.toml_reader import nearest
from monitor.formatting.markdown import table
from monitor.history.files import HistoryError
from monitor.history.git import GitError
from monitor.history.store import History
from monitor.reports.changes_text import escape_markdown
from monitor.snapshot.snapshot import Snapshot, gather
from monitor.suite.catalog import replaced_names

CHECKOUT = Path(__file__).resolve().parents[2]
RUNNERS = CHECKOUT / "runners"
TEMPLATES = CHECKOUT / "site"
FINDINGS = CHECKOUT / "docs" / "findings.md"
SHIPPED_HISTORY = CHECKOUT / "results"
WORK = Path(".portability")  # in the current directory: what a night on this machine leaves
INDEX = WORK / "index"  # what is kept of the history's runs to read them faster; may be deleted at any time


class UserError(Exception):
    """A call that cannot be served; the message is one line that says what to do instead."""


def history_directory(value: str | Path) -> Path:
    """A directory that is a history, or new, or empty: checked before a command does anything."""
    path = directory(value)
    if path.resolve() == SHIPPED_HISTORY:
        raise typer.BadParameter(f"{path}: a new history starts from this one; name another directory, or none")
    try:
        History(path).check()
    except (GitError, HistoryError) as error:
        raise typer.BadParameter(str(error)) from None
    return path


HistoryOption = Annotated[
    Path,
    typer.Option(
        "--history",
        help="The recorded history: a git work tree that portability made.",
        metavar="DIR",
        parser=history_directory,
    ),
]
TargetsOption = Annotated[list[str], typer.Option("--target", help="A runner file's name; all where not given.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
MarkdownOption = Annotated[bool, typer.Option("--markdown", help="Answer in Markdown.")]
CacheOption = Annotated[
    Path, typer.Option("--cache", help="Where builds are kept.", metavar="DIR", parser=new_directory)
]
ReadCacheOption = Annotated[
    Path, typer.Option("--cache", help="Where builds are kept.", metavar="DIR", parser=directory)
]
DEFAULT_HISTORY = WORK / "history"
DEFAULT_CACHE = default_cache()


def open_history(directory: Path) -> History:
    """The history in a directory; where there is none yet, that which the project ships is read.

    Nothing is written there before something is recorded. Raises HistoryError.
    """
    history = History(directory, seed=SHIPPED_HISTORY)
    if not history.begun:
        say(f"no history in {directory} yet: the one that the project ships is read, and a new one starts from it")
    return history


def gathered(directory: Path, targets: Collection[str] = (), frameworks: Collection[str] = ()) -> Snapshot:
    """What is told of the history in a directory.

    Raises UserError, with the nearest known name, where it has nothing of a target or framework that is named.
    """
    material = told_of(open_history(directory))
    for name in targets:
        refuse_unknown("target", name, {one.target for one in material.series})
    for name in frameworks:
        refuse_unknown("framework", name, {one.framework for one in material.series})
    return material


def told_of(history: History) -> Snapshot:
    """Return what is told of a history; what stands in for a removed name is in the catalog."""
    return gather(history, INDEX, replaced_names(), [*load_targets(RUNNERS)])


def refuse_unknown(kind: str, name: str, known: Collection[str]) -> None:
    """Raise UserError, with the nearest known name, unless `name` is known."""
    if name not in known:
        raise UserError(f'no {kind} "{name}", {nearest(name, known)}')


def wanted(name: str, named: Collection[str]) -> bool:
    """Whether a name is among those that were named: all are where none was."""
    return not named or name in named


def say(line: str) -> None:
    """A line for whoever watches: answers go to standard output, everything else here."""
    print(line, file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """Print dataclasses, or containers of them, as JSON."""
    print(json.dumps(value, default=_encode, indent=1))


def print_frame(frame: pd.DataFrame, *, markdown: bool) -> None:
    """Print a table for readers; in Markdown, whatever came from a run is inert."""
    if markdown:
        print(
            table(
                [*map(str, frame.columns)],
                ([escape_markdown(str(cell)) for cell in row] for row in frame.itertuples(index=False)),
            )
        )
    else:
        print(frame.to_string(index=False))


def _encode(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else dataclasses.asdict(value)


def examples(*lines: str) -> str:
    """The end of a `--help`: how the command is used."""
    return "Examples:\n\n" + "\n\n".join(f"  {line}" for line in lines)
