"""NumPy functions that TensorFlow calls."""

from monitor.suite.declare import EVERY, case, tensor
from monitor.suite.limits import SESSION


@case("tf.numpy_function", dtypes=EVERY)
def numpy_function(tf, x=tensor(3, 4)):
    return tf.numpy_function(lambda values: values[::-1].copy(), [x], x.dtype)


@numpy_function.reference
def _(np, x):
    return x[::-1]


@case("tf.numpy_function", name="in-a-function", dtypes=("float32", "float64", "bfloat16", "int32", "bool"))
def numpy_function_in_a_function(tf, x=tensor(3, 4)):
    @tf.function
    def transposed(values):
        return tf.numpy_function(lambda array: array.T.copy(), [values], values.dtype)

    return transposed(x)


@numpy_function_in_a_function.reference
def _(np, x):
    return x.T


@case("tf.numpy_function", name="of-several", dtypes=("float32", "float64", "int32", "int64"))
def numpy_function_of_several(tf, x=tensor(3), y=tensor(3)):
    return tf.numpy_function(lambda a, b: (a + b, a - b), [x, y], [x.dtype, x.dtype])


@numpy_function_of_several.reference
def _(np, x, y):
    return [x + y, x - y]


@case("tf.numpy_function", name="in-a-graph", dtypes=("float32", "float64", "int32", "int64"), limits=SESSION)
def numpy_function_in_a_graph(tf, x=tensor(3, 4)):
    calls = []

    def double(values):
        calls.append(values)
        return 2 * values

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        given = tf.constant(x.numpy())
        called = tf.numpy_function(double, [given], given.dtype)
        return session.run(called), len(calls)


@numpy_function_in_a_graph.reference
def _(np, x):
    return 2 * x, 1


@case("tf.numpy_function", name="raises")
def numpy_function_raises(tf):
    def fail(values):
        raise ValueError("no such values")

    caught = []
    for called in (tf.numpy_function, tf.function(tf.numpy_function)):
        try:
            called(fail, [tf.zeros([2])], tf.float32)
        except (ValueError, tf.errors.InvalidArgumentError) as error:
            caught.append(str(error))
    return caught


@numpy_function_raises.promise
def _(caught):
    return len(caught) == 2 and all("no such values" in message for message in caught)


@case("tf.numpy_function", name="wrong-dtype", dtypes=("float32", "float64"))
def numpy_function_wrong_dtype(tf, x=tensor(3)):
    @tf.function
    def called(values):
        return tf.numpy_function(lambda array: array.astype("int32"), [values], values.dtype)

    try:
        called(x)
    except tf.errors.InvalidArgumentError as error:
        return str(error)
    return ""


@numpy_function_wrong_dtype.promise
def _(message):
    return "is int32, but expects" in message
