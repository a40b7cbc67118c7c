"""Runner files: the hardware, and from where its builds come. `runners/README.md` explains every field.

A file is checked whole before anything of it is used; every fault is a `TargetError`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from monitor.execution.fields import Table, TargetError, nearest
from monitor.model import Channel

__all__ = ["Execute", "Framework", "Source", "Target", "TargetError", "find_target", "load_target", "load_targets"]

TARGET_NAME = r"[a-z0-9][a-z0-9-]{0,40}"
# In the order in which they are wished for. The other channels are not described in runner files but asked for.
CHANNELS = (Channel.NIGHTLY, Channel.RELEASE, Channel.PINNED)

CONFIGURED_INDEX = "default"  # in `index`: whatever uv or pip on that machine is configured with
INDEX = r"default|(https?|file)://[^\s,]+"
# A requirement starts with a name. What starts with a dash would be an option of the resolver.
REQUIREMENT = r"[A-Za-z0-9][^\n\r]*"
DISTRIBUTION = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
PYTHON = r"3\.\d{1,2}(\.\d{1,2})?"
PRERELEASE = "disallow|allow|if-necessary|explicit|if-necessary-or-explicit"  # uv's own words

THREADS = 1  # two equal nights differ least on one thread
CASE_SECONDS = 60  # a case takes a second or two, its first compilation included; more waits for a hang
CASE_MEMORY_MIB = 4096  # room for a framework (up to 1.5 GiB) and a case, well below a hosted runner's memory

SUITE = Path(__file__).parent.parent / "suite"


@dataclass(frozen=True)
class Source:
    """Where the packages of one channel come from. The indexes are tried in order, one after the other.

    `constraints` are requirements that hold only for what is installed anyway.
    """

    packages: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    index: tuple[str, ...] = (CONFIGURED_INDEX,)
    find_links: tuple[str, ...] = ()
    prerelease: str = ""
    python: str = ""


@dataclass(frozen=True)
class Framework:
    """One framework on a target: the device its cases run on, and its builds.

    `distributions` are the names it may be installed by, the likeliest first. `exact` says how any one version is
    asked for: its packages come beside the version asked for, and `{version}` in them stands for it.
    """

    name: str
    device: str
    distributions: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    channels: dict[Channel, Source] = field(default_factory=dict)
    exact: Source | None = None


@dataclass(frozen=True)
class Execute:
    """How cases are executed: the labels of the runner that does it, and the limits of a case."""

    labels: tuple[str, ...]
    threads: int = THREADS
    case_seconds: int = CASE_SECONDS
    case_memory_mib: int = CASE_MEMORY_MIB


@dataclass(frozen=True)
class Target:
    """A piece of hardware, as its runner file describes it."""

    name: str
    title: str
    file: str  # for messages
    execute: Execute
    frameworks: dict[str, Framework]

    def framework(self, name: str) -> Framework:
        """The framework of that name. Raises TargetError where the target has none such."""
        if name not in self.frameworks:
            raise TargetError(f'{self.file}: no framework "{name}", {nearest(name, self.frameworks)}')
        return self.frameworks[name]


def load_target(path: Path) -> Target:
    """The target that a runner file describes; its name is the file's. Raises TargetError."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TargetError(f"{path}: is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise TargetError(f"{path}: is not TOML: {error}") from None
    table = Table(str(path), values)
    name = Table(str(path), {"file name": path.stem}).text(
        "file name", pattern=TARGET_NAME, shape="a target's name: at most 41 of a-z, 0-9 and -, not starting with -"
    )
    title = table.text("title")
    execute = _execute(table.table("execute"))
    known = _known_frameworks()
    frameworks = {key: _framework(key, table.table(key), path.parent) for key in table.tables() if key in known}
    table.finish("framework", known)
    if not frameworks:
        raise TargetError(f"{path}: has no framework; add a table of: {', '.join(known)}")
    return Target(name, title, str(path), execute, frameworks)


def load_targets(directory: Path) -> dict[str, Target]:
    """All targets of a directory by name, sorted. Raises TargetError at the first fault, or where there is none."""
    targets = {path.stem: load_target(path) for path in sorted(directory.glob("*.toml"))}
    if not targets:
        raise TargetError(f"{directory}: has no runner file (*.toml)")
    return targets


def find_target(targets: dict[str, Target], name: str) -> Target:
    """The target of that name. Raises TargetError with the nearest name."""
    if name not in targets:
        raise TargetError(f'no target "{name}", {nearest(name, targets)}')
    return targets[name]


def _known_frameworks() -> tuple[str, ...]:
    """Those that have cases. Found on disk as `monitor.suite.collect` does: this side does not import the suite."""
    return tuple(sorted(path.parent.name for path in SUITE.glob("*/device.py")))


def _execute(table: Table) -> Execute:
    execute = Execute(
        labels=table.texts("labels"),
        threads=table.number("threads", default=THREADS),
        case_seconds=table.number("case-seconds", default=CASE_SECONDS),
        case_memory_mib=table.number("case-memory-mib", default=CASE_MEMORY_MIB),
    )
    table.finish()
    return execute


def _framework(name: str, table: Table, directory: Path) -> Framework:
    framework = Framework(
        name=name,
        device=table.text("device"),
        distributions=table.texts("distributions", pattern=DISTRIBUTION, shape="the name of a distribution"),
        env=table.variables("env"),
        channels={
            channel: _source(table.table(channel), directory, packages=None) for channel in CHANNELS if channel in table
        },
        exact=_source(table.table(Channel.EXACT), directory, packages=()) if Channel.EXACT in table else None,
    )
    table.finish("channel", (*CHANNELS, Channel.EXACT))
    return framework


def _source(table: Table, directory: Path, packages: tuple[str, ...] | None) -> Source:
    source = Source(
        packages=table.texts("packages", default=packages, pattern=REQUIREMENT, shape="a requirement"),
        constraints=table.texts("constraints", default=(), pattern=REQUIREMENT, shape="a requirement"),
        index=table.texts(
            "index", default=(CONFIGURED_INDEX,), pattern=INDEX, shape='the URL of an index, nor the word "default"'
        ),
        find_links=tuple(_from_file(directory, link) for link in table.texts("find-links", default=())),
        prerelease=table.text("prerelease", default="", pattern=PRERELEASE, shape=f"one of {PRERELEASE}"),
        python=table.text("python", default="", pattern=PYTHON, shape='a Python version such as "3.12"'),
    )
    table.finish()
    return source


def _from_file(directory: Path, link: str) -> str:
    """A folder is meant from the runner file's own, so that the file means the same wherever it is read from."""
    return link if "://" in link else str((directory / link).resolve())
