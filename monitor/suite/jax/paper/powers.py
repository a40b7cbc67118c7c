"""Powers, of which integers have a primitive of their own."""

from monitor.suite.declare import (
    COMPILED,
    COMPLEX,
    EAGER,
    FLOATING,
    GRADIENT,
    INTEGER,
    case,
    indices,
    positive,
    tensor,
    uniform,
    values,
)

ALL_MODES = (EAGER, COMPILED, GRADIENT)
INFINITY = float("inf")
NAN = float("nan")


@case("jax.numpy.power", dtypes=FLOATING, modes=ALL_MODES)
def power(jax, x=positive(3, 1), y=tensor(4)):
    return jax.numpy.power(x, y)


@power.reference
def _(np, x, y):
    return np.power(x, y)


@case("jax.numpy.power", name="complex", dtypes=COMPLEX, modes=(EAGER, COMPILED))
def power_of_complex(jax, x=tensor(3, 4), y=tensor(3, 4)):
    return jax.numpy.power(x, y)


@power_of_complex.reference
def _(np, x, y):
    return np.exp(y * (np.log(np.abs(x)) + 1j * np.angle(x)))


@case("jax.numpy.power", name="square", dtypes=FLOATING + COMPLEX + INTEGER, modes=ALL_MODES)
def square(jax, x=tensor(3, 4)):
    return jax.numpy.power(x, 2)


@square.reference
def _(np, x):
    return x * x


@case("jax.numpy.power", name="integers", dtypes=INTEGER, modes=(EAGER, COMPILED))
def power_of_integers(jax, x=tensor(3, 4), y=indices(3, 4, below=7, dtype="int32")):
    return jax.numpy.power(x, y)


@power_of_integers.reference
def _(np, x, y):
    return np.prod([np.where(step < y, x, 1) for step in range(7)], axis=0)


@case("jax.numpy.power", name="integer-exponents", dtypes=FLOATING, modes=(EAGER, COMPILED))
def power_with_integers(jax, x=tensor(3, 4), y=indices(3, 4, below=5, dtype="int32")):
    return jax.numpy.power(x, y)  # of negative numbers too


@power_with_integers.reference
def _(np, x, y):
    return np.prod([np.where(step < y, x, 1) for step in range(5)], axis=0)


@case("jax.numpy.power", name="edges", dtypes=FLOATING, modes=(EAGER, COMPILED))
def power_at_edges(
    jax, x=values(0, 0, 0, 1, -1, -8, NAN, INFINITY, 0.5), y=values(0, 2, -1, NAN, 0.5, 3, 0, -1, INFINITY)
):
    return jax.numpy.power(x, y)


@power_at_edges.reference
def _(np, x, y):
    return np.array([1, 0, INFINITY, 1, NAN, -512, 1, 0, 0])  # IEEE 754, 9.2.1


@case("jax.numpy.power", name="gradient-at-zero", dtypes=FLOATING, modes=(EAGER, COMPILED))
def power_gradient_at_zero(jax, x=values(0, 0, 0), y=values(1, 2, 3)):
    return jax.grad(lambda x: jax.numpy.sum(jax.numpy.power(x, y)))(x)


@power_gradient_at_zero.reference
def _(np, x, y):
    return np.array([1.0, 0.0, 0.0])


@case("jax.numpy.power", name="large", dtypes=("float32", "float64"), modes=(EAGER, COMPILED))
def power_large(jax, x=positive(256, 1024), y=tensor(1024)):
    return jax.numpy.power(x, y)


@power_large.reference
def _(np, x, y):
    return np.power(x, y)


@case("jax.numpy.power", name="empty", dtypes=("float32", "int32"))
def power_empty(jax, x=positive(0, 2), y=positive(2)):
    return jax.numpy.power(x, y)


@power_empty.reference
def _(np, x, y):
    return np.power(x, y)


@case("jax.lax.integer_pow", dtypes=FLOATING + COMPLEX + INTEGER, modes=ALL_MODES)
def integer_pow(jax, x=tensor(3, 4)):
    return jax.lax.integer_pow(x, 3)


@integer_pow.reference
def _(np, x):
    return x * x * x


@case("jax.lax.integer_pow", name="zero", dtypes=FLOATING + COMPLEX + INTEGER, modes=(EAGER, COMPILED))
def integer_pow_zero(jax, x=tensor(3, 4)):
    return jax.lax.integer_pow(x, 0)


@integer_pow_zero.reference
def _(np, x):
    return np.ones(x.shape)


@case("jax.lax.integer_pow", name="negative", dtypes=FLOATING, modes=ALL_MODES)
def integer_pow_negative(jax, x=positive(3, 4)):
    return jax.lax.integer_pow(x, -2)


@integer_pow_negative.reference
def _(np, x):
    return 1 / (x * x)


@case("jax.lax.integer_pow", name="high", dtypes=FLOATING + INTEGER, modes=ALL_MODES, condition=4)
def integer_pow_high(jax, x=uniform(-1.25, 1.25, 3, 4)):
    return jax.lax.integer_pow(x, 9)


@integer_pow_high.reference
def _(np, x):
    return np.prod([x] * 9, axis=0)


@case("jax.lax.integer_pow", name="edges", dtypes=FLOATING, modes=(EAGER, COMPILED))
def integer_pow_at_edges(jax, x=values(0, -1, INFINITY, -INFINITY, NAN)):
    return jax.lax.integer_pow(x, 3), jax.lax.integer_pow(x, -1), jax.lax.integer_pow(x, 0)


@integer_pow_at_edges.reference
def _(np, x):
    cubes = np.array([0, -1, INFINITY, -INFINITY, NAN])
    inverses = np.array([INFINITY, -1, 0, 0, NAN])
    return cubes, inverses, np.ones(5)


@case("jax.lax.integer_pow", name="of-integers-negative")
def integer_pow_of_integers(jax):
    try:
        return jax.lax.integer_pow(jax.numpy.array([1, 2]), -1)
    except TypeError:  # 1/2 is no integer
        return "refused"


@integer_pow_of_integers.promise
def _(result):
    return result == "refused"
