"""Arguments of functions of `tf.nn` and of quantization that no other case passes."""

from functools import partial

from monitor.suite.declare import fact, formula, indices, positive, tensor, uniform, values
from monitor.suite.limits import ARGUMENT_ONLY, EAGER_ARGUMENT
from monitor.suite.tensorflow.ops.sequence_layers import softmax

argument = partial(formula, dtypes=("float32",), limits=EAGER_ARGUMENT, condition=16)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def monotone(np, x):
    """Return the vectors nearest to `x` whose elements never decrease along the first dimension."""
    count, rows = len(x), []
    for i in range(count):
        least = [np.min([x[j : k + 1].mean(0) for k in range(i, count)], 0) for j in range(i + 1)]
        rows.append(np.max(least, 0))
    return np.stack(rows)


def aligned(np, x, label, blank):
    """Return the log-probability of all paths of a single label, with blanks before and after it."""
    p, total = softmax(np, x), 0
    for start in range(len(x)):
        for end in range(start, len(x)):
            total = total + np.prod([p[t, label if start <= t <= end else blank] for t in range(len(x))])
    return np.log(total)


def sparse(tf, listed, dtype):
    """Return a sparse matrix of two rows: two values in the first and one in the second."""
    return tf.SparseTensor([[0, 0], [0, 1], [1, 0]], tf.cast(listed, dtype), [2, 2])


def clipped(np, x):
    """Return vectors with norms clipped to one."""
    return x / np.maximum(1, np.sqrt((x * x).sum(-1, keepdims=True)))


AXES = [
    argument(
        "tf.nn.softmax",
        lambda tf, x=tensor(2, 3, 4): tf.nn.softmax(x, axis=1),
        lambda np, x: softmax(np, x, 1),
        name="axis",
    ),
    argument(
        "tf.compat.v1.nn.softmax",
        lambda tf, x=tensor(2, 3, 4): [tf.compat.v1.nn.softmax(x, axis=1), tf.compat.v1.nn.softmax(x, dim=0)],
        lambda np, x: [softmax(np, x, 1), softmax(np, x, 0)],
        name="axis",
    ),
    argument(
        "tf.nn.log_softmax",
        lambda tf, x=tensor(2, 3, 4): tf.nn.log_softmax(x, axis=1),
        lambda np, x: np.log(softmax(np, x, 1)),
        name="axis",
    ),
    argument(
        "tf.compat.v1.nn.log_softmax",
        lambda tf, x=tensor(2, 3, 4): [tf.compat.v1.nn.log_softmax(x, axis=1), tf.compat.v1.nn.log_softmax(x, dim=0)],
        lambda np, x: [np.log(softmax(np, x, 1)), np.log(softmax(np, x, 0))],
        name="axis",
    ),
    argument(
        "tf.keras.activations.softmax",
        lambda tf, x=tensor(2, 3, 4): tf.keras.activations.softmax(x, axis=1),
        lambda np, x: softmax(np, x, 1),
        name="axis",
    ),
    argument(
        "tf.nn.softmax_cross_entropy_with_logits",
        lambda tf, y=uniform(0.1, 0.9, 3, 4), x=tensor(3, 4): tf.nn.softmax_cross_entropy_with_logits(y, x, axis=0),
        lambda np, y, x: -(y * np.log(softmax(np, x, 0))).sum(0),
        name="axis",
    ),
    argument(
        "tf.compat.v1.nn.softmax_cross_entropy_with_logits_v2",
        lambda tf, y=uniform(0.1, 0.9, 3, 4), x=tensor(3, 4): [
            tf.compat.v1.nn.softmax_cross_entropy_with_logits_v2(y, x, axis=0),
            tf.compat.v1.nn.softmax_cross_entropy_with_logits_v2(y, x, dim=0),
        ],
        lambda np, y, x: [-(y * np.log(softmax(np, x, 0))).sum(0)] * 2,
        name="axis",
    ),
    argument(
        "tf.nn.crelu",
        lambda tf, x=tensor(2, 3): tf.nn.crelu(x, axis=0),
        lambda np, x: np.maximum(np.concatenate([x, -x], 0), 0),
        name="axis",
    ),
    argument(
        "tf.nn.silu",
        lambda tf, x=tensor(2, 3): tf.nn.silu(x, beta=2.0),
        lambda np, x: x / (1 + np.exp(-2 * x)),
        name="beta",
    ),
    argument(
        "tf.nn.isotonic_regression",
        lambda tf, x=tensor(4, 3): tf.nn.isotonic_regression(x, decreasing=False, axis=0)[0],
        monotone,
        name="growing",
    ),
]

LOSSES = [
    argument(
        "tf.nn.log_poisson_loss",
        lambda tf, z=uniform(2, 5, 3, 4), x=tensor(3, 4): tf.nn.log_poisson_loss(z, x, compute_full_loss=True),
        lambda np, z, x: np.exp(x) - z * x + z * np.log(z) - z + 0.5 * np.log(2 * np.pi * z),
        name="full",
    ),
    argument(
        "tf.nn.compute_average_loss",
        lambda tf, x=tensor(4), w=positive(4): tf.nn.compute_average_loss(x, sample_weight=w, global_batch_size=8),
        lambda np, x, w: (x * w).sum() / 8,
        name="weights",
    ),
    argument(
        "tf.nn.ctc_loss",
        lambda tf, x=tensor(1, 3, 3): tf.nn.ctc_loss(
            tf.constant([[1]]),
            x,
            [1],
            [3],
            logits_time_major=False,
            unique=tf.nn.ctc_unique_labels([[1]]),
            blank_index=0,
        ),
        lambda np, x: np.array([-aligned(np, x[0], 1, 0)]),
        name="batch-first",
    ),
    argument_fact(
        "tf.nn.ctc_greedy_decoder",
        lambda tf: [
            tf.nn.ctc_greedy_decoder(tf.one_hot([[1], [1], [0], [2]], 3), [4], merge_repeated=merged, blank_index=0)[0][
                0
            ]
            .values.numpy()
            .tolist()
            for merged in (True, False)
        ],
        lambda found: found == [[1, 2], [1, 1, 2]],
        name="repeated",
    ),
    argument_fact(
        "tf.nn.dropout",
        lambda tf: [
            tf.nn.dropout(tf.ones([4, 50]), 0.5, noise_shape=[1, 50], seed=3),
            tf.random.set_seed(5),
            tf.nn.dropout(tf.ones([200]), 0.5, seed=3),
            tf.random.set_seed(5),
            tf.nn.dropout(tf.ones([200]), 0.5, seed=3),
            tf.nn.dropout(tf.ones([200]), 0.5, seed=4),
        ],
        lambda found: (
            (found[0] == found[0][:1]).all()
            and sorted({*found[0].ravel().tolist()}) == [0, 2]
            and (found[2] == found[4]).all()
            and (found[4] != found[5]).any()
        ),
        name="shape",
    ),
]

EMBEDDINGS = [
    argument(
        "tf.nn.embedding_lookup",
        lambda tf, x=tensor(4, 3), i=indices(5, below=4): tf.nn.embedding_lookup(x, i, max_norm=1.0),
        lambda np, x, i: clipped(np, x)[i],
        name="norm",
    ),
    argument(
        "tf.nn.embedding_lookup_sparse",
        lambda tf, x=tensor(4, 3): [
            tf.nn.embedding_lookup_sparse(x, sparse(tf, [1, 3, 2], "int64"), None, combiner="sum", max_norm=1.0),
            tf.nn.embedding_lookup_sparse(
                x, sparse(tf, [1, 3, 2], "int64"), None, combiner="sum", allow_fast_lookup=True
            ),
        ],
        lambda np, x: [
            np.stack([clipped(np, x)[1] + clipped(np, x)[3], clipped(np, x)[2]]),
            np.stack([x[1] + x[3], x[2]]),
        ],
        name="norm",
    ),
    argument(
        "tf.nn.safe_embedding_lookup_sparse",
        lambda tf, x=tensor(4, 3), w=values(0.5, 2.0, 0.0): tf.nn.safe_embedding_lookup_sparse(
            x,
            sparse(tf, [1, 3, 2], "int64"),
            sparse_weights=sparse(tf, w, "float32"),
            combiner="sqrtn",
            default_id=2,
            max_norm=1.0,
            allow_fast_lookup=True,
        ),
        lambda np, x, w: np.stack(
            [(0.5 * clipped(np, x)[1] + 2 * clipped(np, x)[3]) / np.sqrt(4.25), clipped(np, x)[2]]
        ),
        name="weights",
    ),
]

QUANTIZED = [
    argument_fact(
        "tf.quantization.quantize",
        lambda tf: [
            tf.cast(
                tf.quantization.quantize(
                    [[0.5, 0.5], [1.5, 1.5], [-200.0, -200.0]],
                    [-127.0, -254.0],
                    [127.0, 254.0],
                    tf.qint8,
                    mode="SCALED",
                    round_mode="HALF_TO_EVEN",
                    narrow_range=True,
                    axis=1,
                )[0],
                tf.int32,
            ),
            tf.quantization.quantize([0.0], 0.0, 0.0, tf.quint8, ensure_minimum_range=2.0)[2],
        ],
        lambda found: found[0].tolist() == [[0, 0], [2, 1], [-127, -100]] and abs(found[1] - 2) < 1e-3,
        name="scaled",
    ),
    argument_fact(
        "tf.quantization.dequantize",
        lambda tf: [
            tf.quantization.dequantize(
                tf.quantization.quantize([[1.0, 2.0]], [-127.0, -254.0], [127.0, 254.0], tf.qint8, "SCALED", axis=1)[0],
                [-127.0, -254.0],
                [127.0, 254.0],
                mode="SCALED",
                axis=1,
                narrow_range=True,
            ),
            tf.quantization.dequantize(
                tf.quantization.quantize([1.0, 2.0], 0.0, 255.0, tf.quint8)[0], 0.0, 255.0, dtype=tf.bfloat16
            ),
        ],
        lambda found: found[0].tolist() == [[1.0, 2.0]] and found[1].tolist() == [1.0, 2.0],
        name="scaled",
    ),
    argument_fact(
        "tf.quantization.quantize_and_dequantize_v2",
        lambda tf: [
            tf.quantization.quantize_and_dequantize_v2(
                [[0.5, 1.0], [-127.0, 254.0]], 0.0, 0.0, round_mode="HALF_UP", narrow_range=True, axis=1
            ),
            tf.quantization.quantize_and_dequantize_v2([-1.0, 255.0], 0.0, 255.0, signed_input=False, range_given=True),
        ],
        lambda found: found[0].tolist() == [[1.0, 2.0], [-127.0, 254.0]] and found[1].tolist() == [0.0, 255.0],
        name="columns",
    ),
    argument_fact(
        "tf.quantization.quantize_and_dequantize_v2",
        lambda tf: tf.quantization.quantize_and_dequantize_v2(
            [[1.0, 2.0], [-300.0, -300.0]],
            [-127.0, -254.0],
            [127.0, 254.0],
            range_given=True,
            narrow_range=True,
            axis=1,
        ),
        lambda found: found.tolist() == [[1.0, 2.0], [-127.0, -254.0]],
        name="ranges",
    ),
    argument_fact(
        "tf.quantization.fake_quant_with_min_max_args",
        lambda tf: tf.quantization.fake_quant_with_min_max_args(
            [0.0, 1.0, 254.0, 300.0], min=0.0, max=254.0, narrow_range=True
        ),
        lambda found: found.tolist() == [0.0, 1.0, 254.0, 254.0],
        name="narrow",
    ),
    argument_fact(
        "tf.quantization.fake_quant_with_min_max_vars",
        lambda tf: tf.quantization.fake_quant_with_min_max_vars(
            [0.0, 1.0, 254.0, 300.0], 0.0, 254.0, narrow_range=True
        ),
        lambda found: found.tolist() == [0.0, 1.0, 254.0, 254.0],
        name="narrow",
    ),
]
