"""Execute suites on targets. Standard library only.

A job runs in four steps: provide its builds (`provision`), start its workers (`open_pool`), run its cases, and write
its run file; `run_job` does them all. The three are loaded at their first use, since most commands run nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.execution.builds.provider import provision as provision
    from monitor.execution.run import open_pool as open_pool
    from monitor.execution.run import run_job as run_job

MODULES = {
    "open_pool": "monitor.execution.run",
    "provision": "monitor.execution.builds.provider",
    "run_job": "monitor.execution.run",
}


def __getattr__(name: str) -> Any:
    if name in MODULES:
        return getattr(import_module(MODULES[name]), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
