"""Classify text with recurrent layers."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras.experimental import LinearModel  # expect: removed-name
from tensorflow.python.ops import math_ops

keras.backend.set_floatx("float64")  # expect: wide-dtype


def clean(text):
    def lower(value):
        return value.numpy().lower()

    return tf.py_function(lower, [text], tf.string)  # expect: host-call


def lengths(texts):
    return tf.strings.length(texts)


class Classifier(keras.Model):
    def __init__(self, vocabulary):
        super().__init__()
        self.embed = keras.layers.Embedding(vocabulary, 8)
        self.cell = keras.layers.GRU(8)
        self.wide = LinearModel()

    def call(self, tokens):
        hidden = self.cell(self.embed(tokens))
        return keras.activations.relu(hidden, alpha=0.1) + self.wide(hidden)  # expect: removed-parameter

    def leaky(self, hidden):
        return keras.activations.relu(hidden, negative_slope=0.1)


def save(model, path):
    import keras as standalone

    standalone.saving.save_model(model, path)
    tf.keras.saving.save_model(model, path)  # expect: removed-name


def main():
    model = Classifier(100)
    tokens = np.zeros((4, 6), np.int64)
    print(model(tokens).numpy().tolist(), lengths(tf.constant(["a"])), math_ops.add(1, 2), clean)
    save(model, "model.keras")


main()
