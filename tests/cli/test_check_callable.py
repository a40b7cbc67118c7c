"""`portability check FILE.py:NAME` traces a JAX program, compiles it, and names each place that a compiler refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema_rs
import pytest

from monitor.execution.builds.provider import ProvisionedBuild
from monitor.exports.export_files import API_SCHEMA
from support.command_line import portability

# A TPU has no FFT of complex128, no eigenvalues, and no product of matrices of 64-bit integers. The branch for other
# platforms is none of its program.
PROGRAM = """
import jax
jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp

def spectrum(x):
    return jnp.fft.fft(x.astype(jnp.complex128)) + jnp.fft.fft(x.astype(jnp.complex64))

def radius(w):
    def body(carry, _):
        return carry, jnp.linalg.eigvals(w)
    return jax.lax.scan(body, 0.0, None, length=2)[1]

def both(w):
    return jnp.linalg.eigvals(w), jnp.linalg.eigvals(w.astype(jnp.float64))

def step(x, w, i):
    y = jax.pure_callback(abs, jax.ShapeDtypeStruct(x.shape, x.dtype), jnp.tanh(x @ w))
    z = jax.lax.platform_dependent(w, tpu=jnp.tanh, default=lambda w: jnp.linalg.eigvals(w).real + w)
    return spectrum(y), radius(w), both(w), i @ i.T, jnp.sort(x, -1), z

def loss(w):
    return (w.sum() - 1) ** 2

def large(x):
    return jnp.sort(jnp.exp(x)[:, None] + x[None] * 2.0, -1)

def example_inputs():
    array = jax.ShapeDtypeStruct
    return array((32, 16), jnp.float32), array((16, 16), jnp.float32), array((8, 8), jnp.int64)
"""


def line(text: str) -> int:
    """Return the number of the line that has a text."""
    return next(number for number, one in enumerate(PROGRAM.splitlines(), 1) if text in one)


@pytest.fixture
def python(builds: Callable[[str], ProvisionedBuild]) -> str:
    return str(builds("jax").python)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    return file


def test_each_refused_place_is_found_and_no_other(program: Path, python: str) -> None:
    done = portability("check", f"{program}:step", "--to", "tpu-v5e,nvidia-h100", "--python", python, "--json")
    report = json.loads(done.stdout)
    schema = json.loads(API_SCHEMA.read_text())
    jsonschema_rs.validator_for({**schema, "$ref": "#/$defs/check"}).validate(report)
    found = {
        (one["line"], one["name"], one["message"].partition(" is ")[0])
        for one in report["problems"]
        if one["level"] == "error"
    }
    assert found == {
        (line("jnp.fft.fft"), "fft", "of c128[32,16]"),
        (line("return carry"), "eig", "of f32[16,16]"),
        (line("return jnp.linalg.eigvals"), "eig", "of f32[16,16]"),
        (line("return jnp.linalg.eigvals"), "eig", "of f64[16,16]"),
        (line("i @ i.T"), "dot_general", "of i64[8,8], i64[8,8]"),
    }
    assert {target for one in report["problems"] if one["level"] == "error" for target in one["targets"]} == {"tpu-v5e"}
    [host] = [one for one in report["problems"] if one["level"] == "warning"]
    assert (host["kind"], host["line"], host["targets"]) == (
        "host-call",
        line("pure_callback"),
        ["tpu-v5e", "nvidia-h100"],
    )
    tpu, gpu = report["answers"]
    assert (tpu["answer"], tpu["places"], gpu["answer"]) == ("fails", 5, "host")
    assert 0 < gpu["compiled"]["memory_bytes"] < gpu["compiled"]["available_bytes"]
    assert done.returncode == 1


def test_a_loss_is_compiled_with_its_gradients(program: Path, python: str) -> None:
    call = ("check", f"{program}:loss", "--inputs", "f32[8,8]", "--to", "tpu-v5e", "--python", python)
    done = portability(*call)
    assert done.returncode == 0
    assert "with gradients: no problems" in done.stdout
    assert "TPU v5e: ports (compiled by libtpu " in done.stdout


def test_a_removed_name_fails_where_nothing_is_compiled(program: Path, python: str) -> None:
    program.write_text(PROGRAM + "\ndef old(x):\n    return jax.tree_map(abs, x)\n")
    call = ("check", f"{program}:loss", "--inputs", "f32[8,8]", "--to", "tpu-v5e,apple-mps", "--python", python)
    report = json.loads(portability(*call, "--json").stdout)
    [removed] = [one for one in report["problems"] if one["kind"] == "removed-name"]
    assert removed["targets"] == ["apple-mps"]
    tpu, mps = report["answers"]
    assert (tpu["answer"], tpu["places"], mps["answer"]) == ("ports", 0, "fails")


def test_a_program_that_does_not_fit_names_its_largest_values(program: Path, python: str) -> None:
    call = ("check", f"{program}:large", "--inputs", "f32[65536,1024]", "--to", "tpu-v5e", "--python", python)
    done = portability(*call, "--markdown")
    assert done.returncode == 1
    assert "does not port: 1 place fails" in done.stdout
    assert "f32[65536,65536,1024], 1.638e+04 GiB" in done.stdout
