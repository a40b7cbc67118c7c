"""Find the frameworks and their suites by the files that declare them, without importing any. Standard library only.

A framework is a folder of `monitor/suite/` with a device. A suite is a folder in it, or a module whose function
`checks` lists the cases of an installed build. The tables of kernels and the public names are looked up and have no
such function.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from monitor.model import NAMES

SUITES = Path(__file__).parent / "suite"
KERNELS = "kernels"  # the suite of operators in a framework's tables, which are looked up, not run
CHECKS = re.compile(r"^def checks\(", re.MULTILINE)


@cache
def frameworks() -> tuple[str, ...]:
    """Return the names of the frameworks that have cases, sorted."""
    return tuple(sorted(path.parent.name for path in SUITES.glob("*/device.py")))


@cache
def declared_suites(framework: str) -> frozenset[str]:
    """Return the suites of a framework that declare their cases."""
    return frozenset(path.parent.name for path in (SUITES / framework).glob("*/__init__.py"))


@cache
def listed_suites(framework: str) -> frozenset[str]:
    """Return the suites of a framework that only an installed build can list, without that of its kernel tables."""
    modules = {path.stem: path for path in (SUITES / framework).glob("*.py")}
    listing = {name for name, path in modules.items() if CHECKS.search(path.read_text(encoding="utf-8"))}
    return frozenset(listing | ({NAMES} & modules.keys()))
