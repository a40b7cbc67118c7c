"""A run file that uses every field."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.formats.run_file import RunFile
from monitor.model import (
    Build,
    Channel,
    Comparison,
    ComparisonSide,
    Digest,
    Latency,
    NameKind,
    NumericalError,
    Observation,
    Outcome,
    Package,
    PublicName,
    Reason,
)

Make = Callable[..., RunFile]


@pytest.fixture
def whole(runfile: Make) -> RunFile:
    """A run file that uses every field."""
    build = Build("jax", "1.0", Channel.NIGHTLY, "a" * 40, "2026-11-01", "none", (Package("numpy", "2.0", "b" * 64),))
    made = runfile(
        1, {"jax/jax.a/eager": "pass", "jax/jax.b/eager": "error"}, build=build, notes=("a note",), suite="names"
    )
    measured = Observation(
        "jax/jax.a/eager",
        Outcome.PASS,
        error=NumericalError(1e-300, 0.0, 1e300),
        latency=Latency(9.0, 2.0, 1.0, 0.5, 5, 100),
        seconds=0.1,
    )
    good = ComparisonSide("jax==0.9", (Outcome.PASS, Outcome.PASS), (2.5, 2.25), Digest("00ff00ff", (1, 2)))
    compared = Comparison(
        "jax/jax.b/eager", Reason.TURNED, good, ComparisonSide("jax==1.0", (Outcome.ERROR, Outcome.CRASH))
    )
    name = PublicName("jax.a", NameKind.FUNCTION, "(x, /)", "use jax.b", "jax.c")
    return RunFile(made.run, (measured, *made.observations[1:]), made.end, (compared,), (name,))
