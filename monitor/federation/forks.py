"""Read `federation.toml`: the forks whose columns are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from monitor.formats.toml_reader import read_toml

FORK_NAME = r"[a-z0-9][a-z0-9-]{0,38}"
TARGET_NAME = r"[a-z0-9][a-z0-9-]{0,40}"
# Plain HTTP only on this machine, for tests: anyone on the network path could change a column.
SITE_URL = r"(https://[A-Za-z0-9.-]+(:\d+)?|http://(127\.0\.0\.1|localhost):\d+)(/[A-Za-z0-9_~.-]+)*/"


@dataclass(frozen=True)
class Fork:
    """Another monitor: the address of its `site`, with a slash at the end, and the targets to show."""

    name: str
    site: str
    targets: tuple[str, ...]


def load_forks(path: Path) -> tuple[Fork, ...]:
    """Return the forks that a file lists, sorted by name. Raises FieldError."""
    table = read_toml(path)
    forks = table.table("forks")
    found = []
    for name in forks.tables():
        if not re.fullmatch(FORK_NAME, name):
            forks.refuse(name, "a fork's name is at most 39 of a-z, 0-9 and -: its columns show it")
        fork = forks.table(name)
        site = fork.text("site", pattern=SITE_URL, shape='the address of a site: "https://octocat.github.io/monitor/"')
        if any(part in (".", "..") for part in site.split("/")):
            fork.refuse("site", f'"{site}" contains ".."; write the resolved address')
        targets = fork.texts("targets", pattern=TARGET_NAME, shape="the name of a target: amd-mi250")
        fork.finish()
        found.append(Fork(name, site, targets))
    forks.finish("fork")
    table.finish()
    return tuple(sorted(found, key=lambda fork: fork.name))
