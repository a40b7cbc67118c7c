"""Initializers, regularizers and constraints of Keras's layers, and the results that follow from them."""


def numbers(np, shape):
    return (((np.arange(int(np.prod(shape))) * 7 + 3) % 11 - 5) / 8).reshape(shape)


def numbered(shape, dtype="float32"):
    """Return the initial numbers of a weight."""
    import numpy as np

    return numbers(np, shape).astype(dtype)


def absolute_sum(x):
    import tensorflow as tf

    return tf.reduce_sum(tf.abs(x))


KERNEL = {
    "kernel_initializer": numbered,
    "kernel_regularizer": absolute_sum,
    "kernel_constraint": "non_neg",
}
BIAS = {
    "bias_initializer": numbered,
    "bias_regularizer": absolute_sum,
    "bias_constraint": "non_neg",
}


def outcome(tf, layer, *inputs):
    """Return the result of a layer, the sum of its losses, and its weights after a step of an optimizer.

    The step has no gradient: it applies the constraints alone.
    """
    result = layer(*inputs)
    loss = tf.add_n(layer.losses)
    zeros = [tf.zeros(one.shape) for one in layer.trainable_variables]
    tf.keras.optimizers.SGD(0.0).apply_gradients(zip(zeros, layer.trainable_variables, strict=True))
    return [result, loss, *(one.value for one in layer.trainable_variables)]


def expected(np, result, *weights, is_regularized=True):
    """Return the outcome that follows from a result and the initial weights.

    A regularizer sums absolute values, and a constraint replaces negative numbers by 0. The loss of a result that is
    regularized is divided by the number of samples, as documented.
    """
    loss = sum(np.abs(one).sum() for one in weights)
    if is_regularized:
        loss = loss + np.abs(result).sum() / len(result)
    return [result, loss, *(np.maximum(one, 0) for one in weights)]


def called_twice(layer, x):
    """Return the results of two calls, the second one from the states that the first one left."""
    return [layer(x), layer(x)]
