"""Names of frameworks are found through imports and scopes, with the place and the arguments of each use."""

from __future__ import annotations

import pytest

from monitor.check.name_uses import NameUse, names_in
from monitor.model import Place


def uses(source: str) -> dict[str, NameUse]:
    """Return the uses of names in a source, without import statements, by name."""
    return {use.name: use for use in names_in("a.py", source) if not use.imported}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import jax.numpy as jnp\njnp.where(x)", "jax.numpy.where"),
        ("import jax.numpy\njax.numpy.where(x)", "jax.numpy.where"),
        ("from jax import numpy\nnumpy.where(x)", "jax.numpy.where"),
        ("from jax.numpy import where as w\nw(x)", "jax.numpy.where"),
        ("import tensorflow as tf\ntf.reduce_sum(x)", "tf.reduce_sum"),
        ("from tensorflow.compat import v2 as tf2\ntf2.reduce_sum(x)", "tf.reduce_sum"),
        ("import keras\nkeras.ops.cast(x)", "tf.keras.ops.cast"),
        ("def f():\n    return torch.cat(x)\nimport torch", "torch.cat"),
    ],
)
def test_a_name_is_resolved_through_its_import(source: str, name: str) -> None:
    assert uses(source)[name].called


@pytest.mark.parametrize(
    "source",
    [
        "import jax\ndef f(jax):\n    return jax.tree_map(x)",
        "import torch\ntorch = other\ntorch.cat(x)",
        "from .jax import tree_map\ntree_map(x)",
        "import jax_like as jax\njax.tree_map(x)  # jax",
        "from jax._src import core\ncore.foo()",
        "x = 'torch.cat'",
    ],
)
def test_another_object_of_the_same_name_is_none(source: str) -> None:
    assert not [name for name in uses(source) if not name.startswith(".")]


def test_a_use_has_its_place_keywords_and_texts() -> None:
    found = uses('import torch\né = 1; x = torch.zeros(3, device="cuda", out=y).to("cuda")')
    assert found["torch.zeros"].place == Place("a.py", 2, 12)
    assert uses('import torch\n\f\né = "\u2028"\né = torch.ones(3)')["torch.ones"].place == Place("a.py", 4, 5)
    assert found["torch.zeros"].keywords == ("device", "out")
    assert found["torch.zeros"].texts == (("device", "cuda"),)
    assert found[".to"].texts == (("", "cuda"),)


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    from jax import tree_map\nexcept ImportError:\n    from jax.tree import map as tree_map",
        "import jax\nif hasattr(jax, 'tree_map'):\n    jax.tree_map(x)",
        "import jax\nif jax.__version_info__ < (0, 6):\n    jax.tree_map(x)",
    ],
)
def test_a_question_about_the_build_is_seen(source: str) -> None:
    found = [use for use in names_in("a.py", source) if "tree_map" in use.name or "tree.map" in use.name]
    assert found
    assert all(use.for_build for use in found)


def test_a_try_for_something_else_is_no_question() -> None:
    assert not uses("import jax\ntry:\n    jax.tree_map(x)\nexcept TypeError:\n    pass")["jax.tree_map"].for_build


def test_a_question_about_the_machine_is_seen() -> None:
    assert uses("import torch\nx = torch.cuda.Stream() if torch.cuda.is_available() else None")[
        "torch.cuda.Stream"
    ].for_machine


def test_a_file_that_is_no_python_is_a_syntax_error() -> None:
    with pytest.raises(SyntaxError):
        names_in("a.py", "import torch\nprint 'old'")
