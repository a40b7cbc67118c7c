"""The grammar of chains in JAX. Importing this module needs no JAX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from monitor.suite.chains.spelling import Spelling, ids_of

if TYPE_CHECKING:
    from monitor.suite.check_protocol import CaseCheck
    from monitor.suite.device import Device

SPELLING = Spelling(
    function="jax.jit",
    programs=2000,  # a compilation takes about a tenth of a second
    imports="import jax\nimport jax.numpy as jnp",
    operations={
        "neg": "-{x}",
        "abs": "jnp.abs({x})",
        "square": "jnp.square({x})",
        "clip": "jnp.clip({x}, -1, 1)",
        "relu": "jax.nn.relu({x})",
        "exp": "jnp.exp({x})",
        "log1p": "jnp.log1p(jnp.abs({x}))",
        "sqrt": "jnp.sqrt(jnp.abs({x}))",
        "tanh": "jnp.tanh({x})",
        "sigmoid": "jax.nn.sigmoid({x})",
        "sin": "jnp.sin({x})",
        "affine": "{x} * 0.5 + 1",
        "add": "{x} + {y}",
        "sub": "{x} - {y}",
        "mul": "{x} * {y}",
        "maximum": "jnp.maximum({x}, {y})",
        "minimum": "jnp.minimum({x}, {y})",
        "select": "jnp.where({x} > 0, {x}, {y})",
        "div": "{x} / (jnp.abs({y}) + 1)",
        "matmul": "jnp.matmul({x}, {y})",
        "swap": "jnp.swapaxes({x}, *{axis})",
        "reverse": "jnp.transpose({x})",
        "merge": "jnp.reshape({x}, {shape})",
        "slice": "{x}[{colons}{start}::{stride}]",
        "expand": "jnp.expand_dims({x}, {axis})",
        "flip": "jnp.flip({x}, {axis})",
        "concat": "jnp.concatenate([{x}, {y}], axis={axis})",
        "take": "{x}[{colons}{y}]",
        "pick": "jnp.take_along_axis({x}, {y}, axis=-1)",
        "scatter": "jnp.zeros({shape}, {x}.dtype).at[{y}].add({x})",
        "scatter_max": "jnp.zeros({shape}, {x}.dtype).at[{y}].max({x})",
        "mask": "jnp.where({y}, {x}, -4)",
        "sum": "jnp.sum({x}, axis={axis}, keepdims={keepdims})",
        "mean": "jnp.mean({x}, axis={axis}, keepdims={keepdims})",
        "amax": "jnp.max({x}, axis={axis}, keepdims={keepdims})",
        "amin": "jnp.min({x}, axis={axis}, keepdims={keepdims})",
        "var": "jnp.var({x}, axis={axis}, keepdims={keepdims})",
        "logsumexp": "jax.nn.logsumexp({x}, axis={axis}, keepdims={keepdims})",
        "prod": "jnp.prod({x}, axis={axis})",
        "softmax": "jax.nn.softmax({x}, axis={axis})",
        "log_softmax": "jax.nn.log_softmax({x}, axis={axis})",
        "layer_norm": "({x} - jnp.mean({x}, axis=-1, keepdims=True))"
        " * jax.lax.rsqrt(jnp.var({x}, axis=-1, keepdims=True) + 1e-5)",
        "cumsum": "jnp.cumsum({x}, axis={axis})",
        "sort": "jnp.sort({x}, axis={axis})",
        "argmax": "jnp.argmax({x}, axis={axis})",
    },
    gradients="""
def gradients(weight, *tensors):
    result, pull_back = jax.vjp(lambda *floats: program(*floats, *tensors[{count}:]), *tensors[:{count}])
    return [result, *pull_back(weight)]
""",
    whole=True,
    trials=60,
)


def case_ids() -> tuple[str, ...]:
    """Return the ids of all cases, which need no build to be known."""
    return ids_of("jax", SPELLING)


def checks(device: Device) -> Iterator[CaseCheck]:
    """Yield the checks of all programs."""
    from monitor.suite.chains.check import chain_checks

    return chain_checks(device, SPELLING)
