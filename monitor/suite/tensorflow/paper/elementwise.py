"""Elementwise functions."""

from monitor.suite.declare import (
    COMPILED,
    COMPLEX,
    EAGER,
    FLOATING,
    GRADIENT,
    INTEGER,
    NUMERIC,
    case,
    positive,
    tensor,
    uniform,
)
from monitor.suite.limits import FINITE, FIXED_SHAPES, FIXED_VALUES

ALL_MODES = (EAGER, COMPILED, GRADIENT)


@case("tf.clip_by_value", dtypes=NUMERIC, modes=ALL_MODES)
def clip_by_value(tf, x=tensor(4, 5)):
    return tf.clip_by_value(x, -1, 1)


@clip_by_value.reference
def _(np, x):
    return np.where(x < -1, -1, np.where(x > 1, 1, x))


@case("tf.clip_by_value", name="broadcast", dtypes=("float32", "bfloat16"), modes=ALL_MODES)
def clip_by_value_broadcast(tf, x=tensor(4, 5), low=uniform(-1, -0.2, 5), high=uniform(0.2, 1, 4, 1)):
    return tf.clip_by_value(x, low, high)


@clip_by_value_broadcast.reference
def _(np, x, low, high):
    return np.maximum(np.minimum(x, high), low)


@case("tf.clip_by_value", name="infinite", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED), limits=FIXED_VALUES)
def clip_by_value_infinite(tf, x=tensor(4)):
    infinity = x / tf.zeros_like(x)
    return tf.clip_by_value(infinity, -3, 3)


@clip_by_value_infinite.reference
def _(np, x):
    return 3 * np.sign(x)


@case("tf.clip_by_value", name="empty", dtypes=("float32",), modes=(EAGER, COMPILED))
def clip_by_value_empty(tf, x=tensor(0, 3)):
    return tf.clip_by_value(x, 0, 1)


@clip_by_value_empty.reference
def _(np, x):
    return x


@case("tf.clip_by_value", name="strided", dtypes=("float32", "bfloat16"), modes=ALL_MODES)
def clip_by_value_strided(tf, x=tensor(6, 5)):
    return tf.clip_by_value(tf.transpose(x)[:, ::2], -0.5, 0.5)


@clip_by_value_strided.reference
def _(np, x):
    return np.minimum(np.maximum(x.T[:, ::2], -0.5), 0.5)


@case("tf.clip_by_value", name="large", dtypes=("float32", "float16"), modes=(EAGER, COMPILED))
def clip_by_value_large(tf, x=tensor(256, 1024)):
    return tf.clip_by_value(x, 0.0, 0.75)


@clip_by_value_large.reference
def _(np, x):
    return np.minimum(np.maximum(x, 0), 0.75)


@case(
    "tf.truediv",
    dtypes=FLOATING + COMPLEX + INTEGER,
    modes=ALL_MODES,
    returns=dict.fromkeys(INTEGER, "float64"),
)
def truediv(tf, x=tensor(4, 5), y=positive(4, 5)):
    return tf.truediv(x, y)


@truediv.reference
def _(np, x, y):
    return x / y


@case("tf.truediv", name="broadcast", dtypes=("float32", "bfloat16"), modes=ALL_MODES)
def truediv_broadcast(tf, x=tensor(4, 1), y=positive(3, 1, 5)):
    return tf.truediv(x, y)


@truediv_broadcast.reference
def _(np, x, y):
    return x / y


@case(
    "tf.truediv",
    name="by-zero",
    dtypes=("float32", "bfloat16"),
    modes=(EAGER, COMPILED),
    limits=FIXED_SHAPES | FIXED_VALUES,
)
def truediv_by_zero(tf, x=tensor(5)):
    return tf.truediv(x, tf.zeros_like(x)), tf.truediv(tf.zeros_like(x), tf.zeros_like(x))


@truediv_by_zero.reference
def _(np, x):
    return [np.copysign(np.inf, x), np.full(5, np.nan)]


@case("tf.truediv", name="of-bytes", dtypes=("float32",), modes=(EAGER, COMPILED))
def truediv_of_bytes(tf, x=tensor(4, 5, dtype="int8"), y=positive(4, 5, dtype="int8")):
    return tf.truediv(x, y)  # the documentation: int8 and int16 become float32


@truediv_of_bytes.reference
def _(np, x, y):
    return x / y


@case("tf.truediv", name="python-scalar", dtypes=("float32", "bfloat16"), modes=ALL_MODES)
def truediv_python_scalar(tf, x=tensor(4, 5)):
    return tf.truediv(x, 3)


@truediv_python_scalar.reference
def _(np, x):
    return x / 3


@case("tf.truediv", name="large", dtypes=("float32", "float16"), modes=(EAGER, COMPILED))
def truediv_large(tf, x=tensor(256, 1024), y=positive(256, 1024)):
    return tf.truediv(x, y)


@truediv_large.reference
def _(np, x, y):
    return x / y


@case("tf.math.igammac", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=FINITE)
def igammac(tf, a=uniform(0.5, 4, 4, 5), x=uniform(0.25, 5, 4, 5)):
    return tf.math.igammac(a, x)


@igammac.reference
def _(np, a, x):
    from scipy import special

    return special.gammaincc(a, x)


@case(
    "tf.math.igammac",
    name="exponential",
    dtypes=("float32", "float64"),
    modes=(EAGER, COMPILED),
    condition=4,
    limits=FINITE,
)
def igammac_exponential(tf, x=uniform(0.125, 6, 20)):
    return tf.math.igammac(tf.ones_like(x), x)


@igammac_exponential.reference
def _(np, x):
    return np.exp(-x)


@case(
    "tf.math.igammac",
    name="edges",
    dtypes=("float32", "float64"),
    modes=(EAGER, COMPILED),
    limits=FIXED_SHAPES | FIXED_VALUES,
)
def igammac_edges(tf, a=positive(5)):
    zero = tf.zeros_like(a)
    return tf.math.igammac(a, zero), tf.math.igammac(a, a / zero)


@igammac_edges.reference
def _(np):
    return [np.ones(5), np.zeros(5)]


@case(
    "tf.math.igammac",
    name="outside",
    dtypes=("float32", "float64"),
    modes=(EAGER, COMPILED),
    limits=FIXED_SHAPES | FIXED_VALUES,
)
def igammac_outside(tf, a=positive(5)):
    return tf.math.igammac(-a, a), tf.math.igammac(a, -a)


@igammac_outside.reference
def _(np):
    return [np.full(5, np.nan), np.full(5, np.nan)]


@case(
    "tf.math.igammac",
    name="broadcast",
    dtypes=("float32", "float64"),
    modes=(EAGER, COMPILED),
    condition=4,
    limits=FINITE,
)
def igammac_broadcast(tf, a=uniform(0.5, 4, 3, 1), x=uniform(0.25, 5, 4)):
    return tf.math.igammac(a, x)


@igammac_broadcast.reference
def _(np, a, x):
    from scipy import special

    return special.gammaincc(a, x)


@case(
    "tf.math.igammac", name="large", dtypes=("float32", "float64"), modes=(EAGER, COMPILED), condition=8, limits=FINITE
)
def igammac_large(tf, a=uniform(0.5, 20, 64, 256), x=uniform(0.25, 20, 64, 256)):
    return tf.math.igammac(a, x)


@igammac_large.reference
def _(np, a, x):
    from scipy import special

    return special.gammaincc(a, x)


@case("tf.experimental.numpy.rad2deg", dtypes=FLOATING, modes=ALL_MODES)
def rad2deg(tf, x=tensor(4, 5)):
    return tf.experimental.numpy.rad2deg(x)


@rad2deg.reference
def _(np, x):
    return x * 180 / np.pi


@case("tf.experimental.numpy.rad2deg", name="of-integers", dtypes=INTEGER, returns=dict.fromkeys(INTEGER, "float64"))
def rad2deg_of_integers(tf, x=tensor(4, 5)):
    return tf.experimental.numpy.rad2deg(x)


@rad2deg_of_integers.reference
def _(np, x):
    return x * 180 / np.pi


@case("tf.experimental.numpy.rad2deg", name="of-a-list")
def rad2deg_of_a_list(tf):
    return tf.experimental.numpy.rad2deg([0.0, 1.0, 2.0])


@rad2deg_of_a_list.promise
def _(degrees):
    return [round(float(degree), 3) for degree in degrees] == [0, 57.296, 114.592]


@case("tf.experimental.numpy.rad2deg", name="empty", dtypes=("float32", "float64"), modes=(EAGER, COMPILED))
def rad2deg_empty(tf, x=tensor(0, 4)):
    return tf.experimental.numpy.rad2deg(x)


@rad2deg_empty.reference
def _(np, x):
    return x


@case("tf.experimental.numpy.rad2deg", name="strided", dtypes=("float32", "float64"), modes=ALL_MODES)
def rad2deg_strided(tf, x=tensor(6, 5)):
    return tf.experimental.numpy.rad2deg(tf.transpose(x)[::-1, ::2])


@rad2deg_strided.reference
def _(np, x):
    return x.T[::-1, ::2] * 180 / np.pi
