"""Models written with Keras: its own applications, and small ones of its layers."""

from __future__ import annotations

from functools import partial
from typing import Any

import keras
from keras import layers

from monitor.suite.architectures.keras_program import of_keras
from monitor.suite.architectures.program import ModelProgram, adam

CLASSES = 10
IMAGE = (32, 32, 3)
WORDS = 64
LENGTH = 16


def classified(logits: Any, labels: Any) -> Any:
    """Return the mean cross entropy of logits and whole labels."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, logits)


def squared(results: Any, wanted: Any) -> Any:
    """Return the mean squared error."""
    return keras.losses.MeanSquaredError()(wanted, results)


def _application(make: Any, **options: Any) -> ModelProgram:
    given = {"input_shape": IMAGE, "weights": None, "classes": CLASSES, "classifier_activation": None} | options
    return of_keras(partial(make, **given), classified)


def mobilenet() -> ModelProgram:
    return _application(keras.applications.MobileNet, alpha=0.25)


def mobilenet_v2() -> ModelProgram:
    return _application(keras.applications.MobileNetV2, alpha=0.35)


def mobilenet_v3() -> ModelProgram:
    return _application(keras.applications.MobileNetV3Small, alpha=0.75, include_preprocessing=False)


def efficientnet() -> ModelProgram:
    return _application(keras.applications.EfficientNetB0)


def sentiment_lstm() -> ModelProgram:
    """Return an LSTM over words, of which those of number 0 are left out."""

    def make() -> Any:
        words = keras.Input((LENGTH,), dtype="int32")
        x = layers.Embedding(WORDS, 16, mask_zero=True)(words)
        x = layers.Bidirectional(layers.LSTM(16))(x)
        return keras.Model(words, layers.Dense(CLASSES)(x))

    return of_keras(make, classified)


def forecast_gru() -> ModelProgram:
    """Return two GRUs that continue series of numbers."""

    def make() -> Any:
        series = keras.Input((LENGTH, 3))
        x = layers.GRU(16, return_sequences=True)(series)
        return keras.Model(series, layers.Dense(1)(layers.GRU(16)(x)))

    return of_keras(make, lambda results, wanted: keras.losses.Huber()(wanted, results))


def text_transformer() -> ModelProgram:
    def make() -> Any:
        words = keras.Input((LENGTH,), dtype="int32")
        x = layers.Embedding(WORDS, 16)(words)
        seen = layers.MultiHeadAttention(2, 8)(x, x, use_causal_mask=True)
        x = layers.LayerNormalization()(layers.Add()([x, seen]))
        x = layers.LayerNormalization()(layers.Add()([x, layers.Dense(16)(layers.Dense(32, "gelu")(x))]))
        return keras.Model(words, layers.Dense(CLASSES)(layers.GlobalAveragePooling1D()(x)))

    return of_keras(make, classified, optimizer=adam())


def video_convolution() -> ModelProgram:
    """Return a recurrence of convolutions over frames (Shi et al., 2015), and a convolution in three dimensions."""

    def make() -> Any:
        frames = keras.Input((4, 8, 8, 1))
        x = layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True)(frames)
        return keras.Model(frames, layers.Conv3D(1, 3, padding="same")(x))

    return of_keras(make, squared)


def image_autoencoder() -> ModelProgram:
    def make() -> Any:
        images = keras.Input((16, 16, 3))
        x = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(images)
        x = layers.MaxPooling2D(2)(x)
        x = layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu")(x)
        x = layers.UpSampling2D(2)(x)
        return keras.Model(images, layers.Conv2D(3, 3, padding="same")(x))

    return of_keras(make, squared)


def separable_convolution() -> ModelProgram:
    """Return a residual block of separable convolutions (Chollet, 2017)."""

    def make() -> Any:
        images = keras.Input((16, 16, 3))
        x = layers.Conv2D(8, 3, padding="same")(images)
        y = x
        for _ in range(2):
            y = layers.BatchNormalization()(layers.SeparableConv2D(8, 3, padding="same")(layers.ReLU()(y)))
        x = layers.GlobalMaxPooling2D()(layers.Add()([x, y]))
        return keras.Model(images, layers.Dense(CLASSES)(layers.Dropout(0.3)(x)))

    return of_keras(make, classified)


def wide_and_deep() -> ModelProgram:
    """Return a recommender with crossed features beside dense layers (Cheng et al., 2016)."""

    def make() -> Any:
        numbers, user, item = keras.Input((5,)), keras.Input((1,), dtype="int32"), keras.Input((1,), dtype="int32")
        vectors = [layers.Flatten()(layers.Embedding(40, 8)(one)) for one in (user, item)]
        wide = layers.Dot(1)(vectors)
        deep = layers.Dense(16, "relu")(layers.Concatenate()([numbers, *vectors]))
        return keras.Model([numbers, user, item], layers.Dense(1)(layers.Concatenate()([wide, deep])))

    return of_keras(make, lambda results, wanted: keras.losses.BinaryCrossentropy(from_logits=True)(wanted, results))
