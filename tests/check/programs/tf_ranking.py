"""Rank items of lists of different lengths."""

import tensorflow as tf


def valid(scores, labels):
    mask = labels >= 0
    kept = tf.boolean_mask(scores, mask)  # expect: data-dependent-shape
    dense = tf.where(mask, scores, tf.zeros_like(scores))
    return kept, dense


def positions(labels):
    return tf.where(labels > 0)  # expect: data-dependent-shape


class Vocabulary:
    def __init__(self, tokens):
        self.values, self.index = tf.unique(tokens)  # expect: data-dependent-shape

    def lookup(self, number):
        return self.values[number]


def discounts(size):
    places = tf.range(1, size + 1)
    return 1.0 / tf.math.log(tf.cast(places, tf.float64) + 1)  # expect: wide-dtype


def gains(labels):
    if labels.dtype == tf.float64:
        return labels
    return tf.cast(labels, tf.float32)


def smooth(loss):
    def inner(labels, scores):
        return tf.reduce_mean(loss(labels, scores))

    return inner


@smooth
def loss(labels, scores):
    noise = tf.random.gamma(scores.shape, 1.0)  # expect: failing-function
    return (labels - scores) ** 2 + 0 * noise


def metric(labels, scores):
    return tf.losses.mean_squared_error(labels, scores)  # expect: removed-name


def main():
    scores, labels = tf.random.normal((2, 4)), tf.constant([[1.0, 0, 0, -1], [0, 1, -1, -1]])
    print(valid(scores, labels), positions(labels), discounts(4), gains(labels), loss(labels, scores))
    print(Vocabulary(tf.constant([1, 2, 1])).lookup(0), metric(labels, scores))


main()
