"""Special functions in their tails, at their poles and to the left of zero."""

from monitor.suite.declare import DTYPE, FLOATING, GRADIENT, case, uniform

INF, NAN = float("inf"), float("nan")


@case("tf.math.bessel_i0", dtypes=("float32", "float64", "float16"), name="negative", condition=8)
def bessel_i0_negative(tf, x=uniform(-4, 4, 64)):
    return tf.math.bessel_i0(x)


@bessel_i0_negative.reference
def _(np, x):
    from scipy import special

    return special.i0(x)


@case("tf.math.bessel_i0e", dtypes=("float32", "float64", "float16"), name="far", condition=8)
def bessel_i0e_far(tf, x=uniform(-100, 100, 64)):
    return tf.math.bessel_i0e(x)


@bessel_i0e_far.reference
def _(np, x):
    from scipy import special

    return special.i0e(x)


@case("tf.math.bessel_i1", dtypes=("float32", "float64", "float16"), name="negative", condition=8)
def bessel_i1_negative(tf, x=uniform(-4, 4, 64)):
    return tf.math.bessel_i1(x)


@bessel_i1_negative.reference
def _(np, x):
    from scipy import special

    return special.i1(x)


@case("tf.math.bessel_i1e", dtypes=("float32", "float64", "float16"), name="far", condition=8)
def bessel_i1e_far(tf, x=uniform(-100, 100, 64)):
    return tf.math.bessel_i1e(x)


@bessel_i1e_far.reference
def _(np, x):
    from scipy import special

    return special.i1e(x)


@case("tf.math.special.bessel_j0", dtypes=("float32", "float64"), name="far", condition=32)
def bessel_j0_far(tf, x=uniform(8, 40, 64)):
    return tf.math.special.bessel_j0(x)


@bessel_j0_far.reference
def _(np, x):
    from scipy import special

    return special.j0(x)


@case("tf.math.special.bessel_j1", dtypes=("float32", "float64"), name="far", condition=32)
def bessel_j1_far(tf, x=uniform(8, 40, 64)):
    return tf.math.special.bessel_j1(x)


@bessel_j1_far.reference
def _(np, x):
    from scipy import special

    return special.j1(x)


@case("tf.math.special.bessel_y0", dtypes=("float32", "float64"), name="far", condition=32)
def bessel_y0_far(tf, x=uniform(8, 40, 64)):
    return tf.math.special.bessel_y0(x)


@bessel_y0_far.reference
def _(np, x):
    from scipy import special

    return special.y0(x)


@case("tf.math.special.bessel_y1", dtypes=("float32", "float64"), name="far", condition=32)
def bessel_y1_far(tf, x=uniform(8, 40, 64)):
    return tf.math.special.bessel_y1(x)


@bessel_y1_far.reference
def _(np, x):
    from scipy import special

    return special.y1(x)


@case("tf.math.special.bessel_k0", dtypes=("float32", "float64"), name="far", condition=32)
def bessel_k0_far(tf, x=uniform(4, 40, 64)):
    return tf.math.special.bessel_k0(x)


@bessel_k0_far.reference
def _(np, x):
    from scipy import special

    return special.k0(x)


@case("tf.math.special.bessel_k1", dtypes=("float32", "float64"), name="far", condition=32)
def bessel_k1_far(tf, x=uniform(4, 40, 64)):
    return tf.math.special.bessel_k1(x)


@bessel_k1_far.reference
def _(np, x):
    from scipy import special

    return special.k1(x)


@case("tf.math.special.bessel_k0e", dtypes=("float32", "float64", "float16"), name="far", condition=8)
def bessel_k0e_far(tf, x=uniform(4, 100, 64)):
    return tf.math.special.bessel_k0e(x)


@bessel_k0e_far.reference
def _(np, x):
    from scipy import special

    return special.k0e(x)


@case("tf.math.special.bessel_k1e", dtypes=("float32", "float64", "float16"), name="far", condition=8)
def bessel_k1e_far(tf, x=uniform(4, 100, 64)):
    return tf.math.special.bessel_k1e(x)


@bessel_k1e_far.reference
def _(np, x):
    from scipy import special

    return special.k1e(x)


@case("tf.math.special.dawsn", dtypes=("float32", "float64"), name="far", condition=8)
def dawsn_far(tf, x=uniform(-40, 40, 64)):
    return tf.math.special.dawsn(x)


@dawsn_far.reference
def _(np, x):
    from scipy import special

    return special.dawsn(x)


@case("tf.math.special.expint", dtypes=("float32", "float64"), name="far", condition=16)
def expint_far(tf, x=uniform(4, 40, 64)):
    return tf.math.special.expint(x)


@expint_far.reference
def _(np, x):
    from scipy import special

    return special.expi(x)


@case("tf.math.special.expint", dtypes=("float32", "float64"), name="small", condition=8)
def expint_small(tf, x=uniform(0.001, 0.25, 64)):
    return tf.math.special.expint(x)


@expint_small.reference
def _(np, x):
    from scipy import special

    return special.expi(x)


@case("tf.math.special.fresnel_cos", dtypes=("float32", "float64"), name="far", condition=32)
def fresnel_cos_far(tf, x=uniform(-8, 8, 64)):
    return tf.math.special.fresnel_cos(x)


@fresnel_cos_far.reference
def _(np, x):
    from scipy import special

    return special.fresnel(x)[1]


@case("tf.math.special.fresnel_sin", dtypes=("float32", "float64"), name="far", condition=32)
def fresnel_sin_far(tf, x=uniform(-8, 8, 64)):
    return tf.math.special.fresnel_sin(x)


@fresnel_sin_far.reference
def _(np, x):
    from scipy import special

    return special.fresnel(x)[0]


@case("tf.math.special.spence", dtypes=("float32", "float64"), name="small", condition=8)
def spence_small(tf, x=uniform(0.001, 0.75, 64)):
    return tf.math.special.spence(x)


@spence_small.reference
def _(np, x):
    from scipy import special

    return special.spence(x)


@case("tf.math.erf", dtypes=("float32", "float64", "float16"), name="small")
def erf_small(tf, x=uniform(-0.01, 0.01, 64)):
    return tf.math.erf(x)


@erf_small.reference
def _(np, x):
    from scipy import special

    return special.erf(x)


@case("tf.math.erfc", dtypes=("float32", "float64"), name="tail", condition=64)
def erfc_tail(tf, x=uniform(3, 8, 64)):
    return tf.math.erfc(x)


@erfc_tail.reference
def _(np, x):
    from scipy import special

    return special.erfc(x)


@case("tf.math.erf", dtypes=FLOATING, name="edges")
def erf_edges(tf, dtype=DTYPE):
    return tf.math.erf(tf.constant([-INF, -6.0, 0.0, 6.0, INF, NAN], dtype))


@erf_edges.reference
def _(np):
    return np.array([-1, -1, 0, 1, 1, NAN])


@case("tf.math.erfc", dtypes=FLOATING, name="edges")
def erfc_edges(tf, dtype=DTYPE):
    return tf.math.erfc(tf.constant([-INF, -6.0, 0.0, INF, NAN], dtype))


@erfc_edges.reference
def _(np):
    return np.array([2, 2, 1, 0, NAN])


@case("tf.math.erfinv", dtypes=("float32", "float64"), name="edges")
def erfinv_edges(tf, dtype=DTYPE):
    return tf.math.erfinv(tf.constant([-1.0, 0.0, 1.0, 1.5, NAN], dtype))


@erfinv_edges.reference
def _(np):
    return np.array([-INF, 0, INF, NAN, NAN])


@case("tf.math.erfcinv", dtypes=("float32", "float64"), name="edges")
def erfcinv_edges(tf, dtype=DTYPE):
    return tf.math.erfcinv(tf.constant([0.0, 1.0, 2.0, NAN], dtype))


@erfcinv_edges.reference
def _(np):
    return np.array([INF, 0, -INF, NAN])


@case("tf.math.ndtri", dtypes=("float32", "float64"), name="edges")
def ndtri_edges(tf, dtype=DTYPE):
    return tf.math.ndtri(tf.constant([0.0, 0.5, 1.0, NAN], dtype))


@ndtri_edges.reference
def _(np):
    return np.array([-INF, 0, INF, NAN])


@case("tf.math.erfinv", dtypes=("float32", "float64"), name="near-one", condition=64)
def erfinv_near_one(tf, x=uniform(0.99, 0.99999, 64)):
    return tf.math.erfinv(x)


@erfinv_near_one.reference
def _(np, x):
    from scipy import special

    return special.erfinv(x)


@case("tf.math.ndtri", dtypes=("float32", "float64"), name="tail", condition=16)
def ndtri_tail(tf, x=uniform(0.00001, 0.01, 64)):
    return tf.math.ndtri(x)


@ndtri_tail.reference
def _(np, x):
    from scipy import special

    return special.ndtri(x)


@case("tf.math.lgamma", dtypes=("float32", "float64", "float16"), name="edges")
def lgamma_edges(tf, dtype=DTYPE):
    return tf.math.lgamma(tf.constant([-1.0, 0.0, 1.0, 2.0, INF, NAN], dtype))


@lgamma_edges.reference
def _(np):
    return np.array([INF, INF, 0, 0, INF, NAN])


@case("tf.math.lgamma", dtypes=("float32", "float64"), name="negative", condition=16)
def lgamma_negative(tf, x=uniform(-2.75, -2.25, 64)):
    return tf.math.lgamma(x)


@lgamma_negative.reference
def _(np, x):
    from scipy import special

    return special.gammaln(x)


@case("tf.math.lgamma", dtypes=("float32", "float64"), name="large", condition=8)
def lgamma_large(tf, x=uniform(100, 1000, 64)):
    return tf.math.lgamma(x)


@lgamma_large.reference
def _(np, x):
    from scipy import special

    return special.gammaln(x)


@case("tf.math.digamma", dtypes=("float32", "float64"), name="negative", condition=16)
def digamma_negative(tf, x=uniform(-2.75, -2.25, 64)):
    return tf.math.digamma(x)


@digamma_negative.reference
def _(np, x):
    from scipy import special

    return special.digamma(x)


@case("tf.math.digamma", dtypes=("float32", "float64", "float16"), name="large", condition=8)
def digamma_large(tf, x=uniform(100, 1000, 64)):
    return tf.math.digamma(x)


@digamma_large.reference
def _(np, x):
    from scipy import special

    return special.digamma(x)


@case("tf.math.digamma", dtypes=("float32", "float64", "float16"), name="exact")
def digamma_exact(tf, dtype=DTYPE):
    return tf.math.digamma(tf.constant([1.0, 0.5, 0.25], dtype))


@digamma_exact.reference
def _(np):
    return np.array([-np.euler_gamma, -np.euler_gamma - 2 * np.log(2), -np.euler_gamma - np.pi / 2 - 3 * np.log(2)])


@case("tf.math.polygamma", dtypes=("float32", "float64"), name="orders", condition=16)
def polygamma_orders(tf, x=uniform(1, 4, 4)):
    return tf.math.polygamma(tf.constant([[0], [1], [3]], x.dtype), x)


@polygamma_orders.reference
def _(np, x):
    from scipy import special

    return special.polygamma(np.array([[0], [1], [3]]), x)


@case("tf.math.zeta", dtypes=("float32", "float64"), name="exact")
def zeta_exact(tf, dtype=DTYPE):
    return tf.math.zeta(tf.constant([2, 4, 1], dtype), tf.ones([], dtype))


@zeta_exact.reference
def _(np):
    return np.array([np.pi**2 / 6, np.pi**4 / 90, INF])


@case("tf.math.igamma", dtypes=("float32", "float64"), name="edges")
def igamma_edges(tf, a=uniform(0.5, 4, 4)):
    return tf.math.igamma(a, tf.zeros_like(a)), tf.math.igamma(a, INF * tf.ones_like(a))


@igamma_edges.reference
def _(np):
    return [np.zeros(4), np.ones(4)]


@case("tf.math.igamma", dtypes=("float32", "float64"), name="large", condition=64)
def igamma_large(tf, a=uniform(20, 60, 64), x=uniform(20, 60, 64)):
    return tf.math.igamma(a, x)


@igamma_large.reference
def _(np, a, x):
    from scipy import special

    return special.gammainc(a, x)


@case("tf.math.igamma", dtypes=("float32", "float64"), modes=(GRADIENT,), name="by-both", condition=16)
def igamma_by_both(tf, a=uniform(0.5, 4, 4), x=uniform(0.5, 4, 4)):
    return tf.math.igamma(a, x)


@igamma_by_both.reference
def _(np, a, x):
    from scipy import special

    return special.gammainc(a, x)


@case("tf.math.betainc", dtypes=("float32", "float64"), name="edges")
def betainc_edges(tf, a=uniform(0.5, 4, 4), b=uniform(0.5, 4, 4)):
    return tf.math.betainc(a, b, tf.zeros_like(a)), tf.math.betainc(a, b, tf.ones_like(a))


@betainc_edges.reference
def _(np):
    return [np.zeros(4), np.ones(4)]


@case("tf.math.betainc", dtypes=("float32", "float64"), name="large", condition=64)
def betainc_large(tf, a=uniform(20, 60, 64), b=uniform(20, 60, 64), x=uniform(0.3, 0.7, 64)):
    return tf.math.betainc(a, b, x)


@betainc_large.reference
def _(np, a, b, x):
    from scipy import special

    return special.betainc(a, b, x)


@case("tf.math.lbeta", dtypes=("float32", "float64"), name="three", condition=8)
def lbeta_three(tf, x=uniform(0.5, 4, 2, 3)):
    return tf.math.lbeta(x)


@lbeta_three.reference
def _(np, x):
    from scipy import special

    return np.sum(special.gammaln(x), axis=1) - special.gammaln(np.sum(x, axis=1))


@case("tf.math.lbeta", dtypes=("float32", "float64"), name="empty")
def lbeta_empty(tf, dtype=DTYPE):
    return tf.math.lbeta(tf.zeros([2, 0], dtype))


@lbeta_empty.reference
def _(np):
    return np.full(2, -INF)
