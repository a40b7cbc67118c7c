"""Locate the files that ship with the code: runner files, templates, triage files and the recorded history.

A checkout has them in its root, a wheel in `monitor/shipped/`. Standard library only.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
IN_WHEEL = PACKAGE / "shipped"
ROOT = IN_WHEEL if IN_WHEEL.is_dir() else PACKAGE.parent

SHIPPED_RUNNERS = ROOT / "runners"
LOCAL_RUNNERS = Path("runners")  # in the current directory


def runners_folder() -> Path:
    """Return the folder of runner files: `runners/` in the current directory if it has any, else the shipped one."""
    return LOCAL_RUNNERS.resolve() if any(LOCAL_RUNNERS.glob("*.toml")) else SHIPPED_RUNNERS
