"""Sample, decompose and compute in double precision."""

import tensorflow as tf


@tf.function
def spectrum(a):
    values, _ = tf.linalg.eig(a)  # expect: host-call
    return tf.abs(values)


a = tf.random.stateless_normal((4, 4), seed=(1, 2))
values = spectrum(a)
draws = tf.random.gamma((3,), 1.0)  # expect: failing-function host-call
root = tf.linalg.sqrtm(a @ tf.transpose(a))  # expect: host-call
wide = tf.cast(a, tf.float64)  # expect: wide-dtype
inverse = tf.linalg.inv(wide + tf.eye(4, dtype=tf.float64))  # expect: wide-dtype
words = tf.strings.as_string(tf.range(3))  # expect: failing-function
