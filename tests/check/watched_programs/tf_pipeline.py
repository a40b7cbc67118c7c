"""Prepare data on the host, as it should be: text, unique values and Python belong there."""

import tensorflow as tf


def parse(line):
    number = tf.strings.to_number(line)
    kinds, _ = tf.unique(tf.reshape(number, [-1]))
    return tf.cast(tf.py_function(lambda v: v, [kinds[0]], tf.float32), tf.float64)


data = tf.data.Dataset.from_tensor_slices(["1", "2", "3"]).map(parse).batch(3)


@tf.function
def step(x):
    return tf.reduce_sum(tf.math.tanh(x))


for batch in data:
    step(tf.cast(batch, tf.float32))
