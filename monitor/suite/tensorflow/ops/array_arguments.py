"""Arguments of functions of arrays that no other case passes."""

from functools import partial

from monitor.suite.declare import COMPILED, fact, formula, indices, positive, tensor, values
from monitor.suite.limits import ARGUMENT_ONLY, EAGER_ARGUMENT

argument = partial(formula, dtypes=("float32",), limits=EAGER_ARGUMENT, condition=8)
argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def refuses(tf, call):
    """Return whether a call raises an error about its values."""
    try:
        call()
    except (tf.errors.InvalidArgumentError, tf.errors.OpError, ValueError):
        return True
    return False


def traced(tf, call):
    """Return a value that Python computes while it traces a function of an unknown number."""
    found = []
    tf.function(lambda x: found.append(call(x)), input_signature=[tf.TensorSpec([], "int32")]).get_concrete_function()
    return found[0]


SHAPES = [
    argument_fact(
        "tf.shape",
        lambda tf: tf.shape(tf.zeros([2, 3]), out_type=tf.int64),
        lambda found: found.dtype == "int64" and found.tolist() == [2, 3],
        name="type",
    ),
    argument_fact(
        "tf.size",
        lambda tf: tf.size(tf.zeros([2, 3]), out_type=tf.int64),
        lambda found: found.dtype == "int64" and found == 6,
        name="type",
    ),
    argument_fact(
        "tf.compat.v1.size",
        lambda tf: tf.compat.v1.size(tf.zeros([2, 3]), out_type=tf.int64),
        lambda found: found.dtype == "int64" and found == 6,
        name="type",
    ),
    argument_fact(
        "tf.get_static_value",
        lambda tf: traced(tf, lambda x: tf.get_static_value(tf.stack([2, x]), partial=True).tolist()),
        lambda found: found == [2, None],
        name="partial",
    ),
    argument_fact(
        "tf.TensorSpec",
        lambda tf: (tf.TensorSpec([2], tf.int64).dtype.name, tf.TensorSpec([2], tf.int64).is_compatible_with([1, 2])),
        lambda found: found == ["int64", False],
        name="dtype",
    ),
    argument_fact(
        "tf.SparseTensorSpec",
        lambda tf: tf.SparseTensorSpec([2, 3], tf.int64).dtype.name,
        lambda found: found == "int64",
        name="dtype",
    ),
    argument_fact(
        "tf.RaggedTensorSpec",
        lambda tf: (lambda spec: (spec.ragged_rank, spec.row_splits_dtype.name, spec.flat_values_spec is None))(
            tf.RaggedTensorSpec([2, None, None], tf.int32, ragged_rank=2, row_splits_dtype=tf.int32)
        ),
        lambda found: found == [2, "int32", True],
        name="rank",
    ),
    argument_fact(
        "tf.constant_initializer",
        lambda tf: (
            tf.constant_initializer(2.0, support_partition=True)(
                (2, 1), partition_shape=(2, 1), partition_offset=(0, 0)
            ).numpy(),
            refuses(tf, lambda: tf.constant_initializer(2.0)((2, 1), partition_shape=(2, 1))),
        ),
        lambda found: (found[0] == 2).all() and found[0].shape == (2, 1) and found[1],
        name="partition",
    ),
    argument(
        "tf.transpose",
        lambda tf, x=tensor(2, 3, dtype="complex64"): (
            tf.abs(tf.transpose(x, conjugate=True) - tf.math.conj(tf.transpose(x)))
            + tf.math.imag(tf.transpose(x, conjugate=True))
        ),
        lambda np, x: -x.imag.T,
        name="conjugate",
    ),
    argument(
        "tf.compat.v1.transpose",
        lambda tf, x=tensor(2, 3, dtype="complex64"): tf.math.imag(tf.compat.v1.transpose(x, conjugate=True)),
        lambda np, x: -x.imag.T,
        name="conjugate",
    ),
    argument(
        "tf.linalg.matrix_transpose",
        lambda tf, x=tensor(2, 3, dtype="complex64"): tf.math.imag(tf.linalg.matrix_transpose(x, conjugate=True)),
        lambda np, x: -x.imag.T,
        name="conjugate",
    ),
    argument(
        "tf.pad",
        lambda tf, x=tensor(2, 3): tf.pad(x, [[1, 0], [0, 2]], constant_values=2.5),
        lambda np, x: np.pad(x, [(1, 0), (0, 2)], constant_values=2.5),
        name="value",
    ),
    argument(
        "tf.compat.v1.pad",
        lambda tf, x=tensor(2, 3): tf.compat.v1.pad(x, [[1, 0], [0, 2]], constant_values=2.5),
        lambda np, x: np.pad(x, [(1, 0), (0, 2)], constant_values=2.5),
        name="value",
    ),
    argument(
        "tf.compat.v1.squeeze",
        lambda tf, x=tensor(1, 3, 1): tf.compat.v1.squeeze(x, axis=2),
        lambda np, x: x.reshape(1, 3),
        name="axis",
    ),
    argument(
        "tf.split",
        lambda tf, x=tensor(2, 5): tf.split(x, tf.constant([2, 3]), axis=1, num=2),
        lambda np, x: [x[:, :2], x[:, 2:]],
        name="number",
    ),
    argument(
        "tf.unstack",
        lambda tf, x=tensor(2, 3): (tf.unstack(x, num=2), refuses(tf, lambda: tf.unstack(x, num=3))),
        lambda np, x: [x[0], x[1], True],
        name="number",
    ),
    argument(
        "tf.eye",
        lambda tf, x=tensor(2, 3, 3): (
            x * tf.eye(3, batch_shape=[2]) + tf.cast(tf.size(tf.eye(3, batch_shape=[2])), x.dtype)
        ),
        lambda np, x: x * np.eye(3) + 18,
        name="batch",
    ),
    argument(
        "tf.strided_slice",
        lambda tf, x=tensor(3, 4, 5): [
            tf.strided_slice(x, [1, 1, 1], [2, 2, 2], [1, 1, 1], begin_mask=2, end_mask=4),
            tf.strided_slice(x, [0, 1], [0, 3], [1, 1], ellipsis_mask=1),
            tf.strided_slice(x, [1, 0, 2], [2, 0, 3], [1, 1, 1], new_axis_mask=2, shrink_axis_mask=1),
        ],
        lambda np, x: [x[1:2, :2, 1:], x[..., 1:3], x[1, None, 2:3]],
        name="masks",
    ),
    argument(
        "tf.linspace",
        lambda tf, a=tensor(2), b=tensor(2): tf.linspace(a, b, 3, axis=1),
        lambda np, a, b: np.stack([a, (a + b) / 2, b], 1),
        name="axis",
    ),
    argument(
        "tf.reverse_sequence",
        lambda tf, x=tensor(4, 2): tf.reverse_sequence(x, [3, 1], seq_axis=0, batch_axis=1),
        lambda np, x: np.stack([x[[2, 1, 0, 3], 0], x[:, 1]], 1),
        name="batch",
    ),
]

PICKED = [
    argument(
        "tf.gather",
        lambda tf, x=tensor(2, 3, 4), i=indices(2, below=3): tf.gather(x, i, axis=1),
        lambda np, x, i: x[:, i],
        name="axis",
    ),
    argument(
        "tf.compat.v1.gather",
        lambda tf, x=tensor(2, 3, 4), i=indices(2, 5, below=4): tf.compat.v1.gather(x, i, axis=2, batch_dims=1),
        lambda np, x, i: np.take_along_axis(x, i[:, None], 2),
        name="batch",
    ),
    argument(
        "tf.gather_nd",
        lambda tf, x=tensor(2, 3, 4), i=indices(2, 5, 1, below=3): tf.gather_nd(x, i, batch_dims=1),
        lambda np, x, i: x[np.arange(2)[:, None], i[..., 0]],
        name="batch",
    ),
    argument(
        "tf.compat.v1.gather_nd",
        lambda tf, x=tensor(2, 3, 4), i=indices(2, 5, 1, below=3): tf.compat.v1.gather_nd(x, i, batch_dims=1),
        lambda np, x, i: x[np.arange(2)[:, None], i[..., 0]],
        name="batch",
    ),
    argument(
        "tf.gather_nd",
        lambda tf, x=tensor(3, 2), i=values(0, 7, 2, shape=(3, 1), dtype="int32"): [
            tf.gather_nd(x, i, bad_indices_policy="IGNORE"),
            refuses(tf, lambda: tf.gather_nd(x, i, bad_indices_policy="ERROR")),
        ],
        lambda np, x, i: [np.stack([x[0], 0 * x[0], x[2]]), True],
        name="beyond",
    ),
    argument(
        "tf.compat.v1.gather_nd",
        lambda tf, x=tensor(3, 2), i=values(0, 7, 2, shape=(3, 1), dtype="int32"): [
            tf.compat.v1.gather_nd(x, i, bad_indices_policy="IGNORE"),
            refuses(tf, lambda: tf.compat.v1.gather_nd(x, i, bad_indices_policy="ERROR")),
        ],
        lambda np, x, i: [np.stack([x[0], 0 * x[0], x[2]]), True],
        name="beyond",
    ),
    argument(
        "tf.scatter_nd",
        lambda tf, x=tensor(3), i=values(0, 7, 2, shape=(3, 1), dtype="int32"): [
            tf.scatter_nd(i, x, [4], bad_indices_policy="IGNORE"),
            refuses(tf, lambda: tf.scatter_nd(i, x, [4], bad_indices_policy="ERROR")),
        ],
        lambda np, x, i: [np.array([x[0], 0, x[2], 0]), True],
        name="beyond",
    ),
    argument(
        "tf.tensor_scatter_nd_add",
        lambda tf, x=tensor(3), y=tensor(4), i=values(0, 7, 2, shape=(3, 1), dtype="int32"): [
            tf.tensor_scatter_nd_add(y, i, x, bad_indices_policy="IGNORE"),
            refuses(tf, lambda: tf.tensor_scatter_nd_add(y, i, x, bad_indices_policy="ERROR")),
        ],
        lambda np, x, y, i: [y + [x[0], 0, x[2], 0], True],
        name="beyond",
    ),
    argument(
        "tf.tensor_scatter_nd_sub",
        lambda tf, x=tensor(3), y=tensor(4), i=values(0, 7, 2, shape=(3, 1), dtype="int32"): [
            tf.tensor_scatter_nd_sub(y, i, x, bad_indices_policy="IGNORE"),
            refuses(tf, lambda: tf.tensor_scatter_nd_sub(y, i, x, bad_indices_policy="ERROR")),
        ],
        lambda np, x, y, i: [y - [x[0], 0, x[2], 0], True],
        name="beyond",
    ),
    argument(
        "tf.tensor_scatter_nd_max",
        lambda tf, x=tensor(3), y=tensor(4), i=values(0, 7, 2, shape=(3, 1), dtype="int32"): [
            tf.tensor_scatter_nd_max(y, i, x, bad_indices_policy="IGNORE"),
            refuses(tf, lambda: tf.tensor_scatter_nd_max(y, i, x, bad_indices_policy="ERROR")),
        ],
        lambda np, x, y, i: [np.maximum(y, [x[0], -np.inf, x[2], -np.inf]), True],
        name="beyond",
    ),
    argument(
        "tf.tensor_scatter_nd_min",
        lambda tf, x=tensor(3), y=tensor(4), i=values(0, 7, 2, shape=(3, 1), dtype="int32"): [
            tf.tensor_scatter_nd_min(y, i, x, bad_indices_policy="IGNORE"),
            refuses(tf, lambda: tf.tensor_scatter_nd_min(y, i, x, bad_indices_policy="ERROR")),
        ],
        lambda np, x, y, i: [np.minimum(y, [x[0], np.inf, x[2], np.inf]), True],
        name="beyond",
    ),
    argument(
        "tf.boolean_mask",
        lambda tf, x=tensor(2, 3): tf.boolean_mask(x, [True, False, True], axis=1),
        lambda np, x: x[:, [0, 2]],
        name="axis",
    ),
    argument(
        "tf.compat.v1.boolean_mask",
        lambda tf, x=tensor(2, 3): tf.compat.v1.boolean_mask(x, [True, False, True], axis=1),
        lambda np, x: x[:, [0, 2]],
        name="axis",
    ),
    argument(
        "tf.one_hot",
        lambda tf, i=indices(4, below=3): tf.one_hot(i, 3, on_value=2.5, off_value=-1.0, axis=0),
        lambda np, i: np.where(np.arange(3)[:, None] == i, 2.5, -1.0),
        name="values",
    ),
]

SORTED = [
    argument(
        "tf.argsort",
        lambda tf, x=tensor(3, 5): tf.cast(tf.argsort(x, axis=0, direction="DESCENDING"), x.dtype),
        lambda np, x: 1.0 * np.argsort(-x, 0),
        name="descending",
    ),
    argument("tf.sort", lambda tf, x=tensor(3, 5): tf.sort(x, axis=0), lambda np, x: np.sort(x, 0), name="axis"),
    argument_fact(
        "tf.math.argmax",
        lambda tf: tf.math.argmax([1, 3, 2], output_type=tf.int32),
        lambda found: found.dtype == "int32" and found == 1,
        name="type",
    ),
    argument_fact(
        "tf.math.argmin",
        lambda tf: tf.math.argmin([1, 3, 0], output_type=tf.int32),
        lambda found: found.dtype == "int32" and found == 2,
        name="type",
    ),
    argument_fact(
        "tf.searchsorted",
        lambda tf: tf.searchsorted([1.0, 2.0, 2.0, 3.0], [2.0, 4.0], side="right", out_type=tf.int64),
        lambda found: found.dtype == "int64" and found.tolist() == [3, 4],
        name="right",
    ),
    argument_fact(
        "tf.unique",
        lambda tf: tf.unique([3, 1, 3], out_idx=tf.int64),
        lambda found: found[1].dtype == "int64" and [one.tolist() for one in found] == [[3, 1], [0, 1, 0]],
        name="type",
    ),
    argument_fact(
        "tf.unique_with_counts",
        lambda tf: tf.unique_with_counts([3, 1, 3], out_idx=tf.int64),
        lambda found: found[2].dtype == "int64" and [one.tolist() for one in found] == [[3, 1], [0, 1, 0], [2, 1]],
        name="type",
    ),
    argument_fact(
        "tf.math.top_k",
        lambda tf: tf.math.top_k([1.0, 4.0, 3.0, 2.0], 3, sorted=False, index_type=tf.int16),
        lambda found: found[1].dtype == "int16" and sorted(found[0].tolist()) == [2, 3, 4],
        name="unsorted",
    ),
    formula(
        "tf.math.approx_max_k",
        lambda tf, x=tensor(4, 3): tf.sort(
            tf.math.approx_max_k(x, 2, reduction_dimension=0, reduction_input_size_override=8, aggregate_to_topk=False)[
                0
            ],
            axis=0,
            direction="DESCENDING",
        )[:2],
        lambda np, x: -np.sort(-x, 0)[:2],
        dtypes=("float32",),
        modes=(COMPILED,),
        limits=ARGUMENT_ONLY,
        name="dimension",
    ),
]

SUMS = [
    argument(
        "tf.math.cumsum",
        lambda tf, x=tensor(2, 4): tf.math.cumsum(x, axis=1, exclusive=True, reverse=True),
        lambda np, x: np.cumsum(x[:, ::-1], 1)[:, ::-1] - x,
        name="reverse",
    ),
    argument(
        "tf.math.cumulative_logsumexp",
        lambda tf, x=tensor(2, 4): [
            tf.math.cumulative_logsumexp(x, axis=1, reverse=True),
            tf.math.cumulative_logsumexp(x, axis=1, exclusive=True)[:, 1:],
        ],
        lambda np, x: [
            np.log(np.cumsum(np.exp(x[:, ::-1]), 1)[:, ::-1]),
            np.log(np.cumsum(np.exp(x), 1)[:, :-1]),
        ],
        name="reverse",
    ),
    argument(
        "tf.math.bincount",
        lambda tf, i=indices(2, 6, below=4), w=positive(2, 6): [
            tf.math.bincount(i, weights=w, axis=-1, maxlength=3),
            tf.cast(tf.math.bincount(i, axis=-1, minlength=4, binary_output=True), w.dtype),
        ],
        lambda np, i, w: [
            ((i[..., None] == np.arange(3)) * w[..., None]).sum(1),
            1.0 * (i[..., None] == np.arange(4)).any(1),
        ],
        name="weights",
    ),
    argument(
        "tf.math.confusion_matrix",
        lambda tf, i=indices(6, below=3), j=indices(6, below=3), w=positive(6): tf.math.confusion_matrix(
            i, j, 3, weights=w, dtype=w.dtype
        ),
        lambda np, i, j, w: np.einsum("k,ki,kj", w, i[:, None] == np.arange(3), j[:, None] == np.arange(3)),
        name="weights",
    ),
]
