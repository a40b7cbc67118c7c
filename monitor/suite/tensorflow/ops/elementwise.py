"""Elementwise functions."""

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, FLOATING, GRADIENT, NUMERIC, case, positive, tensor, uniform
from monitor.suite.limits import FLUSHED, JUMP

REAL = {"complex64": "float32", "complex128": "float64"}


@case("tf.math.abs", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def abs(tf, x=tensor(3, 4)):
    return tf.math.abs(x)


@abs.reference
def _(np, x):
    return np.abs(x)


@case("tf.math.add", dtypes=NUMERIC + COMPLEX, modes=(EAGER, COMPILED, GRADIENT))
def add(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.add(a, b)


@add.reference
def _(np, a, b):
    return a + b


@case("tf.math.add_n", dtypes=NUMERIC + COMPLEX)
def add_n(tf, a=tensor(3, 4), b=tensor(3, 4), c=tensor(3, 4)):
    return tf.math.add_n([a, b, c])


@add_n.reference
def _(np, a, b, c):
    return a + b + c


@case("tf.math.angle", dtypes=COMPLEX, returns=REAL)
def angle(tf, x=tensor(3, 4)):
    return tf.math.angle(x)


@angle.reference
def _(np, x):
    return np.angle(x)


@case("tf.math.ceil", dtypes=FLOATING)
def ceil(tf, x=uniform(-4, 4, 3, 4)):
    return tf.math.ceil(x)


@ceil.reference
def _(np, x):
    return np.ceil(x)


@case("tf.math.conj", dtypes=COMPLEX + FLOATING)
def conj(tf, x=tensor(3, 4)):
    return tf.math.conj(x)


@conj.reference
def _(np, x):
    return np.conj(x)


@case("tf.math.divide", dtypes=FLOATING + COMPLEX, modes=(EAGER, COMPILED, GRADIENT))
def divide(tf, a=tensor(3, 1), b=positive(4)):
    return tf.math.divide(a, b)


@divide.reference
def _(np, a, b):
    return a / b


@case("tf.math.divide_no_nan", dtypes=FLOATING, modes=(EAGER, GRADIENT), limits=JUMP)
def divide_no_nan(tf, a=tensor(3, 1), b=positive(4)):
    return tf.math.divide_no_nan(a, b)


@divide_no_nan.reference
def _(np, a, b):
    return np.where(b == 0, 0, a / b)


@case("tf.math.floor", dtypes=FLOATING)
def floor(tf, x=uniform(-4, 4, 3, 4)):
    return tf.math.floor(x)


@floor.reference
def _(np, x):
    return np.floor(x)


@case("tf.math.floordiv", dtypes=NUMERIC)
def floordiv(tf, a=tensor(3, 1), b=positive(4)):
    return tf.math.floordiv(a, b)


@floordiv.reference
def _(np, a, b):
    return np.floor(a / b) if a.dtype.kind == "f" else a // b


@case("tf.math.floormod", dtypes=NUMERIC, condition=64)
def floormod(tf, a=tensor(3, 1), b=positive(4)):
    return tf.math.floormod(a, b)


@floormod.reference
def _(np, a, b):
    return np.mod(a, b)


@case("tf.math.imag", dtypes=COMPLEX, returns=REAL)
def imag(tf, x=tensor(3, 4)):
    return tf.math.imag(x)


@imag.reference
def _(np, x):
    return x.imag


@case("tf.math.maximum", dtypes=NUMERIC, modes=(EAGER, COMPILED, GRADIENT))
def maximum(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.maximum(a, b)


@maximum.reference
def _(np, a, b):
    return np.maximum(a, b)


@case("tf.math.minimum", dtypes=NUMERIC, modes=(EAGER, GRADIENT))
def minimum(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.minimum(a, b)


@minimum.reference
def _(np, a, b):
    return np.minimum(a, b)


@case("tf.math.mod", dtypes=NUMERIC, condition=64)
def mod(tf, a=tensor(3, 1), b=positive(4)):
    return tf.math.mod(a, b)


@mod.reference
def _(np, a, b):
    return np.mod(a, b)


@case("tf.math.multiply", dtypes=NUMERIC + COMPLEX, modes=(EAGER, COMPILED, GRADIENT))
def multiply(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.multiply(a, b)


@multiply.reference
def _(np, a, b):
    return a * b


@case("tf.math.multiply_no_nan", dtypes=FLOATING)
def multiply_no_nan(tf, x=tensor(3, 4)):
    return tf.math.multiply_no_nan(x / tf.zeros_like(x), tf.zeros_like(x))


@multiply_no_nan.reference
def _(np, x):
    return np.zeros_like(x)


@case("tf.math.negative", dtypes=NUMERIC + COMPLEX)
def negative(tf, x=tensor(3, 4)):
    return tf.math.negative(x)


@negative.reference
def _(np, x):
    return -x


@case("tf.math.nextafter", dtypes=("float32", "float64"), limits=FLUSHED)
def nextafter(tf, x=tensor(3, 4), y=tensor(3, 4)):
    return tf.cast(tf.math.nextafter(x, y) > x, x.dtype) - tf.cast(y > x, x.dtype)


@nextafter.reference
def _(np, x, y):
    return np.zeros_like(x)


@case("tf.math.pow", dtypes=FLOATING, condition=4, modes=(EAGER, COMPILED, GRADIENT))
def pow(tf, a=positive(3, 1), b=tensor(4)):
    return tf.math.pow(a, b)


@pow.reference
def _(np, a, b):
    return a**b


@case("tf.math.real", dtypes=COMPLEX, returns=REAL)
def real(tf, x=tensor(3, 4)):
    return tf.math.real(x)


@real.reference
def _(np, x):
    return x.real


@case("tf.math.reciprocal", dtypes=FLOATING + COMPLEX, modes=(EAGER, GRADIENT))
def reciprocal(tf, x=positive(3, 4)):
    return tf.math.reciprocal(x)


@reciprocal.reference
def _(np, x):
    return 1 / x


@case("tf.math.reciprocal_no_nan", dtypes=FLOATING)
def reciprocal_no_nan(tf, x=positive(3, 4)):
    return tf.math.reciprocal_no_nan(tf.concat([x, tf.zeros_like(x)], 0))


@reciprocal_no_nan.reference
def _(np, x):
    return np.concatenate([np.where(x == 0, 0, 1 / x), np.zeros_like(x)])


@case("tf.math.rint", dtypes=FLOATING)
def rint(tf, x=uniform(-4, 4, 3, 4)):
    return tf.math.rint(x)


@rint.reference
def _(np, x):
    return np.rint(x)


@case("tf.math.round", dtypes=NUMERIC)
def round(tf, x=uniform(-4, 4, 3, 4)):
    return tf.math.round(x)


@round.reference
def _(np, x):
    return np.round(x)


@case("tf.math.rsqrt", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def rsqrt(tf, x=positive(3, 4)):
    return tf.math.rsqrt(x)


@rsqrt.reference
def _(np, x):
    return 1 / np.sqrt(x)


@case("tf.math.scalar_mul", dtypes=NUMERIC + COMPLEX)
def scalar_mul(tf, x=tensor(3, 4)):
    return tf.math.scalar_mul(3, x)


@scalar_mul.reference
def _(np, x):
    return 3 * x


@case("tf.math.sign", dtypes=NUMERIC)
def sign(tf, x=tensor(3, 4)):
    return tf.math.sign(x)


@sign.reference
def _(np, x):
    return np.sign(x)


@case("tf.math.sqrt", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def sqrt(tf, x=positive(3, 4)):
    return tf.math.sqrt(x)


@sqrt.reference
def _(np, x):
    return np.sqrt(x)


@case("tf.math.square", dtypes=NUMERIC + COMPLEX)
def square(tf, x=tensor(3, 4)):
    return tf.math.square(x)


@square.reference
def _(np, x):
    return x * x


@case("tf.math.squared_difference", dtypes=NUMERIC, modes=(EAGER, GRADIENT), condition=2)
def squared_difference(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.squared_difference(a, b)


@squared_difference.reference
def _(np, a, b):
    return (a - b) ** 2


@case("tf.math.subtract", dtypes=NUMERIC + COMPLEX, modes=(EAGER, COMPILED, GRADIENT))
def subtract(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.subtract(a, b)


@subtract.reference
def _(np, a, b):
    return a - b


@case("tf.math.xdivy", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def xdivy(tf, a=tensor(3, 1), b=positive(4)):
    return tf.math.xdivy(a, b)


@xdivy.reference
def _(np, a, b):
    return np.where(a == 0, 0, a / b)
