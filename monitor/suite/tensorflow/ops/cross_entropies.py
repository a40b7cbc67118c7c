"""Losses of logits, and of label sequences."""

from monitor.suite.declare import EAGER, FLOATING, GRADIENT, case, indices, positive, tensor, uniform
from monitor.suite.limits import FINITE, FIXED_RANK, FIXED_SHAPES, NOT_EMPTY


@case("tf.nn.softmax_cross_entropy_with_logits", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=8)
def softmax_cross_entropy_with_logits(tf, x=tensor(5, 7), y=uniform(0, 1, 5, 7)):
    return tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(y), logits=x)


@softmax_cross_entropy_with_logits.reference
def _(np, x, y):
    x, y = (v - np.max(v, axis=-1, keepdims=True, initial=-np.inf) for v in (x, y))
    y = np.exp(y) / np.sum(np.exp(y), axis=-1, keepdims=True)
    return np.sum(y * (np.log(np.sum(np.exp(x), axis=-1, keepdims=True)) - x), axis=-1)


@case(
    "tf.nn.sparse_softmax_cross_entropy_with_logits",
    dtypes=FLOATING,
    modes=(EAGER, GRADIENT),
    condition=8,
    limits=NOT_EMPTY | FIXED_RANK,
)
def sparse_softmax_cross_entropy_with_logits(tf, x=tensor(5, 7), i=indices(5, below=7)):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=i, logits=x)


@sparse_softmax_cross_entropy_with_logits.reference
def _(np, x, i):
    x = x - np.max(x, axis=-1, keepdims=True, initial=-np.inf)
    return np.log(np.sum(np.exp(x), axis=-1)) - x[np.arange(len(i)), i]


@case("tf.nn.sigmoid_cross_entropy_with_logits", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4)
def sigmoid_cross_entropy_with_logits(tf, x=tensor(5, 7), y=uniform(0, 1, 5, 7)):
    return tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=x)


@sigmoid_cross_entropy_with_logits.reference
def _(np, x, y):
    return np.maximum(x, 0) - x * y + np.log1p(np.exp(-np.abs(x)))


@case("tf.nn.weighted_cross_entropy_with_logits", dtypes=FLOATING, condition=8)
def weighted_cross_entropy_with_logits(tf, x=tensor(5, 7), y=uniform(0, 1, 5, 7)):
    return tf.nn.weighted_cross_entropy_with_logits(labels=y, logits=x, pos_weight=2.0)


@weighted_cross_entropy_with_logits.reference
def _(np, x, y):
    # The formula in its documentation, which does not overflow.
    return (1 - y) * x + (1 + y) * (np.log1p(np.exp(-np.abs(x))) + np.maximum(-x, 0))


@case("tf.nn.log_poisson_loss", dtypes=FLOATING, condition=8)
def log_poisson_loss(tf, y=positive(5, 7), x=tensor(5, 7)):
    return tf.nn.log_poisson_loss(y, x)


@log_poisson_loss.reference
def _(np, y, x):
    return np.exp(x) - y * x


@case("tf.nn.ctc_loss", dtypes=("float32",), condition=16, limits=NOT_EMPTY | FIXED_RANK)
def ctc_loss(tf, x=tensor(3, 1, 3)):
    labels, lengths = tf.constant([[1, 2]]), tf.constant([2])
    return tf.nn.ctc_loss(labels, x, lengths, tf.constant([3]), blank_index=0)


@ctc_loss.reference
def _(np, x):
    logits = x[:, 0] - np.max(x[:, 0], axis=-1, keepdims=True)
    shares = logits - np.log(np.sum(np.exp(logits), axis=-1, keepdims=True))
    paths = [(1, 2, 2), (1, 1, 2), (0, 1, 2), (1, 0, 2), (1, 2, 0)]  # of length 3, all that read as 1, 2
    return -np.logaddexp.reduce([[np.sum([shares[t, k] for t, k in enumerate(path)])] for path in paths])


@case(
    "tf.nn.ctc_greedy_decoder",
    dtypes=("float32", "float64"),
    returns=dict.fromkeys(("float32", "float64"), "int64"),
    limits=FIXED_SHAPES | FINITE,
)
def ctc_greedy_decoder(tf, x=tensor(6, 1, 4)):
    return tf.sparse.to_dense(tf.nn.ctc_greedy_decoder(x, tf.constant([6]))[0][0])


@ctc_greedy_decoder.reference
def _(np, x):
    best = [int(k) for k in np.argmax(x[:, 0], axis=-1)]
    return np.array([[k for k, before in zip(best, [None, *best], strict=False) if k != before and k != 3]])
