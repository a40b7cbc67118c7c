"""Commits of PyTorch's nightlies, and those of branch `main` that they are made of, as the history keeps them.

A wheel names a commit of branch `nightly`, which nobody works on. Only GitHub tells of which commit of `main` it is
made, and that never changes: so GitHub is asked once, when a run is recorded, and the answer is kept beside the
outcomes. Whoever reads the history then needs no network, and all that read it say the same.
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
    """Whether a version of PyTorch is one of its nightlies: `2.16.0.dev20261124+cpu`."""
    return bool(re.fullmatch(r"[0-9.]+\.dev\d{8}(\+\w+)?", version))


def read_commits(files: Files) -> dict[str, str]:
    """For each commit of branch `nightly` that was looked up, the one of `main`. Raises HistoryError."""
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
    """Keep some more, a sorted line each; whether any was new."""
    known = read_commits(Folder(directory))
    if not commits.keys() - known.keys():
        return False
    path = directory / FILE
    path.parent.mkdir(exist_ok=True)
    lines = sorted(f"{commit} {on_main}\n" for commit, on_main in ({**commits, **known}).items())
    path.write_text("".join(lines), encoding="utf-8")
    note_rows(directory, FILE, len(lines))
    return True
