"""Look-up of rows by number."""

from monitor.suite.declare import EAGER, FLOATING, GRADIENT, case, indices, tensor
from monitor.suite.limits import FIXED_RANK, NOT_EMPTY


@case("tf.nn.embedding_lookup", dtypes=FLOATING, modes=(EAGER, GRADIENT), limits=NOT_EMPTY | FIXED_RANK)
def embedding_lookup(tf, x=tensor(6, 3), i=indices(4, below=6)):
    return tf.nn.embedding_lookup(x, i)


@embedding_lookup.reference
def _(np, x, i):
    return x[i]


@case("tf.nn.embedding_lookup_sparse", dtypes=("float32", "float64"), condition=4, limits=NOT_EMPTY | FIXED_RANK)
def embedding_lookup_sparse(tf, x=tensor(6, 3)):
    ids = tf.sparse.from_dense([[1, 2], [3, 0]])
    return tf.nn.embedding_lookup_sparse(x, ids, None, combiner="sum")


@embedding_lookup_sparse.reference
def _(np, x):
    return np.array([x[1] + x[2], x[3]])


@case("tf.nn.safe_embedding_lookup_sparse", dtypes=("float32", "float64"), condition=4, limits=NOT_EMPTY | FIXED_RANK)
def safe_embedding_lookup_sparse(tf, x=tensor(6, 3)):
    ids = tf.sparse.from_dense([[1, 2], [0, 0]])
    return tf.nn.safe_embedding_lookup_sparse(x, ids, combiner="mean")


@safe_embedding_lookup_sparse.reference
def _(np, x):
    return np.array([(x[1] + x[2]) / 2, np.zeros_like(x[0])])
