"""Element by element, of complex numbers."""

from monitor.suite.declare import COMPLEX, case, tensor

REAL = {"complex64": "float32", "complex128": "float64"}


@case("tf.math.abs", dtypes=COMPLEX, returns=REAL, name="complex")
def abs_complex(tf, x=tensor(3, 4)):
    return tf.math.abs(x)


@abs_complex.reference
def _(np, x):
    return np.hypot(x.real, x.imag)


@case("tf.math.exp", dtypes=COMPLEX, name="complex")
def exp_complex(tf, x=tensor(3, 4)):
    return tf.math.exp(x)


@exp_complex.reference
def _(np, x):
    return np.exp(x.real) * (np.cos(x.imag) + 1j * np.sin(x.imag))


@case("tf.math.expm1", dtypes=COMPLEX, name="complex", condition=2)
def expm1_complex(tf, x=tensor(3, 4)):
    return tf.math.expm1(x)


@expm1_complex.reference
def _(np, x):
    return np.exp(x) - 1


@case("tf.math.log", dtypes=COMPLEX, name="complex")
def log_complex(tf, x=tensor(3, 4)):
    return tf.math.log(x)


@log_complex.reference
def _(np, x):
    return np.log(np.abs(x)) + 1j * np.arctan2(x.imag, x.real)


@case("tf.math.log1p", dtypes=COMPLEX, name="complex", condition=2)
def log1p_complex(tf, x=tensor(3, 4)):
    return tf.math.log1p(x)


@log1p_complex.reference
def _(np, x):
    return np.log(1 + x)


@case("tf.math.sqrt", dtypes=COMPLEX, name="complex")
def sqrt_complex(tf, x=tensor(3, 4)):
    return tf.math.sqrt(x)


@sqrt_complex.reference
def _(np, x):
    return np.sqrt(np.abs(x)) * np.exp(0.5j * np.angle(x))


@case("tf.math.rsqrt", dtypes=COMPLEX, name="complex", condition=2)
def rsqrt_complex(tf, x=tensor(3, 4)):
    return tf.math.rsqrt(x)


@rsqrt_complex.reference
def _(np, x):
    return np.exp(-0.5j * np.angle(x)) / np.sqrt(np.abs(x))


@case("tf.math.sin", dtypes=COMPLEX, name="complex")
def sin_complex(tf, x=tensor(3, 4)):
    return tf.math.sin(x)


@sin_complex.reference
def _(np, x):
    return np.sin(x.real) * np.cosh(x.imag) + 1j * np.cos(x.real) * np.sinh(x.imag)


@case("tf.math.cos", dtypes=COMPLEX, name="complex")
def cos_complex(tf, x=tensor(3, 4)):
    return tf.math.cos(x)


@cos_complex.reference
def _(np, x):
    return np.cos(x.real) * np.cosh(x.imag) - 1j * np.sin(x.real) * np.sinh(x.imag)


@case("tf.math.tan", dtypes=COMPLEX, name="complex", condition=4)
def tan_complex(tf, x=tensor(3, 4)):
    return tf.math.tan(x)


@tan_complex.reference
def _(np, x):
    return np.sin(x) / np.cos(x)


@case("tf.math.sinh", dtypes=COMPLEX, name="complex")
def sinh_complex(tf, x=tensor(3, 4)):
    return tf.math.sinh(x)


@sinh_complex.reference
def _(np, x):
    return (np.exp(x) - np.exp(-x)) / 2


@case("tf.math.cosh", dtypes=COMPLEX, name="complex")
def cosh_complex(tf, x=tensor(3, 4)):
    return tf.math.cosh(x)


@cosh_complex.reference
def _(np, x):
    return (np.exp(x) + np.exp(-x)) / 2


@case("tf.math.tanh", dtypes=COMPLEX, name="complex", condition=4)
def tanh_complex(tf, x=tensor(3, 4)):
    return tf.math.tanh(x)


@tanh_complex.reference
def _(np, x):
    return np.sinh(x) / np.cosh(x)


@case("tf.math.asinh", dtypes=COMPLEX, name="complex", condition=4)
def asinh_complex(tf, x=tensor(3, 4)):
    return tf.math.asinh(x)


@asinh_complex.reference
def _(np, x):
    return np.log(x + np.sqrt(x * x + 1))


@case("tf.math.acosh", dtypes=COMPLEX, name="complex", condition=4)
def acosh_complex(tf, x=tensor(3, 4)):
    return tf.math.acosh(x)


@acosh_complex.reference
def _(np, x):
    return np.log(x + np.sqrt(x + 1) * np.sqrt(x - 1))


@case("tf.math.atanh", dtypes=COMPLEX, name="complex", condition=4)
def atanh_complex(tf, x=tensor(3, 4)):
    return tf.math.atanh(x)


@atanh_complex.reference
def _(np, x):
    return (np.log(1 + x) - np.log(1 - x)) / 2


@case("tf.math.asin", dtypes=COMPLEX, name="complex", condition=4)
def asin_complex(tf, x=tensor(3, 4)):
    return tf.math.asin(x)


@asin_complex.reference
def _(np, x):
    return -1j * np.log(1j * x + np.sqrt(1 - x * x))


@case("tf.math.acos", dtypes=COMPLEX, name="complex", condition=4)
def acos_complex(tf, x=tensor(3, 4)):
    return tf.math.acos(x)


@acos_complex.reference
def _(np, x):
    return np.pi / 2 + 1j * np.log(1j * x + np.sqrt(1 - x * x))


@case("tf.math.atan", dtypes=COMPLEX, name="complex", condition=4)
def atan_complex(tf, x=tensor(3, 4)):
    return tf.math.atan(x)


@atan_complex.reference
def _(np, x):
    return 0.5j * (np.log(1 - 1j * x) - np.log(1 + 1j * x))


@case("tf.math.sigmoid", dtypes=COMPLEX, name="complex", condition=4)
def sigmoid_complex(tf, x=tensor(3, 4)):
    return tf.math.sigmoid(x)


@sigmoid_complex.reference
def _(np, x):
    return 1 / (1 + np.exp(-x))


@case("tf.math.sign", dtypes=COMPLEX, name="complex")
def sign_complex(tf, x=tensor(3, 4)):
    return tf.math.sign(x)


@sign_complex.reference
def _(np, x):
    return x / np.abs(x)


@case("tf.math.divide_no_nan", dtypes=COMPLEX, name="complex")
def divide_no_nan_complex(tf, x=tensor(3, 4)):
    return tf.math.divide_no_nan(tf.ones_like(x), tf.stack([x, tf.zeros_like(x)]))


@divide_no_nan_complex.reference
def _(np, x):
    return np.stack([1 / x, 0 * x])


@case("tf.math.reciprocal_no_nan", dtypes=COMPLEX, name="complex")
def reciprocal_no_nan_complex(tf, x=tensor(3, 4)):
    return tf.math.reciprocal_no_nan(tf.stack([x, tf.zeros_like(x)]))


@reciprocal_no_nan_complex.reference
def _(np, x):
    return np.stack([1 / x, 0 * x])


@case("tf.math.multiply_no_nan", dtypes=COMPLEX, name="complex")
def multiply_no_nan_complex(tf, x=tensor(3, 4)):
    return tf.math.multiply_no_nan(x / tf.zeros_like(x), tf.zeros_like(x))


@multiply_no_nan_complex.reference
def _(np, x):
    return 0 * x


@case("tf.math.pow", dtypes=COMPLEX, name="complex", condition=4)
def pow_complex(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.pow(a, b)


@pow_complex.reference
def _(np, a, b):
    return np.exp(b * np.log(a))


@case("tf.math.squared_difference", dtypes=COMPLEX, name="complex", condition=2)
def squared_difference_complex(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.squared_difference(a, b)


@squared_difference_complex.reference
def _(np, a, b):
    return (a - b) * np.conj(a - b)


@case("tf.math.xdivy", dtypes=COMPLEX, name="complex")
def xdivy_complex(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.xdivy(a, b)


@xdivy_complex.reference
def _(np, a, b):
    return a / b


@case("tf.math.xlogy", dtypes=COMPLEX, name="complex", condition=2)
def xlogy_complex(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.xlogy(a, b)


@xlogy_complex.reference
def _(np, a, b):
    return a * np.log(b)


@case("tf.math.xlog1py", dtypes=COMPLEX, name="complex", condition=2)
def xlog1py_complex(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.xlog1py(a, b)


@xlog1py_complex.reference
def _(np, a, b):
    return a * np.log(1 + b)
