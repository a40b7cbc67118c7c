"""Elementwise functions."""

from monitor.suite.declare import (
    BOOL,
    COMPILED,
    COMPLEX,
    EAGER,
    EVERY,
    FLOATING,
    GRADIENT,
    INTEGER,
    NUMERIC,
    case,
    positive,
    tensor,
    uniform,
    values,
)

ALL_MODES = (EAGER, COMPILED, GRADIENT)
BITS = INTEGER + BOOL + ("int8", "uint8", "uint32")
INFINITY = float("inf")
NAN = float("nan")


def both_bits(np, a, b):
    # all are from -8 to 7: three bits, and the sign in two's complement
    both = np.sum([bit * (a // bit % 2) * (b // bit % 2) for bit in (1, 2, 4)], axis=0) - 8 * (a < 0) * (b < 0)
    return both.astype(a.dtype)


@case("jax.numpy.add", dtypes=EVERY, modes=ALL_MODES)
def add(jax, a=tensor(3, 1), b=tensor(4)):
    return jax.numpy.add(a, b)


@add.reference
def _(np, a, b):
    return a + b


@case("jax.numpy.add", name="python-number", dtypes=NUMERIC + COMPLEX, modes=ALL_MODES)
def add_python_number(jax, x=tensor(3, 4)):
    return jax.numpy.add(x, 2)  # a number of Python's own takes the array's dtype


@add_python_number.reference
def _(np, x):
    return x + 2


@case("jax.numpy.add", name="promoted", dtypes=FLOATING + COMPLEX, modes=ALL_MODES)
def add_promoted(jax, a=tensor(3), b=tensor(3, dtype="int32")):
    return jax.numpy.add(a, b)  # 16 bits stay 16: JAX promotes to the floating one


@add_promoted.reference
def _(np, a, b):
    return a + b


@case("jax.numpy.add", name="large", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED))
def add_large(jax, a=tensor(256, 1024), b=tensor(1024)):
    return jax.numpy.add(a, b)


@add_large.reference
def _(np, a, b):
    return a + b


@case("jax.numpy.add", name="empty", dtypes=("float32", "int32"), modes=(EAGER, COMPILED))
def add_empty(jax, a=tensor(0, 4), b=tensor(1, 4)):
    return jax.numpy.add(a, b)


@add_empty.reference
def _(np, a, b):
    return a + b


@case("jax.numpy.log", dtypes=FLOATING, modes=ALL_MODES)
def log(jax, x=positive(3, 4)):
    return jax.numpy.log(x)


@log.reference
def _(np, x):
    return np.log(x)


@case("jax.numpy.log", name="any-sign", dtypes=COMPLEX)
def log_of_complex(jax, x=tensor(3, 4)):
    return jax.numpy.log(x)


@log_of_complex.reference
def _(np, x):
    return np.log(np.abs(x)) + 1j * np.angle(x)


@case("jax.numpy.log", name="edges", dtypes=FLOATING, modes=(EAGER, COMPILED))
def log_at_edges(jax, x=values(0, 1, -1, INFINITY, NAN)):
    return jax.numpy.log(x)


@log_at_edges.reference
def _(np, x):
    return np.array([-INFINITY, 0, NAN, INFINITY, NAN])


@case("jax.numpy.log", name="near-one", dtypes=("float32", "float64"), modes=ALL_MODES)
def log_near_one(jax, x=uniform(0.999, 1.001, 16)):
    return jax.numpy.log(x)


@log_near_one.reference
def _(np, x):
    return np.log(x)


@case("jax.numpy.log", name="counts", dtypes=INTEGER, returns={"int32": "float32", "int64": "float64"})
def log_of_counts(jax, x=positive(3, 4)):
    return jax.numpy.log(x)


@log_of_counts.reference
def _(np, x):
    return np.log(x)


@case("jax.numpy.exp", dtypes=FLOATING + COMPLEX, modes=ALL_MODES)
def exp(jax, x=tensor(3, 4)):
    return jax.numpy.exp(x)


@exp.reference
def _(np, x):
    return np.exp(x.real) * (np.cos(x.imag) + 1j * np.sin(x.imag)) if np.iscomplexobj(x) else np.exp(x)


@case("jax.numpy.exp", name="edges", dtypes=FLOATING, modes=(EAGER, COMPILED))
def exp_at_edges(jax, x=values(0, -INFINITY, INFINITY, NAN, 1000, -1000)):
    return jax.numpy.exp(x)


@exp_at_edges.reference
def _(np, x):
    return np.array([1, 0, INFINITY, NAN, INFINITY, 0])


@case("jax.numpy.exp", name="wide", dtypes=FLOATING, modes=ALL_MODES)
def exp_of_wide(jax, x=uniform(-8, 8, 3, 16)):
    return jax.numpy.exp(x)


@exp_of_wide.reference
def _(np, x):
    return np.exp(x)


@case("jax.numpy.exp", name="large", dtypes=FLOATING, modes=(EAGER, COMPILED))
def exp_large(jax, x=tensor(256, 1024)):
    return jax.numpy.exp(x)


@exp_large.reference
def _(np, x):
    return np.exp(x)


@case("jax.numpy.exp", name="counts", dtypes=INTEGER, returns={"int32": "float32", "int64": "float64"})
def exp_of_counts(jax, x=tensor(3, 4)):
    return jax.numpy.exp(x)


@exp_of_counts.reference
def _(np, x):
    return np.exp(x)


@case("jax.numpy.cos", dtypes=FLOATING + COMPLEX, modes=ALL_MODES)
def cos(jax, x=tensor(3, 4)):
    return jax.numpy.cos(x)


@cos.reference
def _(np, x):
    return (np.exp(1j * x) + np.exp(-1j * x)) / 2 if np.iscomplexobj(x) else np.cos(x)


@case("jax.numpy.cos", name="edges", dtypes=FLOATING, modes=(EAGER, COMPILED))
def cos_at_edges(jax, x=values(0, INFINITY, -INFINITY, NAN)):
    return jax.numpy.cos(x)


@cos_at_edges.reference
def _(np, x):
    return np.array([1, NAN, NAN, NAN])


@case("jax.numpy.cos", name="far", dtypes=FLOATING, modes=(EAGER, COMPILED))
def cos_far(jax, x=uniform(1e3, 5e4, 64)):
    return jax.numpy.cos(x)  # thousands of turns: the argument has to be reduced exactly


@cos_far.reference
def _(np, x):
    return np.cos(x)


@case("jax.numpy.cos", name="transposed", dtypes=FLOATING, modes=ALL_MODES)
def cos_transposed(jax, x=tensor(4, 6)):
    return jax.numpy.cos(x.T[::2])


@cos_transposed.reference
def _(np, x):
    return np.cos(x).T[::2]


@case("jax.numpy.sqrt", dtypes=FLOATING, modes=ALL_MODES)
def sqrt(jax, x=positive(3, 4)):
    return jax.numpy.sqrt(x)


@sqrt.reference
def _(np, x):
    return np.sqrt(x)


@case("jax.numpy.sqrt", name="any-sign", dtypes=COMPLEX, modes=(EAGER, COMPILED))
def sqrt_of_complex(jax, x=tensor(3, 4)):
    return jax.numpy.sqrt(x)


@sqrt_of_complex.reference
def _(np, x):
    return np.sqrt(np.abs(x)) * np.exp(0.5j * np.angle(x))


@case("jax.numpy.sqrt", name="edges", dtypes=FLOATING, modes=(EAGER, COMPILED))
def sqrt_at_edges(jax, x=values(0, 4, -1, INFINITY, NAN)):
    return jax.numpy.sqrt(x)


@sqrt_at_edges.reference
def _(np, x):
    return np.array([0, 2, NAN, INFINITY, NAN])


@case("jax.numpy.sqrt", name="empty", dtypes=FLOATING, modes=(EAGER, COMPILED))
def sqrt_empty(jax, x=positive(0, 3)):
    return jax.numpy.sqrt(x)


@sqrt_empty.reference
def _(np, x):
    return np.sqrt(x)


@case("jax.numpy.sqrt", name="large", dtypes=("float32", "float64"), modes=(EAGER, COMPILED))
def sqrt_large(jax, x=positive(256, 1024)):
    return jax.numpy.sqrt(x)


@sqrt_large.reference
def _(np, x):
    return np.sqrt(x)


@case("jax.numpy.bitwise_and", dtypes=BITS, modes=(EAGER, COMPILED))
def bitwise_and(jax, a=tensor(3, 1), b=tensor(4)):
    return jax.numpy.bitwise_and(a, b)


@bitwise_and.reference
def _(np, a, b):
    return both_bits(np, a, b)


@case("jax.numpy.bitwise_and", name="operator", dtypes=INTEGER, modes=(EAGER, COMPILED))
def bitwise_and_operator(jax, x=tensor(3, 4)):
    return x & 5


@bitwise_and_operator.reference
def _(np, x):
    return x % 2 + 4 * (x // 4 % 2)


@case("jax.numpy.bitwise_and", name="empty", dtypes=INTEGER)
def bitwise_and_empty(jax, a=tensor(0, 3), b=tensor(3)):
    return jax.numpy.bitwise_and(a, b)


@bitwise_and_empty.reference
def _(np, a, b):
    return both_bits(np, a, b)


@case("jax.numpy.bitwise_and", name="floating")
def bitwise_and_of_floating(jax):
    try:
        return jax.numpy.bitwise_and(jax.numpy.ones(2), jax.numpy.ones(2))
    except TypeError:
        return "refused"


@bitwise_and_of_floating.promise
def _(result):
    return result == "refused"


@case("jax.lax.ge", dtypes=NUMERIC + BOOL, modes=(EAGER, COMPILED))
def ge(jax, a=tensor(3, 4), b=tensor(3, 4)):
    return jax.lax.ge(a, b)


@ge.reference
def _(np, a, b):
    return np.maximum(a, b) == a


@case("jax.lax.ge", name="ties", dtypes=NUMERIC + BOOL, modes=(EAGER, COMPILED))
def ge_of_ties(jax, x=tensor(2, 3)):
    return jax.lax.ge(x, x)


@ge_of_ties.reference
def _(np, x):
    return ~np.isnan(x)  # nothing is as great as nan


@case("jax.lax.ge", name="edges", dtypes=FLOATING, modes=(EAGER, COMPILED))
def ge_at_edges(jax, a=values(NAN, 0, NAN, -0.0, INFINITY, -INFINITY), b=values(NAN, NAN, 0, 0.0, INFINITY, INFINITY)):
    return jax.lax.ge(a, b)


@ge_at_edges.reference
def _(np, a, b):
    return np.array([False, False, False, True, True, False])


@case("jax.lax.ge", name="scalar", dtypes=FLOATING + INTEGER, modes=(EAGER, COMPILED))
def ge_of_scalars(jax, a=tensor(), b=tensor()):
    return jax.lax.ge(a, b)


@ge_of_scalars.reference
def _(np, a, b):
    return np.maximum(a, b) == a


@case("jax.lax.ge", name="complex")
def ge_of_complex(jax):
    try:
        return jax.lax.ge(jax.numpy.ones(2, "complex64"), jax.numpy.ones(2, "complex64"))
    except TypeError:  # complex numbers have no order
        return "refused"


@ge_of_complex.promise
def _(result):
    return result == "refused"
