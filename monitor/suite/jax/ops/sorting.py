"""Sorting, searching, counting, and order statistics."""

from functools import partial

from monitor.model import InputKind
from monitor.suite.declare import (
    COMPILED,
    EAGER,
    FLOATING,
    GRADIENT,
    NUMERIC,
    formula,
    indices,
    tensor,
    uniform,
    values,
)
from monitor.suite.limits import FINITE, FIXED_RANK, FIXED_SHAPES, NOT_EMPTY, TIES, WELL_SCALED

ALL = (EAGER, COMPILED, GRADIENT)
BOTH = (EAGER, COMPILED)
DOUBLE = ("float32", "float64")
COUNTS = dict.fromkeys((*NUMERIC, "bool"), "int64")
NAN = float("nan")

some = partial(formula, dtypes=("float32", "bfloat16"), modes=ALL)
places = partial(formula, dtypes=("float32", "bfloat16", "int32"), modes=BOTH, returns=COUNTS)
statistics = partial(formula, dtypes=DOUBLE, modes=ALL, condition=4, limits=NOT_EMPTY | TIES)

SORTED = [
    formula(
        "jax.numpy.sort",
        lambda jax, x=tensor(3, 5): jax.numpy.sort(x),
        lambda np, x: np.sort(x),
        dtypes=NUMERIC,
        modes=ALL,
    ),
    some(
        "jax.numpy.sort",
        lambda jax, x=tensor(5, 3): jax.numpy.sort(x, axis=0, descending=True),
        lambda np, x: np.concatenate([np.sort(column)[::-1] for column in x.T]).reshape(3, 5).T,
        name="descending",
        limits=FIXED_SHAPES | FINITE,
    ),
    some(
        "jax.numpy.sort",
        lambda jax, x=tensor(3, 5): jax.numpy.sort(x, axis=None),
        lambda np, x: np.sort(x.reshape(-1)),
        name="flat",
    ),
    places(
        "jax.numpy.argsort",
        lambda jax, x=tensor(3, 5): jax.numpy.argsort(x),
        lambda np, x: np.argsort(x, kind="stable"),
        limits=FINITE,
    ),
    places(
        "jax.numpy.argsort",
        lambda jax, x=values(2, 1, 2, 3, 1): jax.numpy.argsort(x, descending=True, stable=True),
        lambda np, x: np.array([3, 0, 2, 1, 4]),
        name="descending",
    ),
    places(
        "jax.numpy.lexsort",
        lambda jax, a=values(3, 1, 2, 1, 3), b=values(1, 0, 1, 1, 0): jax.numpy.lexsort((a, b)),
        lambda np, a, b: np.array([1, 4, 3, 2, 0]),
    ),
    some(
        "jax.numpy.argpartition",
        lambda jax, x=tensor(3, 7): jax.numpy.take_along_axis(x, jax.numpy.argpartition(x, 2, axis=1), axis=1)[:, 2],
        lambda np, x: np.sort(x, axis=1)[:, 2],
        limits=FIXED_SHAPES,
    ),
    formula(
        "jax.numpy.unique",
        lambda jax, x=values(3, 1, 3, 2, 1, 3): jax.numpy.unique(x),
        lambda np, x: np.array([1, 2, 3]),
        dtypes=NUMERIC,
        limits={COMPILED: "the shape of the result depends on the values"},
    ),
    formula(
        "jax.numpy.unique",
        lambda jax, x=values(3, 1, 3, 2, 1, 3): jax.numpy.unique(x, size=4, fill_value=9, return_counts=True)[1],
        lambda np, x: np.array([2, 1, 3, 0]),
        name="counts",
        dtypes=("float32", "int32"),
        modes=BOTH,
        returns=COUNTS,
    ),
]

FOUND = [
    places(
        "jax.numpy.searchsorted",
        lambda jax, edges=values(-1, 0, 0, 2), x=tensor(3, 5): jax.numpy.searchsorted(edges, x),
        lambda np, edges, x: (edges < x[..., None]).sum(axis=-1),
        returns=dict.fromkeys(NUMERIC, "int32"),
        limits=FINITE,
    ),
    places(
        "jax.numpy.searchsorted",
        lambda jax, edges=values(-1, 0, 0, 2), x=values(-1, 0, 3): jax.numpy.searchsorted(edges, x, side="right"),
        lambda np, edges, x: np.array([1, 3, 4]),
        returns=dict.fromkeys(NUMERIC, "int32"),
        name="right",
    ),
    places(
        "jax.numpy.digitize",
        lambda jax, x=values(-2, 0, 1, 5), edges=values(0, 1, 4): jax.numpy.digitize(x, edges, right=True),
        lambda np, x, edges: np.array([0, 0, 1, 3]),
        returns=dict.fromkeys(NUMERIC, "int32"),
    ),
]

COUNTED = [
    formula(
        "jax.numpy.bincount",
        lambda jax, x=indices(9, below=5): jax.numpy.bincount(x, minlength=6, length=6),
        lambda np, x: np.array([(x == k).sum() for k in range(6)]),
        dtypes=("int64",),
        modes=BOTH,
        limits=FIXED_RANK,
    ),
    formula(
        "jax.numpy.bincount",
        lambda jax, x=indices(9, below=5), w=tensor(9): jax.numpy.bincount(x, weights=w, length=4),
        lambda np, x, w: np.array([w[x == k].sum() for k in range(4)]),
        name="weights",
        dtypes=DOUBLE,
        modes=ALL,
        condition=4,
        limits=FIXED_RANK,
    ),
    formula(
        "jax.numpy.histogram",
        lambda jax, x=tensor(20): jax.numpy.histogram(x, bins=4, range=(-2, 2))[0],
        lambda np, x: np.array([((x >= k) & (x < k + 1)).sum() for k in range(-2, 2)]).astype(float),
        dtypes=DOUBLE,
        limits=FIXED_SHAPES | FINITE | WELL_SCALED,
    ),
    formula(
        "jax.ops.segment_sum",
        lambda jax, x=tensor(6, 2), ids=values(0, 2, 0, 1, 2, 2, dtype="int32"): jax.ops.segment_sum(
            x, ids, num_segments=4
        ),
        lambda np, x, ids: np.array([x[0] + x[2], x[3], x[1] + x[4] + x[5], 0 * x[0]]),
        dtypes=FLOATING,
        modes=ALL,
        condition=2,
        limits=FIXED_SHAPES | FINITE,
    ),
    some(
        "jax.ops.segment_sum",
        lambda jax, x=tensor(5): jax.ops.segment_sum(
            x, jax.numpy.array([0, 0, 1, 1, 9]), num_segments=2, indices_are_sorted=True
        ),
        lambda np, x: np.array([x[0] + x[1], x[2] + x[3]]),
        name="sorted",
        condition=2,
        limits=FIXED_SHAPES,
    ),
]


def correlations(np, centered):
    """Return the correlation coefficients of rows with mean zero."""
    products = centered @ centered.T
    deviations = np.sqrt(np.diag(products))
    return products / deviations[:, None] / deviations


ORDER = [
    statistics(
        "jax.numpy.median",
        lambda jax, x=tensor(3, 5): jax.numpy.median(x, axis=1),
        lambda np, x: np.median(x, axis=1),
    ),
    statistics(
        "jax.numpy.median",
        lambda jax, x=tensor(4, 5): jax.numpy.median(x, axis=0, keepdims=True),
        lambda np, x: (np.sort(x, axis=0)[1:2] + np.sort(x, axis=0)[2:3]) / 2,
        name="even",
        limits=FIXED_SHAPES | FINITE | TIES,
    ),
    statistics(
        "jax.numpy.quantile",
        lambda jax, x=tensor(3, 5), q=values(0.1, 0.3, 0.8): jax.numpy.quantile(x, q, axis=1),
        lambda np, x, q: np.quantile(x, q, axis=1),
        limits=FINITE | FIXED_SHAPES | TIES,
    ),
    statistics(
        "jax.numpy.quantile",
        lambda jax, x=tensor(3, 5): jax.numpy.quantile(x, 0.3, axis=1, method="nearest"),
        lambda np, x: np.sort(x, axis=1)[:, 1],
        name="nearest",
        limits=FIXED_SHAPES | FINITE | TIES,
    ),
    statistics(
        "jax.numpy.percentile",
        lambda jax, x=tensor(3, 5): jax.numpy.percentile(x, 25, axis=-1),
        lambda np, x: np.sort(x)[..., 1],
        limits=FIXED_SHAPES | FINITE | TIES,
    ),
    statistics(
        "jax.numpy.cov",
        lambda jax, x=tensor(3, 6): jax.numpy.cov(x),
        lambda np, x: (x - x.mean(axis=1, keepdims=True)) @ (x - x.mean(axis=1, keepdims=True)).T / 5,
        limits=FIXED_SHAPES | WELL_SCALED,
    ),
    statistics(
        "jax.numpy.cov",
        lambda jax, x=tensor(6, 3): jax.numpy.cov(x, rowvar=False, bias=True),
        lambda np, x: (x - x.mean(axis=0)).T @ (x - x.mean(axis=0)) / 6,
        name="columns",
        limits=FIXED_SHAPES | WELL_SCALED,
    ),
    statistics(
        "jax.numpy.corrcoef",
        lambda jax, x=tensor(3, 6): jax.numpy.corrcoef(x),
        lambda np, x: correlations(np, x - x.mean(axis=1, keepdims=True)),
        limits=FIXED_SHAPES | WELL_SCALED | TIES,
    ),
]


def counted(np, x, axis):
    """Return the number of numbers along an axis."""
    return (x == x).sum(axis=axis)


WITHOUT_NAN = [
    some(
        "jax.numpy.nansum",
        lambda jax, x=tensor(3, 5): jax.numpy.nansum(x, axis=1),
        lambda np, x: np.where(x == x, x, 0).sum(axis=1),
        condition=2,
    ),
    some(
        "jax.numpy.nanprod",
        lambda jax, x=tensor(3, 5): jax.numpy.nanprod(x, axis=1),
        lambda np, x: np.where(x == x, x, 1).prod(axis=1),
        condition=4,
    ),
    some(
        "jax.numpy.nanmax",
        lambda jax, x=tensor(3, 5): jax.numpy.nanmax(x, axis=1),
        lambda np, x: np.fmax.reduce(x, axis=1),
        limits=NOT_EMPTY,
    ),
    some(
        "jax.numpy.nanmin",
        lambda jax, x=tensor(3, 5): jax.numpy.nanmin(x, axis=1),
        lambda np, x: np.fmin.reduce(x, axis=1),
        limits=NOT_EMPTY,
    ),
    some(
        "jax.numpy.nanmean",
        lambda jax, x=tensor(3, 5): jax.numpy.nanmean(x, axis=0),
        lambda np, x: np.where(x == x, x, 0).sum(axis=0) / counted(np, x, 0),
        condition=2,
    ),
    statistics(
        "jax.numpy.nanvar",
        lambda jax, x=values(1, NAN, 3, 8, 2, NAN, shape=(2, 3)): jax.numpy.nanvar(x, axis=1),
        lambda np, x: np.array([1.0, 9.0]),
        modes=BOTH,
    ),
    statistics(
        "jax.numpy.nanstd",
        lambda jax, x=values(1, NAN, 3, 8, 2, NAN, shape=(2, 3)): jax.numpy.nanstd(x, axis=1, ddof=1),
        lambda np, x: np.array([2.0**0.5, 18**0.5]),
        modes=BOTH,
    ),
    statistics(
        "jax.numpy.nanmedian",
        lambda jax, x=values(1, NAN, 3, 7, 8, 2, shape=(2, 3)): jax.numpy.nanmedian(x, axis=1),
        lambda np, x: np.array([2.0, 7.0]),
        modes=BOTH,
    ),
    statistics(
        "jax.numpy.nanquantile",
        lambda jax, x=values(1, NAN, 3, 7, 8, 2, shape=(2, 3)): jax.numpy.nanquantile(x, 0.25, axis=1),
        lambda np, x: np.array([1.5, 4.5]),
        modes=BOTH,
    ),
    statistics(
        "jax.numpy.nanpercentile",
        lambda jax, x=values(1, NAN, 3, 7, 8, 2, shape=(2, 3)): jax.numpy.nanpercentile(x, 25, axis=1),
        lambda np, x: np.array([1.5, 4.5]),
        modes=BOTH,
    ),
    places(
        "jax.numpy.nanargmax",
        lambda jax, x=values(1, NAN, 3, NAN, -8, 2, shape=(2, 3)): jax.numpy.nanargmax(x, axis=1),
        lambda np, x: np.array([2, 2]),
        dtypes=DOUBLE,
    ),
    places(
        "jax.numpy.nanargmin",
        lambda jax, x=values(1, NAN, 3, NAN, -8, 2, shape=(2, 3)): jax.numpy.nanargmin(x, axis=1),
        lambda np, x: np.array([0, 1]),
        dtypes=DOUBLE,
    ),
    some(
        "jax.numpy.nancumsum",
        lambda jax, x=tensor(3, 5): jax.numpy.nancumsum(x, axis=1),
        lambda np, x: np.cumsum(np.where(x == x, x, 0), axis=1),
        dtypes=DOUBLE,
        condition=4,
    ),
    some(
        "jax.numpy.nancumprod",
        lambda jax, x=uniform(0.9999, 1.0001, 3, 5): jax.numpy.nancumprod(x, axis=1),
        lambda np, x: np.cumprod(np.where(x == x, x, 1), axis=1),
        dtypes=DOUBLE,
        condition=4,
        limits={InputKind.LARGE: "the rounding grows with the number of factors"},
    ),
]
