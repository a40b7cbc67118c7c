"""`portability check FILE.py:NAME` finds each place in a TensorFlow program that the bridge to XLA refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from monitor.execution.builds.provider import ProvisionedBuild
from support.command_line import portability

# The bridge has neither eigenvalues nor text; a TPU has no FFT of complex128. The shape of the mask depends on values.
PROGRAM = """
import tensorflow as tf

def step(x, w, words):
    i, y = tf.constant(0), tf.nn.relu(x @ w)
    while i < 3:
        y += tf.cast(tf.abs(tf.linalg.eigvals(w)), tf.float32)
        i += 1
    spectrum = tf.signal.fft(tf.cast(y, tf.complex128)), tf.signal.fft(tf.cast(y, tf.complex64))
    return spectrum, tf.boolean_mask(x, x > 0), tf.strings.length(words)

def example_inputs():
    return tf.ones((32, 8)), tf.eye(8), tf.constant(["a", "b"])
"""


def line(text: str) -> int:
    """Return the number of the line that has a text."""
    return next(number for number, one in enumerate(PROGRAM.splitlines(), 1) if text in one)


def test_each_refused_operator_is_found_and_no_other(tmp_path: Path, builds: Callable[[str], ProvisionedBuild]) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    python = str(builds("tensorflow").python)
    done = portability("check", f"{program}:step", "--to", "tpu-v5e,nvidia-h100", "--python", python, "--json")
    report = json.loads(done.stdout)
    found = {
        (target, one["level"], one["line"], one["name"]) for one in report["problems"] for target in one["targets"]
    }
    eigenvalues, text = line("tf.linalg.eigvals"), line("tf.strings.length")
    assert found == {
        ("tpu-v5e", "error", eigenvalues, "Eig"),
        ("tpu-v5e", "error", line("tf.complex128"), "FFT"),
        ("tpu-v5e", "error", text, "StringLength"),
        # TensorFlow runs them by its own kernels on a GPU, which the bridge does not judge
        ("nvidia-h100", "warning", eigenvalues, "Eig"),
        ("nvidia-h100", "warning", text, "StringLength"),
    }
    assert [one["answer"] for one in report["answers"]] == ["fails", "unknown"]
