"""Elementwise functions."""

from monitor.suite.declare import (
    BOOL,
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
    values,
)

ALL_MODES = (EAGER, COMPILED, GRADIENT)
WHOLE = INTEGER + ("int8", "int16")
INFINITY = float("inf")
NAN = float("nan")


@case("torch.log1p", dtypes=FLOATING, modes=ALL_MODES)
def log1p(torch, x=positive(3, 4)):
    return torch.log1p(x)


@log1p.reference
def _(np, x):
    return np.log1p(x)


@case("torch.log1p", name="near-zero", dtypes=("float32", "float64"), modes=ALL_MODES)
def log1p_near_zero(torch, x=uniform(-1e-4, 1e-4, 16)):
    return torch.log1p(x)


@log1p_near_zero.reference
def _(np, x):
    return np.log1p(x)


@case("torch.log1p", name="any-sign", dtypes=COMPLEX, modes=(EAGER,), condition=4)
def log1p_of_complex(torch, x=tensor(3, 4)):
    return torch.log1p(x)


@log1p_of_complex.reference
def _(np, x):
    return np.log(np.abs(1 + x)) + 1j * np.angle(1 + x)


@case("torch.log1p", name="edges", dtypes=FLOATING, modes=(EAGER, COMPILED))
def log1p_at_edges(torch, x=values(0.0, -1.0, -2.0, INFINITY, NAN)):
    return torch.log1p(x)


@log1p_at_edges.reference
def _(np):
    return np.array([0, -INFINITY, NAN, INFINITY, NAN])


@case("torch.log1p", name="of-integers", dtypes=INTEGER + BOOL, returns=dict.fromkeys(INTEGER + BOOL, "float32"))
def log1p_of_integers(torch, x=positive(3, 4)):
    return torch.log1p(x)


@log1p_of_integers.reference
def _(np, x):
    return np.log1p(x.astype(float))


@case("torch.log1p", name="strided", dtypes=FLOATING, modes=ALL_MODES)
def log1p_strided(torch, x=positive(6, 8)):
    return torch.log1p(x.T[::2, 1::3])


@log1p_strided.reference
def _(np, x):
    return np.log1p(x.T[::2, 1::3])


@case("torch.round", dtypes=FLOATING, modes=ALL_MODES)
def round(torch, x=uniform(-4, 4, 5, 7)):
    return torch.round(x)


@round.reference
def _(np, x):
    return np.round(x)


@case("torch.round", name="halves", dtypes=FLOATING, modes=(EAGER, COMPILED))
def round_halves(torch, x=values(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, INFINITY, NAN)):
    return torch.round(x)


@round_halves.reference
def _(np):
    return np.array([-2, -2, 0, 0, 2, 2, INFINITY, NAN])  # to even


@case("torch.round", name="of-integers", dtypes=WHOLE)
def round_integers(torch, x=tensor(3, 4)):
    return torch.round(x)


@round_integers.reference
def _(np, x):
    return x


@case("torch.round", name="decimals", dtypes=("float32", "float64"), modes=(EAGER, COMPILED), condition=2)
def round_to_decimals(torch, x=values(1.2345, -6.789, 123.456)):
    return torch.round(x, decimals=2)


@round_to_decimals.reference
def _(np):
    return np.array([1.23, -6.79, 123.46])


@case("torch.round", name="negative-decimals", dtypes=("float32", "float64"))
def round_to_hundreds(torch, x=values(1234.5, -6789.0, 49.0)):
    return torch.round(x, decimals=-2)


@round_to_hundreds.reference
def _(np):
    return np.array([1200.0, -6800.0, 0.0])


@case("torch.round", name="empty", dtypes=FLOATING)
def round_nothing(torch, x=tensor(0, 3)):
    return torch.round(x)


@round_nothing.reference
def _(np, x):
    return x


@case("torch.lt", dtypes=NUMERIC + BOOL, modes=(EAGER, COMPILED))
def lt(torch, a=tensor(3, 1), b=tensor(4)):
    return torch.lt(a, b)


@lt.reference
def _(np, a, b):
    return a < b


@case("torch.lt", name="ties", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def lt_of_equals(torch, x=tensor(3, 4)):
    return torch.lt(x, x.clone())


@lt_of_equals.reference
def _(np, x):
    return np.zeros(x.shape, dtype=bool)


@case("torch.lt", name="scalar", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def lt_scalar(torch, x=tensor(3, 4)):
    return torch.lt(x, 0)


@lt_scalar.reference
def _(np, x):
    return x < 0


@case("torch.lt", name="edges", dtypes=FLOATING, modes=(EAGER, COMPILED))
def lt_at_edges(torch, x=values(NAN, -INFINITY, -0.0, INFINITY)):
    return torch.lt(x[:, None], x)


@lt_at_edges.reference
def _(np, x):
    return x[:, None] < x


@case("torch.lt", name="promoted", dtypes=("int32", "float16", "float64"))
def lt_promoted(torch, a=tensor(5), b=tensor(5, dtype="float32")):
    return torch.lt(a, b)


@lt_promoted.reference
def _(np, a, b):
    return a < b


@case("torch.bitwise_not", dtypes=WHOLE + BOOL, modes=(EAGER, COMPILED))
def bitwise_not(torch, x=tensor(3, 4)):
    return torch.bitwise_not(x)


@bitwise_not.reference
def _(np, x):
    return ~x


@case("torch.bitwise_not", name="unsigned", dtypes=("uint8",), modes=(EAGER, COMPILED))
def bitwise_not_unsigned(torch, x=tensor(3, 4)):
    return torch.bitwise_not(x)


@bitwise_not_unsigned.reference
def _(np, x):
    return 255 - x


@case("torch.bitwise_not", name="strided", dtypes=INTEGER + BOOL)
def bitwise_not_strided(torch, x=tensor(4, 6)):
    return torch.bitwise_not(x[1::2].T)


@bitwise_not_strided.reference
def _(np, x):
    return ~x[1::2].T


@case("torch.bitwise_not", name="empty", dtypes=INTEGER + BOOL)
def bitwise_not_of_nothing(torch, x=tensor(0)):
    return torch.bitwise_not(x)


@bitwise_not_of_nothing.reference
def _(np, x):
    return x


@case("torch.nn.GELU", dtypes=FLOATING, modes=ALL_MODES)
def gelu(torch, x=tensor(5, 7)):
    return torch.nn.GELU()(x)


@gelu.reference
def _(np, x):
    from scipy import special

    return x * special.ndtr(x)


@case("torch.nn.GELU", name="tanh", dtypes=FLOATING, modes=ALL_MODES, condition=2)
def gelu_by_tanh(torch, x=tensor(5, 7)):
    return torch.nn.GELU(approximate="tanh")(x)


@gelu_by_tanh.reference
def _(np, x):
    # Hendrycks and Gimpel, Gaussian Error Linear Units, 2016.
    return x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


@case("torch.nn.GELU", name="tails", dtypes=FLOATING, modes=(EAGER, COMPILED))
def gelu_in_the_tails(torch, x=values(0.0, 20.0, -20.0, INFINITY)):
    return torch.nn.GELU()(x)


@gelu_in_the_tails.reference
def _(np):
    return np.array([0.0, 20.0, 0.0, INFINITY])


@case("torch.nn.GELU", name="large", dtypes=("float32", "bfloat16"), modes=(EAGER, COMPILED))
def gelu_large(torch, x=tensor(256, 1024)):
    return torch.nn.GELU()(x)


@gelu_large.reference
def _(np, x):
    from scipy import special

    return x * special.ndtr(x)
