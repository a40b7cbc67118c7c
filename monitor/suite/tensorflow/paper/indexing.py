"""Scatter by index, set operations and lookup tables."""

from monitor.suite.declare import (
    COMPILED,
    DTYPE,
    EAGER,
    EVERY,
    GRADIENT,
    INTEGER,
    case,
    indices,
    tensor,
)
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES, SESSION, STATEFUL, UNEVEN

ALL_MODES = (EAGER, COMPILED, GRADIENT)


def in_both(a, b):
    """Return the common members of each row, in order, and -1 up to the width of the widest row."""
    rows = [sorted(set(left) & set(right)) for left, right in zip(a.tolist(), b.tolist(), strict=True)]
    width = max(map(len, rows))
    return [row + [-1] * (width - len(row)) for row in rows]


@case("tf.tensor_scatter_nd_update", dtypes=EVERY, modes=ALL_MODES, limits=FIXED_SHAPES)
def tensor_scatter_nd_update(tf, x=tensor(5), updates=tensor(3)):
    return tf.tensor_scatter_nd_update(x, [[4], [0], [2]], updates)


@tensor_scatter_nd_update.reference
def _(np, x, updates):
    return np.array([updates[1], x[1], updates[2], x[3], updates[0]])


@case(
    "tf.tensor_scatter_nd_update",
    name="rows",
    dtypes=("float32", "float16", "int32"),
    modes=ALL_MODES,
    limits=FIXED_SHAPES,
)
def tensor_scatter_nd_update_rows(tf, x=tensor(4, 3, 2), updates=tensor(2, 3, 2)):
    return tf.tensor_scatter_nd_update(x, [[3], [1]], updates)


@tensor_scatter_nd_update_rows.reference
def _(np, x, updates):
    return np.stack([x[0], updates[1], x[2], updates[0]])


@case(
    "tf.tensor_scatter_nd_update",
    name="elements",
    dtypes=("float32", "float16", "int32"),
    modes=ALL_MODES,
    limits=FIXED_SHAPES,
)
def tensor_scatter_nd_update_elements(tf, x=tensor(3, 4), updates=tensor(2, 2)):
    return tf.tensor_scatter_nd_update(x, [[[0, 1], [2, 3]], [[1, 0], [2, 0]]], updates)


@tensor_scatter_nd_update_elements.reference
def _(np, x, updates):
    result = x.copy()
    result[[0, 2, 1, 2], [1, 3, 0, 0]] = updates.ravel()
    return result


@case(
    "tf.tensor_scatter_nd_update",
    name="none",
    dtypes=("float32", "float16", "int32"),
    modes=(EAGER, COMPILED),
    limits=FIXED_RANK,
)
def tensor_scatter_nd_update_none(tf, x=tensor(4, 3), updates=tensor(0, 3)):
    return tf.tensor_scatter_nd_update(x, tf.zeros([0, 1], tf.int32), updates)


@tensor_scatter_nd_update_none.reference
def _(np, x):
    return x


@case(
    "tf.tensor_scatter_nd_update", name="strided", dtypes=("float32", "bfloat16"), modes=ALL_MODES, limits=FIXED_SHAPES
)
def tensor_scatter_nd_update_strided(tf, x=tensor(3, 6), updates=tensor(3, 2)):
    return tf.tensor_scatter_nd_update(tf.transpose(x)[::2], [[2], [0]], tf.transpose(updates))


@tensor_scatter_nd_update_strided.reference
def _(np, x, updates):
    return np.stack([updates[:, 1], x[:, 2], updates[:, 0]])


@case(
    "tf.tensor_scatter_nd_update",
    name="large",
    dtypes=("float32", "float16"),
    modes=(EAGER, COMPILED),
    limits=FIXED_SHAPES,
)
def tensor_scatter_nd_update_large(tf, x=tensor(256, 1024), updates=tensor(128, 1024)):
    return tf.tensor_scatter_nd_update(x, tf.range(0, 256, 2)[:, None], updates)


@tensor_scatter_nd_update_large.reference
def _(np, x, updates):
    return np.stack([updates, x[1::2]], axis=1).reshape(256, 1024)


@case("tf.sets.intersection", dtypes=INTEGER, limits=FIXED_SHAPES | UNEVEN)
def intersection(tf, a=indices(4, 6, below=8, dtype=""), b=indices(4, 6, below=8, dtype="")):
    return tf.sparse.to_dense(tf.sets.intersection(a, b), default_value=-1)


@intersection.reference
def _(np, a, b):
    return np.array(in_both(a, b))


@case(
    "tf.sets.intersection", name="of-bytes", dtypes=("int8", "int16", "uint8", "uint16"), limits=FIXED_SHAPES | UNEVEN
)
def intersection_of_bytes(tf, a=indices(2, 3, 6, below=8, dtype=""), b=indices(2, 3, 6, below=8, dtype="")):
    return tf.sets.intersection(a, b).values


@intersection_of_bytes.reference
def _(np, a, b):
    return np.array([member for row in in_both(a.reshape(6, 6), b.reshape(6, 6)) for member in row if member >= 0])


@case("tf.sets.intersection", name="of-strings")
def intersection_of_strings(tf):
    mine, yours = tf.constant([["b", "a", "c"]]), tf.constant([["c", "b", "b"]])
    return tf.sparse.to_dense(tf.sets.intersection(mine, yours))


@intersection_of_strings.promise
def _(words):
    return words.tolist() == [[b"b", b"c"]]


@case("tf.sets.intersection", name="sparse", dtypes=INTEGER)
def intersection_sparse(tf, dtype=DTYPE):
    def sparse(values, places):
        return tf.SparseTensor(places, tf.constant(values, dtype), [2, 3])

    mine = sparse([1, 2, 9], [[0, 0], [0, 2], [1, 0]])
    yours = sparse([2, 4, 9], [[0, 0], [0, 1], [1, 1]])
    return tf.sparse.to_dense(tf.sets.intersection(mine, yours))


@intersection_sparse.reference
def _(np):
    return np.array([[2], [9]])


@case("tf.sets.intersection", name="disjoint", dtypes=INTEGER, limits=FIXED_SHAPES)
def intersection_disjoint(tf, a=indices(3, 4, below=5, dtype="")):
    return tf.sparse.to_dense(tf.sets.intersection(a, a + 5))


@intersection_disjoint.reference
def _(np):
    return np.zeros((3, 0), int)


@case(
    "tf.lookup.KeyValueTensorInitializer",
    dtypes=("float32", "float64", "int32", "int64"),
    limits=FIXED_SHAPES | STATEFUL,
)
def key_value_tensor_initializer(tf, x=tensor(3)):
    keys = tf.constant([10, 20, 30], tf.int64)
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, x), default_value=x[0])
    return table.lookup(tf.constant([[30, 10], [20, 99]], tf.int64))


@key_value_tensor_initializer.reference
def _(np, x):
    return x[[[2, 0], [1, 0]]]


@case(
    "tf.lookup.KeyValueTensorInitializer",
    name="of-strings",
    dtypes=("float32", "float64", "int32", "int64", "bool"),
    limits=FIXED_SHAPES | STATEFUL,
)
def key_value_tensor_initializer_of_strings(tf, x=tensor(3)):
    initializer = tf.lookup.KeyValueTensorInitializer(["one", "two", "three"], x)
    table = tf.lookup.StaticHashTable(initializer, default_value=x[0])
    return table.lookup(tf.constant(["three", "none", "two"]))


@key_value_tensor_initializer_of_strings.reference
def _(np, x):
    return x[[2, 0, 1]]


@case("tf.lookup.KeyValueTensorInitializer", name="to-strings", dtypes=("int32", "int64"))
def key_value_tensor_initializer_to_strings(tf, dtype=DTYPE):
    initializer = tf.lookup.KeyValueTensorInitializer([1, 2], ["one", "two"], key_dtype=dtype, value_dtype=tf.string)
    table = tf.lookup.StaticHashTable(initializer, default_value="many")
    return table.lookup(tf.constant([2, 1, 7], dtype)), table.size()


@key_value_tensor_initializer_to_strings.promise
def _(result):
    words, size = result
    return words.tolist() == [b"two", b"one", b"many"] and size == 2


@case(
    "tf.lookup.KeyValueTensorInitializer", name="in-a-graph", dtypes=("float32", "int64"), limits=FIXED_SHAPES | SESSION
)
def key_value_tensor_initializer_in_a_graph(tf, x=tensor(2)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        initializer = tf.lookup.KeyValueTensorInitializer(["a", "b"], x.numpy())
        table = tf.lookup.StaticHashTable(initializer, default_value=0)
        session.run(tf.compat.v1.tables_initializer())
        return session.run(table.lookup(tf.constant(["b", "c", "a"])))


@key_value_tensor_initializer_in_a_graph.reference
def _(np, x):
    return np.array([x[1], 0, x[0]])


@case("tf.lookup.KeyValueTensorInitializer", name="twice")
def key_value_tensor_initializer_twice(tf):
    try:
        tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(["a", "a"], [1, 2]), default_value=0)
    except tf.errors.FailedPreconditionError as error:
        return str(error)
    return ""


@key_value_tensor_initializer_twice.promise
def _(message):
    return "HashTable has different value for same key" in message
