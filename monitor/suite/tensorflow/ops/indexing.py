"""Gather, scatter, sorting and matching."""

from monitor.suite.declare import (
    BOOL,
    COMPILED,
    COMPLEX,
    DTYPE,
    EAGER,
    EVERY,
    FLOATING,
    GRADIENT,
    INTEGER,
    NUMERIC,
    case,
    indices,
    tensor,
)
from monitor.suite.limits import FINITE, FIXED_RANK, FIXED_SHAPES, NOT_EMPTY, WELL_SCALED

SHORT = dict.fromkeys(NUMERIC, "int32")
LONG = dict.fromkeys(NUMERIC + BOOL, "int64")


@case("tf.gather", dtypes=FLOATING + INTEGER, modes=(EAGER, COMPILED, GRADIENT), limits=NOT_EMPTY | FIXED_RANK)
def gather(tf, x=tensor(5, 3), i=indices(4, below=5)):
    return tf.gather(x, i)


@gather.reference
def _(np, x, i):
    return x[i]


@case("tf.gather", dtypes=NUMERIC, name="batch", limits=NOT_EMPTY | FIXED_RANK)
def gather_batch(tf, x=tensor(2, 5), i=indices(2, 3, below=5)):
    return tf.gather(x, i, batch_dims=1)


@gather_batch.reference
def _(np, x, i):
    return np.take_along_axis(x, i, axis=1)


@case("tf.gather_nd", dtypes=NUMERIC, modes=(EAGER, GRADIENT), limits=NOT_EMPTY | FIXED_RANK)
def gather_nd(tf, x=tensor(5, 3)):
    return tf.gather_nd(x, [[0, 1], [4, 2], [0, 1]])


@gather_nd.reference
def _(np, x):
    return x[[0, 4, 0], [1, 2, 1]]


@case("tf.boolean_mask", dtypes=EVERY, limits=FIXED_SHAPES)
def boolean_mask(tf, x=tensor(4, 3)):
    return tf.boolean_mask(x, [True, False, False, True])


@boolean_mask.reference
def _(np, x):
    return x[[0, 3]]


@case("tf.where", dtypes=EVERY, modes=(EAGER, COMPILED, GRADIENT))
def where(tf, c=indices(3, 4, below=2), a=tensor(3, 4), b=tensor(4)):
    return tf.where(c > 0, a, b)


@where.reference
def _(np, c, a, b):
    return np.where(c > 0, a, b)


@case("tf.where", dtypes=NUMERIC + BOOL, returns=LONG, name="places")
def where_places(tf, x=tensor(3, 4)):
    return tf.where(x)


@where_places.reference
def _(np, x):
    return np.argwhere(x)


@case("tf.one_hot", dtypes=NUMERIC + COMPLEX)
def one_hot(tf, i=indices(5, below=4), dtype=DTYPE):
    return tf.one_hot(i, 4, dtype=dtype)


@one_hot.reference
def _(np, i):
    return np.eye(4)[i]


@case("tf.scatter_nd", dtypes=NUMERIC, modes=(EAGER, GRADIENT), condition=2, limits=FIXED_SHAPES)
def scatter_nd(tf, u=tensor(3, 2)):
    return tf.scatter_nd([[1], [3], [1]], u, [5, 2])


@scatter_nd.reference
def _(np, u):
    result = np.zeros((5, 2), dtype=u.dtype)
    result[1], result[3] = u[0] + u[2], u[1]
    return result


@case("tf.tensor_scatter_nd_add", dtypes=NUMERIC, limits=FIXED_SHAPES)
def tensor_scatter_nd_add(tf, x=tensor(5, 3), u=tensor(2, 3)):
    return tf.tensor_scatter_nd_add(x, [[1], [3]], u)


@tensor_scatter_nd_add.reference
def _(np, x, u):
    x = x.copy()
    x[[1, 3]] = x[[1, 3]] + u
    return x


@case("tf.tensor_scatter_nd_sub", dtypes=NUMERIC, limits=FIXED_SHAPES)
def tensor_scatter_nd_sub(tf, x=tensor(5, 3), u=tensor(2, 3)):
    return tf.tensor_scatter_nd_sub(x, [[1], [3]], u)


@tensor_scatter_nd_sub.reference
def _(np, x, u):
    x = x.copy()
    x[[1, 3]] = x[[1, 3]] - u
    return x


@case("tf.tensor_scatter_nd_max", dtypes=NUMERIC, limits=FIXED_SHAPES)
def tensor_scatter_nd_max(tf, x=tensor(5, 3), u=tensor(2, 3)):
    return tf.tensor_scatter_nd_max(x, [[1], [3]], u)


@tensor_scatter_nd_max.reference
def _(np, x, u):
    x = x.copy()
    x[[1, 3]] = np.maximum(x[[1, 3]], u)
    return x


@case("tf.tensor_scatter_nd_min", dtypes=NUMERIC, limits=FIXED_SHAPES)
def tensor_scatter_nd_min(tf, x=tensor(5, 3), u=tensor(2, 3)):
    return tf.tensor_scatter_nd_min(x, [[1], [3]], u)


@tensor_scatter_nd_min.reference
def _(np, x, u):
    x = x.copy()
    x[[1, 3]] = np.minimum(x[[1, 3]], u)
    return x


@case("tf.sort", dtypes=NUMERIC, modes=(EAGER, GRADIENT))
def sort(tf, x=tensor(3, 7)):
    return tf.sort(x, direction="DESCENDING")


@sort.reference
def _(np, x):
    return np.sort(x)[..., ::-1]


@case("tf.argsort", dtypes=NUMERIC, returns=SHORT)
def argsort(tf, x=tensor(3, 7)):
    return tf.argsort(x, stable=True)


@argsort.reference
def _(np, x):
    return np.argsort(x, kind="stable")


@case("tf.searchsorted", dtypes=("float32", "float64", "int32", "int64"), returns=SHORT, limits=FIXED_RANK | FINITE)
def searchsorted(tf, x=tensor(7), v=tensor(5)):
    return tf.searchsorted(tf.sort(x), v)


@searchsorted.reference
def _(np, x, v):
    return np.searchsorted(np.sort(x), v)


@case("tf.unique", dtypes=NUMERIC, limits=FIXED_RANK)
def unique(tf, x=tensor(12)):
    return tf.gather(*tf.unique(x))


@unique.reference
def _(np, x):
    return x


@case("tf.unique_with_counts", dtypes=NUMERIC, returns=SHORT, limits=FIXED_RANK)
def unique_with_counts(tf, x=tensor(12)):
    return tf.reduce_sum(tf.unique_with_counts(x).count)


@unique_with_counts.reference
def _(np, x):
    return np.array(x.size)


@case("tf.dynamic_partition", dtypes=NUMERIC, limits=FIXED_SHAPES)
def dynamic_partition(tf, x=tensor(5, 2)):
    return tf.dynamic_partition(x, [1, 0, 1, 1, 0], 2)


@dynamic_partition.reference
def _(np, x):
    return [x[[1, 4]], x[[0, 2, 3]]]


@case("tf.dynamic_stitch", dtypes=NUMERIC, limits=FIXED_SHAPES)
def dynamic_stitch(tf, a=tensor(2, 3), b=tensor(3, 3)):
    return tf.dynamic_stitch([[1, 4], [0, 2, 3]], [a, b])


@dynamic_stitch.reference
def _(np, a, b):
    return np.stack([b[0], a[0], b[1], b[2], a[1]])


@case("tf.reverse_sequence", dtypes=NUMERIC, limits=FIXED_SHAPES)
def reverse_sequence(tf, x=tensor(3, 4)):
    return tf.reverse_sequence(x, [1, 3, 4], seq_axis=1)


@reverse_sequence.reference
def _(np, x):
    return np.stack([x[0], x[1][[2, 1, 0, 3]], x[2][::-1]])


@case("tf.unravel_index", dtypes=("int64",), limits=NOT_EMPTY | FIXED_RANK)
def unravel_index(tf, i=indices(5, below=12)):
    return tf.unravel_index(i, [3, 4])


@unravel_index.reference
def _(np, i):
    return np.stack(np.unravel_index(i, (3, 4)))


@case("tf.linspace", dtypes=FLOATING)
def linspace(tf, a=tensor(3), b=tensor(3)):
    return tf.linspace(a, b, 5)


@linspace.reference
def _(np, a, b):
    return np.concatenate([[a], np.linspace(a, b, 5)[1:-1], [b]])  # its ends are exact


@case("tf.ones", dtypes=EVERY)
def ones(tf, dtype=DTYPE):
    return tf.ones([3, 4], dtype)


@ones.reference
def _(np, dtype):
    return np.ones((3, 4), dtype=bool if dtype == "bool" else float)


@case("tf.ones_like", dtypes=EVERY)
def ones_like(tf, x=tensor(3, 4)):
    return tf.ones_like(x)


@ones_like.reference
def _(np, x):
    return np.ones_like(x)


@case("tf.zeros_like", dtypes=EVERY)
def zeros_like(tf, x=tensor(3, 4)):
    return tf.zeros_like(x)


@zeros_like.reference
def _(np, x):
    return np.zeros_like(x)


@case("tf.clip_by_norm", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4)
def clip_by_norm(tf, x=tensor(3, 4)):
    return tf.clip_by_norm(x, 1.0)


@clip_by_norm.reference
def _(np, x):
    return x / np.maximum(1.0, np.sqrt(np.sum(x * x)))


@case("tf.clip_by_global_norm", dtypes=FLOATING, condition=4)
def clip_by_global_norm(tf, a=tensor(3, 4), b=tensor(5)):
    return tf.clip_by_global_norm([a, b], 1.0)[0]


@clip_by_global_norm.reference
def _(np, a, b):
    norm = np.sqrt(np.sum(a * a) + np.sum(b * b))
    scale = 1 / np.maximum(1.0, norm) if np.isfinite(norm) else np.nan  # NaN everywhere, as documented
    return [a * scale, b * scale]


@case("tf.histogram_fixed_width", dtypes=("float32", "float64", "int32"), returns=SHORT, limits=FINITE | WELL_SCALED)
def histogram_fixed_width(tf, x=tensor(40)):
    return tf.histogram_fixed_width(x, [tf.cast(-2, x.dtype), tf.cast(2, x.dtype)], nbins=4)


@histogram_fixed_width.reference
def _(np, x):
    return np.histogram(np.clip(x, -2, 1.999999), np.linspace(-2, 2, 5))[0]


@case("tf.edit_distance")
def edit_distance(tf):
    a, b = (tf.sparse.from_dense([word]) for word in (["s", "a", "t"], ["s", "u", "n"]))
    return float(tf.edit_distance(a, b, normalize=False)[0])


@edit_distance.promise
def _(distance):
    return distance == 2
