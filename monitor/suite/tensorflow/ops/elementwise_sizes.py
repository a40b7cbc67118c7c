"""Element by element, of many elements, of none, of few bits, and of one in the place of many."""

from monitor.suite.declare import COMPILED, DTYPE, EAGER, FLOATING, INTEGER, NUMERIC, case, positive, tensor, uniform

DOUBLE = dict.fromkeys(INTEGER, "float64")


@case("tf.math.exp", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large")
def exp_large(tf, x=tensor(131, 257)):
    return tf.math.exp(x)


@exp_large.reference
def _(np, x):
    return np.exp(x)


@case("tf.math.log", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large")
def log_large(tf, x=positive(131, 257)):
    return tf.math.log(x)


@log_large.reference
def _(np, x):
    return np.log(x)


@case("tf.math.tanh", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large")
def tanh_large(tf, x=tensor(131, 257)):
    return tf.math.tanh(x)


@tanh_large.reference
def _(np, x):
    return np.tanh(x)


@case("tf.math.sigmoid", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large")
def sigmoid_large(tf, x=tensor(131, 257)):
    return tf.math.sigmoid(x)


@sigmoid_large.reference
def _(np, x):
    return 1 / (1 + np.exp(-x))


@case("tf.math.sin", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large")
def sin_large(tf, x=uniform(-100, 100, 131, 257)):
    return tf.math.sin(x)


@sin_large.reference
def _(np, x):
    return np.sin(x)


@case("tf.math.cos", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large")
def cos_large(tf, x=uniform(-100, 100, 131, 257)):
    return tf.math.cos(x)


@cos_large.reference
def _(np, x):
    return np.cos(x)


@case("tf.math.rsqrt", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large")
def rsqrt_large(tf, x=positive(131, 257)):
    return tf.math.rsqrt(x)


@rsqrt_large.reference
def _(np, x):
    return 1 / np.sqrt(x)


@case("tf.math.sqrt", dtypes=("float32", "bfloat16"), name="large")
def sqrt_large(tf, x=positive(131, 257)):
    return tf.math.sqrt(x)


@sqrt_large.reference
def _(np, x):
    return np.sqrt(x)


@case("tf.math.log1p", dtypes=("float32", "bfloat16"), name="large")
def log1p_large(tf, x=positive(131, 257)):
    return tf.math.log1p(x)


@log1p_large.reference
def _(np, x):
    return np.log1p(x)


@case("tf.math.expm1", dtypes=("float32", "bfloat16"), name="large")
def expm1_large(tf, x=tensor(131, 257)):
    return tf.math.expm1(x)


@expm1_large.reference
def _(np, x):
    return np.expm1(x)


@case("tf.math.softplus", dtypes=("float32", "bfloat16"), name="large")
def softplus_large(tf, x=tensor(131, 257)):
    return tf.math.softplus(x)


@softplus_large.reference
def _(np, x):
    return np.log1p(np.exp(x))


@case("tf.math.asinh", dtypes=("float32", "bfloat16"), name="large")
def asinh_large(tf, x=tensor(131, 257)):
    return tf.math.asinh(x)


@asinh_large.reference
def _(np, x):
    return np.arcsinh(x)


@case("tf.math.sinh", dtypes=("float32", "bfloat16"), name="large")
def sinh_large(tf, x=tensor(131, 257)):
    return tf.math.sinh(x)


@sinh_large.reference
def _(np, x):
    return np.sinh(x)


@case("tf.math.cosh", dtypes=("float32", "bfloat16"), name="large")
def cosh_large(tf, x=tensor(131, 257)):
    return tf.math.cosh(x)


@cosh_large.reference
def _(np, x):
    return np.cosh(x)


@case("tf.math.atan", dtypes=("float32", "bfloat16"), name="large")
def atan_large(tf, x=tensor(131, 257)):
    return tf.math.atan(x)


@atan_large.reference
def _(np, x):
    return np.arctan(x)


@case("tf.math.add", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large")
def add_large(tf, a=tensor(131, 1), b=tensor(257)):
    return tf.math.add(a, b)


@add_large.reference
def _(np, a, b):
    return a + b


@case("tf.math.multiply", dtypes=("float32", "bfloat16"), name="large")
def multiply_large(tf, a=tensor(131, 1), b=tensor(257)):
    return tf.math.multiply(a, b)


@multiply_large.reference
def _(np, a, b):
    return a * b


@case("tf.math.divide", dtypes=("float32", "bfloat16"), name="large")
def divide_large(tf, a=tensor(131, 1), b=positive(257)):
    return tf.math.divide(a, b)


@divide_large.reference
def _(np, a, b):
    return a / b


@case("tf.math.maximum", dtypes=("float32", "bfloat16"), name="large")
def maximum_large(tf, a=tensor(131, 1), b=tensor(257)):
    return tf.math.maximum(a, b)


@maximum_large.reference
def _(np, a, b):
    return np.where(a > b, a, b)


@case("tf.math.pow", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), name="large", condition=4)
def pow_large(tf, a=positive(131, 1), b=tensor(257)):
    return tf.math.pow(a, b)


@pow_large.reference
def _(np, a, b):
    return a**b


@case("tf.math.atan2", dtypes=("float32", "bfloat16"), name="large")
def atan2_large(tf, a=tensor(131, 1), b=tensor(257)):
    return tf.math.atan2(a, b)


@atan2_large.reference
def _(np, a, b):
    return np.angle(b + 1j * a)


@case("tf.math.add_n", dtypes=("float32", "bfloat16"), name="many", condition=4)
def add_n_many(tf, x=tensor(20, 4)):
    return tf.math.add_n(tf.unstack(x))


@add_n_many.reference
def _(np, x):
    return np.sum(x, axis=0)


@case("tf.math.exp", dtypes=FLOATING, name="empty")
def exp_empty(tf, x=tensor(0, 4)):
    return tf.math.exp(x)


@exp_empty.reference
def _(np):
    return np.zeros((0, 4))


@case("tf.math.log", dtypes=FLOATING, name="empty")
def log_empty(tf, x=tensor(0, 4)):
    return tf.math.log(x)


@log_empty.reference
def _(np):
    return np.zeros((0, 4))


@case("tf.math.tanh", dtypes=FLOATING, name="empty")
def tanh_empty(tf, x=tensor(0, 4)):
    return tf.math.tanh(x)


@tanh_empty.reference
def _(np):
    return np.zeros((0, 4))


@case("tf.math.sign", dtypes=FLOATING, name="empty")
def sign_empty(tf, x=tensor(0, 4)):
    return tf.math.sign(x)


@sign_empty.reference
def _(np):
    return np.zeros((0, 4))


@case("tf.math.add", dtypes=NUMERIC, name="empty")
def add_empty(tf, a=tensor(0, 4), b=tensor(4)):
    return tf.math.add(a, b)


@add_empty.reference
def _(np):
    return np.zeros((0, 4))


@case("tf.math.multiply", dtypes=NUMERIC, name="empty")
def multiply_empty(tf, a=tensor(0, 4), b=tensor(4)):
    return tf.math.multiply(a, b)


@multiply_empty.reference
def _(np):
    return np.zeros((0, 4))


@case("tf.math.pow", dtypes=FLOATING, name="empty")
def pow_empty(tf, a=tensor(0, 4), b=tensor(4)):
    return tf.math.pow(a, b)


@pow_empty.reference
def _(np):
    return np.zeros((0, 4))


@case("tf.math.floordiv", dtypes=FLOATING, name="empty")
def floordiv_empty(tf, a=tensor(0, 4), b=tensor(4)):
    return tf.math.floordiv(a, b)


@floordiv_empty.reference
def _(np):
    return np.zeros((0, 4))


@case("tf.math.squared_difference", dtypes=FLOATING, name="empty")
def squared_difference_empty(tf, a=tensor(0, 4), b=tensor(4)):
    return tf.math.squared_difference(a, b)


@squared_difference_empty.reference
def _(np):
    return np.zeros((0, 4))


@case("tf.math.add", dtypes=("int8", "int16", "uint8", "uint16"), name="narrow")
def add_narrow(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.add(a, b)


@add_narrow.reference
def _(np, a, b):
    return a + b


@case("tf.math.multiply", dtypes=("int8", "int16", "uint8", "uint16"), name="narrow")
def multiply_narrow(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.multiply(a, b)


@multiply_narrow.reference
def _(np, a, b):
    return a * b


@case("tf.math.maximum", dtypes=("int8", "int16", "uint8", "uint16"), name="narrow")
def maximum_narrow(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.maximum(a, b)


@maximum_narrow.reference
def _(np, a, b):
    return np.where(a > b, a, b)


@case("tf.math.minimum", dtypes=("int8", "int16", "uint8", "uint16"), name="narrow")
def minimum_narrow(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.minimum(a, b)


@minimum_narrow.reference
def _(np, a, b):
    return np.where(a < b, a, b)


@case("tf.math.floordiv", dtypes=("int8", "int16", "uint8", "uint16"), name="narrow")
def floordiv_narrow(tf, a=tensor(3, 1), b=positive(4)):
    return tf.math.floordiv(a, b)


@floordiv_narrow.reference
def _(np, a, b):
    return a // b


@case("tf.math.floormod", dtypes=("int8", "int16", "uint8", "uint16"), name="narrow")
def floormod_narrow(tf, a=tensor(3, 1), b=positive(4)):
    return tf.math.floormod(a, b)


@floormod_narrow.reference
def _(np, a, b):
    return a - a // b * b


@case("tf.math.subtract", dtypes=("uint8", "uint16"), name="wraps")
def subtract_wraps(tf, x=tensor(12), dtype=DTYPE):
    return tf.math.subtract(x, x + 1)


@subtract_wraps.reference
def _(np, x, dtype):
    return np.full(12, np.iinfo(dtype).max)


@case("tf.math.add", dtypes=("int8", "int16", "int32", "int64"), name="wraps")
def add_wraps(tf, dtype=DTYPE):
    return tf.math.add(tf.constant([dtype.max] * 2, dtype), tf.ones([2], dtype))


@add_wraps.reference
def _(np, dtype):
    return np.full(2, np.iinfo(dtype).min)


@case("tf.math.add", dtypes=NUMERIC, name="scalar")
def add_scalar(tf, x=tensor()):
    return tf.math.add(x, 1)


@add_scalar.reference
def _(np, x):
    return x + 1


@case("tf.math.multiply", dtypes=NUMERIC, name="scalar")
def multiply_scalar(tf, x=tensor()):
    return tf.math.multiply(3, x)


@multiply_scalar.reference
def _(np, x):
    return 3 * x


@case("tf.math.subtract", dtypes=NUMERIC, name="scalar")
def subtract_scalar(tf, x=tensor()):
    return tf.math.subtract(1, x)


@subtract_scalar.reference
def _(np, x):
    return 1 - x


@case("tf.math.divide", dtypes=INTEGER, returns=DOUBLE, name="whole")
def divide_whole(tf, a=tensor(3, 1), b=positive(4)):
    return tf.math.divide(a, b)


@divide_whole.reference
def _(np, a, b):
    return a / b


@case("tf.math.abs", dtypes=NUMERIC, name="scalar")
def abs_scalar(tf, x=tensor()):
    return tf.math.abs(x)


@abs_scalar.reference
def _(np, x):
    return x if x > 0 else -x


@case("tf.math.square", dtypes=NUMERIC, name="scalar")
def square_scalar(tf, x=tensor()):
    return tf.math.square(x)


@square_scalar.reference
def _(np, x):
    return x * x
