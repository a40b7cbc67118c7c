"""Activation functions, softmax, attention, and initial values of weights."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, fact, formula, positive, tensor, values
from monitor.suite.limits import FINITE, FIXED_SHAPES, JUMP, NOT_EMPTY

ALL = (EAGER, COMPILED, GRADIENT)
SOME = ("float32", "bfloat16")
SELU = (1.0507009873554805, 1.6732632423543772)  # Klambauer et al., Self-normalizing neural networks, NeurIPS 2017

smooth = partial(formula, dtypes=FLOATING, modes=ALL, condition=2)
some = partial(formula, dtypes=SOME, modes=ALL, condition=4)

RECTIFIED = [
    smooth("jax.nn.relu", lambda jax, x=tensor(3, 5): jax.nn.relu(x), lambda np, x: np.maximum(x, 0)),
    some("jax.nn.relu6", lambda jax, x=tensor(3, 5): jax.nn.relu6(3 * x), lambda np, x: np.clip(3 * x, 0, 6)),
    some(
        "jax.nn.leaky_relu",
        lambda jax, x=tensor(3, 5): jax.nn.leaky_relu(x, 0.25),
        lambda np, x: np.where(x >= 0, x, x / 4),
    ),
    some("jax.nn.hard_tanh", lambda jax, x=tensor(3, 5): jax.nn.hard_tanh(x), lambda np, x: np.clip(x, -1, 1)),
    some(
        "jax.nn.hard_sigmoid",
        lambda jax, x=tensor(3, 5): jax.nn.hard_sigmoid(x),
        lambda np, x: np.clip(x + 3, 0, 6) / 6,
    ),
    some(
        "jax.nn.hard_silu",
        lambda jax, x=tensor(3, 5): jax.nn.hard_silu(x),
        lambda np, x: x * (np.clip(x + 3, 0, 6) / 6),
    ),
    some(
        "jax.nn.sparse_plus",
        lambda jax, x=tensor(3, 5): jax.nn.sparse_plus(x),
        lambda np, x: np.where(x <= -1, 0.0, np.where(x >= 1, x, (x + 1) ** 2 / 4)),
    ),
    some(
        "jax.nn.sparse_sigmoid",
        lambda jax, x=tensor(3, 5): jax.nn.sparse_sigmoid(x),
        lambda np, x: np.clip((x + 1) / 2, 0, 1),
    ),
]

EXPONENTIAL = [
    smooth(
        "jax.nn.sigmoid",
        lambda jax, x=tensor(3, 5): jax.nn.sigmoid(x),
        lambda np, x: np.where(x < 0, np.exp(x) / (1 + np.exp(x)), 1 / (1 + np.exp(-x))),
    ),
    smooth(
        "jax.nn.log_sigmoid",
        lambda jax, x=tensor(3, 5): jax.nn.log_sigmoid(x),
        lambda np, x: -np.logaddexp(0, -x),
    ),
    smooth("jax.nn.softplus", lambda jax, x=tensor(3, 5): jax.nn.softplus(x), lambda np, x: np.logaddexp(x, 0)),
    smooth(
        "jax.nn.silu",
        lambda jax, x=tensor(3, 5): jax.nn.silu(x),
        lambda np, x: x * np.where(x < 0, np.exp(x) / (1 + np.exp(x)), 1 / (1 + np.exp(-x))),
    ),
    some("jax.nn.tanh", lambda jax, x=tensor(3, 5): jax.nn.tanh(x), lambda np, x: np.tanh(x)),
    some(
        "jax.nn.elu",
        lambda jax, x=tensor(3, 5): jax.nn.elu(x, 0.5),
        lambda np, x: np.where(x > 0, x, 0.5 * np.expm1(x)),
    ),
    some(
        "jax.nn.celu",
        lambda jax, x=tensor(3, 5): jax.nn.celu(x, 2.0),
        lambda np, x: np.maximum(x, 0) + 2 * np.expm1(np.minimum(x, 0) / 2),
    ),
    some(
        "jax.nn.selu",
        lambda jax, x=tensor(3, 5): jax.nn.selu(x),
        lambda np, x: SELU[0] * np.where(x > 0, x, SELU[1] * np.expm1(x)),
        limits=JUMP,
    ),
    some("jax.nn.soft_sign", lambda jax, x=tensor(3, 5): jax.nn.soft_sign(x), lambda np, x: x / (1 + np.abs(x))),
    some(
        "jax.nn.squareplus",
        lambda jax, x=tensor(3, 5): jax.nn.squareplus(x),
        lambda np, x: (x + np.sqrt(x * x + 4)) / 2,
    ),
    some(
        "jax.nn.gelu",
        lambda jax, x=tensor(3, 5): jax.nn.gelu(x),
        lambda np, x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    ),
    some(
        "jax.nn.gelu",
        lambda jax, x=tensor(3, 5): jax.nn.gelu(x, approximate=False),
        lambda np, x: x * phi(np, x),
        name="exact",
    ),
    some(
        "jax.nn.glu",
        lambda jax, x=tensor(3, 6): jax.nn.glu(x),
        lambda np, x: x[..., :3] / (1 + np.exp(-x[..., 3:])),
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.nn.glu",
        lambda jax, x=tensor(4, 3): jax.nn.glu(x, axis=0),
        lambda np, x: x[:2] / (1 + np.exp(-x[2:])),
        name="axis",
        limits=FIXED_SHAPES,
    ),
]


def phi(np, x):
    """Return the distribution function of a normal number."""
    from scipy.special import ndtr

    return ndtr(x)


def softmax(np, x, axis):
    """Return exp(x) over its sum; the largest element is subtracted first, so that no element overflows."""
    powers = np.exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def weighted_logsumexp(np, x, b):
    """Return the logarithm of the sum of b exp(x) over the first dimension; the largest finite x is taken out."""
    largest = x.max(axis=0)
    largest = np.where(np.isfinite(largest), largest, 0)
    return largest + np.log((b * np.exp(x - largest)).sum(axis=0))


SOFTMAX = [
    smooth(
        "jax.nn.softmax",
        lambda jax, x=tensor(3, 5): jax.nn.softmax(x),
        lambda np, x: softmax(np, x, -1),
        limits=NOT_EMPTY,
    ),
    some(
        "jax.nn.softmax",
        lambda jax, x=tensor(3, 4, 5): jax.nn.softmax(x, axis=(0, 2)),
        lambda np, x: softmax(np, x, (0, 2)),
        name="axes",
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.nn.softmax",
        lambda jax, x=tensor(3, 5), which=tensor(5, dtype="bool"): jax.nn.softmax(x, axis=1, where=which),
        lambda np, x, which: np.where(which, softmax(np, np.where(which, x, -np.inf), 1), 0),
        name="where",
        limits=FIXED_SHAPES,
    ),
    smooth(
        "jax.nn.log_softmax",
        lambda jax, x=tensor(3, 5): jax.nn.log_softmax(x),
        lambda np, x: (
            (x - x.max(axis=-1, keepdims=True))
            - np.log(np.exp(x - x.max(axis=-1, keepdims=True)).sum(axis=-1, keepdims=True))
        ),
        limits=NOT_EMPTY,
    ),
    some(
        "jax.nn.log_softmax",
        lambda jax, x=tensor(5, 3): jax.nn.log_softmax(x, axis=0),
        lambda np, x: (x - x.max(axis=0)) - np.log(np.exp(x - x.max(axis=0)).sum(axis=0)),
        name="axis",
        limits=NOT_EMPTY,
    ),
    some(
        "jax.nn.logsumexp",
        lambda jax, x=tensor(3, 5): jax.nn.logsumexp(x, axis=1),
        lambda np, x: np.logaddexp.reduce(x, axis=1),
    ),
    smooth(
        "jax.scipy.special.logsumexp",
        lambda jax, x=tensor(3, 5): jax.scipy.special.logsumexp(x, axis=-1, keepdims=True),
        lambda np, x: np.logaddexp.reduce(x, axis=-1, keepdims=True),
    ),
    some(
        "jax.scipy.special.logsumexp",
        lambda jax, x=tensor(3, 5): jax.scipy.special.logsumexp(x),
        lambda np, x: np.logaddexp.reduce(x, axis=None),
        name="all-axes",
    ),
    some(
        "jax.scipy.special.logsumexp",
        lambda jax, x=tensor(3, 5), b=positive(3, 5): jax.scipy.special.logsumexp(x, axis=0, b=b),
        lambda np, x, b: weighted_logsumexp(np, x, b),
        name="weights",
        limits=JUMP | NOT_EMPTY,
    ),
    some(
        "jax.scipy.special.logsumexp",
        lambda jax, x=tensor(3, 5), which=tensor(3, 5, dtype="bool"): jax.scipy.special.logsumexp(x, where=which),
        lambda np, x, which: np.logaddexp.reduce(x[which]),
        name="where",
        limits=FIXED_SHAPES,
    ),
]


def attention(np, q, k, v, mask=None):
    """Return softmax(q k' / sqrt(d)) v for (batch, length, heads, d); the heads of k repeat for those of q."""
    times = q.shape[2] // k.shape[2]
    k, v = np.repeat(k, times, axis=2), np.repeat(v, times, axis=2)
    scores = np.einsum("btnd,bsnd->bnts", q, k) / np.sqrt(q.shape[-1])
    scores = scores if mask is None else np.where(mask, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.einsum("bnts,bsnd->btnd", weights / weights.sum(axis=-1, keepdims=True), v)


ATTENTION = [
    some(
        "jax.nn.dot_product_attention",
        lambda jax, q=tensor(2, 3, 2, 4), k=tensor(2, 5, 2, 4), v=tensor(2, 5, 2, 4): jax.nn.dot_product_attention(
            q, k, v
        ),
        lambda np, q, k, v: attention(np, q, k, v),
        dtypes=("float32", "float64", "bfloat16"),
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.nn.dot_product_attention",
        lambda jax, q=tensor(1, 4, 4, 4), k=tensor(1, 4, 2, 4), v=tensor(1, 4, 2, 4): jax.nn.dot_product_attention(
            q, k, v, is_causal=True
        ),
        lambda np, q, k, v: attention(np, q, k, v, np.tri(4, dtype=bool)),
        name="causal-groups",
        dtypes=("float32", "float64", "bfloat16"),
        limits=FIXED_SHAPES | FINITE,
    ),
    some(
        "jax.nn.dot_product_attention",
        lambda jax, q=tensor(1, 3, 2, 4), k=tensor(1, 5, 2, 4), v=tensor(1, 5, 2, 4), length=values(3, dtype="int32"): (
            jax.nn.dot_product_attention(q, k, v, key_value_seq_lengths=length)
        ),
        lambda np, q, k, v: attention(np, q, k[:, :3], v[:, :3]),
        name="lengths",
        dtypes=("float32", "float64", "bfloat16"),
        limits=FIXED_SHAPES | FINITE,
    ),
]


def spread(x, variance, largest=float("inf")):
    """Return whether weights have mean 0 and this variance, and none is beyond the largest."""
    return abs(x.mean()) < 0.02 and abs(x.var() / variance - 1) < 0.05 and abs(x).max() <= largest


INITIAL = [
    fact(
        "jax.nn.initializers.normal",
        lambda jax: jax.nn.initializers.normal(stddev=0.5)(jax.random.key(0), (100, 200), jax.numpy.float32),
        lambda x: x.shape == (100, 200) and x.dtype == "float32" and spread(x, 0.25),
    ),
    fact(
        "jax.nn.initializers.lecun_normal",
        lambda jax: jax.nn.initializers.lecun_normal()(jax.random.key(0), (100, 200), jax.numpy.float32),
        lambda x: spread(x, 1 / 100),  # the number of inputs is 100
    ),
    fact(
        "jax.nn.initializers.glorot_normal",
        lambda jax: jax.nn.initializers.glorot_normal()(jax.random.key(0), (100, 200), jax.numpy.float32),
        lambda x: spread(x, 2 / 300),
    ),
    fact(
        "jax.nn.initializers.glorot_uniform",
        lambda jax: jax.nn.initializers.glorot_uniform()(jax.random.key(0), (100, 200), jax.numpy.float32),
        lambda x: spread(x, 2 / 300, (6 / 300) ** 0.5),
    ),
    fact(
        "jax.nn.initializers.lecun_normal",
        lambda jax: jax.nn.initializers.lecun_normal(in_axis=-1, out_axis=0, batch_axis=(1,))(
            jax.random.key(1), (200, 3, 50), jax.numpy.bfloat16
        ),
        lambda x: x.shape == (200, 3, 50) and spread(x.astype(float), 1 / 50),
        name="axes",
    ),
]
