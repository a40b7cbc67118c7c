"""Arguments that no other case passes."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, fact, formula, tensor, values
from monitor.suite.limits import ARGUMENT_ONLY

argument = partial(formula, dtypes=("float32",), modes=(EAGER, COMPILED), limits=ARGUMENT_ONLY)
argument_fact = partial(fact, dtypes=("float32",), limits=ARGUMENT_ONLY)

ARGUMENTS = [
    argument(
        "jax.numpy.sum",
        lambda jax, x=values(1, -2, 3, dtype="int16"): jax.numpy.sum(x, promote_integers=False),
        lambda np, x: np.array(2),
        name="own-dtype",
        returns={"float32": "int16"},
    ),
    argument(
        "jax.numpy.prod",
        lambda jax, x=values(1, -2, 3, dtype="int16"): jax.numpy.prod(x, promote_integers=False),
        lambda np, x: np.array(-6),
        name="own-dtype",
        returns={"float32": "int16"},
    ),
    argument(
        "jax.numpy.var",
        lambda jax, x=tensor(3, 5), m=tensor(3, 1): (
            jax.numpy.var(x, axis=1, correction=2),
            jax.numpy.var(x, axis=1, mean=m, keepdims=True),
        ),
        lambda np, x, m: [
            ((x - x.mean(1, keepdims=True)) ** 2).sum(1) / 3,
            ((x - m) ** 2).mean(1, keepdims=True),
        ],
        name="mean",
    ),
    argument(
        "jax.lax.top_k",
        lambda jax, x=tensor(5, 2): jax.lax.top_k(x, 3, axis=0)[0],
        lambda np, x: -np.sort(-x, axis=0)[:3],
        name="axis",
    ),
    argument_fact(
        "jax.tree.map",
        lambda jax: jax.tree.map(lambda pair: sum(pair), {"a": (1, 2)}, is_leaf=lambda one: isinstance(one, tuple)),
        lambda found: found == {"a": 3},
        name="is-leaf",
        dtypes=(),
    ),
    argument(
        "jax.numpy.linalg.svd",
        lambda jax, x=tensor(4, 4): jax.numpy.linalg.svd(
            x, full_matrices=False, compute_uv=False, subset_by_index=(0, 2)
        ),
        lambda np, x: np.linalg.svd(x)[1][:2],
        name="subset",
        condition=8,
    ),
    argument_fact(
        "jax.lax.top_k",
        lambda jax, x=values(1, 2, 1, 2): jax.lax.top_k(x, 4, is_stable=False)[0].tolist(),
        lambda found, x: found == [2, 2, 1, 1],
        name="unstable",
    ),
    argument(
        "jax.scipy.stats.poisson.cdf",
        lambda jax, k=values(2, 3, 4): jax.scipy.stats.poisson.cdf(k, 1.5, loc=2),
        lambda np, k: np.array([1, 1 + 1.5, 1 + 1.5 + 1.5**2 / 2]) * np.exp(-1.5),
        name="shifted",
        condition=4,
    ),
]
