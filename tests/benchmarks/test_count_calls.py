"""The counting script resolves the imports of a file, and counts each call once."""

from __future__ import annotations

import sys
import types
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def load(name: str) -> types.ModuleType:
    spec = spec_from_file_location(f"benchmarks_{name}", BENCHMARKS / f"{name}.py")
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = module_from_spec(spec)  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


count_calls = load("count_calls")
names_of_calls = load("names_of_calls")


@pytest.mark.parametrize(
    ("source", "functions", "methods"),
    [
        ("import jax.numpy as jnp\njnp.where(1)\njnp.where(2)", {"jax.numpy.where": 2}, {}),
        ("import torch.nn\ntorch.nn.Linear(1)", {"torch.nn.Linear": 1}, {}),
        ("from torch import nn as n\nn.functional.relu(x)", {"torch.nn.functional.relu": 1}, {}),
        ("def f():\n    from jax.lax import scan\n    scan(1)", {"jax.lax.scan": 1}, {}),
        ("import tensorflow.compat.v2 as tf\ntf.math.add(1)", {"tf.math.add": 1}, {}),
        ("import tensorflow.compat.v1 as tf\ntf.add(1)", {"tf.compat.v1.add": 1}, {}),
        ("from keras import ops\nops.cast(1)", {"tf.keras.ops.cast": 1}, {}),
        ("from torch._C import x\nx()\nfrom keras.src.ops import y\ny()", {}, {}),  # private modules
        ("from .torch import zeros\nzeros(1)", {}, {}),  # the package's own module
        ("import torch\nself.w.view(1).sum()", {}, {"view": 1, "sum": 1}),
        ("import torch, math\nmath.sqrt(2)\ntorch.zeros(1).sqrt()", {"torch.zeros": 1}, {"sqrt": 1}),
        ("import torch\nsuper().__init__()", {}, {}),
        ("import jax\nx.sum()", {}, {}),  # methods are counted in files that import PyTorch
        ("import torch\nfor zeros in torch.zeros:\n    zeros(1)", {}, {}),
    ],
)
def test_calls_of_a_file(source: str, functions: dict[str, int], methods: dict[str, int]) -> None:
    found = count_calls.calls_of(source.encode())
    assert (dict(found.functions), dict(found.methods)) == (functions, methods)


def test_packages_are_wheels_or_installed(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "one-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("one/a.py", "import torch\ntorch.ones(1)\ntorch.ones(2)")
        wheel.writestr("one/b.py", "import torch\ntorch.ones(1)\ntorch.once(1)")
        wheel.writestr("one/template.py", "{{ no Python }}")
        wheel.writestr("one/data.txt", "import torch\ntorch.ones(1)")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "c.py").write_text("from torch import ones\nones(1)")
    functions, _ = count_calls.count(count_calls.python_files(tmp_path))
    assert count_calls.rows(count_calls.frequent(functions)) == [("torch", "torch.ones", 4, 3, 2)]


def test_names_of_one_object_are_found_by_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    framework, part, private = (types.ModuleType(name) for name in ("jax", "jax.part", "jax._src"))
    framework.__path__ = part.__path__ = []  # packages
    framework.zeros = part.null = lambda: 0  # type: ignore[attr-defined]
    framework.other = lambda: 1  # type: ignore[attr-defined]
    framework.part, framework.PI, private.hidden = part, 3, framework.zeros  # type: ignore[attr-defined]
    for module in (framework, part, private):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    called = ["jax.part.null", "jax.gone", "jax.PI", "jax.gone.deep"]
    assert [*names_of_calls.rows("jax", called)] == [
        ("jax", "jax.part.null", "jax.zeros"),
        ("jax", "jax.zeros", "jax.zeros"),
    ]
