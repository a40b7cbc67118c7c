"""Compared with what is not a number, with itself, and with nothing."""

from monitor.suite.declare import BOOL, COMPILED, DTYPE, EAGER, EVERY, FLOATING, NUMERIC, case, indices, tensor

INF, NAN = float("inf"), float("nan")


@case("tf.math.equal", dtypes=FLOATING, name="nan")
def equal_nan(tf, x=tensor(4)):
    return tf.math.equal(x * NAN, x * NAN)


@equal_nan.reference
def _(np):
    return np.full(4, False)


@case("tf.math.not_equal", dtypes=FLOATING, name="nan")
def not_equal_nan(tf, x=tensor(4)):
    return tf.math.not_equal(x * NAN, x * NAN)


@not_equal_nan.reference
def _(np):
    return np.full(4, True)


@case("tf.math.greater", dtypes=FLOATING, name="nan")
def greater_nan(tf, x=tensor(4)):
    return tf.math.greater(x, NAN), tf.math.greater(x * NAN, x)


@greater_nan.reference
def _(np):
    return [np.full(4, False)] * 2


@case("tf.math.greater_equal", dtypes=FLOATING, name="nan")
def greater_equal_nan(tf, x=tensor(4)):
    return tf.math.greater_equal(x, NAN), tf.math.greater_equal(x * NAN, x)


@greater_equal_nan.reference
def _(np):
    return [np.full(4, False)] * 2


@case("tf.math.less", dtypes=FLOATING, name="nan")
def less_nan(tf, x=tensor(4)):
    return tf.math.less(x, NAN), tf.math.less(x * NAN, x)


@less_nan.reference
def _(np):
    return [np.full(4, False)] * 2


@case("tf.math.less_equal", dtypes=FLOATING, name="nan")
def less_equal_nan(tf, x=tensor(4)):
    return tf.math.less_equal(x, NAN), tf.math.less_equal(x * NAN, x)


@less_equal_nan.reference
def _(np):
    return [np.full(4, False)] * 2


@case("tf.math.equal", dtypes=EVERY, name="itself")
def equal_itself(tf, x=tensor(3, 4)):
    return tf.math.equal(x, x)


@equal_itself.reference
def _(np):
    return np.full((3, 4), True)


@case("tf.math.not_equal", dtypes=("int8", "int16", "uint8", "uint16"), name="narrow")
def not_equal_narrow(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.not_equal(a, b)


@not_equal_narrow.reference
def _(np, a, b):
    return a != b


@case("tf.math.less", dtypes=("int8", "int16", "uint8", "uint16"), name="narrow")
def less_narrow(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.less(a, b)


@less_narrow.reference
def _(np, a, b):
    return b > a


@case("tf.math.greater_equal", dtypes=("int8", "int16", "uint8", "uint16"), name="narrow")
def greater_equal_narrow(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.greater_equal(a, b)


@greater_equal_narrow.reference
def _(np, a, b):
    return ~(a < b)


@case("tf.math.greater", dtypes=NUMERIC, name="itself")
def greater_itself(tf, x=tensor(3, 4)):
    return tf.math.greater(x, x), tf.math.greater(x + 1, x)


@greater_itself.reference
def _(np):
    return [np.full((3, 4), False), np.full((3, 4), True)]


@case("tf.math.less_equal", dtypes=NUMERIC, name="itself")
def less_equal_itself(tf, x=tensor(3, 4)):
    return tf.math.less_equal(x, x), tf.math.less_equal(x + 1, x)


@less_equal_itself.reference
def _(np):
    return [np.full((3, 4), True), np.full((3, 4), False)]


@case("tf.math.equal", dtypes=EVERY, name="empty")
def equal_empty(tf, x=tensor(0, 4)):
    return tf.math.equal(x, x)


@equal_empty.reference
def _(np):
    return np.zeros((0, 4), dtype=bool)


@case("tf.math.logical_and", dtypes=BOOL, modes=(EAGER, COMPILED), name="large")
def logical_and_large(tf, a=tensor(131, 1), b=tensor(257)):
    return tf.math.logical_and(a, b)


@logical_and_large.reference
def _(np, a, b):
    return a * b


@case("tf.math.logical_or", dtypes=BOOL, name="large")
def logical_or_large(tf, a=tensor(131, 1), b=tensor(257)):
    return tf.math.logical_or(a, b)


@logical_or_large.reference
def _(np, a, b):
    return a + b


@case("tf.math.logical_xor", dtypes=BOOL, modes=(EAGER, COMPILED), name="large")
def logical_xor_large(tf, a=tensor(131, 1), b=tensor(257)):
    return tf.math.logical_xor(a, b)


@logical_xor_large.reference
def _(np, a, b):
    return a != b


@case("tf.math.logical_not", dtypes=BOOL, name="empty")
def logical_not_empty(tf, x=tensor(0, 4)):
    return tf.math.logical_not(x)


@logical_not_empty.reference
def _(np):
    return np.zeros((0, 4), dtype=bool)


@case("tf.math.is_finite", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large")
def is_finite_large(tf, x=tensor(131, 257)):
    return tf.math.is_finite(tf.where(x > 2, x * INF, x))


@is_finite_large.reference
def _(np, x):
    return x <= 2


@case("tf.math.is_nan", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large")
def is_nan_large(tf, x=tensor(131, 257)):
    return tf.math.is_nan(tf.where(x > 2, x * NAN, x))


@is_nan_large.reference
def _(np, x):
    return x > 2


@case("tf.math.is_inf", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large")
def is_inf_large(tf, x=tensor(131, 257)):
    return tf.math.is_inf(tf.where(x > 2, x * -INF, x))


@is_inf_large.reference
def _(np, x):
    return x > 2


@case("tf.math.is_non_decreasing", dtypes=FLOATING, name="ties")
def is_non_decreasing_ties(tf, x=tensor(6)):
    return tf.math.is_non_decreasing(0 * x), tf.math.is_non_decreasing(x[:0])


@is_non_decreasing_ties.reference
def _(np):
    return [np.array(True), np.array(True)]


@case("tf.math.is_strictly_increasing", dtypes=FLOATING, name="one")
def is_strictly_increasing_one(tf, x=tensor(6)):
    return tf.math.is_strictly_increasing(x[:1]), tf.math.is_strictly_increasing(x[:0])


@is_strictly_increasing_one.reference
def _(np):
    return [np.array(True), np.array(True)]


@case("tf.bitwise.invert", dtypes=("uint8", "uint16"), name="unsigned")
def invert_unsigned(tf, x=tensor(3, 4), dtype=DTYPE):
    return tf.bitwise.invert(x)


@invert_unsigned.reference
def _(np, x, dtype):
    return np.iinfo(dtype).max - x


@case("tf.bitwise.bitwise_and", dtypes=("int32", "uint8"), modes=(EAGER, COMPILED), name="masked")
def bitwise_and_masked(tf, x=indices(131, 257, below=100, dtype="int32")):
    return tf.bitwise.bitwise_and(x, 7)


@bitwise_and_masked.reference
def _(np, x):
    return x % 8


@case("tf.bitwise.bitwise_or", dtypes=("int32", "int64"), modes=(EAGER, COMPILED), name="scalar")
def bitwise_or_scalar(tf, x=tensor(3, 4)):
    return tf.bitwise.bitwise_or(x, 1)


@bitwise_or_scalar.reference
def _(np, x):
    return x + (x % 2 == 0)


@case("tf.bitwise.bitwise_xor", dtypes=("int8", "int32", "int64"), modes=(EAGER, COMPILED), name="itself")
def bitwise_xor_itself(tf, x=tensor(3, 4)):
    return tf.bitwise.bitwise_xor(x, x), tf.bitwise.bitwise_xor(x, -1)


@bitwise_xor_itself.reference
def _(np, x):
    return [0 * x, -x - 1]


@case("tf.bitwise.left_shift", dtypes=("int32", "int64", "uint8"), modes=(EAGER, COMPILED), name="powers")
def left_shift_powers(tf, dtype=DTYPE):
    return tf.bitwise.left_shift(tf.ones([8], dtype), tf.range(8, dtype=dtype))


@left_shift_powers.reference
def _(np):
    return 2 ** np.arange(8)


@case("tf.bitwise.right_shift", dtypes=("int32", "int64"), modes=(EAGER, COMPILED), name="negative")
def right_shift_negative(tf, dtype=DTYPE):
    return tf.bitwise.right_shift(tf.constant([-8, -7, -1, 7], dtype), tf.ones([4], dtype))


@right_shift_negative.reference
def _(np):
    return np.array([-4, -4, -1, 3])
