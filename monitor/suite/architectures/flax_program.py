"""Programs of models written with `flax.nnx`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from monitor.suite.architectures.program import ModelProgram, Tree, momentum


def of_nnx(make: Callable[[], Any], loss: Callable[..., Any], *, optimizer: Any = None) -> ModelProgram:
    """Return the program of the model that `make` returns. `loss(model, *inputs, *targets)` is its loss.

    The model is never initialised: its arrays have shapes alone.
    """
    graph, parameters, keys, buffers = nnx.split(nnx.eval_shape(make), nnx.Param, nnx.RngState, ...)

    def forward(parameters: Tree, buffers: Tree, *inputs: Any) -> Any:
        model = nnx.merge(graph, parameters, jax.tree.map(_fixed, keys), buffers)
        model.eval()
        return model(*inputs)

    def train(parameters: Tree, buffers: Tree, *inputs: Any) -> tuple[Any, Tree]:
        # Without a copy, the model changes the buffers of the caller, which may belong to an outer trace.
        model = nnx.merge(graph, parameters, jax.tree.map(_fixed, keys), buffers, copy=True)
        model.train()
        value = loss(model, *inputs)
        return value, nnx.state(model, nnx.Not(nnx.Any(nnx.Param, nnx.RngState)))

    return ModelProgram(parameters, buffers, forward, train, optimizer or momentum())


def _fixed(shape: Any) -> Any:
    """Return the value of a part of a generator, which only draws the zeros that a recurrence starts with."""
    is_key = jax.dtypes.issubdtype(shape.dtype, jax.dtypes.prng_key)
    return jax.random.key(0) if is_key else jnp.zeros(shape.shape, shape.dtype)
