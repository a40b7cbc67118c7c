"""The packages that the script of a case needs."""

from __future__ import annotations

import pytest

from monitor.formatting.script_packages import needed_packages


@pytest.mark.parametrize(
    ("script", "packages"),
    [
        ("import sys\nimport jax\nimport jax.numpy as jnp\nimport numpy as np", ("jax", "numpy")),
        ("import array_api_compat.torch as xp\nimport torch", ("array-api-compat", "torch")),
        ("from torch.testing._internal.common_modules import module_db", ("expecttest", "torch")),
        ("import torch.testing", ("torch",)),
        ("def call():\n    from scipy import special\n    return special", ("scipy",)),
        ("", ()),
    ],
)
def test_a_script_names_its_packages(script: str, packages: tuple[str, ...]) -> None:
    assert needed_packages(script) == packages
