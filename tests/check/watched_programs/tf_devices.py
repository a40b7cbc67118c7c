"""Name the GPU for a part of the model."""

import tensorflow as tf

tf.config.set_soft_device_placement(True)


@tf.function
def encode(x):
    with tf.device("/GPU:0"):  # expect: hard-coded-device
        return tf.nn.gelu(x)


with tf.device("/device:GPU:1"):  # expect: hard-coded-device
    w = tf.ones((3, 3))
with tf.device("/CPU:0"):
    b = tf.zeros((3,))
out = encode(w) + b
