"""`portability history`: a function's past, and an old history that thins out."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from monitor.cli import app
from support.command_line import portability


def test_a_functions_past_is_shown() -> None:
    done = CliRunner().invoke(app, ["history", "show", "jax", "jax.numpy.add", "--json"])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    assert {row["case"].split("/")[1] for row in rows} == {"jax.numpy.add"}
    assert "20261123T145903Z-433e84" in {row["run"] for row in rows}
    assert all(row["latency_median"] is None or row["latency_median"] > 0 for row in rows)


def test_what_no_run_saw_is_no_success() -> None:
    elsewhere = portability("history", "show", "torch", "torch.cat", "--target", "nvidia-h200")
    assert elsewhere.returncode == 1
    assert "no run on nvidia-h200 saw torch.cat; cpu, " in elsewhere.stderr
    unknown = portability("history", "show", "jax", "jax.numpy.ad")
    assert unknown.returncode == 2
    assert 'no function "jax.numpy.ad", did you mean "jax.numpy.add"?' in unknown.stderr


def test_a_young_history_has_nothing_to_lose() -> None:
    done = CliRunner().invoke(app, ["history", "thin"])
    assert done.exit_code == 0
    assert done.stdout == "0 runs thinned out, 0.0 MiB freed in the work tree\n"
