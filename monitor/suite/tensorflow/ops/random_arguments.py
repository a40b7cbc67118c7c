"""Arguments of functions that draw random numbers, which no other case passes."""

from functools import partial

from monitor.suite.declare import fact
from monitor.suite.limits import ARGUMENT_ONLY

argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def near(x, mean, deviation):
    return abs(x.mean() - mean) < deviation / 10 and abs(x.std() / deviation - 1) < 0.1


NUMBERS = [
    argument_fact(
        "tf.random.uniform",
        lambda tf: tf.random.uniform([4000], minval=2.0, maxval=5.0, seed=1),
        lambda x: x.min() >= 2 and x.max() < 5 and near(x, 3.5, 3 / 12**0.5),
        name="range",
    ),
    argument_fact(
        "tf.random.stateless_uniform",
        lambda tf: tf.random.stateless_uniform([4000], [1, 2], minval=2.0, maxval=5.0, alg="philox"),
        lambda x: x.min() >= 2 and x.max() < 5 and near(x, 3.5, 3 / 12**0.5),
        name="range",
    ),
    argument_fact(
        "tf.random.stateless_normal",
        lambda tf: tf.random.stateless_normal([4000], [1, 2], mean=3.0, stddev=0.5, alg="philox"),
        lambda x: near(x, 3, 0.5),
        name="moments",
    ),
    argument_fact(
        "tf.random.stateless_truncated_normal",
        lambda tf: tf.random.stateless_truncated_normal([4000], [1, 2], mean=3.0, stddev=0.5, alg="philox"),
        lambda x: abs(x - 3).max() <= 1 and near(x, 3, 0.5 * 0.8796),
        name="moments",
    ),
    argument_fact(
        "tf.random.truncated_normal",
        lambda tf: tf.random.truncated_normal([4000], mean=3.0, stddev=0.5, seed=1),
        lambda x: abs(x - 3).max() <= 1 and near(x, 3, 0.5 * 0.8796),
        name="moments",
    ),
    argument_fact(
        "tf.random.stateless_gamma",
        lambda tf: tf.random.stateless_gamma([4000], [1, 2], alpha=4.0, beta=2.0),
        lambda x: x.min() > 0 and near(x, 2, 1.0),
        name="rate",
    ),
    argument_fact(
        "tf.random.experimental.stateless_shuffle",
        lambda tf: tf.random.experimental.stateless_shuffle(tf.range(9), [1, 2], alg="philox"),
        lambda x: sorted(x.tolist()) == [*range(9)] and x.tolist() != [*range(9)],
        name="algorithm",
    ),
    argument_fact(
        "tf.random.experimental.stateless_split",
        lambda tf: tf.random.experimental.stateless_split([1, 2], num=3, alg="philox"),
        lambda x: x.shape == (3, 2) and len({*map(tuple, x.tolist())}) == 3,
        name="number",
    ),
    argument_fact(
        "tf.random.experimental.stateless_fold_in",
        lambda tf: [tf.random.experimental.stateless_fold_in([1, 2], one, alg="philox") for one in (3, 4, 3)],
        lambda x: x[0].tolist() == x[2].tolist() != x[1].tolist(),
        name="algorithm",
    ),
    argument_fact(
        "tf.random.Generator",
        lambda tf: (
            lambda made: [
                one.normal([3])
                for one in (
                    tf.random.Generator(copy_from=made),
                    tf.random.Generator(state=made.state.numpy(), alg="philox"),
                    made,
                )
            ]
        )(tf.random.Generator.from_seed(5, alg="philox")),
        lambda x: x[0].tolist() == x[1].tolist() == x[2].tolist(),
        name="state",
    ),
]
