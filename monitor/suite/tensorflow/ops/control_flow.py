"""Loops, branches and maps, and their derivatives."""

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, FLOATING, GRADIENT, NUMERIC, case, tensor
from monitor.suite.limits import EAGER_LOOP, FIXED_RANK, FIXED_SHAPES, NOT_EMPTY, QUADRATIC


@case("tf.while_loop", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT), condition=4)
def while_loop(tf, x=tensor(4)):
    return tf.while_loop(lambda k, x: k < 3, lambda k, x: (k + 1, x * x / 2), (0, x), maximum_iterations=3)[1]


@while_loop.reference
def _(np, x):
    return x**8 / 2**7


@case("tf.cond", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def cond(tf, x=tensor(4)):
    return tf.cond(tf.reduce_sum(x * 0) < 1, lambda: 2 * x, lambda: -x)


@cond.reference
def _(np, x):
    return 2 * x if np.sum(x * 0) < 1 else -x


@case("tf.case", dtypes=FLOATING)
def tf_case(tf, x=tensor(4)):
    return tf.case([(tf.constant(False), lambda: x), (tf.constant(True), lambda: 3 * x)], default=lambda: -x)


@tf_case.reference
def _(np, x):
    return 3 * x


@case("tf.switch_case", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def switch_case(tf, x=tensor(4)):
    return tf.switch_case(tf.constant(1), [lambda: x, lambda: 3 * x])


@switch_case.reference
def _(np, x):
    return 3 * x


@case("tf.map_fn", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT), condition=4, limits=NOT_EMPTY | EAGER_LOOP)
def map_fn(tf, x=tensor(3, 4)):
    return tf.map_fn(lambda row: row * tf.reduce_max(row), x)


@map_fn.reference
def _(np, x):
    return x * np.max(x, axis=tuple(range(1, x.ndim)), keepdims=True)


@case("tf.vectorized_map", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4, limits=NOT_EMPTY)
def vectorized_map(tf, x=tensor(3, 4)):
    return tf.vectorized_map(lambda row: row * tf.reduce_max(row), x)


@vectorized_map.reference
def _(np, x):
    return x * np.max(x, axis=tuple(range(1, x.ndim)), keepdims=True)


@case("tf.scan", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=4, limits=NOT_EMPTY | EAGER_LOOP)
def scan(tf, x=tensor(5)):
    return tf.scan(lambda total, one: total / 2 + one, x)


@scan.reference
def _(np, x):
    result = [x[0]]
    for one in x[1:]:
        result.append(result[-1] / 2 + one)
    return np.array(result)


@case("tf.foldl", dtypes=FLOATING, condition=4, limits=NOT_EMPTY | EAGER_LOOP)
def foldl(tf, x=tensor(5)):
    return tf.foldl(lambda total, one: total / 2 + one, x)


@foldl.reference
def _(np, x):
    total = x[0]
    for one in x[1:]:
        total = total / 2 + one
    return total


@case("tf.foldr", dtypes=FLOATING, condition=4, limits=NOT_EMPTY | EAGER_LOOP)
def foldr(tf, x=tensor(5)):
    return tf.foldr(lambda total, one: total / 2 + one, x)


@foldr.reference
def _(np, x):
    total = x[-1]
    for one in x[-2::-1]:
        total = total / 2 + one
    return total


@case("tf.stop_gradient", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def stop_gradient(tf, x=tensor(4)):
    return x + tf.stop_gradient(x - x)


@stop_gradient.reference
def _(np, x):
    return x + (x - x)


@case("tf.GradientTape", dtypes=FLOATING)
def gradient_tape(tf, x=tensor(4)):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.reduce_sum(x * x)
    return tape.gradient(y, x)


@gradient_tape.reference
def _(np, x):
    return 2 * x


@case("tf.GradientTape.jacobian", dtypes=FLOATING, limits=FIXED_RANK | QUADRATIC)
def jacobian(tf, x=tensor(3)):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    return tape.jacobian(y, x)


@jacobian.reference
def _(np, x):
    return np.eye(len(x)) * (2 * x)  # each row is a product with a unit vector


@case("tf.hessians", dtypes=("float32", "float64"), limits=FIXED_RANK | QUADRATIC)
def hessians(tf, x=tensor(3)):
    return tf.function(lambda x: tf.hessians(tf.reduce_sum(x**3), x))(x)


@hessians.reference
def _(np, x):
    return [np.eye(len(x)) * (6 * x)]


@case("tf.gradients", dtypes=FLOATING)
def gradients(tf, x=tensor(3)):
    return tf.function(lambda x: tf.gradients(tf.reduce_sum(x * x), x))(x)


@gradients.reference
def _(np, x):
    return [2 * x]


@case("tf.custom_gradient", dtypes=FLOATING, limits=FIXED_SHAPES)
def custom_gradient(tf, x=tensor(4)):
    doubled = tf.custom_gradient(lambda x: (x, lambda upstream: 2 * upstream))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = doubled(x)
    return tape.gradient(y, x)


@custom_gradient.reference
def _(np, x):
    return np.full(4, 2.0)


@case("tf.recompute_grad", dtypes=FLOATING)
def recompute_grad(tf, x=tensor(4)):
    square = tf.recompute_grad(lambda x: x * x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = square(x)
    return tape.gradient(y, x)


@recompute_grad.reference
def _(np, x):
    return 2 * x


@case("tf.autodiff.ForwardAccumulator", dtypes=FLOATING)
def forward_accumulator(tf, x=tensor(4), v=tensor(4)):
    with tf.autodiff.ForwardAccumulator(x, v) as forward:
        y = x * x
    return forward.jvp(y)


@forward_accumulator.reference
def _(np, x, v):
    return 2 * x * v


@case("tf.function", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def function(tf, x=tensor(4)):
    return tf.function(lambda x: x + 1)(x)


@function.reference
def _(np, x):
    return x + 1


@case("tf.group")
def group(tf):
    return tf.group(tf.constant(1)) is None


@group.promise
def _(none):
    return none


@case("tf.TensorArray", dtypes=NUMERIC + COMPLEX, limits=FIXED_SHAPES)
def tensor_array(tf, x=tensor(3, 2)):
    array = tf.TensorArray(x.dtype, size=3)
    for k in range(3):
        array = array.write(k, x[2 - k])
    return array.stack()


@tensor_array.reference
def _(np, x):
    return x[::-1]


@case("tf.sets.difference")
def difference(tf):
    return tf.sparse.to_dense(tf.sets.difference([[1, 2, 3]], [[2, 5, 7]])).numpy().tolist()


@difference.promise
def _(found):
    return found == [[1, 3]]


@case("tf.sets.union")
def union(tf):
    return tf.sparse.to_dense(tf.sets.union([[1, 2, 3]], [[2, 5, 5]])).numpy().tolist()


@union.promise
def _(found):
    return found == [[1, 2, 3, 5]]


@case("tf.sets.size")
def size(tf):
    return tf.sets.size(tf.sparse.from_dense([[1, 2, 2], [3, 0, 0]])).numpy().tolist()


@size.promise
def _(found):
    return found == [2, 1]
