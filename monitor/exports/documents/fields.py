"""JSON fields that several documents share."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from monitor.analysis.cells import Cell
from monitor.analysis.status.measured_builds import MeasuredBuild
from monitor.model import Build, Compiled, Latency, NumericalError, Run


def build_label(build: Build | None) -> str:
    """Return a build as a requirement, `jax==0.10.2`; empty without a build."""
    return build.requirement if build else ""


def series_fields(run: Run) -> dict[str, str]:
    """Return the series of a run."""
    return {"target": run.target, "framework": run.framework, "suite": run.suite, "evidence": run.evidence.value}


def cell_fields(cell: Cell) -> dict[str, str]:
    """Return the case of a cell and its series."""
    return {
        "target": cell.target,
        "framework": cell.framework,
        "suite": cell.suite,
        "evidence": cell.evidence.value,
        "case": cell.case,
    }


def source_list(sources: Iterable[MeasuredBuild]) -> list[object]:
    """Return the builds that a figure was measured with, the one of most cases first."""
    return [dataclasses.asdict(source) for source in sources]


def measurement(measured: Latency | NumericalError | Compiled | None) -> dict[str, Any] | None:
    """Return the figures of a measurement, without those that are None; None without a measurement."""
    return {name: figure for name, figure in vars(measured).items() if figure is not None} if measured else None


def finite_or_null(values: dict[str, float] | None) -> dict[str, float | None] | None:
    """Replace infinite figures by None: JSON has no infinity."""
    return {key: value if abs(value) < float("inf") else None for key, value in values.items()} if values else None
