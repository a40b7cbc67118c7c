"""Cases whose body and oracle are lambda functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.suite import jax as jax_cases
from monitor.suite.discovery import collect
from monitor.suite.repro import script

CASES = """
from monitor.suite.declare import fact, formula, tensor

CASES = [
    formula("jax.numpy.square", lambda jax, x=tensor(3): jax.numpy.square(x), lambda np, x: x * x),
    fact("jax.numpy.square", lambda jax: jax.numpy.square(1.0).shape, lambda shape: shape == [], name="shape"),
]
"""


def test_a_list_in_a_module_declares_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "short_suite").mkdir()
    (tmp_path / "short_suite" / "__init__.py").touch()
    (tmp_path / "short_suite" / "cases.py").write_text(CASES)
    monkeypatch.setattr("monitor.suite.jax.__path__", [str(tmp_path), *jax_cases.__path__])
    cases = collect("jax", "short_suite")
    assert cases["jax/jax.numpy.square/eager"].declaration.numeric
    assert not cases["jax/jax.numpy.square/shape-eager"].declaration.numeric


def test_the_script_of_a_lambda_function_has_a_definition() -> None:
    # Names that the rest of a script uses get an underscore.
    text = script("jax/jax.numpy.clip/arrays-eager-float32")
    assert "def call(x, low_, high_):\n    return jax.numpy.clip(x, low_, high_)" in text
    assert "def reference(x, low_, high_):\n    return np.minimum(np.maximum(x, low_), high_)" in text
