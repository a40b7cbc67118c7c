"""Declared functions are named by what they compute, from the source of a case and its reference."""

from __future__ import annotations

import pytest

from monitor.suite import computed_functions
from monitor.suite.declare import Declaration, formula, tensor

DECLARED = {
    "jax": [
        formula("jax.numpy.sum", lambda jax, x=tensor(3, 5): jax.numpy.sum(x, axis=1), lambda np, x: np.sum(x, axis=1)),
        formula(
            "jax.nn.leaky_relu", lambda jax, x=tensor(3): jax.nn.leaky_relu(x), lambda np, y: np.where(y > 0, y, y / 4)
        ),
        formula("jax.remat", lambda jax, x=tensor(3): jax.remat(jax.numpy.cos)(x), lambda np, x: np.cos(x)),
        formula("jax.numpy.save", lambda jax, x=tensor(3): jax.numpy.save(x), lambda np, x: x),
    ],
    "torch": [
        formula("torch.sum", lambda torch, a=tensor(3, 5): torch.sum(a, dim=1), lambda np, a: np.sum(a, axis=1)),
        formula(
            "torch.nn.LeakyReLU",
            lambda torch, a=tensor(3): torch.nn.LeakyReLU(0.25)(a),
            lambda np, a: np.where(a > 0, a, a / 4),
        ),
        formula("torch.argsort", lambda torch, a=tensor(3): a[torch.argsort(a)], lambda np, a: np.sort(a)),
        formula("torch.lt", lambda torch, a=tensor(3), b=tensor(3): torch.lt(a, b), lambda np, a, b: a < b),
        formula("torch.fmod", lambda torch, a=tensor(3), b=tensor(3): torch.fmod(a, b), lambda np, a, b: a * b),
        formula("torch.save", lambda torch, a=tensor(3): torch.save(a), lambda np, a: a),
    ],
}


def test_functions_are_named_by_what_they_compute(monkeypatch: pytest.MonkeyPatch) -> None:
    def declared(framework: str) -> list[Declaration]:
        return DECLARED.get(framework, [])

    monkeypatch.setattr(computed_functions, "_declared", declared)
    assert computed_functions.computed_functions.__wrapped__() == {
        ("jax", "jax.nn.leaky_relu"): "leaky_relu",
        ("jax", "jax.numpy.sum"): "sum",
        ("torch", "torch.lt"): "less",
        ("torch", "torch.nn.LeakyReLU"): "leaky_relu",
        ("torch", "torch.sum"): "sum",
    }  # the others call another function too, have another operator, or a reference that any result would fit
