"""Element by element, at infinity, at zero and outside the domain."""

from monitor.suite.declare import DTYPE, FLOATING, INTEGER, NUMERIC, case, tensor

INF, NAN = float("inf"), float("nan")
EDGES = (-INF, -2.0, -1.0, 0.0, 1.0, 2.0, INF, NAN)
HALVES = (-2.5, -1.5, -0.5, 0.5, 1.5, 2.5)


@case("tf.math.abs", dtypes=FLOATING, name="edges")
def abs_edges(tf, dtype=DTYPE):
    return tf.math.abs(tf.constant(EDGES, dtype))


@abs_edges.reference
def _(np):
    return np.array([INF, 2, 1, 0, 1, 2, INF, NAN])


@case("tf.math.negative", dtypes=FLOATING, name="edges")
def negative_edges(tf, dtype=DTYPE):
    return tf.math.negative(tf.constant(EDGES, dtype))


@negative_edges.reference
def _(np):
    return np.array([INF, 2, 1, 0, -1, -2, -INF, NAN])


@case("tf.math.sign", dtypes=FLOATING, name="edges")
def sign_edges(tf, dtype=DTYPE):
    return tf.math.sign(tf.constant(EDGES, dtype))


@sign_edges.reference
def _(np):
    return np.array([-1, -1, -1, 0, 1, 1, 1, NAN])


@case("tf.math.square", dtypes=FLOATING, name="edges")
def square_edges(tf, dtype=DTYPE):
    return tf.math.square(tf.constant(EDGES, dtype))


@square_edges.reference
def _(np):
    return np.array([INF, 4, 1, 0, 1, 4, INF, NAN])


@case("tf.math.reciprocal", dtypes=FLOATING, name="edges")
def reciprocal_edges(tf, dtype=DTYPE):
    return tf.math.reciprocal(tf.constant(EDGES, dtype))


@reciprocal_edges.reference
def _(np):
    return np.array([0, -0.5, -1, INF, 1, 0.5, 0, NAN])


@case("tf.math.ceil", dtypes=FLOATING, name="edges")
def ceil_edges(tf, dtype=DTYPE):
    return tf.math.ceil(tf.constant(EDGES, dtype))


@ceil_edges.reference
def _(np):
    return np.array([-INF, -2, -1, 0, 1, 2, INF, NAN])


@case("tf.math.floor", dtypes=FLOATING, name="edges")
def floor_edges(tf, dtype=DTYPE):
    return tf.math.floor(tf.constant(EDGES, dtype))


@floor_edges.reference
def _(np):
    return np.array([-INF, -2, -1, 0, 1, 2, INF, NAN])


@case("tf.math.round", dtypes=FLOATING, name="halves")
def round_halves(tf, dtype=DTYPE):
    return tf.math.round(tf.constant(HALVES, dtype))


@round_halves.reference
def _(np):
    return np.array([-2, -2, 0, 0, 2, 2])


@case("tf.math.rint", dtypes=("float32", "float64"), name="halves")
def rint_halves(tf, dtype=DTYPE):
    return tf.math.rint(tf.constant(HALVES, dtype))


@rint_halves.reference
def _(np):
    return np.array([-2, -2, 0, 0, 2, 2])


@case("tf.math.exp", dtypes=FLOATING, name="edges")
def exp_edges(tf, dtype=DTYPE):
    return tf.math.exp(tf.constant(EDGES, dtype))


@exp_edges.reference
def _(np):
    return np.array([0, np.exp(-2), np.exp(-1), 1, np.e, np.exp(2), INF, NAN])


@case("tf.math.expm1", dtypes=FLOATING, name="edges")
def expm1_edges(tf, dtype=DTYPE):
    return tf.math.expm1(tf.constant(EDGES, dtype))


@expm1_edges.reference
def _(np):
    return np.array([-1, np.exp(-2) - 1, np.exp(-1) - 1, 0, np.e - 1, np.exp(2) - 1, INF, NAN])


@case("tf.math.log", dtypes=FLOATING, name="edges")
def log_edges(tf, dtype=DTYPE):
    return tf.math.log(tf.constant(EDGES, dtype))


@log_edges.reference
def _(np):
    return np.array([NAN, NAN, NAN, -INF, 0, np.log(2), INF, NAN])


@case("tf.math.log1p", dtypes=FLOATING, name="edges")
def log1p_edges(tf, dtype=DTYPE):
    return tf.math.log1p(tf.constant(EDGES, dtype))


@log1p_edges.reference
def _(np):
    return np.array([NAN, NAN, -INF, 0, np.log(2), np.log(3), INF, NAN])


@case("tf.math.sqrt", dtypes=FLOATING, name="edges")
def sqrt_edges(tf, dtype=DTYPE):
    return tf.math.sqrt(tf.constant(EDGES, dtype))


@sqrt_edges.reference
def _(np):
    return np.array([NAN, NAN, NAN, 0, 1, np.sqrt(2), INF, NAN])


@case("tf.math.rsqrt", dtypes=FLOATING, name="edges")
def rsqrt_edges(tf, dtype=DTYPE):
    return tf.math.rsqrt(tf.constant(EDGES, dtype))


@rsqrt_edges.reference
def _(np):
    return np.array([NAN, NAN, NAN, INF, 1, np.sqrt(0.5), 0, NAN])


@case("tf.math.sin", dtypes=FLOATING, name="edges")
def sin_edges(tf, dtype=DTYPE):
    return tf.math.sin(tf.constant(EDGES, dtype))


@sin_edges.reference
def _(np):
    return np.array([NAN, -np.sin(2), -np.sin(1), 0, np.sin(1), np.sin(2), NAN, NAN])


@case("tf.math.cos", dtypes=FLOATING, name="edges")
def cos_edges(tf, dtype=DTYPE):
    return tf.math.cos(tf.constant(EDGES, dtype))


@cos_edges.reference
def _(np):
    return np.array([NAN, np.cos(2), np.cos(1), 1, np.cos(1), np.cos(2), NAN, NAN])


@case("tf.math.tan", dtypes=FLOATING, name="edges")
def tan_edges(tf, dtype=DTYPE):
    return tf.math.tan(tf.constant(EDGES, dtype))


@tan_edges.reference
def _(np):
    return np.array([NAN, -np.tan(2), -np.tan(1), 0, np.tan(1), np.tan(2), NAN, NAN])


@case("tf.math.asin", dtypes=FLOATING, name="edges")
def asin_edges(tf, dtype=DTYPE):
    return tf.math.asin(tf.constant(EDGES, dtype))


@asin_edges.reference
def _(np):
    return np.array([NAN, NAN, -np.pi / 2, 0, np.pi / 2, NAN, NAN, NAN])


@case("tf.math.acos", dtypes=FLOATING, name="edges")
def acos_edges(tf, dtype=DTYPE):
    return tf.math.acos(tf.constant(EDGES, dtype))


@acos_edges.reference
def _(np):
    return np.array([NAN, NAN, np.pi, np.pi / 2, 0, NAN, NAN, NAN])


@case("tf.math.atan", dtypes=FLOATING, name="edges")
def atan_edges(tf, dtype=DTYPE):
    return tf.math.atan(tf.constant(EDGES, dtype))


@atan_edges.reference
def _(np):
    return np.array([-np.pi / 2, -np.arctan(2), -np.pi / 4, 0, np.pi / 4, np.arctan(2), np.pi / 2, NAN])


@case("tf.math.sinh", dtypes=FLOATING, name="edges")
def sinh_edges(tf, dtype=DTYPE):
    return tf.math.sinh(tf.constant(EDGES, dtype))


@sinh_edges.reference
def _(np):
    return np.array([-INF, -np.sinh(2), -np.sinh(1), 0, np.sinh(1), np.sinh(2), INF, NAN])


@case("tf.math.cosh", dtypes=FLOATING, name="edges")
def cosh_edges(tf, dtype=DTYPE):
    return tf.math.cosh(tf.constant(EDGES, dtype))


@cosh_edges.reference
def _(np):
    return np.array([INF, np.cosh(2), np.cosh(1), 1, np.cosh(1), np.cosh(2), INF, NAN])


@case("tf.math.tanh", dtypes=FLOATING, name="edges")
def tanh_edges(tf, dtype=DTYPE):
    return tf.math.tanh(tf.constant(EDGES, dtype))


@tanh_edges.reference
def _(np):
    return np.array([-1, -np.tanh(2), -np.tanh(1), 0, np.tanh(1), np.tanh(2), 1, NAN])


@case("tf.math.asinh", dtypes=FLOATING, name="edges")
def asinh_edges(tf, dtype=DTYPE):
    return tf.math.asinh(tf.constant(EDGES, dtype))


@asinh_edges.reference
def _(np):
    return np.array([-INF, -np.arcsinh(2), -np.arcsinh(1), 0, np.arcsinh(1), np.arcsinh(2), INF, NAN])


@case("tf.math.acosh", dtypes=FLOATING, name="edges")
def acosh_edges(tf, dtype=DTYPE):
    return tf.math.acosh(tf.constant(EDGES, dtype))


@acosh_edges.reference
def _(np):
    return np.array([NAN, NAN, NAN, NAN, 0, np.arccosh(2), INF, NAN])


@case("tf.math.atanh", dtypes=FLOATING, name="edges")
def atanh_edges(tf, dtype=DTYPE):
    return tf.math.atanh(tf.constant(EDGES, dtype))


@atanh_edges.reference
def _(np):
    return np.array([NAN, NAN, -INF, 0, INF, NAN, NAN, NAN])


@case("tf.math.sigmoid", dtypes=FLOATING, name="edges")
def sigmoid_edges(tf, dtype=DTYPE):
    return tf.math.sigmoid(tf.constant(EDGES, dtype))


@sigmoid_edges.reference
def _(np):
    return np.array([0, 1 / (1 + np.exp(2)), 1 / (1 + np.e), 0.5, 1 / (1 + np.exp(-1)), 1 / (1 + np.exp(-2)), 1, NAN])


@case("tf.math.log_sigmoid", dtypes=FLOATING, name="edges")
def log_sigmoid_edges(tf, dtype=DTYPE):
    return tf.math.log_sigmoid(tf.constant(EDGES, dtype))


@log_sigmoid_edges.reference
def _(np):
    return np.array(
        [-INF, -np.log1p(np.exp(2)), -np.log1p(np.e), -np.log(2), -np.log1p(np.exp(-1)), -np.log1p(np.exp(-2)), 0, NAN]
    )


@case("tf.math.softplus", dtypes=FLOATING, name="edges")
def softplus_edges(tf, dtype=DTYPE):
    return tf.math.softplus(tf.constant(EDGES, dtype))


@softplus_edges.reference
def _(np):
    return np.array(
        [0, np.log1p(np.exp(-2)), np.log1p(np.exp(-1)), np.log(2), np.log1p(np.e), np.log1p(np.exp(2)), INF, NAN]
    )


@case("tf.math.divide", dtypes=FLOATING, name="by-zero")
def divide_by_zero(tf, dtype=DTYPE):
    return tf.math.divide(tf.constant(EDGES, dtype), tf.zeros([], dtype))


@divide_by_zero.reference
def _(np):
    return np.array([-INF, -INF, -INF, NAN, INF, INF, INF, NAN])


@case("tf.math.divide_no_nan", dtypes=FLOATING, name="by-zero")
def divide_no_nan_by_zero(tf, dtype=DTYPE):
    return tf.math.divide_no_nan(tf.constant(EDGES, dtype), tf.zeros([], dtype))


@divide_no_nan_by_zero.reference
def _(np):
    return np.zeros(8)


@case("tf.math.xdivy", dtypes=FLOATING, name="zero")
def xdivy_zero(tf, dtype=DTYPE):
    return tf.math.xdivy(tf.zeros([], dtype), tf.constant(EDGES, dtype))


@xdivy_zero.reference
def _(np):
    return np.zeros(8)


@case("tf.math.xlogy", dtypes=FLOATING, name="zero")
def xlogy_zero(tf, dtype=DTYPE):
    return tf.math.xlogy(tf.zeros([], dtype), tf.constant(EDGES, dtype))


@xlogy_zero.reference
def _(np):
    return np.zeros(8)


@case("tf.math.xlog1py", dtypes=FLOATING, name="zero")
def xlog1py_zero(tf, dtype=DTYPE):
    return tf.math.xlog1py(tf.zeros([], dtype), tf.constant(EDGES, dtype))


@xlog1py_zero.reference
def _(np):
    return np.zeros(8)


@case("tf.math.maximum", dtypes=FLOATING, name="infinite")
def maximum_infinite(tf, x=tensor(4)):
    return tf.math.maximum(x, -INF), tf.math.maximum(x, INF)


@maximum_infinite.reference
def _(np, x):
    return [x, np.full(4, INF)]


@case("tf.math.minimum", dtypes=FLOATING, name="infinite")
def minimum_infinite(tf, x=tensor(4)):
    return tf.math.minimum(x, -INF), tf.math.minimum(x, INF)


@minimum_infinite.reference
def _(np, x):
    return [np.full(4, -INF), x]


@case("tf.math.floordiv", dtypes=NUMERIC, name="signs")
def floordiv_signs(tf, dtype=DTYPE):
    return tf.math.floordiv(tf.constant([-7, -7, 7, 7], dtype), tf.constant([2, -2, 2, -2], dtype))


@floordiv_signs.reference
def _(np):
    return np.array([-4, 3, 3, -4])


@case("tf.math.floormod", dtypes=NUMERIC, name="signs")
def floormod_signs(tf, dtype=DTYPE):
    return tf.math.floormod(tf.constant([-7, -7, 7, 7], dtype), tf.constant([3, -3, 3, -3], dtype))


@floormod_signs.reference
def _(np):
    return np.array([2, -1, 1, -2])


@case("tf.math.mod", dtypes=NUMERIC, name="signs")
def mod_signs(tf, dtype=DTYPE):
    return tf.math.mod(tf.constant([-7, -7, 7, 7], dtype), tf.constant([3, -3, 3, -3], dtype))


@mod_signs.reference
def _(np):
    return np.array([2, -1, 1, -2])


@case("tf.math.pow", dtypes=FLOATING, name="edges")
def pow_edges(tf, dtype=DTYPE):
    base, exponent = [0, 0, -2, -1, INF, INF, 2], [0, -1, 3, 0.5, 0, -1, INF]
    return tf.math.pow(tf.constant(base, dtype), tf.constant(exponent, dtype))


@pow_edges.reference
def _(np):
    return np.array([1, INF, -8, NAN, 1, 0, INF])


@case("tf.math.pow", dtypes=INTEGER, name="whole")
def pow_whole(tf, dtype=DTYPE):
    return tf.math.pow(tf.constant([0, -3, 2, 7], dtype), tf.constant([0, 3, 10, 1], dtype))


@pow_whole.reference
def _(np):
    return np.array([1, -27, 1024, 7])


@case("tf.math.atan2", dtypes=FLOATING, name="quadrants")
def atan2_quadrants(tf, dtype=DTYPE):
    y, x = [0.0, -0.0, 0.0, 1, -1, 1, INF, -INF], [-1, -1, 0, 0, 0, -1, INF, -INF]
    return tf.math.atan2(tf.constant(y, dtype), tf.constant(x, dtype))


@atan2_quadrants.reference
def _(np):
    return np.pi * np.array([1, -1, 0, 0.5, -0.5, 0.75, 0.25, -0.75])


@case("tf.math.nextafter", dtypes=("float32", "float64"), name="neighbours")
def nextafter_neighbours(tf, x=tensor(3, 4), y=tensor(3, 4), dtype=DTYPE):
    return tf.math.nextafter(x, y) - x


@nextafter_neighbours.reference
def _(np, x, y, dtype):
    x, y = x.astype(dtype), y.astype(dtype)
    return np.float64(np.nextafter(x, y)) - np.float64(x)
