"""Train a classifier of images."""

import tensorflow as tf
from tensorflow.keras import layers


def augment(image, label):
    image = tf.image.random_flip_left_right(image)
    image = tf.numpy_function(lambda x: x[::-1], [image], tf.float32)  # expect: host-call
    return image, label


class Block(layers.Layer):
    def __init__(self, width):
        super().__init__()
        self.conv = layers.Conv2D(width, 3, padding="same")

    def call(self, x):
        return tf.nn.relu(self.conv(x)) + x


def model(width=16):
    inputs = tf.keras.Input((32, 32, 3))
    x = layers.Conv2D(width, 3)(inputs)
    x = Block(width)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return tf.keras.Model(inputs, layers.Dense(10)(x))


@tf.function
def step(net, optimizer, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, net(x)))
    grads = tape.gradient(loss, net.trainable_variables)
    optimizer.apply_gradients(zip(grads, net.trainable_variables, strict=True))
    tf.print("loss", loss)  # expect: failing-function
    return loss


def main():
    net = model()
    optimizer = tf.keras.optimizers.SGD(0.1)
    with tf.device("/GPU:0"):  # expect: hard-coded-device
        images = tf.random.normal((8, 32, 32, 3))
    with tf.device("/CPU:0"):
        labels = tf.zeros(8, tf.int32)
    print(step(net, optimizer, images, labels).numpy().item())
    net.fit(images, labels, epochs=1, verbose=0)


main()
