"""Reductions along an axis, counts and cumulative functions."""

from monitor.suite.declare import BOOL, COMPILED, COMPLEX, EAGER, FLOATING, GRADIENT, NUMERIC, case, indices, tensor
from monitor.suite.limits import FIXED_RANK, JUMP, NOT_EMPTY, TIES

PLACES = dict.fromkeys(NUMERIC + BOOL, "int64")


@case("tf.math.reduce_sum", dtypes=NUMERIC + COMPLEX, modes=(EAGER, COMPILED, GRADIENT), condition=4)
def reduce_sum(tf, x=tensor(5, 7)):
    return tf.math.reduce_sum(x, axis=1)


@reduce_sum.reference
def _(np, x):
    return np.sum(x, axis=1)


@case("tf.math.reduce_prod", dtypes=FLOATING + COMPLEX, modes=(EAGER, GRADIENT), condition=8)
def reduce_prod(tf, x=tensor(5, 7)):
    return tf.math.reduce_prod(x, axis=1)


@reduce_prod.reference
def _(np, x):
    return np.prod(x, axis=1)


@case("tf.math.reduce_max", dtypes=NUMERIC, modes=(EAGER, GRADIENT), limits=NOT_EMPTY)
def reduce_max(tf, x=tensor(5, 7)):
    return tf.math.reduce_max(x, axis=1)


@reduce_max.reference
def _(np, x):
    return np.max(x, axis=1)


@case("tf.math.reduce_min", dtypes=NUMERIC, modes=(EAGER, GRADIENT), limits=NOT_EMPTY)
def reduce_min(tf, x=tensor(5, 7)):
    return tf.math.reduce_min(x, axis=1)


@reduce_min.reference
def _(np, x):
    return np.min(x, axis=1)


@case("tf.math.reduce_std", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=8)
def reduce_std(tf, x=tensor(5, 7)):
    return tf.math.reduce_std(x, axis=1)


@reduce_std.reference
def _(np, x):
    return np.std(x, axis=1)


@case("tf.math.reduce_variance", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=8)
def reduce_variance(tf, x=tensor(5, 7)):
    return tf.math.reduce_variance(x, axis=1)


@reduce_variance.reference
def _(np, x):
    return np.var(x, axis=1)


@case("tf.math.reduce_euclidean_norm", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4)
def reduce_euclidean_norm(tf, x=tensor(5, 7)):
    return tf.math.reduce_euclidean_norm(x, axis=1)


@reduce_euclidean_norm.reference
def _(np, x):
    return np.sqrt(np.sum(x * x, axis=1))


@case("tf.math.reduce_all", dtypes=BOOL, modes=(EAGER, COMPILED))
def reduce_all(tf, x=tensor(5, 7)):
    return tf.math.reduce_all(x, axis=1)


@reduce_all.reference
def _(np, x):
    return np.all(x, axis=1)


@case("tf.math.reduce_any", dtypes=BOOL, modes=(EAGER, COMPILED))
def reduce_any(tf, x=tensor(5, 7)):
    return tf.math.reduce_any(x, axis=1)


@reduce_any.reference
def _(np, x):
    return np.any(x, axis=1)


@case("tf.math.argmax", dtypes=NUMERIC, returns=PLACES, limits=NOT_EMPTY | FIXED_RANK)
def argmax(tf, x=tensor(5, 7)):
    return tf.math.argmax(x, axis=1)


@argmax.reference
def _(np, x):
    return np.argmax(np.where(np.isnan(x), -np.inf, x), axis=1)  # NaN is never the largest


@case("tf.math.argmin", dtypes=NUMERIC, returns=PLACES, limits=NOT_EMPTY | FIXED_RANK)
def argmin(tf, x=tensor(5, 7)):
    return tf.math.argmin(x, axis=1)


@argmin.reference
def _(np, x):
    return np.argmin(np.where(np.isnan(x), np.inf, x), axis=1)  # NaN is never the smallest


@case("tf.math.bincount", dtypes=("int32",), limits=FIXED_RANK)
def bincount(tf, x=indices(40, below=6, dtype="int32")):
    return tf.math.bincount(x, minlength=8)


@bincount.reference
def _(np, x):
    return np.bincount(x, minlength=8)


@case("tf.math.count_nonzero", dtypes=NUMERIC + BOOL, returns=PLACES)
def count_nonzero(tf, x=tensor(5, 7)):
    return tf.math.count_nonzero(x, axis=0)


@count_nonzero.reference
def _(np, x):
    return np.count_nonzero(x, axis=0)


@case("tf.math.confusion_matrix", dtypes=("int32", "int64"), returns={"int64": "int32"}, limits=FIXED_RANK)
def confusion_matrix(tf, a=indices(30, below=4), b=indices(30, below=4)):
    return tf.math.confusion_matrix(a, b, num_classes=4)


@confusion_matrix.reference
def _(np, a, b):
    return np.array([[np.sum((a == i) & (b == j)) for j in range(4)] for i in range(4)])


@case("tf.math.cumsum", dtypes=NUMERIC, modes=(EAGER, COMPILED, GRADIENT), condition=4)
def cumsum(tf, x=tensor(5, 7)):
    return tf.math.cumsum(x, axis=1)


@cumsum.reference
def _(np, x):
    return np.cumsum(x, axis=1)


@case("tf.math.cumulative_logsumexp", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=8)
def cumulative_logsumexp(tf, x=tensor(5, 7)):
    return tf.math.cumulative_logsumexp(x, axis=1)


@cumulative_logsumexp.reference
def _(np, x):
    return np.logaddexp.accumulate(x, axis=1)


@case("tf.math.l2_normalize", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4, limits=JUMP)
def l2_normalize(tf, x=tensor(5, 7)):
    return tf.math.l2_normalize(x, axis=1)


@l2_normalize.reference
def _(np, x):
    return x / np.sqrt(np.maximum(np.sum(x * x, axis=1, keepdims=True), 1e-12))  # the documented epsilon


@case("tf.math.zero_fraction", dtypes=NUMERIC, returns=dict.fromkeys(NUMERIC, "float32"))
def zero_fraction(tf, x=tensor(5, 7)):
    return tf.math.zero_fraction(x)


@zero_fraction.reference
def _(np, x):
    return np.mean(x == 0)


@case("tf.math.top_k", dtypes=NUMERIC, modes=(EAGER, GRADIENT), limits=NOT_EMPTY | TIES)
def top_k(tf, x=tensor(5, 7)):
    return tf.math.top_k(x, k=3).values


@top_k.reference
def _(np, x):
    return np.sort(x)[..., :-4:-1]


@case("tf.math.approx_max_k", dtypes=("float32", "float16"), modes=(COMPILED,), limits=NOT_EMPTY)
def approx_max_k(tf, x=tensor(5, 64)):
    return tf.sort(tf.math.approx_max_k(x, k=4, recall_target=1.0)[0], axis=-1)


@approx_max_k.reference
def _(np, x):
    return np.sort(x)[..., -4:]


@case("tf.math.invert_permutation", dtypes=("int32", "int64"), limits=FIXED_RANK)
def invert_permutation(tf, x=tensor(6)):
    return tf.math.invert_permutation(tf.cast(tf.argsort(x, stable=True), x.dtype))


@invert_permutation.reference
def _(np, x):
    return np.argsort(np.argsort(x, kind="stable"), kind="stable")
