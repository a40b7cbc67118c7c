"""Special functions of jax.scipy.special and jax.lax."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, GRADIENT, formula, positive, tensor, uniform
from monitor.suite.limits import JUMP, UNIT_RANGE

ALL = (EAGER, COMPILED, GRADIENT)
BOTH = (EAGER, COMPILED)
SOME = ("float32", "float64")

smooth = partial(formula, dtypes=SOME, modes=ALL, condition=4)
exact = partial(formula, dtypes=SOME, modes=BOTH, condition=8)


def special(name, *arguments):
    """Return SciPy's function of that name."""
    import scipy.special

    return getattr(scipy.special, name)(*arguments)


GAMMA = [
    smooth(
        "jax.scipy.special.digamma",
        lambda jax, x=positive(3, 5): jax.scipy.special.digamma(x),
        lambda np, x: np.where(x == 0, -np.inf, special("digamma", x)),  # SciPy: infinity at -0
        limits=JUMP,
    ),
    smooth(
        "jax.scipy.special.betaln",
        lambda jax, a=positive(3, 5), b=positive(5): jax.scipy.special.betaln(a, b),
        lambda np, a, b: special("betaln", a, b),
        limits=JUMP,
    ),
    exact(
        "jax.scipy.special.gammainc",
        lambda jax, a=positive(3, 5), x=positive(5): jax.scipy.special.gammainc(a, x),
        lambda np, a, x: special("gammainc", a, x),
    ),
    exact(
        "jax.scipy.special.gammaincc",
        lambda jax, a=positive(3, 5), x=positive(5): jax.scipy.special.gammaincc(a, x),
        lambda np, a, x: special("gammaincc", a, x),
    ),
    exact(
        "jax.scipy.special.betainc",
        lambda jax, a=positive(3, 5), b=positive(5), x=uniform(0, 1, 3, 5): jax.scipy.special.betainc(a, b, x),
        lambda np, a, b, x: special("betainc", a, b, x),
        limits=UNIT_RANGE,
    ),
]

ENTROPY = [
    smooth(
        "jax.scipy.special.xlogy",
        lambda jax, x=tensor(3, 5), y=positive(5): jax.scipy.special.xlogy(x, y),
        lambda np, x, y: special("xlogy", x, y),
        limits=JUMP,
    ),
    smooth(
        "jax.scipy.special.xlog1py",
        lambda jax, x=tensor(3, 5), y=positive(5): jax.scipy.special.xlog1py(x, y),
        lambda np, x, y: special("xlog1py", x, y),
        limits=JUMP,
    ),
    smooth(
        "jax.scipy.special.entr",
        lambda jax, x=positive(3, 5): jax.scipy.special.entr(x),
        lambda np, x: special("entr", x),
        limits=JUMP,
    ),
]

SIGMOID = [
    smooth(
        "jax.scipy.special.expit",
        lambda jax, x=tensor(3, 5): jax.scipy.special.expit(x),
        lambda np, x: special("expit", x),
    ),
    smooth(
        "jax.scipy.special.logit",
        lambda jax, x=uniform(0.1, 0.9, 3, 5): jax.scipy.special.logit(x),
        lambda np, x: np.log(x) - np.log1p(-x),
        limits=JUMP,
    ),
]

NORMAL = [
    smooth(
        "jax.scipy.special.erfc",
        lambda jax, x=tensor(3, 5): jax.scipy.special.erfc(x),
        lambda np, x: special("erfc", x),
    ),
    smooth(
        "jax.scipy.special.erfinv",
        lambda jax, x=uniform(-0.9, 0.9, 3, 5): jax.scipy.special.erfinv(x),
        lambda np, x: special("erfinv", x),
    ),
    smooth(
        "jax.scipy.special.ndtri",
        lambda jax, x=uniform(0.1, 0.9, 3, 5): jax.scipy.special.ndtri(x),
        lambda np, x: special("ndtri", x),
        limits=JUMP,
    ),
    smooth(
        "jax.scipy.special.log_ndtr",
        lambda jax, x=tensor(3, 5): jax.scipy.special.log_ndtr(x),
        lambda np, x: special("log_ndtr", x),
    ),
    smooth(
        "jax.scipy.stats.norm.logpdf",
        lambda jax, x=tensor(3, 5), loc=tensor(5), scale=positive(5): jax.scipy.stats.norm.logpdf(x, loc, scale),
        lambda np, x, loc, scale: -(((x - loc) / scale) ** 2) / 2 - np.log(2 * np.pi) / 2 - np.log(scale),
        limits=JUMP,
    ),
]

BESSEL = [
    exact(
        "jax.scipy.special.i0e",
        lambda jax, x=tensor(3, 5): jax.scipy.special.i0e(x),
        lambda np, x: special("i0e", x),
    ),
    exact(
        "jax.scipy.special.i1e",
        lambda jax, x=tensor(3, 5): jax.scipy.special.i1e(x),
        lambda np, x: special("i1e", x),
    ),
]
