"""`portability history`: the past of a function, and the pruning of an old history."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from support.command_line import portability


def test_a_functions_past_is_shown() -> None:
    done = CliRunner().invoke(app, ["history", "show", "jax.numpy.add", "--json"])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    assert {row["case"].split("/")[1] for row in rows} == {"jax.numpy.add"}
    assert "20261123T145903Z-433e84" in {row["run"] for row in rows}
    assert all(row["latency_median"] is None or row["latency_median"] > 0 for row in rows)


def test_a_function_of_the_array_api_has_the_past_of_all_frameworks() -> None:
    done = CliRunner().invoke(app, ["history", "show", "array_api.max", "--json"])
    assert done.exit_code == 0, done.output
    assert {row["case"].split("/")[0] for row in json.loads(done.stdout)} == {"jax", "tensorflow", "torch"}


def test_what_no_run_observed_is_no_success() -> None:
    elsewhere = portability("history", "show", "torch.cat", "--target", "nvidia-h200")
    assert elsewhere.returncode == 1
    assert "no run on nvidia-h200 observed torch.cat; amd-mi300, cpu, " in elsewhere.stderr


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("jax.numpy.ad", "jax.numpy.add"),
        ("cat", "torch.cat"),
        ("torch.catt", "torch.cat"),
        ("array_api.maxx", "array_api.max"),
    ],
)
def test_an_unknown_name_suggests_near_ones(name: str, near: str) -> None:
    unknown = portability("history", "show", name)
    assert unknown.returncode == 2
    assert f'no function "{name}", did you mean ' in unknown.stderr
    assert f'"{near}"' in unknown.stderr


def test_a_young_history_has_nothing_to_lose() -> None:
    done = CliRunner().invoke(app, ["history", "prune"])
    assert done.exit_code == 0
    assert done.stdout == "0 runs pruned, 0.0 MiB freed in the work tree\n"
