"""Exponentials, logarithms, trigonometric and hyperbolic functions."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, case, positive, tensor, uniform


@case("tf.math.acos", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def acos(tf, x=uniform(-0.9, 0.9, 3, 4)):
    return tf.math.acos(x)


@acos.reference
def _(np, x):
    return np.arccos(x)


@case("tf.math.acosh", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def acosh(tf, x=uniform(1.5, 4, 3, 4)):
    return tf.math.acosh(x)


@acosh.reference
def _(np, x):
    return np.arccosh(x)


@case("tf.math.asin", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def asin(tf, x=uniform(-0.9, 0.9, 3, 4)):
    return tf.math.asin(x)


@asin.reference
def _(np, x):
    return np.arcsin(x)


@case("tf.math.asinh", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def asinh(tf, x=tensor(3, 4)):
    return tf.math.asinh(x)


@asinh.reference
def _(np, x):
    return np.arcsinh(x)


@case("tf.math.atan", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def atan(tf, x=tensor(3, 4)):
    return tf.math.atan(x)


@atan.reference
def _(np, x):
    return np.arctan(x)


@case("tf.math.atan2", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def atan2(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.math.atan2(a, b)


@atan2.reference
def _(np, a, b):
    return np.arctan2(a, b)


@case("tf.math.atanh", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def atanh(tf, x=uniform(-0.75, 0.75, 3, 4)):
    return tf.math.atanh(x)


@atanh.reference
def _(np, x):
    return np.arctanh(x)


@case("tf.math.cos", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def cos(tf, x=tensor(3, 4)):
    return tf.math.cos(x)


@cos.reference
def _(np, x):
    return np.cos(x)


@case("tf.math.cosh", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def cosh(tf, x=tensor(3, 4)):
    return tf.math.cosh(x)


@cosh.reference
def _(np, x):
    return np.cosh(x)


@case("tf.math.exp", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def exp(tf, x=tensor(3, 4)):
    return tf.math.exp(x)


@exp.reference
def _(np, x):
    return np.exp(x)


@case("tf.math.expm1", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def expm1(tf, x=uniform(-0.5, 0.5, 3, 4)):
    return tf.math.expm1(x)


@expm1.reference
def _(np, x):
    return np.expm1(x)


@case("tf.math.log", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def log(tf, x=positive(3, 4)):
    return tf.math.log(x)


@log.reference
def _(np, x):
    return np.log(x)


@case("tf.math.log1p", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def log1p(tf, x=uniform(-0.5, 0.5, 3, 4)):
    return tf.math.log1p(x)


@log1p.reference
def _(np, x):
    return np.log1p(x)


@case("tf.math.log_sigmoid", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=2)
def log_sigmoid(tf, x=tensor(3, 4)):
    return tf.math.log_sigmoid(x)


@log_sigmoid.reference
def _(np, x):
    return -np.logaddexp(0, -x)


@case("tf.math.sigmoid", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def sigmoid(tf, x=tensor(3, 4)):
    return tf.math.sigmoid(x)


@sigmoid.reference
def _(np, x):
    return 1 / (1 + np.exp(-x))


@case("tf.math.sin", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def sin(tf, x=tensor(3, 4)):
    return tf.math.sin(x)


@sin.reference
def _(np, x):
    return np.sin(x)


@case("tf.math.sinh", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def sinh(tf, x=tensor(3, 4)):
    return tf.math.sinh(x)


@sinh.reference
def _(np, x):
    return np.sinh(x)


@case("tf.math.softplus", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=2)
def softplus(tf, x=tensor(3, 4)):
    return tf.math.softplus(x)


@softplus.reference
def _(np, x):
    return np.logaddexp(0, x)


@case("tf.math.softsign", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def softsign(tf, x=tensor(3, 4)):
    return tf.math.softsign(x)


@softsign.reference
def _(np, x):
    return x / (1 + np.abs(x))


@case("tf.math.tan", dtypes=FLOATING, modes=(EAGER, GRADIENT))
def tan(tf, x=uniform(-1, 1, 3, 4)):
    return tf.math.tan(x)


@tan.reference
def _(np, x):
    return np.tan(x)


@case("tf.math.tanh", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def tanh(tf, x=tensor(3, 4)):
    return tf.math.tanh(x)


@tanh.reference
def _(np, x):
    return np.tanh(x)


@case("tf.math.xlog1py", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=2)
def xlog1py(tf, a=tensor(3, 1), b=positive(4)):
    return tf.math.xlog1py(a, b)


@xlog1py.reference
def _(np, a, b):
    return np.where(a == 0, 0, a * np.log1p(b))


@case("tf.math.xlogy", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=2)
def xlogy(tf, a=tensor(3, 1), b=positive(4)):
    return tf.math.xlogy(a, b)


@xlogy.reference
def _(np, a, b):
    return np.where(a == 0, 0, a * np.log(b))
