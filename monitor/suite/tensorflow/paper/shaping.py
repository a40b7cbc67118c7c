"""Joining, reshaping and conversion of tensors, and queries of their shape."""

from monitor.suite.declare import COMPILED, EAGER, EVERY, FLOATING, GRADIENT, NUMERIC, case, tensor
from monitor.suite.limits import DIGITS, FIXED_RANK, FIXED_SHAPES, INTEGER_RANGE, NOT_EMPTY

ALL_MODES = (EAGER, COMPILED, GRADIENT)


@case("tf.concat", dtypes=EVERY, modes=ALL_MODES, limits=FIXED_RANK)
def concat(tf, a=tensor(2, 3), b=tensor(2, 4)):
    return tf.concat([a, b], axis=1)


@concat.reference
def _(np, a, b):
    return np.concatenate([a, b], axis=1)


@case("tf.concat", name="empty", dtypes=FLOATING, modes=(EAGER, COMPILED), limits=FIXED_RANK)
def concat_empty(tf, a=tensor(0, 3), b=tensor(2, 3)):
    return tf.concat([a, b], axis=0)


@concat_empty.reference
def _(np, a, b):
    return b


@case("tf.reshape", dtypes=EVERY, modes=ALL_MODES, limits=FIXED_SHAPES)
def reshape(tf, x=tensor(3, 4)):
    return tf.reshape(x, [2, -1])


@reshape.reference
def _(np, x):
    return x.reshape(2, 6)


@case("tf.cast", dtypes=EVERY, modes=(EAGER, COMPILED), returns=dict.fromkeys(EVERY, "int32"), limits=INTEGER_RANGE)
def cast(tf, x=tensor(3, 4)):
    return tf.cast(tf.math.real(x) if x.dtype.is_complex else x, tf.int32)


@cast.reference
def _(np, x):
    return np.trunc(np.real(x)) if x.dtype != bool else x.astype(int)


@case("tf.cast", name="to-half", dtypes=NUMERIC, modes=ALL_MODES, returns=dict.fromkeys(NUMERIC, "float16"))
def cast_to_half(tf, x=tensor(3, 4)):
    return tf.cast(x, tf.float16)


@cast_to_half.reference
def _(np, x):
    return x


@case("tf.Tensor.get_shape", dtypes=EVERY)
def get_shape(tf, x=tensor(2, 0, 5)):
    return x.get_shape().as_list()


@get_shape.promise
def _(shape):
    return shape == [2, 0, 5]


@case("tf.reduce_mean", dtypes=FLOATING + ("complex64",), modes=ALL_MODES, condition=16)
def reduce_mean(tf, x=tensor(5, 7)):
    return tf.reduce_mean(x, axis=0)


@reduce_mean.reference
def _(np, x):
    return np.sum(x, axis=0) / len(x)


@case("tf.reduce_mean", name="of-counts", dtypes=("int32", "int64"), limits=NOT_EMPTY)
def reduce_mean_of_counts(tf, x=tensor(5, 7)):
    return tf.reduce_mean(x)


@reduce_mean_of_counts.reference
def _(np, x):
    return np.trunc(np.sum(x) / x.size)  # TensorFlow divides integers towards zero


@case("tf.print", dtypes=FLOATING + ("int32",), limits=DIGITS | FIXED_SHAPES)
def print(tf, x=tensor(3)):
    import tempfile

    with tempfile.NamedTemporaryFile("r") as file:
        tf.print("x =", x, output_stream=f"file://{file.name}")
        return file.read()


@print.promise
def _(text, x):
    numbers = text.removeprefix("x = [").removesuffix("]\n").split()
    return [round(float(number), 3) for number in numbers] == [round(float(value), 3) for value in x]
