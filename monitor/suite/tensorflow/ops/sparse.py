"""Sparse tensors."""

from monitor.suite.declare import DTYPE, FLOATING, case, positive, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES


@case("tf.sparse.to_dense", dtypes=("float32", "float64", "int32", "int64", "complex64"), limits=FIXED_SHAPES)
def to_dense(tf, x=tensor(3)):
    return tf.sparse.to_dense(tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]))


@to_dense.reference
def _(np, x):
    dense = np.zeros((3, 4), dtype=x.dtype)
    dense[[0, 2, 2], [1, 0, 3]] = x
    return dense


@case("tf.sparse.from_dense", dtypes=("float32", "float64", "int32", "int64", "complex64"), limits=FIXED_RANK)
def from_dense(tf, x=tensor(3, 4)):
    return tf.sparse.to_dense(tf.sparse.from_dense(x))


@from_dense.reference
def _(np, x):
    return x


@case("tf.sparse.add", dtypes=("float32", "float64", "int32", "int64", "complex64"), limits=FIXED_SHAPES)
def add(tf, x=tensor(3)):
    return tf.sparse.to_dense(
        tf.sparse.add(
            tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]),
            tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]),
        )
    )


@add.reference
def _(np, x):
    dense = np.zeros((3, 4), dtype=x.dtype)
    dense[[0, 2, 2], [1, 0, 3]] = x
    return 2 * dense


@case(
    "tf.sparse.sparse_dense_matmul",
    dtypes=("float32", "float64", "int32", "complex64", "complex128", "bfloat16"),
    condition=4,
    limits=FIXED_SHAPES,
)
def sparse_dense_matmul(tf, x=tensor(3), b=tensor(4, 2)):
    return tf.sparse.sparse_dense_matmul(tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]), b)


@sparse_dense_matmul.reference
def _(np, x, b):
    return np.stack([x[0] * b[1], np.zeros_like(b[0]), x[1] * b[0] + x[2] * b[3]])


@case("tf.sparse.transpose", dtypes=("float32", "float64", "int32", "int64", "complex64"), limits=FIXED_SHAPES)
def transpose(tf, x=tensor(3)):
    return tf.sparse.to_dense(tf.sparse.transpose(tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4])))


@transpose.reference
def _(np, x):
    dense = np.zeros((3, 4), dtype=x.dtype)
    dense[[0, 2, 2], [1, 0, 3]] = x
    return dense.T


@case("tf.sparse.reshape", dtypes=("float32", "float64", "int32", "int64", "complex64"), limits=FIXED_SHAPES)
def reshape(tf, x=tensor(3)):
    return tf.sparse.to_dense(tf.sparse.reshape(tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]), [6, 2]))


@reshape.reference
def _(np, x):
    dense = np.zeros((3, 4), dtype=x.dtype)
    dense[[0, 2, 2], [1, 0, 3]] = x
    return dense.reshape(6, 2)


@case("tf.sparse.slice", dtypes=("float32", "float64", "int32", "int64", "complex64"), limits=FIXED_SHAPES)
def sparse_slice(tf, x=tensor(3)):
    return tf.sparse.to_dense(
        tf.sparse.slice(tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]), [1, 0], [2, 3])
    )


@sparse_slice.reference
def _(np, x):
    dense = np.zeros((3, 4), dtype=x.dtype)
    dense[[0, 2, 2], [1, 0, 3]] = x
    return dense[1:, :3]


@case("tf.sparse.concat", dtypes=("float32", "float64", "int32", "int64", "complex64"), limits=FIXED_SHAPES)
def concat(tf, x=tensor(3)):
    return tf.sparse.to_dense(
        tf.sparse.concat(
            0,
            [
                tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]),
                tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]),
            ],
        )
    )


@concat.reference
def _(np, x):
    dense = np.zeros((3, 4), dtype=x.dtype)
    dense[[0, 2, 2], [1, 0, 3]] = x
    return np.concatenate([dense, dense])


@case("tf.sparse.reduce_sum", dtypes=("float32", "float64", "int32"), limits=FIXED_SHAPES)
def reduce_sum(tf, x=tensor(3)):
    return tf.sparse.reduce_sum(tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]), axis=1)


@reduce_sum.reference
def _(np, x):
    dense = np.zeros((3, 4), dtype=x.dtype)
    dense[[0, 2, 2], [1, 0, 3]] = x
    return np.sum(dense, axis=1)


@case("tf.sparse.reduce_max", dtypes=("float32", "float64", "int32"), limits=FIXED_SHAPES)
def reduce_max(tf, x=positive(3)):
    return tf.sparse.reduce_max(tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]), axis=1)


@reduce_max.reference
def _(np, x):
    return np.array([x[0], 0, np.max(x[1:])])


@case("tf.sparse.reorder", dtypes=("float32", "float64", "int32", "int64", "complex64"), limits=FIXED_SHAPES)
def reorder(tf, x=tensor(2)):
    return tf.sparse.to_dense(tf.sparse.reorder(tf.sparse.SparseTensor([[1, 0], [0, 1]], x, [2, 2])))


@reorder.reference
def _(np, x):
    return np.array([[0, x[1]], [x[0], 0]])


@case("tf.sparse.retain", dtypes=("float32", "float64", "int32", "int64", "complex64"), limits=FIXED_SHAPES)
def retain(tf, x=tensor(3)):
    return tf.sparse.to_dense(
        tf.sparse.retain(tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]), [True, False, True])
    )


@retain.reference
def _(np, x):
    dense = np.zeros((3, 4), dtype=x.dtype)
    dense[[0, 2], [1, 3]] = x[[0, 2]]
    return dense


@case("tf.sparse.fill_empty_rows", dtypes=("float32", "float64", "int32", "int64", "complex64"), limits=FIXED_SHAPES)
def fill_empty_rows(tf, x=tensor(3)):
    return tf.sparse.fill_empty_rows(tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]), tf.cast(7, x.dtype))[
        0
    ].values


@fill_empty_rows.reference
def _(np, x):
    return np.array([x[0], 7, x[1], x[2]])


@case("tf.sparse.softmax", dtypes=("float32", "float64"), condition=4, limits=FIXED_SHAPES)
def softmax(tf, x=tensor(3)):
    return tf.sparse.softmax(tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4])).values


@softmax.reference
def _(np, x):
    rows = [np.exp(row - np.max(row)) for row in (x[:1], x[1:])]
    return np.concatenate([row / np.sum(row) for row in rows])


@case("tf.sparse.maximum", dtypes=("float32", "float64", "int32"), limits=FIXED_SHAPES)
def maximum(tf, x=tensor(3)):
    return tf.sparse.to_dense(
        tf.sparse.maximum(
            tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]),
            tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]),
        )
    )


@maximum.reference
def _(np, x):
    dense = np.zeros((3, 4), dtype=x.dtype)
    dense[[0, 2, 2], [1, 0, 3]] = x
    return dense


@case("tf.sparse.eye", dtypes=FLOATING)
def eye(tf, dtype=DTYPE):
    return tf.sparse.to_dense(tf.sparse.eye(3, 4, dtype=dtype))


@eye.reference
def _(np):
    return np.eye(3, 4)


@case("tf.sparse.expand_dims", dtypes=("float32", "float64", "int32", "int64", "complex64"), limits=FIXED_SHAPES)
def expand_dims(tf, x=tensor(3)):
    return tf.sparse.to_dense(tf.sparse.expand_dims(tf.sparse.SparseTensor([[0, 1], [2, 0], [2, 3]], x, [3, 4]), 0))


@expand_dims.reference
def _(np, x):
    dense = np.zeros((3, 4), dtype=x.dtype)
    dense[[0, 2, 2], [1, 0, 3]] = x
    return dense[None]


@case("tf.sparse.mask")
def mask(tf):
    slices = tf.IndexedSlices(tf.constant([[1], [2], [3]]), tf.constant([5, 6, 7]))
    return tf.sparse.mask(slices, tf.constant([6])).values.numpy().tolist()


@mask.promise
def _(found):
    return found == [[1], [3]]
