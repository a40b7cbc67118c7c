"""Assertions on values: their order, their dtype, their derivative."""

from monitor.suite.declare import DTYPE, EVERY, FLOATING, NUMERIC, case, positive, tensor
from monitor.suite.limits import CAUGHT, FIXED_SHAPES, FIXED_VALUES, GENERIC, SESSION


@case("tf.debugging.assert_less", dtypes=NUMERIC, limits=GENERIC)
def assert_less(tf, x=tensor(3, 4), y=positive(3, 4)):
    tf.debugging.assert_less(x, x + y)
    return True


@assert_less.promise
def _(passed):
    return passed


@case("tf.debugging.assert_less", name="fails", dtypes=("float32", "int32"))
def assert_less_fails(tf, x=tensor(3, 4)):
    try:
        tf.debugging.assert_less(x, x, message="not in order")
    except tf.errors.InvalidArgumentError as error:
        return str(error)
    return ""


@assert_less_fails.promise
def _(message):
    return "not in order" in message and "Condition x < y did not hold" in message


@case("tf.debugging.assert_less", name="broadcast", dtypes=("float32", "int32"), limits=GENERIC)
def assert_less_broadcast(tf, x=tensor(3, 4)):
    tf.debugging.assert_less(x, tf.reduce_max(x, axis=0) + 1)
    try:
        tf.debugging.assert_less(x, tf.reduce_max(x, axis=0))
    except tf.errors.InvalidArgumentError:
        return "refused"
    return "passed"


@assert_less_broadcast.promise
def _(result):
    return result == "refused"


@case("tf.debugging.assert_less", name="empty", dtypes=("float32", "int32"))
def assert_less_empty(tf, x=tensor(0, 3), y=tensor(3)):
    tf.debugging.assert_less(x, y)
    return True


@assert_less_empty.promise
def _(passed):
    return passed


@case(
    "tf.debugging.assert_less",
    name="in-a-function",
    dtypes=("float32", "int32"),
    limits=FIXED_SHAPES | FIXED_VALUES | CAUGHT,
)
def assert_less_in_a_function(tf, x=tensor(4), y=positive(4)):
    @tf.function
    def checked(low, high):
        tf.debugging.assert_less(low, high)
        return high

    passed = checked(x, x + y)
    try:
        checked(x + y, x)
    except tf.errors.InvalidArgumentError:
        return passed
    return None


@assert_less_in_a_function.reference
def _(np, x, y):
    return x + y


@case(
    "tf.debugging.assert_less",
    name="in-a-graph",
    dtypes=("float32", "int32"),
    limits=FIXED_SHAPES | FIXED_VALUES | SESSION,
)
def assert_less_in_a_graph(tf, x=tensor(4), dtype=DTYPE):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        given = tf.compat.v1.placeholder(dtype, [4])
        with tf.control_dependencies([tf.compat.v1.assert_less(given, tf.constant(9, dtype))]):
            guarded = tf.identity(given)
        try:
            session.run(guarded, {given: x.numpy() + 20})
        except tf.errors.InvalidArgumentError:
            return session.run(guarded, {given: x.numpy()})
        return None


@assert_less_in_a_graph.reference
def _(np, x):
    return x


@case("tf.as_dtype", dtypes=EVERY)
def as_dtype(tf, x=tensor(2), dtype=DTYPE):
    spellings = [dtype, dtype.name, dtype.as_numpy_dtype, dtype.as_datatype_enum, x.numpy().dtype]
    return [tf.as_dtype(spelling) is dtype for spelling in spellings]


@as_dtype.promise
def _(same):
    return all(same)


@case("tf.as_dtype", name="of-a-variable", dtypes=FLOATING)
def as_dtype_of_a_variable(tf, x=tensor(2)):
    return tf.as_dtype(tf.Variable(x).dtype) is x.dtype


@as_dtype_of_a_variable.promise
def _(same):
    return same


@case("tf.as_dtype", name="of-python-types")
def as_dtype_of_python_types(tf):
    return [tf.as_dtype(kind).name for kind in (float, bool, object, "int8", "half", "uint64", "qint8", "resource")]


@as_dtype_of_python_types.promise
def _(names):
    return names == ["float32", "bool", "string", "int8", "float16", "uint64", "qint8", "resource"]


@case("tf.as_dtype", name="limits", dtypes=("int32", "int64", "uint8", "int16"))
def as_dtype_limits(tf, dtype=DTYPE):
    kind = tf.as_dtype(dtype.name)
    return dtype.name, kind.min, kind.max, kind.size, kind.is_integer, kind.is_floating


@as_dtype_limits.promise
def _(result):
    name, low, high, size, integer, floating = result
    signed, bits = not name.startswith("u"), 8 * size
    limits = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return name.endswith(str(bits)) and (low, high) == limits and integer and not floating


@case("tf.as_dtype", name="refuses")
def as_dtype_refuses(tf):
    refused = []
    for spelling in ("float33", -1, object()):
        try:
            tf.as_dtype(spelling)
        except TypeError:
            refused.append(True)
    return refused


@as_dtype_refuses.promise
def _(refused):
    return refused == [True, True, True]


@case("tf.compat.v1.test.compute_gradient_error", dtypes=("float32", "float64"), limits=GENERIC)
def compute_gradient_error(tf, x=tensor(2, 3)):
    with tf.Graph().as_default(), tf.compat.v1.Session():
        given = tf.constant(x.numpy())
        return tf.compat.v1.test.compute_gradient_error(
            given, [2, 3], tf.square(given), [2, 3], x_init_value=x.numpy(), delta=0.125
        )


@compute_gradient_error.promise
def _(error):
    return error < 1e-5  # a central difference of a square has no error but rounding


@case(
    "tf.compat.v1.test.compute_gradient_error",
    name="wrong",
    dtypes=("float32", "float64"),
    limits=GENERIC | FIXED_SHAPES,
)
def compute_gradient_error_wrong(tf, x=positive(2, 3)):
    @tf.custom_gradient
    def squared(values):
        return tf.square(values), lambda upstream: 3 * values * upstream

    with tf.Graph().as_default(), tf.compat.v1.Session():
        given = tf.constant(x.numpy())
        return tf.compat.v1.test.compute_gradient_error(
            given, [2, 3], squared(given), [2, 3], x_init_value=x.numpy(), delta=0.125
        )


@compute_gradient_error_wrong.promise
def _(error, x):
    return abs(error - x.max()) < 1e-5  # it says 3x where the truth is 2x


@case("tf.compat.v1.test.compute_gradient_error", name="of-two", dtypes=("float32", "float64"), limits=GENERIC)
def compute_gradient_error_of_two(tf, a=tensor(2, 3), b=tensor(3, 2)):
    with tf.Graph().as_default(), tf.compat.v1.Session():
        left, right = tf.constant(a.numpy()), tf.constant(b.numpy())
        return tf.compat.v1.test.compute_gradient_error(
            [left, right],
            [[2, 3], [3, 2]],
            left @ right,
            [2, 2],
            x_init_value=[a.numpy(), b.numpy()],
            delta=0.125,
        )


@compute_gradient_error_of_two.promise
def _(error):
    return error < 1e-5


@case("tf.compat.v1.test.compute_gradient_error", name="complex", dtypes=("complex64", "complex128"))
def compute_gradient_error_complex(tf, x=tensor(3)):
    with tf.Graph().as_default(), tf.compat.v1.Session():
        given = tf.constant(x.numpy())
        return tf.compat.v1.test.compute_gradient_error(
            given, [3], given * given, [3], x_init_value=x.numpy(), delta=0.125
        )


@compute_gradient_error_complex.promise
def _(error):
    return error < 1e-5
