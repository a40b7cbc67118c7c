"""Keep the commits of branch `main` that PyTorch's nightlies are made of.

A wheel names a commit of branch `nightly`, which has no development of its own. Only GitHub knows the commit of `main`
behind it, and that never changes. So `record` requests it once and stores it beside the outcomes. Readers of the
history then need no network, and all show the same commits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from monitor.history.files import Files, Folder
from monitor.history.manifest import check_rows, note_rows

FILE = PurePosixPath("commits/torch.txt")
LINE = re.compile(r"([0-9a-f]{7,40}) ([0-9a-f]{7,40})")


def is_nightly(version: str) -> bool:
    """Return whether a version of PyTorch is a nightly, such as `2.16.0.dev20261124+cpu`."""
    return bool(re.fullmatch(r"[0-9.]+\.dev\d{8}(\+\w+)?", version))


def read_commits(files: Files) -> dict[str, str]:
    """Return the commit of `main` for each known commit of branch `nightly`. Raises HistoryError."""
    known = {}
    content = files.read(FILE)
    lines = (content or b"").decode(errors="replace").splitlines()
    check_rows(files, FILE, None if content is None else len(lines))
    for line in lines:
        found = LINE.fullmatch(line)
        if found is None:
            raise files.damaged(FILE, "has a line that is no pair of commits")
        known[found[1]] = found[2]
    return known


def add_commits(directory: Path, commits: Mapping[str, str]) -> bool:
    """Add commits, one sorted line each; return whether any was new."""
    known = read_commits(Folder(directory))
    if not commits.keys() - known.keys():
        return False
    path = directory / FILE
    path.parent.mkdir(exist_ok=True)
    lines = sorted(f"{commit} {on_main}\n" for commit, on_main in ({**commits, **known}).items())
    path.write_text("".join(lines), encoding="utf-8")
    note_rows(directory, FILE, len(lines))
    return True
