"""Keras layers over sequences, step by step."""

from monitor.suite.declare import FLOATING, case, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, LINKED_SIZES, NOT_EMPTY, VARIABLES


def sigmoid(np, x):
    return 1 / (1 + np.exp(-x))


def softmax(np, x, axis=-1):
    shares = np.exp(x - np.max(x, axis=axis, keepdims=True, initial=-np.inf))
    return shares / np.sum(shares, axis=axis, keepdims=True)


@case("tf.keras.layers.SimpleRNN", dtypes=FLOATING, condition=16, limits=FIXED_SHAPES | VARIABLES)
def simple_rnn(tf, x=tensor(2, 3, 4), w=tensor(4, 5), u=tensor(5, 5), b=tensor(5)):
    layer = tf.keras.layers.SimpleRNN(5, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([w.numpy(), u.numpy() / 4, b.numpy()])
    return layer(x)


@simple_rnn.reference
def _(np, x, w, u, b):
    h = np.zeros((2, 5))
    for k in range(3):
        h = np.tanh(x[:, k] @ w + b + h @ u / 4)
    return h


@case("tf.keras.layers.LSTM", dtypes=FLOATING, condition=32, limits=FIXED_RANK | LINKED_SIZES | VARIABLES)
def lstm(tf, x=tensor(2, 3, 4), w=tensor(4, 20), u=tensor(5, 20), b=tensor(20)):
    layer = tf.keras.layers.LSTM(5, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([w.numpy(), u.numpy() / 4, b.numpy()])
    return layer(x)


@lstm.reference
def _(np, x, w, u, b):
    h = c = np.zeros((2, 5))
    for k in range(3):
        i, f, g, o = np.split(x[:, k] @ w + b + h @ u / 4, 4, axis=-1)
        c = sigmoid(np, f) * c + sigmoid(np, i) * np.tanh(g)
        h = sigmoid(np, o) * np.tanh(c)
    return h


@case("tf.keras.layers.GRU", dtypes=FLOATING, condition=32, limits=FIXED_SHAPES | VARIABLES)
def gru(tf, x=tensor(2, 3, 4), w=tensor(4, 15), u=tensor(5, 15)):
    layer = tf.keras.layers.GRU(5, use_bias=False, reset_after=False, dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([w.numpy(), u.numpy() / 4])
    return layer(x)


@gru.reference
def _(np, x, w, u):
    h, (uz, ur, uh) = np.zeros((2, 5)), np.split(u / 4, 3, axis=-1)
    for k in range(3):
        z, r, g = np.split(x[:, k] @ w, 3, axis=-1)
        z, r = sigmoid(np, z + h @ uz), sigmoid(np, r + h @ ur)
        h = z * h + (1 - z) * np.tanh(g + (r * h) @ uh)
    return h


@case("tf.keras.layers.Bidirectional", dtypes=("float32", "float64"), condition=16, limits=FIXED_SHAPES | VARIABLES)
def bidirectional(tf, x=tensor(2, 3, 4), w=tensor(4, 5), u=tensor(5, 5)):
    inner = tf.keras.layers.SimpleRNN(5, use_bias=False, dtype=x.dtype.name)
    layer = tf.keras.layers.Bidirectional(inner, merge_mode="sum", dtype=x.dtype.name)
    layer.build(x.shape)
    layer.set_weights([w.numpy(), u.numpy() / 4] * 2)
    return layer(x)


@bidirectional.reference
def _(np, x, w, u):
    total = np.zeros((2, 5))
    for order in ((0, 1, 2), (2, 1, 0)):
        h = np.zeros((2, 5))
        for k in order:
            h = np.tanh(x[:, k] @ w + h @ u / 4)
        total += h
    return total


@case("tf.keras.layers.TimeDistributed", dtypes=FLOATING, condition=4, limits=NOT_EMPTY | LINKED_SIZES | VARIABLES)
def time_distributed(tf, x=tensor(2, 3, 4), w=tensor(4, 5)):
    inner = tf.keras.layers.Dense(5, use_bias=False, dtype=x.dtype.name)
    layer = tf.keras.layers.TimeDistributed(inner, dtype=x.dtype.name)
    layer.build(tuple(x.shape))
    layer.set_weights([w.numpy()])
    return layer(x)


@time_distributed.reference
def _(np, x, w):
    return x @ w


@case("tf.keras.layers.Attention", dtypes=FLOATING, condition=16, limits=FIXED_RANK)
def attention(tf, q=tensor(2, 3, 4), v=tensor(2, 5, 4)):
    return tf.keras.layers.Attention(dtype=q.dtype.name)([q, v])


@attention.reference
def _(np, q, v):
    return softmax(np, q @ np.swapaxes(v, 1, 2)) @ v


@case("tf.keras.layers.AdditiveAttention", dtypes=FLOATING, condition=16, limits=FIXED_RANK)
def additive_attention(tf, q=tensor(2, 3, 4), v=tensor(2, 5, 4)):
    return tf.keras.layers.AdditiveAttention(use_scale=False, dtype=q.dtype.name)([q, v])


@additive_attention.reference
def _(np, q, v):
    return softmax(np, np.sum(np.tanh(q[:, :, None] + v[:, None]), axis=-1)) @ v


@case("tf.keras.layers.MultiHeadAttention", dtypes=FLOATING, condition=64, limits=FIXED_SHAPES | VARIABLES)
def multi_head_attention(tf, q=tensor(2, 3, 4), v=tensor(2, 5, 4), w=tensor(3, 4, 2, 2), o=tensor(2, 2, 4)):
    layer = tf.keras.layers.MultiHeadAttention(2, 2, use_bias=False, dtype=q.dtype.name)
    layer.build(q.shape, v.shape)
    layer.set_weights([*w.numpy(), o.numpy()])
    return layer(q, v)


@multi_head_attention.reference
def _(np, q, v, w, o):
    queries, keys, values = (np.einsum("btc,chd->bhtd", x, part) for x, part in zip((q, v, v), w, strict=True))
    scores = queries @ np.swapaxes(keys, 2, 3) / np.sqrt(2)
    return np.einsum("bhtd,hdc->btc", softmax(np, scores) @ values, o)
