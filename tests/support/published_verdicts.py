"""Write the file that a site publishes for checks, with the verdicts on a few functions of JAX."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitor.analysis.names.name_history import framework_names
from monitor.check.check_data import CheckData, packed
from monitor.check.verdict_lookup import JudgedCase, TargetVerdicts
from monitor.history.name_table import NameListing
from monitor.model import Evidence, NameKind, Outcome, PublicName, Run
from support.public_names import named

TARGET = "tpu-v5e"
SIN, SORT = "jax.numpy.sin", "jax.numpy.sort"
PROGRAM = "import jax.numpy as jnp\n\n\ndef step(x):\n    return jnp.sort(jnp.sin(x))\n"


def publish(file: Path, run: Run, outcomes: Mapping[str, Outcome]) -> None:
    """Write the file with the outcome of each function on the target; `run` lists the names of `PROGRAM`."""
    functions = [PublicName(name, NameKind.FUNCTION, "(x)") for name in (SIN, SORT)]
    modules = [PublicName(name, NameKind.MODULE) for name in ("jax", "jax.numpy")]
    cases = {
        name: (JudgedCase("eager-float32", outcome, Evidence.COMPILED, "jax 0.12", "refused"),)
        for name, outcome in outcomes.items()
    }
    names = framework_names("jax", [NameListing(run, named(*modules, *functions))])
    file.write_bytes(packed(CheckData({"jax": names}, {TARGET: TargetVerdicts(TARGET, cases)})))
