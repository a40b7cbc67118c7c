"""Call Python and print inside of a graph."""

import tensorflow as tf


def scale(value):
    return value * 2


@tf.function
def step(x):
    y = tf.py_function(scale, [x], tf.float32)  # expect: host-call
    z = tf.numpy_function(scale, [x], tf.float32)  # expect: host-call
    tf.print("sum", tf.reduce_sum(x))  # expect: failing-function
    return tf.reshape(y, (2, 3)) + tf.reshape(z, (2, 3))


out = step(tf.ones((2, 3)))
