"""Train a Keras model without a problem."""

import keras
import tensorflow as tf

x, y = tf.random.stateless_normal((16, 8), seed=(1, 2)), tf.ones((16, 1))
model = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
optimizer = keras.optimizers.SGD(0.1)
model.build((None, 8))


@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x) - y))
    grads = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss


for _ in range(2):
    step(x, y)
