"""Learn a policy in the style of TensorFlow 1."""

import tensorflow.compat.v1 as tf1
import tensorflow.compat.v2 as tf

WIDE = {"wide": tf.float64, "narrow": tf.float32}


class Policy(tf.Module):
    def __init__(self, size):
        super().__init__()
        self.w = tf.Variable(tf.zeros((size, 2)))

    @tf.function(autograph=False)
    def act(self, state):
        logits = state @ self.w
        return tf.random.categorical(logits, 1)

    def entropy(self, state):
        p = tf.nn.softmax(state @ self.w)
        return -tf.reduce_sum(p * tf.math.log(p))


def returns(rewards):
    total = tf.constant(0.0, dtype=tf.double)  # expect: wide-dtype
    for reward in rewards:
        total = total + tf1.to_double(reward)  # expect: deprecated-name
    return total


def initialize():
    return tf1.initialize_all_variables()  # expect: deprecated-name


def place():
    if tf.config.list_physical_devices("GPU"):
        with tf.device("GPU:0"):
            return tf.zeros(3)
    return tf.zeros(3)


def pinned():
    with tf.device("/device:GPU:1"):  # expect: hard-coded-device
        return tf.zeros(3)


def main():
    policy = Policy(4)
    state = tf.ones((1, 4))
    print(policy.act(state), policy.entropy(state), returns([1.0]), initialize, place(), pinned(), WIDE)


main()
