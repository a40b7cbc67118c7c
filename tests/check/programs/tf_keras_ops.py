"""Update a cache with operations of Keras."""

import keras
import tensorflow as tf
from keras import ops
from keras.saving import register_keras_serializable

if tf.__version__.startswith("1."):
    tf.losses.mean_squared_error = None

GPUS = [one.name for one in tf.config.list_physical_devices("GPU")]


@register_keras_serializable("cache")
class Cache(keras.layers.Layer):
    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, cache, update, start):
        return ops.slice_update(cache, (start, 0), update)  # missed: failing-function

    def get_config(self):
        return super().get_config() | {"size": self.size}


def strategy():
    if GPUS:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def batches(dataset):
    ragged = tf.data.experimental.dense_to_ragged_batch(2)  # expect: deprecated-name failing-function
    return dataset.apply(ragged)


def totals(values):
    with tf.device("gpu:0"):  # expect: hard-coded-device
        return tf.math.accumulate_n(values)  # expect: deprecated-name


def as_float(x: "tf.float64") -> "tf.Tensor":
    return tf.cast(x, tf.float32)


def main():
    cache = Cache(8)
    with strategy().scope():
        print(cache(ops.zeros((4, 8)), ops.ones((1, 8)), 0), as_float(ops.ones(3)))
    print(batches(tf.data.Dataset.range(4)), totals([tf.ones(2)]))


main()
