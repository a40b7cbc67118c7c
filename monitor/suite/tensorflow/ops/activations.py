"""Activations."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, NUMERIC, case, tensor, uniform
from monitor.suite.limits import FIXED_RANK, NOT_EMPTY


@case("tf.nn.relu", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def relu(tf, x=tensor(5, 7)):
    return tf.nn.relu(x)


@relu.reference
def _(np, x):
    return np.maximum(x, 0)


@case("tf.nn.relu6", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def relu6(tf, x=uniform(-8, 8, 5, 7)):
    return tf.nn.relu6(x)


@relu6.reference
def _(np, x):
    return np.clip(x, 0, 6)


@case("tf.nn.leaky_relu", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def leaky_relu(tf, x=tensor(5, 7)):
    return tf.nn.leaky_relu(x, alpha=0.25)


@leaky_relu.reference
def _(np, x):
    return np.where(x > 0, x, x / 4)


@case("tf.nn.elu", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def elu(tf, x=tensor(5, 7)):
    return tf.nn.elu(x)


@elu.reference
def _(np, x):
    return np.where(x > 0, x, np.expm1(x))


@case("tf.nn.selu", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=2)
def selu(tf, x=tensor(5, 7)):
    return tf.nn.selu(x)


@selu.reference
def _(np, x):
    return 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(x))


@case("tf.nn.gelu", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT), condition=4)
def gelu(tf, x=tensor(5, 7)):
    return tf.nn.gelu(x)


@gelu.reference
def _(np, x):
    from scipy import special

    return x * special.ndtr(x)


@case("tf.nn.gelu", dtypes=FLOATING, condition=4, name="tanh")
def gelu_tanh(tf, x=tensor(5, 7)):
    return tf.nn.gelu(x, approximate=True)


@gelu_tanh.reference
def _(np, x):
    return np.float64(x) / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


@case("tf.nn.silu", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=2)
def silu(tf, x=tensor(5, 7)):
    return tf.nn.silu(x)


@silu.reference
def _(np, x):
    return x / (1 + np.exp(-x))


@case("tf.nn.crelu", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def crelu(tf, x=tensor(5, 7)):
    return tf.nn.crelu(x)


@crelu.reference
def _(np, x):
    return np.concatenate([np.maximum(x, 0), np.maximum(-x, 0)], axis=-1)


@case("tf.nn.softmax", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT), condition=4)
def softmax(tf, x=tensor(5, 7)):
    return tf.nn.softmax(x)


@softmax.reference
def _(np, x):
    shares = np.exp(x - np.max(x, axis=-1, keepdims=True, initial=-np.inf))
    return shares / np.sum(shares, axis=-1, keepdims=True)


@case("tf.nn.log_softmax", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT), condition=4)
def log_softmax(tf, x=tensor(5, 7)):
    return tf.nn.log_softmax(x)


@log_softmax.reference
def _(np, x):
    x = x - np.max(x, axis=-1, keepdims=True, initial=-np.inf)
    return x - np.log(np.sum(np.exp(x), axis=-1, keepdims=True))


@case("tf.nn.l2_loss", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4)
def l2_loss(tf, x=tensor(5, 7)):
    return tf.nn.l2_loss(x)


@l2_loss.reference
def _(np, x):
    return np.sum(x * x) / 2


@case("tf.nn.bias_add", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def bias_add(tf, x=tensor(2, 3, 4), b=tensor(4)):
    return tf.nn.bias_add(x, b)


@bias_add.reference
def _(np, x, b):
    return x + b


@case("tf.nn.dropout", dtypes=FLOATING)
def dropout(tf, x=tensor(40, 40)):
    tf.random.set_seed(7)
    kept = tf.nn.dropout(tf.ones_like(x), 0.5)
    return sorted({*tf.reshape(tf.cast(kept, tf.float32), [-1]).numpy().tolist()}), float(
        tf.reduce_mean(tf.cast(kept == 0, tf.float32))
    )


@dropout.promise
def _(found):
    return found[0] == [0.0, 2.0] and abs(found[1] - 0.5) < 0.075  # six standard deviations


@case("tf.nn.isotonic_regression", dtypes=FLOATING, condition=4, limits=NOT_EMPTY | FIXED_RANK)
def isotonic_regression(tf, x=tensor(8)):
    return tf.nn.isotonic_regression(x)[0]


@isotonic_regression.reference
def _(np, x):
    # Pool adjacent violators, for a decreasing sequence.
    blocks = []
    for value in x:
        blocks.append([value, 1])
        while len(blocks) > 1 and blocks[-2][0] < blocks[-1][0]:
            (a, m), (b, n) = blocks.pop(-2), blocks.pop()
            blocks.append([(a * m + b * n) / (m + n), m + n])
    return np.concatenate([np.full(count, value) for value, count in blocks])
