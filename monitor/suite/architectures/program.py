"""The parts of a model as functions of arrays, as JAX compiles them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import optax

# A pytree of arrays, or of stand-ins with a shape and a dtype.
Tree = Any


@dataclass(frozen=True)
class ModelProgram:
    """A model: the shapes of its arrays, its results and its loss.

    `parameters` are trained; `buffers` are the other arrays, such as running means. `forward(parameters, buffers,
    *inputs)` returns the results of inference. `loss(parameters, buffers, *inputs, *targets)` returns the loss of
    training, and the buffers after it. `optimizer` is the transformation of gradients in Optax.
    """

    parameters: Tree
    buffers: Tree
    forward: Callable[..., Any]
    loss: Callable[..., tuple[Any, Tree]]
    optimizer: Any

    @cached_property
    def optimizer_state(self) -> Tree:
        """The shapes of the state of the optimizer."""
        return jax.eval_shape(self.optimizer.init, self.parameters)

    def step(self, parameters: Tree, buffers: Tree, state: Tree, *inputs: Any) -> dict[str, Tree]:
        """Return the loss, and all arrays after one step of training."""
        derive = jax.value_and_grad(self.loss, has_aux=True)
        (loss, buffers), gradients = derive(parameters, buffers, *inputs)
        updates, state = self.optimizer.update(gradients, state, parameters)
        parameters = optax.apply_updates(parameters, updates)
        return {"loss": loss, "buffers": buffers, "parameters": parameters, "optimizer": state}


def momentum() -> Any:
    """Return the optimizer of most models: gradient descent with momentum."""
    return optax.sgd(0.1, momentum=0.9)


def adam() -> Any:
    """Return Adam with its usual numbers."""
    return optax.adam(1e-3)


def adamw() -> Any:
    """Return Adam with decoupled weight decay, after a limit on the norm of the gradient."""
    return optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(1e-3, weight_decay=0.01))
