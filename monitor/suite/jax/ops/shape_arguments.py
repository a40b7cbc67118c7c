"""Arguments of functions that make, reshape and index arrays, and that no other case passes."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, fact, formula, tensor, values
from monitor.suite.limits import ARGUMENT_ONLY

argument = partial(formula, dtypes=("float32",), modes=(EAGER, COMPILED), limits=ARGUMENT_ONLY)
argument_fact = partial(fact, dtypes=("float32",), limits=ARGUMENT_ONLY)

CREATION = [
    argument_fact(
        "jax.numpy.astype",
        lambda jax, x=tensor(3, 5): (
            jax.numpy.astype(x, "float32", copy=True).unsafe_buffer_pointer() == x.unsafe_buffer_pointer()
        ),
        lambda shared, x: not shared,
        name="copy",
    ),
    argument(
        "jax.numpy.ones_like",
        lambda jax, x=tensor(3, 5): jax.numpy.ones_like(x, shape=(2, 4)),
        lambda np, x: np.ones((2, 4)),
        name="shape",
    ),
    argument(
        "jax.numpy.full_like",
        lambda jax, x=tensor(3, 5): jax.numpy.full_like(x, 2.5, shape=(2, 4)),
        lambda np, x: np.full((2, 4), 2.5),
        name="shape",
    ),
    argument_fact(
        "jax.numpy.empty_like",
        lambda jax, x=tensor(3, 5): jax.numpy.empty_like(x, shape=(2, 4)).shape,
        lambda shape, x: shape == [2, 4],
        name="shape",
    ),
    argument_fact(
        "jax.numpy.dtype",
        lambda jax: jax.numpy.dtype([("a", "i1"), ("b", "f8")], align=True, copy=True).itemsize,
        lambda size: size == 16,
        name="align",
        dtypes=(),
    ),
    argument(
        "jax.numpy.diagflat",
        lambda jax, x=tensor(3): jax.numpy.diagflat(x, k=1),
        lambda np, x: np.pad(x[:, None] * np.eye(3), ((0, 1), (1, 0))),
        name="above",
    ),
    argument(
        "jax.numpy.logspace",
        lambda jax, x=values(0, 1), y=values(2, 3): jax.numpy.logspace(x, y, 4, endpoint=False, axis=1),
        lambda np, x, y: 10 ** (x[:, None] + (y - x)[:, None] * np.arange(4) / 4),
        name="axis",
        condition=8,
    ),
    argument(
        "jax.numpy.geomspace",
        lambda jax, x=values(1, 10), y=values(100, 1000): jax.numpy.geomspace(x, y, 4, endpoint=False, axis=1),
        lambda np, x, y: x[:, None] * (y / x)[:, None] ** (np.arange(4) / 4),
        name="axis",
        condition=8,
    ),
    argument(
        "jax.numpy.cross",
        lambda jax, x=tensor(3, 4), y=tensor(3, 4): jax.numpy.cross(x, y, axis=0),
        lambda np, x, y: np.stack([x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]]),
        name="axis",
    ),
    argument(
        "jax.numpy.polyval",
        lambda jax, p=tensor(4), x=tensor(5): jax.numpy.polyval(p, x, unroll=1),
        lambda np, p, x: p[0] * x**3 + p[1] * x**2 + p[2] * x + p[3],
        name="unroll",
        condition=4,
    ),
]

INDEXING = [
    argument(
        "jax.numpy.take",
        lambda jax, x=tensor(5, 2), i=values(0, 2, 3, dtype="int32"): jax.numpy.take(
            x, i, axis=0, unique_indices=True, indices_are_sorted=True
        ),
        lambda np, x, i: x[[0, 2, 3]],
        name="sorted",
    ),
    argument(
        "jax.numpy.take_along_axis",
        lambda jax, x=tensor(3, 2), i=values(0, 9, 1, -1, dtype="int32", shape=(2, 2)): (
            jax.numpy.take_along_axis(x, i, 0, mode="fill", fill_value=7.0),
            jax.numpy.take_along_axis(x, i, 0, mode="fill", fill_value=7.0, wrap_negative_indices=False),
        ),
        lambda np, x, i: [
            np.array([[x[0, 0], 7], [x[1, 0], x[2, 1]]]),
            np.array([[x[0, 0], 7], [x[1, 0], 7]]),
        ],
        name="fill",
    ),
    argument(
        "jax.lax.dynamic_slice_in_dim",
        lambda jax, x=tensor(5, 2), i=values(-3, shape=(), dtype="int32"): (
            jax.lax.dynamic_slice_in_dim(x, i, 2),
            jax.lax.dynamic_slice_in_dim(x, i, 2, allow_negative_indices=False),
        ),
        lambda np, x, i: [x[2:4], x[:2]],
        name="negative",
    ),
    argument(
        "jax.lax.dynamic_update_slice_in_dim",
        lambda jax, x=tensor(5, 2), y=tensor(2, 2), i=values(-3, shape=(), dtype="int32"): (
            jax.lax.dynamic_update_slice_in_dim(x, y, i, 0),
            jax.lax.dynamic_update_slice_in_dim(x, y, i, 0, allow_negative_indices=False),
        ),
        lambda np, x, y, i: [np.concatenate([x[:2], y, x[4:]]), np.concatenate([y, x[2:]])],
        name="negative",
    ),
    argument(
        "jax.lax.dynamic_index_in_dim",
        lambda jax, x=tensor(5, 2), i=values(-1, shape=(), dtype="int32"): (
            jax.lax.dynamic_index_in_dim(x, i, axis=1),
            jax.lax.dynamic_index_in_dim(x, i, axis=1, allow_negative_indices=False),
        ),
        lambda np, x, i: [x[:, 1:], x[:, :1]],
        name="negative",
    ),
    argument(
        "jax.lax.dynamic_update_index_in_dim",
        lambda jax, x=tensor(5, 2), y=tensor(5), i=values(-1, shape=(), dtype="int32"): (
            jax.lax.dynamic_update_index_in_dim(x, y, i, 1),
            jax.lax.dynamic_update_index_in_dim(x, y, i, 1, allow_negative_indices=False),
        ),
        lambda np, x, y, i: [np.stack([x[:, 0], y], 1), np.stack([y, x[:, 1]], 1)],
        name="negative",
    ),
    argument(
        "jax.lax.index_in_dim",
        lambda jax, x=tensor(5, 2): jax.lax.index_in_dim(x, 1, axis=1, keepdims=False),
        lambda np, x: x[:, 1],
        name="dropped",
    ),
    argument(
        "jax.ops.segment_sum",
        lambda jax, x=tensor(6), i=values(0, 1, 2, 3, 4, 9, dtype="int32"): (
            jax.ops.segment_sum(x, i, 5, unique_indices=True, mode="drop"),
            jax.ops.segment_sum(x, i, 5, bucket_size=2),
        ),
        lambda np, x, i: [x[:5], x[:5]],
        name="unique",
    ),
    argument(
        "jax.lax.dot",
        lambda jax, x=tensor(4, 3), y=tensor(4, 5): jax.lax.dot(x, y, dimension_numbers=(((0,), (0,)), ((), ()))),
        lambda np, x, y: x.T @ y,
        name="dimensions",
    ),
]
