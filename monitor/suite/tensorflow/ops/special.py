"""Special functions, compared with SciPy's."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, case, tensor, uniform
from monitor.suite.limits import FINITE, FIXED_SHAPES


@case("tf.math.bessel_i0", dtypes=FLOATING, condition=8)
def bessel_i0(tf, x=uniform(0.25, 4, 3, 4)):
    return tf.math.bessel_i0(x)


@bessel_i0.reference
def _(np, x):
    from scipy import special

    return special.i0(x)


@case("tf.math.bessel_i0e", dtypes=FLOATING, condition=8)
def bessel_i0e(tf, x=uniform(0.25, 4, 3, 4)):
    return tf.math.bessel_i0e(x)


@bessel_i0e.reference
def _(np, x):
    from scipy import special

    return special.i0e(x)


@case("tf.math.bessel_i1", dtypes=FLOATING, condition=8)
def bessel_i1(tf, x=uniform(0.25, 4, 3, 4)):
    return tf.math.bessel_i1(x)


@bessel_i1.reference
def _(np, x):
    from scipy import special

    return special.i1(x)


@case("tf.math.bessel_i1e", dtypes=FLOATING, condition=8)
def bessel_i1e(tf, x=uniform(0.25, 4, 3, 4)):
    return tf.math.bessel_i1e(x)


@bessel_i1e.reference
def _(np, x):
    from scipy import special

    return special.i1e(x)


@case("tf.math.betainc", dtypes=("float32", "float64"), condition=8)
def betainc(tf, a=uniform(0.5, 4, 3, 4), b=uniform(0.5, 4, 3, 4), x=uniform(0.1, 0.9, 3, 4)):
    return tf.math.betainc(a, b, x)


@betainc.reference
def _(np, a, b, x):
    from scipy import special

    tiny = (a < 1e-30) & (b < 1e-30) & (x > 0) & (x < 1)  # all probability is at 0 and 1
    return np.where(tiny & (a > 0) & (b > 0), b / (a + b), special.betainc(a, b, x))


@case("tf.math.digamma", dtypes=FLOATING, condition=8)
def digamma(tf, x=uniform(2, 6, 3, 4)):
    return tf.math.digamma(x)


@digamma.reference
def _(np, x):
    from scipy import special

    return special.digamma(x)


@case("tf.math.erf", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def erf(tf, x=tensor(3, 4)):
    return tf.math.erf(x)


@erf.reference
def _(np, x):
    from scipy import special

    return special.erf(x)


@case("tf.math.erfc", dtypes=FLOATING, modes=(EAGER, GRADIENT), condition=2)
def erfc(tf, x=uniform(-2, 2, 3, 4)):
    return tf.math.erfc(x)


@erfc.reference
def _(np, x):
    from scipy import special

    return special.erfc(x)


@case("tf.math.erfcinv", dtypes=("float32", "float64"), condition=8)
def erfcinv(tf, x=uniform(0.2, 1.8, 3, 4)):
    return tf.math.erfcinv(x)


@erfcinv.reference
def _(np, x):
    from scipy import special

    return special.erfcinv(x)


@case("tf.math.erfinv", dtypes=("float32", "float64"), modes=(EAGER, GRADIENT), condition=8)
def erfinv(tf, x=uniform(-0.75, 0.75, 3, 4)):
    return tf.math.erfinv(x)


@erfinv.reference
def _(np, x):
    from scipy import special

    return special.erfinv(x)


@case("tf.math.igamma", dtypes=("float32", "float64"), condition=8, limits=FINITE)
def igamma(tf, a=uniform(0.5, 4, 3, 4), x=uniform(0.5, 4, 3, 4)):
    return tf.math.igamma(a, x)


@igamma.reference
def _(np, a, x):
    from scipy import special

    return special.gammainc(a, x)


@case("tf.math.lbeta", dtypes=("float32", "float64"), condition=16, limits=FIXED_SHAPES)
def lbeta(tf, x=uniform(2, 6, 3, 2)):
    return tf.math.lbeta(x)


@lbeta.reference
def _(np, x):
    from scipy import special

    return special.gammaln(x[:, 0]) + special.gammaln(x[:, 1]) - special.gammaln(x[:, 0] + x[:, 1])


@case("tf.math.lgamma", dtypes=FLOATING, condition=8)
def lgamma(tf, x=uniform(3, 8, 3, 4)):
    return tf.math.lgamma(x)


@lgamma.reference
def _(np, x):
    from scipy import special

    return np.where(x == -np.inf, np.inf, special.gammaln(x))  # as in C99


@case("tf.math.ndtri", dtypes=("float32", "float64"), modes=(EAGER, GRADIENT), condition=8)
def ndtri(tf, x=uniform(0.1, 0.4, 3, 4)):
    return tf.math.ndtri(x)


@ndtri.reference
def _(np, x):
    from scipy import special

    return special.ndtri(x)


@case("tf.math.polygamma", dtypes=("float32", "float64"), condition=8)
def polygamma(tf, x=uniform(1, 4, 3, 4)):
    return tf.math.polygamma(2 * tf.ones_like(x), x)


@polygamma.reference
def _(np, x):
    from scipy import special

    return np.where((x <= 0) & (x == np.floor(x)), np.nan, special.polygamma(2, x))  # its poles have no sign


@case("tf.math.zeta", dtypes=("float32", "float64"), condition=8)
def zeta(tf, x=uniform(2, 6, 3, 4), q=uniform(1, 4, 3, 4)):
    return tf.math.zeta(x, q)


@zeta.reference
def _(np, x, q):
    from scipy import special

    pole = (q <= 0) & (q == np.floor(q))
    return np.where(pole, np.nan, np.where(x > 1000, q**-x, special.zeta(x, q)))  # the first term is left of a series


@case("tf.math.special.bessel_j0", dtypes=FLOATING, condition=8)
def bessel_j0(tf, x=uniform(0.25, 2, 3, 4)):
    return tf.math.special.bessel_j0(x)


@bessel_j0.reference
def _(np, x):
    from scipy import special

    return special.j0(x)


@case("tf.math.special.bessel_j1", dtypes=FLOATING, condition=8)
def bessel_j1(tf, x=uniform(0.5, 3, 3, 4)):
    return tf.math.special.bessel_j1(x)


@bessel_j1.reference
def _(np, x):
    from scipy import special

    return special.j1(x)


@case("tf.math.special.bessel_k0", dtypes=FLOATING, condition=8)
def bessel_k0(tf, x=uniform(0.25, 4, 3, 4)):
    return tf.math.special.bessel_k0(x)


@bessel_k0.reference
def _(np, x):
    from scipy import special

    return special.k0(x)


@case("tf.math.special.bessel_k0e", dtypes=FLOATING, condition=8)
def bessel_k0e(tf, x=uniform(0.25, 4, 3, 4)):
    return tf.math.special.bessel_k0e(x)


@bessel_k0e.reference
def _(np, x):
    from scipy import special

    return special.k0e(x)


@case("tf.math.special.bessel_k1", dtypes=FLOATING, condition=8)
def bessel_k1(tf, x=uniform(0.25, 4, 3, 4)):
    return tf.math.special.bessel_k1(x)


@bessel_k1.reference
def _(np, x):
    from scipy import special

    return special.k1(x)


@case("tf.math.special.bessel_k1e", dtypes=FLOATING, condition=8)
def bessel_k1e(tf, x=uniform(0.25, 4, 3, 4)):
    return tf.math.special.bessel_k1e(x)


@bessel_k1e.reference
def _(np, x):
    from scipy import special

    return special.k1e(x)


@case("tf.math.special.bessel_y0", dtypes=FLOATING, condition=8)
def bessel_y0(tf, x=uniform(1.5, 3, 3, 4)):
    return tf.math.special.bessel_y0(x)


@bessel_y0.reference
def _(np, x):
    from scipy import special

    return special.y0(x)


@case("tf.math.special.bessel_y1", dtypes=FLOATING, condition=8)
def bessel_y1(tf, x=uniform(0.25, 1.5, 3, 4)):
    return tf.math.special.bessel_y1(x)


@bessel_y1.reference
def _(np, x):
    from scipy import special

    return special.y1(x)


@case("tf.math.special.dawsn", dtypes=FLOATING, condition=8)
def dawsn(tf, x=uniform(-3, 3, 3, 4)):
    return tf.math.special.dawsn(x)


@dawsn.reference
def _(np, x):
    from scipy import special

    return special.dawsn(x)


@case("tf.math.special.expint", dtypes=FLOATING, condition=8)
def expint(tf, x=uniform(1, 4, 3, 4)):
    return tf.math.special.expint(x)


@expint.reference
def _(np, x):
    from scipy import special

    return special.expi(x)


@case("tf.math.special.fresnel_cos", dtypes=FLOATING, condition=8)
def fresnel_cos(tf, x=uniform(0.25, 1, 3, 4)):
    return tf.math.special.fresnel_cos(x)


@fresnel_cos.reference
def _(np, x):
    from scipy import special

    return special.fresnel(x)[1]


@case("tf.math.special.fresnel_sin", dtypes=FLOATING, condition=8)
def fresnel_sin(tf, x=uniform(0.25, 1, 3, 4)):
    return tf.math.special.fresnel_sin(x)


@fresnel_sin.reference
def _(np, x):
    from scipy import special

    return special.fresnel(x)[0]


@case("tf.math.special.spence", dtypes=FLOATING, condition=8)
def spence(tf, x=uniform(2, 4, 3, 4)):
    return tf.math.special.spence(x)


@spence.reference
def _(np, x):
    from scipy import special

    return special.spence(x)
