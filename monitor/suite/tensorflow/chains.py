"""The grammar of chains in TensorFlow. Importing this module needs no TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from monitor.suite.chains.spelling import Spelling, ids_of

if TYPE_CHECKING:
    from monitor.suite.check_protocol import CaseCheck
    from monitor.suite.device import Device

SPELLING = Spelling(
    function="tf.function",
    programs=1000,
    imports="import tensorflow as tf",
    operations={
        "neg": "-{x}",
        "abs": "tf.abs({x})",
        "square": "tf.square({x})",
        "clip": "tf.clip_by_value({x}, -1, 1)",
        "relu": "tf.nn.relu({x})",
        "exp": "tf.exp({x})",
        "log1p": "tf.math.log1p(tf.abs({x}))",
        "sqrt": "tf.sqrt(tf.abs({x}))",
        "tanh": "tf.tanh({x})",
        "sigmoid": "tf.sigmoid({x})",
        "sin": "tf.sin({x})",
        "affine": "{x} * 0.5 + 1",
        "add": "{x} + {y}",
        "sub": "{x} - {y}",
        "mul": "{x} * {y}",
        "maximum": "tf.maximum({x}, {y})",
        "minimum": "tf.minimum({x}, {y})",
        "select": "tf.where({x} > 0, {x}, {y})",
        "div": "{x} / (tf.abs({y}) + 1)",
        "matmul": "tf.matmul({x}, {y})",
        "swap": "tf.experimental.numpy.swapaxes({x}, *{axis})",
        "reverse": "tf.transpose({x})",
        "merge": "tf.reshape({x}, {shape})",
        "slice": "{x}[{colons}{start}::{stride}]",
        "expand": "tf.expand_dims({x}, {axis})",
        "flip": "tf.reverse({x}, [{axis}])",
        "concat": "tf.concat([{x}, {y}], axis={axis})",
        "take": "tf.gather({x}, {y}, axis={axis})",
        "pick": "tf.gather({x}, {y}, batch_dims={batch})",
        "scatter": "tf.math.unsorted_segment_sum({x}, {y}, {segments})",
        "scatter_max": "tf.tensor_scatter_nd_max(tf.zeros({shape}, {x}.dtype), {y}[:, None], {x})",
        "mask": "tf.where({y}, {x}, tf.constant(-4, {x}.dtype))",
        "sum": "tf.reduce_sum({x}, axis={axis}, keepdims={keepdims})",
        "mean": "tf.reduce_mean({x}, axis={axis}, keepdims={keepdims})",
        "amax": "tf.reduce_max({x}, axis={axis}, keepdims={keepdims})",
        "amin": "tf.reduce_min({x}, axis={axis}, keepdims={keepdims})",
        "var": "tf.math.reduce_variance({x}, axis={axis}, keepdims={keepdims})",
        "logsumexp": "tf.reduce_logsumexp({x}, axis={axis}, keepdims={keepdims})",
        "prod": "tf.reduce_prod({x}, axis={axis})",
        "softmax": "tf.nn.softmax({x}, axis={axis})",
        "log_softmax": "tf.nn.log_softmax({x}, axis={axis})",
        "layer_norm": "({x} - tf.reduce_mean({x}, -1, keepdims=True))"
        " * tf.math.rsqrt(tf.math.reduce_variance({x}, -1, keepdims=True) + 1e-5)",
        "cumsum": "tf.cumsum({x}, axis={axis})",
        "sort": "tf.sort({x}, axis={axis})",
        "argmax": "tf.argmax({x}, axis={axis})",
    },
    gradients="""
def gradients(weight, *tensors):
    floats = list(tensors[:{count}])
    with tf.GradientTape() as tape:
        tape.watch(floats)
        result = program(*tensors)
    pulled = tape.gradient(result, floats, output_gradients=weight)
    return [result, *(tf.convert_to_tensor(one) for one in pulled)]
""",
    whole=True,
    trials=60,
)


def case_ids() -> tuple[str, ...]:
    """Return the ids of all cases, which need no build to be known."""
    return ids_of("tensorflow", SPELLING)


def checks(device: Device) -> Iterator[CaseCheck]:
    """Yield the checks of all programs."""
    from monitor.suite.chains.check import chain_checks

    return chain_checks(device, SPELLING)
