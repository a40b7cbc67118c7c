"""Reduced over nothing, over everything, over more than one axis, over very many."""

from monitor.suite.declare import (
    BOOL,
    COMPILED,
    COMPLEX,
    DTYPE,
    EAGER,
    FLOATING,
    GRADIENT,
    INTEGER,
    NUMERIC,
    case,
    indices,
    positive,
    tensor,
)

NAN = float("nan")
REAL = {"complex64": "float32", "complex128": "float64"}
PLACES = dict.fromkeys(NUMERIC + BOOL, "int64")
SHORT = {"float32": "int32", "bfloat16": "int32"}
SINGLE = dict.fromkeys(NUMERIC, "float32")


@case("tf.math.reduce_sum", dtypes=NUMERIC, name="empty")
def reduce_sum_empty(tf, x=tensor(3, 0)):
    return tf.math.reduce_sum(x, axis=1)


@reduce_sum_empty.reference
def _(np):
    return np.zeros(3)


@case("tf.math.reduce_sum", dtypes=FLOATING, name="kept", condition=4)
def reduce_sum_kept(tf, x=tensor(2, 3, 4)):
    return tf.math.reduce_sum(x, axis=[0, -1], keepdims=True)


@reduce_sum_kept.reference
def _(np, x):
    return np.sum(np.sum(x, axis=2, keepdims=True), axis=0, keepdims=True)


@case("tf.math.reduce_sum", dtypes=("float32", "bfloat16"), name="large", modes=(EAGER, COMPILED), condition=16)
def reduce_sum_large(tf, x=tensor(3, 40000)):
    return tf.math.reduce_sum(x, axis=1)


@reduce_sum_large.reference
def _(np, x):
    return np.sum(x, axis=1)


@case("tf.math.reduce_sum", dtypes=("int8", "int16", "uint8", "uint16"), name="narrow")
def reduce_sum_narrow(tf, x=tensor(5, 7)):
    return tf.math.reduce_sum(x, axis=1)


@reduce_sum_narrow.reference
def _(np, x):
    return np.sum(x, axis=1)


@case("tf.math.reduce_prod", dtypes=NUMERIC, name="empty")
def reduce_prod_empty(tf, x=tensor(3, 0)):
    return tf.math.reduce_prod(x, axis=1)


@reduce_prod_empty.reference
def _(np):
    return np.ones(3)


@case("tf.math.reduce_prod", dtypes=INTEGER, name="whole")
def reduce_prod_whole(tf, x=tensor(3, 5)):
    return tf.math.reduce_prod(x, axis=1)


@reduce_prod_whole.reference
def _(np, x):
    return x[:, 0] * x[:, 1] * x[:, 2] * x[:, 3] * x[:, 4]


@case("tf.math.reduce_prod", dtypes=("float32", "float64"), modes=(EAGER, GRADIENT), name="zeros", condition=4)
def reduce_prod_zeros(tf, x=tensor(3, 4)):
    return tf.math.reduce_prod(x * [1, 0, 1, 1], axis=1)


@reduce_prod_zeros.reference
def _(np, x):
    return x[:, 0] * x[:, 1] * x[:, 2] * x[:, 3] * 0


@case("tf.math.reduce_max", dtypes=FLOATING, name="empty")
def reduce_max_empty(tf, x=tensor(3, 0)):
    return tf.math.reduce_max(x, axis=1)


@reduce_max_empty.reference
def _(np):
    return np.full(3, -np.inf)


@case("tf.math.reduce_min", dtypes=FLOATING, name="empty")
def reduce_min_empty(tf, x=tensor(3, 0)):
    return tf.math.reduce_min(x, axis=1)


@reduce_min_empty.reference
def _(np):
    return np.full(3, np.inf)


@case("tf.math.reduce_max", dtypes=FLOATING, name="nan")
def reduce_max_nan(tf, x=tensor(5, 7)):
    return tf.math.reduce_max(tf.concat([x, x[:, :1] * NAN], 1), axis=1)


@reduce_max_nan.reference
def _(np):
    return np.full(5, NAN)


@case("tf.math.reduce_min", dtypes=FLOATING, name="nan")
def reduce_min_nan(tf, x=tensor(5, 7)):
    return tf.math.reduce_min(tf.concat([x, x[:, :1] * NAN], 1), axis=1)


@reduce_min_nan.reference
def _(np):
    return np.full(5, NAN)


@case("tf.math.reduce_max", dtypes=NUMERIC, name="all")
def reduce_max_all(tf, x=tensor(2, 3, 4)):
    return tf.math.reduce_max(x)


@reduce_max_all.reference
def _(np, x):
    return np.sort(x, axis=None)[-1]


@case("tf.math.reduce_min", dtypes=NUMERIC, name="all")
def reduce_min_all(tf, x=tensor(2, 3, 4)):
    return tf.math.reduce_min(x)


@reduce_min_all.reference
def _(np, x):
    return np.sort(x, axis=None)[0]


@case("tf.math.reduce_max", dtypes=("float32", "bfloat16"), name="large", modes=(EAGER, COMPILED))
def reduce_max_large(tf, x=tensor(300, 1001)):
    return tf.math.reduce_max(x, axis=0)


@reduce_max_large.reference
def _(np, x):
    return np.sort(x, axis=0)[-1]


@case("tf.math.reduce_min", dtypes=("float32", "bfloat16"), name="large")
def reduce_min_large(tf, x=tensor(300, 1001)):
    return tf.math.reduce_min(x, axis=0)


@reduce_min_large.reference
def _(np, x):
    return np.sort(x, axis=0)[0]


@case("tf.math.reduce_std", dtypes=("float32", "float64"), name="shifted", condition=512)
def reduce_std_shifted(tf, x=tensor(5, 7)):
    return tf.math.reduce_std(x + 100, axis=1)


@reduce_std_shifted.reference
def _(np, x):
    return np.std(x, axis=1)


@case("tf.math.reduce_variance", dtypes=("float32", "float64"), name="shifted", condition=512)
def reduce_variance_shifted(tf, x=tensor(5, 7)):
    return tf.math.reduce_variance(x + 100, axis=1)


@reduce_variance_shifted.reference
def _(np, x):
    return np.var(x, axis=1)


@case("tf.math.reduce_variance", dtypes=COMPLEX, returns=REAL, name="complex", condition=4)
def reduce_variance_complex(tf, x=tensor(5, 7)):
    return tf.math.reduce_variance(x, axis=1)


@reduce_variance_complex.reference
def _(np, x):
    return np.mean(np.abs(x - np.mean(x, axis=1, keepdims=True)) ** 2, axis=1)


@case("tf.math.reduce_std", dtypes=COMPLEX, returns=REAL, name="complex", condition=4)
def reduce_std_complex(tf, x=tensor(5, 7)):
    return tf.math.reduce_std(x, axis=1)


@reduce_std_complex.reference
def _(np, x):
    return np.sqrt(np.mean(np.abs(x - np.mean(x, axis=1, keepdims=True)) ** 2, axis=1))


@case("tf.math.reduce_variance", dtypes=FLOATING, name="one")
def reduce_variance_one(tf, x=tensor(3, 1)):
    return tf.math.reduce_variance(x, axis=1)


@reduce_variance_one.reference
def _(np):
    return np.zeros(3)


@case("tf.math.reduce_euclidean_norm", dtypes=FLOATING, name="all", condition=4)
def reduce_euclidean_norm_all(tf, x=tensor(2, 3, 4)):
    return tf.math.reduce_euclidean_norm(x)


@reduce_euclidean_norm_all.reference
def _(np, x):
    return np.sqrt(np.sum(x * x))


@case("tf.math.reduce_all", dtypes=BOOL, name="empty")
def reduce_all_empty(tf, x=tensor(3, 0)):
    return tf.math.reduce_all(x, axis=1)


@reduce_all_empty.reference
def _(np):
    return np.array([True, True, True])


@case("tf.math.reduce_any", dtypes=BOOL, name="empty")
def reduce_any_empty(tf, x=tensor(3, 0)):
    return tf.math.reduce_any(x, axis=1)


@reduce_any_empty.reference
def _(np):
    return np.array([False, False, False])


@case("tf.math.argmax", dtypes=NUMERIC, returns=PLACES, name="ties")
def argmax_ties(tf, x=tensor(5, 7)):
    return tf.math.argmax(0 * x, axis=1)


@argmax_ties.reference
def _(np):
    return np.zeros(5, dtype=int)


@case("tf.math.argmin", dtypes=NUMERIC, returns=PLACES, name="ties")
def argmin_ties(tf, x=tensor(5, 7)):
    return tf.math.argmin(0 * x, axis=1)


@argmin_ties.reference
def _(np):
    return np.zeros(5, dtype=int)


@case("tf.math.argmax", dtypes=BOOL, returns=PLACES, name="bool")
def argmax_bool(tf, x=tensor(5, 7)):
    return tf.math.argmax(x, axis=0)


@argmax_bool.reference
def _(np, x):
    return np.array([next((k for k in range(5) if column[k]), 0) for column in x.T])


@case("tf.math.argmax", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), returns=SHORT, name="large")
def argmax_large(tf, x=tensor(5, 4000, dtype="float32")):
    return tf.math.argmax(x, axis=1, output_type=tf.int32)


@argmax_large.reference
def _(np, x):
    return np.array([max(range(4000), key=list(row).__getitem__) for row in x])


@case("tf.math.count_nonzero", dtypes=("float32", "float64"), returns=PLACES, name="nan")
def count_nonzero_nan(tf, x=tensor(5, 7)):
    return tf.math.count_nonzero(x * NAN, axis=0)


@count_nonzero_nan.reference
def _(np):
    return np.full(7, 5)


@case("tf.math.bincount", dtypes=("float32", "float64", "int32", "int64"), name="weighted", condition=8)
def bincount_weighted(tf, i=indices(40, below=6, dtype="int32"), w=tensor(40)):
    return tf.math.bincount(i, weights=w, minlength=8)


@bincount_weighted.reference
def _(np, i, w):
    return np.array([np.sum(w[i == k]) for k in range(8)])


@case("tf.math.bincount", dtypes=("int32",), name="rows")
def bincount_rows(tf, i=indices(3, 10, below=6, dtype="int32")):
    return tf.math.bincount(i, minlength=6, axis=-1, binary_output=True)


@bincount_rows.reference
def _(np, i):
    return np.array([[int(k in row) for k in range(6)] for row in i])


@case("tf.math.confusion_matrix", dtypes=("float32", "float64"), name="weighted", condition=4)
def confusion_matrix_weighted(tf, a=indices(30, below=4), b=indices(30, below=4), w=positive(30)):
    return tf.math.confusion_matrix(a, b, num_classes=4, weights=w, dtype=w.dtype)


@confusion_matrix_weighted.reference
def _(np, a, b, w):
    return np.array([[np.sum(w[(a == i) & (b == j)]) for j in range(4)] for i in range(4)])


@case(
    "tf.math.cumsum", dtypes=NUMERIC + COMPLEX, modes=(EAGER, COMPILED, GRADIENT), name="exclusive-reverse", condition=4
)
def cumsum_exclusive_reverse(tf, x=tensor(5, 7)):
    return tf.math.cumsum(x, axis=0, exclusive=True, reverse=True)


@cumsum_exclusive_reverse.reference
def _(np, x):
    return np.tril(np.ones((5, 5)), -1).T.astype(x.dtype) @ x


@case("tf.math.cumsum", dtypes=("float32", "float64"), name="large", condition=16)
def cumsum_large(tf, x=tensor(3, 3000)):
    return tf.math.cumsum(x, axis=1)


@cumsum_large.reference
def _(np, x):
    return np.cumsum(x, axis=1)


@case(
    "tf.math.cumulative_logsumexp",
    dtypes=("float32", "float64", "float16"),
    modes=(EAGER, GRADIENT),
    name="exclusive-reverse",
    condition=8,
)
def cumulative_logsumexp_exclusive_reverse(tf, x=tensor(4, 3)):
    return tf.math.cumulative_logsumexp(x, axis=0, exclusive=True, reverse=True)[:-1]


@cumulative_logsumexp_exclusive_reverse.reference
def _(np, x):
    return np.log(np.array([np.sum(np.exp(x[k:]), axis=0) for k in (1, 2, 3)]))


@case("tf.math.l2_normalize", dtypes=FLOATING, name="zero")
def l2_normalize_zero(tf, dtype=DTYPE):
    return tf.math.l2_normalize(tf.zeros([3, 4], dtype), axis=1)


@l2_normalize_zero.reference
def _(np):
    return np.zeros((3, 4))


@case("tf.math.zero_fraction", dtypes=NUMERIC, returns=SINGLE, name="half")
def zero_fraction_half(tf, x=positive(4)):
    return tf.math.zero_fraction(tf.concat([x, 0 * x], 0))


@zero_fraction_half.reference
def _(np):
    return np.array(0.5)


@case("tf.math.top_k", dtypes=NUMERIC, returns=dict.fromkeys(NUMERIC, "int32"), name="places")
def top_k_places(tf, x=tensor(5, 7)):
    return tf.math.top_k(x, k=3).indices


@top_k_places.reference
def _(np, x):
    return np.argsort(-x, axis=1, kind="stable")[:, :3]


@case("tf.math.top_k", dtypes=("float32", "int32"), modes=(EAGER, COMPILED), name="large")
def top_k_large(tf, x=tensor(3, 5000)):
    return tf.math.top_k(x, k=100).values


@top_k_large.reference
def _(np, x):
    return np.sort(x, axis=1)[:, :-101:-1]


@case("tf.math.in_top_k", dtypes=("float32",), name="ties")
def in_top_k_ties(tf, x=tensor(5, 7), i=indices(5, below=7)):
    return tf.math.in_top_k(i, 0 * x, 1)


@in_top_k_ties.reference
def _(np):
    return np.full(5, True)


@case("tf.math.reduce_all", dtypes=BOOL, name="all")
def reduce_all_all(tf, x=tensor(2, 3, 4)):
    return tf.math.reduce_all(x)


@reduce_all_all.reference
def _(np, x):
    return np.array(not np.count_nonzero(~x))


@case("tf.math.reduce_any", dtypes=BOOL, name="kept")
def reduce_any_kept(tf, x=tensor(2, 3, 4)):
    return tf.math.reduce_any(x, axis=[0, 2], keepdims=True)


@reduce_any_kept.reference
def _(np, x):
    return np.sum(x, axis=(0, 2), keepdims=True) > 0
