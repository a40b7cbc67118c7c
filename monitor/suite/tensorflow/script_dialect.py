"""Python text of TensorFlow in stand-alone scripts. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.suite.chains.script import chain_script
from monitor.suite.dialect import Dialect
from monitor.suite.tensorflow.chains import SPELLING

DIALECT = Dialect(
    module="tf",
    setup=lambda _: (
        """import tensorflow as tf

tf.config.set_soft_device_placement(False)
device = f"/{sys.argv[1].upper() if len(sys.argv) > 1 else 'CPU'}:0"
tf.device(device).__enter__()
"""
    ),
    dtype="tf.{dtype}",
    put="tf.constant(np.asarray({values}).astype(tf.{dtype}.as_numpy_dtype))",
    seed="tf.random.set_seed(0)",
    fetch="""
if isinstance(leaf, (tf.Variable, tf.IndexedSlices)):
    leaf = tf.convert_to_tensor(leaf)
if not isinstance(leaf, tf.Tensor):
    return leaf
return leaf.numpy().astype(float) if leaf.dtype == tf.bfloat16 else leaf.numpy()
""",
    transposed="tf.transpose({tensor})",
    compiled="tf.function(call, jit_compile=True)",
    gradient="""
with tf.GradientTape() as tape:
    tape.watch([{names}])
    results = tf.nest.flatten(call({names}))
pulled = [tf.constant(w.astype(tf.{result}.as_numpy_dtype)) for w in weights]
return tape.gradient(results, [{names}], output_gradients=pulled)
""",
    compiled_gradient="""
@tf.function(jit_compile=True)
def pull(tensors, pulled):
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        results = tf.nest.flatten(call(*tensors))
    return tape.gradient(results, tensors, output_gradients=pulled)


return pull([{names}], [tf.constant(w.astype(tf.{result}.as_numpy_dtype)) for w in weights])
""",
    forward="""
directions = [tf.constant(t.astype(x.dtype.as_numpy_dtype)) for t, x in zip(tangents.values(), [{names}])]
with tf.autodiff.ForwardAccumulator([{names}], directions) as accumulator:
    results = tf.nest.flatten(call({names}))
return accumulator.jvp(results, unconnected_gradients=tf.UnconnectedGradients.ZERO)
""",
    second="""
directions = [tf.constant(t.astype(x.dtype.as_numpy_dtype)) for t, x in zip(tangents.values(), [{names}])]
pulled = [tf.constant(w.astype(tf.{result}.as_numpy_dtype)) for w in weights]
zero = tf.UnconnectedGradients.ZERO
with tf.GradientTape() as outer:
    outer.watch([{names}])
    with tf.GradientTape() as inner:
        inner.watch([{names}])
        results = tf.nest.flatten(call({names}))
    first = inner.gradient(results, [{names}], output_gradients=pulled, unconnected_gradients=zero)
    first = [tf.convert_to_tensor(g) for g in first]
return outer.gradient(first, [{names}], output_gradients=directions, unconnected_gradients=zero)
""",
    vectorized="lambda *tensors: tf.vectorized_map(lambda given: call(*given), tensors)",
)


def chains(function: str, variant: str, recorded: str) -> str:
    """Return the script of a generated program."""
    return chain_script(DIALECT, SPELLING, f"tensorflow/{function}/{variant}", recorded)


LISTED: Mapping[str, Callable[[str, str, str], str]] = {"chains": chains}
