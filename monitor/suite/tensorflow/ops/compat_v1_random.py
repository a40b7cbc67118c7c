"""Random numbers and initializers of `tf.compat.v1`."""

from monitor.suite.declare import fact


def near(x, mean, deviation):
    """Return whether the mean and the standard deviation of numbers are near the expected ones."""
    return abs(x.mean() - mean) < deviation / 20, abs(x.std() - deviation) < deviation / 20


RANDOM = [
    fact(
        "tf.compat.v1.multinomial",
        lambda tf: (lambda x: (x.shape, sorted(set(x[0].tolist())), abs((x[0] == 2).mean() - 0.75) < 0.03))(
            tf.compat.v1.multinomial(tf.math.log([[0.25, 0.0, 0.75]]), 4000, seed=1).numpy()
        ),
        lambda found: found == [[1, 4000], [0, 2], True],
    ),
    fact(
        "tf.compat.v1.truncated_normal_initializer",
        lambda tf: (lambda x: (*near(x, 1.0, 2 * 0.8796), abs(x - 1).max() <= 4))(
            tf.compat.v1.truncated_normal_initializer(1.0, 2.0, seed=1)((200, 200)).numpy()
        ),
        lambda found: found == [True, True, True],
    ),
    fact(
        "tf.compat.v1.variance_scaling_initializer",
        lambda tf: near(
            tf.compat.v1.variance_scaling_initializer(2.0, mode="fan_in", distribution="uniform", seed=1)(
                (200, 300), tf.float32
            ).numpy(),
            0.0,
            0.1,
        ),
        lambda found: found == [True, True],
    ),
    fact(
        "tf.compat.v1.uniform_unit_scaling_initializer",
        lambda tf: (lambda x: (*near(x, 0.0, 2 / 200**0.5), abs(x).max() <= 2 * (3 / 200) ** 0.5))(
            tf.compat.v1.uniform_unit_scaling_initializer(2.0, seed=1)((200, 300), tf.float32).numpy()
        ),
        lambda found: found == [True, True, True],
    ),
    fact(
        "tf.compat.v1.keras.initializers.glorot_uniform",
        lambda tf: (lambda x: (*near(x, 0.0, (2 / 500) ** 0.5), abs(x).max() <= (6 / 500) ** 0.5))(
            tf.compat.v1.keras.initializers.glorot_uniform(seed=1)((200, 300), tf.float32).numpy()
        ),
        lambda found: found == [True, True, True],
    ),
    fact(
        "tf.compat.v1.initializers.glorot_uniform",
        lambda tf: (lambda x: (*near(x, 0.0, (2 / 500) ** 0.5), abs(x).max() <= (6 / 500) ** 0.5))(
            tf.compat.v1.initializers.glorot_uniform(seed=1)((200, 300), tf.float32).numpy()
        ),
        lambda found: found == [True, True, True],
    ),
    fact(
        "tf.compat.v1.ones_initializer",
        lambda tf: tf.compat.v1.ones_initializer()((2, 2), tf.float32).numpy().tolist(),
        lambda made: made == [[1.0, 1.0]] * 2,
    ),
    fact(
        "tf.compat.v1.random_crop",
        lambda tf: (lambda x: (x.shape, bool((x[:, 1:] - x[:, :-1] == 1).all() and (x[1:] - x[:-1] == 5).all())))(
            tf.compat.v1.random_crop(tf.reshape(tf.range(20), (4, 5)), (3, 2), seed=1).numpy()
        ),
        lambda found: found == [[3, 2], True],
    ),
]
