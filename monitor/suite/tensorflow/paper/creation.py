"""Tensors made from nothing, or from Python's own values."""

from monitor.suite.declare import COMPILED, DTYPE, EAGER, EVERY, FLOATING, NUMERIC, case, tensor


@case("tf.zeros", dtypes=EVERY, modes=(EAGER, COMPILED))
def zeros(tf, dtype=DTYPE):
    return tf.zeros([3, 4], dtype)


@zeros.reference
def _(np, dtype):
    return np.zeros((3, 4), dtype=bool if dtype == "bool" else float)


@case("tf.constant", dtypes=NUMERIC + ("complex64",), modes=(EAGER, COMPILED))
def constant(tf, dtype=DTYPE):
    return tf.constant([[0, 1, 2], [3, 5, 7]], dtype)


@constant.reference
def _(np):
    return np.array([[0, 1, 2], [3, 5, 7]])


@case("tf.constant", name="filled", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def constant_filled(tf, dtype=DTYPE):
    return tf.constant(5, dtype, shape=[2, 3])


@constant_filled.reference
def _(np):
    return np.full((2, 3), 5)


@case("tf.range", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def range(tf, dtype=DTYPE):
    return tf.range(2, 20, 3, dtype)


@range.reference
def _(np):
    return np.arange(2, 20, 3)


@case("tf.Variable", dtypes=FLOATING)
def variable(tf, x=tensor(3, 4)):
    variable = tf.Variable(x)
    variable.assign_add(x)
    variable[0].assign(tf.zeros_like(x[0]))
    return variable


@variable.reference
def _(np, x):
    return np.concatenate([0 * x[:1], 2 * x[1:]])
