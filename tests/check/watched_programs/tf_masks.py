"""Select by a mask, and count different values."""

import tensorflow as tf


@tf.function
def select(x):
    kept = tf.boolean_mask(x, x > 0)  # expect: data-dependent-shape
    places = tf.where(x > 0)  # expect: data-dependent-shape
    values, _ = tf.unique(tf.reshape(x, [-1]))  # expect: data-dependent-shape
    safe = tf.where(x > 0, x, tf.zeros_like(x))
    return tf.reduce_sum(kept), tf.shape(places)[0], tf.size(values), safe


out = select(tf.constant([[1.0, -1.0], [2.0, 2.0]]))
