"""Arguments of functions of arrays that no other case passes."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, fact, formula, tensor, values
from monitor.suite.limits import ARGUMENT_ONLY

argument = partial(formula, dtypes=("float32",), modes=(EAGER, COMPILED), limits=ARGUMENT_ONLY)
argument_fact = partial(fact, dtypes=("float32",), limits=ARGUMENT_ONLY)

REDUCTIONS = [
    argument(
        "jax.numpy.amax",
        lambda jax, x=tensor(3, 5): jax.numpy.amax(x, axis=0, initial=0.5),
        lambda np, x: np.maximum(np.max(x, axis=0), 0.5),
        name="initial",
    ),
    argument(
        "jax.numpy.amin",
        lambda jax, x=tensor(3, 5): jax.numpy.amin(x, axis=0, initial=-0.5),
        lambda np, x: np.minimum(np.min(x, axis=0), -0.5),
        name="initial",
    ),
    argument(
        "jax.numpy.nanmax",
        lambda jax, x=tensor(3, 5): jax.numpy.nanmax(x, axis=0, initial=0.5),
        lambda np, x: np.maximum(np.max(x, axis=0), 0.5),
        name="initial",
    ),
    argument(
        "jax.numpy.nanmin",
        lambda jax, x=tensor(3, 5): jax.numpy.nanmin(x, axis=0, initial=-0.5),
        lambda np, x: np.minimum(np.min(x, axis=0), -0.5),
        name="initial",
    ),
    argument(
        "jax.numpy.nansum",
        lambda jax, x=tensor(3, 5): jax.numpy.nansum(x, axis=0, initial=2.0),
        lambda np, x: np.sum(x, axis=0) + 2,
        name="initial",
    ),
    argument(
        "jax.numpy.nanprod",
        lambda jax, x=tensor(3, 5): jax.numpy.nanprod(x, axis=0, initial=2.0),
        lambda np, x: np.prod(x, axis=0) * 2,
        name="initial",
    ),
    argument(
        "jax.numpy.std",
        lambda jax, x=tensor(3, 5), m=tensor(3, 1): (
            jax.numpy.std(x, axis=1, correction=2),
            jax.numpy.std(x, axis=1, mean=m, keepdims=True),
        ),
        lambda np, x, m: [
            np.sqrt(((x - x.mean(1, keepdims=True)) ** 2).sum(1) / 3),
            np.sqrt(((x - m) ** 2).mean(1, keepdims=True)),
        ],
        name="mean",
    ),
    argument(
        "jax.numpy.nanvar",
        lambda jax, x=tensor(3, 5), m=tensor(3, 1): (
            jax.numpy.nanvar(x, axis=1, ddof=2),
            jax.numpy.nanvar(x, axis=1, mean=m, keepdims=True),
        ),
        lambda np, x, m: [
            ((x - x.mean(1, keepdims=True)) ** 2).sum(1) / 3,
            ((x - m) ** 2).mean(1, keepdims=True),
        ],
        name="mean",
    ),
    argument(
        "jax.numpy.nanstd",
        lambda jax, x=tensor(3, 5), m=tensor(3, 1): jax.numpy.nanstd(x, axis=1, mean=m, keepdims=True),
        lambda np, x, m: np.sqrt(((x - m) ** 2).mean(1, keepdims=True)),
        name="mean",
    ),
    argument(
        "jax.scipy.special.logsumexp",
        lambda jax, x=tensor(3, 5), b=tensor(3, 5): jax.scipy.special.logsumexp(x, 1, b=b, return_sign=True),
        lambda np, x, b: [np.log(np.abs((b * np.exp(x)).sum(1))), np.sign((b * np.exp(x)).sum(1))],
        name="sign",
        condition=8,
    ),
    argument(
        "jax.nn.logsumexp",
        lambda jax, x=tensor(3, 5), b=tensor(3, 5): jax.nn.logsumexp(x, 1, b=b, return_sign=True),
        lambda np, x, b: [np.log(np.abs((b * np.exp(x)).sum(1))), np.sign((b * np.exp(x)).sum(1))],
        name="sign",
        condition=8,
    ),
    argument(
        "jax.numpy.trapezoid",
        lambda jax, y=tensor(3, 5), x=tensor(5): jax.numpy.trapezoid(y, x=x),
        lambda np, y, x: ((y[:, 1:] + y[:, :-1]) / 2 * (x[1:] - x[:-1])).sum(1),
        name="x",
        condition=4,
    ),
    argument(
        "jax.numpy.cov",
        lambda jax, x=tensor(2, 4), y=tensor(1, 4), w=values(1, 2, 1, 3), f=values(2, 1, 1, 2, dtype="int32"): (
            jax.numpy.cov(x, y=y, ddof=0),
            jax.numpy.cov(x, fweights=f),
            jax.numpy.cov(x, aweights=w),
        ),
        lambda np, x, y, w, f: [
            (lambda c: c @ c.T / 4)(np.vstack([x, y]) - np.vstack([x, y]).mean(1, keepdims=True)),
            (lambda c: (c * f) @ c.T / 5)(x - (x * f).sum(1, keepdims=True) / 6),
            (lambda c: (c * w) @ c.T / (7 - 15 / 7))(x - (x * w).sum(1, keepdims=True) / 7),
        ],
        name="weights",
        condition=4,
    ),
    argument(
        "jax.numpy.corrcoef",
        lambda jax, x=tensor(5, 2), y=tensor(5, 1): jax.numpy.corrcoef(x, y=y, rowvar=False),
        lambda np, x, y: (lambda c: c.T @ c / np.sqrt(np.outer((c * c).sum(0), (c * c).sum(0))))(
            np.hstack([x, y]) - np.hstack([x, y]).mean(0)
        ),
        name="columns",
        condition=4,
    ),
]

SORTING = [
    argument(
        "jax.numpy.percentile",
        lambda jax, x=values(4, 1, 3, 2, 5, 7): (
            jax.numpy.percentile(x, 50, method="lower"),
            jax.numpy.percentile(x, 50, method="higher"),
        ),
        lambda np, x: [np.array(3.0), np.array(4.0)],
        name="method",
    ),
    argument(
        "jax.numpy.percentile",
        lambda jax, x=values(4, 1, 3, 2, 5, 7), w=values(5, 1, 2, 1, 1, 1): jax.numpy.percentile(
            x, 50, weights=w, method="inverted_cdf"
        ),
        lambda np, x, w: np.array(4.0),
        name="weights",
    ),
    argument(
        "jax.numpy.nanpercentile",
        lambda jax, x=values(4, 1, 3, 2, 5, 7): (
            jax.numpy.nanpercentile(x, 50, method="lower"),
            jax.numpy.nanpercentile(x, 50, method="higher"),
        ),
        lambda np, x: [np.array(3.0), np.array(4.0)],
        name="method",
    ),
    argument(
        "jax.numpy.nanpercentile",
        lambda jax, x=values(4, 1, 3, 2, 5, 7), w=values(5, 1, 2, 1, 1, 1): jax.numpy.nanpercentile(
            x, 50, weights=w, method="inverted_cdf"
        ),
        lambda np, x, w: np.array(4.0),
        name="weights",
    ),
    argument(
        "jax.numpy.quantile",
        lambda jax, x=values(4, 1, 3, 2, 5, 7), w=values(5, 1, 2, 1, 1, 1): jax.numpy.quantile(
            x, 0.5, weights=w, method="inverted_cdf"
        ),
        lambda np, x, w: np.array(4.0),
        name="weights",
    ),
    argument(
        "jax.numpy.nanquantile",
        lambda jax, x=values(4, 1, 3, 2, 5, 7): (
            jax.numpy.nanquantile(x, 0.5, method="lower"),
            jax.numpy.nanquantile(x, 0.5, method="higher"),
        ),
        lambda np, x: [np.array(3.0), np.array(4.0)],
        name="method",
    ),
    argument(
        "jax.numpy.nanquantile",
        lambda jax, x=values(4, 1, 3, 2, 5, 7), w=values(5, 1, 2, 1, 1, 1): jax.numpy.nanquantile(
            x, 0.5, weights=w, method="inverted_cdf"
        ),
        lambda np, x, w: np.array(4.0),
        name="weights",
    ),
    argument(
        "jax.numpy.histogram",
        lambda jax, x=values(0.5, 1.5, 1.7, 2.5), w=values(1, 2, 3, 4): (
            jax.numpy.histogram(x, bins=3, range=(0, 3), weights=w)[0],
            jax.numpy.histogram(x, bins=3, range=(0, 6), density=True)[0],
        ),
        lambda np, x, w: [np.array([1.0, 5.0, 4.0]), np.array([3 / 8, 1 / 8, 0.0])],
        name="weights",
    ),
    argument_fact(
        "jax.numpy.digitize",
        lambda jax, x=values(-1, 0.5, 1, 2.5, 9): [
            jax.numpy.digitize(x, jax.numpy.arange(4.0), method=method).tolist()
            for method in ("scan_unrolled", "sort", "compare_all")
        ],
        lambda found, x: found == [[0, 1, 2, 3, 4]] * 3,
        name="method",
    ),
    argument_fact(
        "jax.numpy.searchsorted",
        lambda jax, x=values(3, 1, 2), v=values(1.5, 2, 9): [
            jax.numpy.searchsorted(x, v, sorter=jax.numpy.array([1, 2, 0]), method=method).tolist()
            for method in ("scan_unrolled", "sort", "compare_all")
        ],
        lambda found, x, v: found == [[1, 1, 3]] * 3,
        name="method",
    ),
    argument_fact(
        "jax.numpy.isin",
        lambda jax, x=values(3, 1, 2): [
            jax.numpy.isin(x, jax.numpy.array([2.0, 5.0, 3.0]), assume_unique=True, method=method).tolist()
            for method in ("compare_all", "binary_search", "sort")
        ],
        lambda found, x: found == [[True, False, True]] * 3,
        name="method",
    ),
    argument_fact(
        "jax.numpy.unique",
        lambda jax, x=values(3, 1, 3, 2, 1): (
            [one.tolist() for one in jax.numpy.unique(x, return_index=True, return_inverse=True)],
            jax.numpy.unique(jax.numpy.array([[1, 2, 1], [3, 4, 3]]), axis=1).tolist(),
            jax.numpy.unique(jax.numpy.array([jax.numpy.nan, jax.numpy.nan, 1.0]), equal_nan=False).shape,
            sorted(jax.numpy.unique(x, sorted=False).tolist()),
        ),
        lambda found, x: found == [[[1, 2, 3], [1, 3, 0], [2, 0, 2, 1, 0]], [[1, 2], [3, 4]], [3], [1, 2, 3]],
        name="indices",
    ),
    argument(
        "jax.numpy.lexsort",
        lambda jax, a=values(1, 2, 1, 0, shape=(2, 2)), b=values(3, 0, 3, 1, shape=(2, 2)): jax.numpy.lexsort(
            (a, b), axis=0
        ),
        lambda np, a, b: np.array([[0, 0], [1, 1]]),
        name="axis",
        returns={"float32": ""},
    ),
    argument_fact(
        "jax.numpy.argsort",
        lambda jax, x=values(1, 0, 1, 0, shape=(2, 2)): (
            jax.numpy.argsort(x, axis=0, stable=False).tolist(),
            jax.numpy.argsort(jax.numpy.array([2.0, 1.0, 2.0, 1.0]), stable=True, descending=True).tolist(),
        ),
        lambda found, x: sorted(found[0][0]) == [0, 0] and found[1] == [0, 2, 1, 3],
        name="axis",
    ),
    argument_fact(
        "jax.numpy.sort",
        lambda jax, x=values(3, 1, 2): jax.numpy.sort(x, stable=False).tolist(),
        lambda found, x: found == [1, 2, 3],
        name="unstable",
    ),
]
