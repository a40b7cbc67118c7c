"""Programs of models written with Keras, on its backend JAX."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jax
import keras

from monitor.suite.architectures.program import ModelProgram, Tree, momentum

DIGITS = re.compile(r"\d")


def of_keras(make: Callable[[], Any], loss: Callable[..., Any], *, optimizer: Any = None) -> ModelProgram:
    """Return the program of the model that `make` returns. `loss(results, *targets)` is its loss in training.

    The model is built where Keras keeps no values, so that no initialiser runs.
    """
    keras.utils.clear_session()
    keras.StatelessScope().__enter__()  # its exit would initialise all variables; the next session drops the scope
    model = make()
    parameters, buffers = _shapes(model.trainable_variables), _shapes(model.non_trainable_variables)
    count = len(model.inputs)

    def call(parameters: Tree, buffers: Tree, inputs: tuple[Any, ...], *, training: bool) -> Any:
        given = inputs[0] if count == 1 else [*inputs]
        return model.stateless_call([*parameters.values()], [*buffers.values()], given, training=training)

    def forward(parameters: Tree, buffers: Tree, *inputs: Any) -> Any:
        return call(parameters, buffers, inputs, training=False)[0]

    def train(parameters: Tree, buffers: Tree, *inputs: Any) -> tuple[Any, Tree]:
        results, after = call(parameters, buffers, inputs[:count], training=True)
        return loss(results, *inputs[count:]), dict(zip(buffers, after, strict=True))

    return ModelProgram(parameters, buffers, forward, train, optimizer or momentum())


def _shapes(variables: list[Any]) -> dict[str, Any]:
    """Return the shapes of variables, by names that do not depend on the models built before."""
    return {
        f"{number:03d} {DIGITS.sub('', variable.path)}": jax.ShapeDtypeStruct(variable.shape, variable.dtype)
        for number, variable in enumerate(variables)
    }
