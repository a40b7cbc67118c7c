"""Arrays from shapes, numbers and other arrays."""

from functools import partial

from monitor.suite.declare import COMPILED, DTYPE, EAGER, EVERY, FLOATING, GRADIENT, NUMERIC, fact, formula, tensor
from monitor.suite.limits import FINITE, FIXED_RANK, FIXED_SHAPES, INTEGER_RANGE, LINKED_SIZES

ALL = (EAGER, COMPILED, GRADIENT)
BOTH = (EAGER, COMPILED)
SOME = ("float32", "bfloat16", "complex64", "int32", "bool")

every = partial(formula, dtypes=EVERY, modes=BOTH)
some = partial(formula, dtypes=SOME, modes=BOTH)
floating = partial(formula, dtypes=FLOATING, modes=BOTH)

CONVERTED = [
    formula(
        "jax.numpy.asarray", lambda jax, x=tensor(3, 5): jax.numpy.asarray(x), lambda np, x: x, dtypes=EVERY, modes=ALL
    ),
    formula(
        "jax.numpy.asarray",
        lambda jax, a=tensor(), b=tensor(): jax.numpy.asarray([[a, b], [b, a]]),
        lambda np, a, b: np.array([[a, b], [b, a]]),
        name="nested",
        dtypes=SOME,
        modes=ALL,
        limits=FIXED_RANK,
    ),
    some(
        "jax.numpy.asarray",
        lambda jax, dtype=DTYPE: jax.numpy.asarray([[1, 0], [0, 1]], dtype=dtype),
        lambda np: np.array([[1, 0], [0, 1]]),
        name="dtype",
    ),
    fact(
        "jax.numpy.asarray",
        lambda jax: [
            str(jax.numpy.asarray(x).dtype) for x in (1, 1.0, 1j, True, [1, 2.5], memoryview(b"ab"), jax.numpy.int8(3))
        ],
        lambda dtypes: dtypes == ["int64", "float64", "complex128", "bool", "float64", "uint8", "int8"],
        name="types",
    ),
    fact(
        "jax.numpy.asarray",
        lambda jax: (lambda x: (jax.numpy.asarray(x) is x, jax.numpy.asarray(x, copy=True) is x))(jax.numpy.ones(3)),
        lambda same: same == [True, False],
        name="copy",
    ),
    formula("jax.numpy.copy", lambda jax, x=tensor(3, 5): jax.numpy.copy(x), lambda np, x: x, dtypes=SOME, modes=ALL),
    formula(
        "jax.numpy.astype",
        lambda jax, x=tensor(3, 5): jax.numpy.astype(x, "float32"),
        lambda np, x: x.astype(float),
        dtypes=NUMERIC + ("bool",),
        modes=ALL,
        returns=dict.fromkeys(EVERY, "float32"),
    ),
    formula(
        "jax.numpy.astype",
        lambda jax, x=tensor(3, 5): jax.numpy.astype(x, "int32"),
        lambda np, x: np.trunc(x).astype(int),
        name="truncated",
        dtypes=FLOATING,
        returns=dict.fromkeys(FLOATING, "int32"),
        limits=INTEGER_RANGE,
    ),
]

LIKE = [
    every(
        "jax.numpy.zeros_like",
        lambda jax, x=tensor(3, 5): jax.numpy.zeros_like(x),
        lambda np, x: x != x if x.dtype == bool else np.zeros(x.shape),
    ),
    formula(
        "jax.numpy.zeros_like",
        lambda jax, x=tensor(3, 5): jax.numpy.zeros_like(x, dtype="int8", shape=(2,)),
        lambda np, x: np.array([0, 0]),
        name="changed",
        dtypes=SOME,
        returns=dict.fromkeys(SOME, "int8"),
    ),
    every(
        "jax.numpy.ones_like",
        lambda jax, x=tensor(3, 5): jax.numpy.ones_like(x),
        lambda np, x: np.full(x.shape, True) if x.dtype == bool else np.ones(x.shape),
    ),
    formula(
        "jax.numpy.full_like",
        lambda jax, x=tensor(3, 5): jax.numpy.full_like(x, 3),
        lambda np, x: np.full(x.shape, 3),
        dtypes=NUMERIC,
        modes=BOTH,
    ),
    floating(
        "jax.numpy.full_like",
        lambda jax, x=tensor(3, 5), value=tensor(5): jax.numpy.full_like(x, value),
        lambda np, x, value: np.zeros(x.shape) + value,
        name="array",
    ),
    fact(
        "jax.numpy.empty_like",
        lambda jax, x=tensor(3, 5), dtype=DTYPE: (lambda y: (y.shape, y.dtype == dtype))(jax.numpy.empty_like(x)),
        lambda described: described == [[3, 5], True],
        dtypes=SOME,
    ),
]

FILLED = [
    formula(
        "jax.numpy.full",
        lambda jax, dtype=DTYPE: jax.numpy.full((2, 3), 7, dtype),
        lambda np: np.full((2, 3), 7),
        dtypes=NUMERIC,
        modes=BOTH,
    ),
    floating(
        "jax.numpy.full",
        lambda jax, row=tensor(3): jax.numpy.full((2, 3), row),
        lambda np, row: np.array([row, row]),
        name="array",
        limits=FIXED_SHAPES,
    ),
    fact(
        "jax.numpy.empty",
        lambda jax, dtype=DTYPE: (lambda x: (x.shape, x.dtype == dtype))(jax.numpy.empty((2, 0, 3), dtype)),
        lambda described: described == [[2, 0, 3], True],
        dtypes=SOME,
    ),
]

MATRICES = [
    some(
        "jax.numpy.eye",
        lambda jax, dtype=DTYPE: jax.numpy.eye(3, dtype=dtype),
        lambda np: np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    ),
    some(
        "jax.numpy.eye",
        lambda jax, dtype=DTYPE: jax.numpy.eye(2, 4, k=1, dtype=dtype),
        lambda np: np.array([[0, 1, 0, 0], [0, 0, 1, 0]]),
        name="k",
    ),
    some(
        "jax.numpy.identity",
        lambda jax, dtype=DTYPE: jax.numpy.identity(2, dtype=dtype),
        lambda np: np.array([[1, 0], [0, 1]]),
    ),
    some(
        "jax.numpy.tri",
        lambda jax, dtype=DTYPE: jax.numpy.tri(2, 3, 1, dtype=dtype),
        lambda np: np.array([[1, 1, 0], [1, 1, 1]]),
    ),
    formula(
        "jax.numpy.vander",
        lambda jax, x=tensor(4): jax.numpy.vander(x, 3),
        lambda np, x: np.stack([x * x, x, np.ones(len(x))], axis=1),
        dtypes=FLOATING,
        modes=ALL,
        limits=FIXED_RANK | LINKED_SIZES,
    ),
    formula(
        "jax.numpy.vander",
        lambda jax, x=tensor(3): jax.numpy.vander(x, increasing=True),
        lambda np, x: np.stack([np.ones(3), x, x * x], axis=1),
        name="increasing",
        dtypes=("float32", "float64"),
        modes=ALL,
        limits=FIXED_SHAPES,
    ),
]

SEQUENCES = [
    floating(
        "jax.numpy.linspace",
        lambda jax, low=tensor(), high=tensor(): jax.numpy.linspace(low, high, 5),
        lambda np, low, high: low + (high - low) * np.arange(5) / 4,
        condition=2,
        limits=FIXED_RANK | FINITE,
    ),
    floating(
        "jax.numpy.linspace",
        lambda jax, low=tensor(3), high=tensor(3): jax.numpy.linspace(low, high, 4, endpoint=False, axis=-1),
        lambda np, low, high: np.stack([low + (high - low) * k / 4 for k in range(4)], axis=-1),
        name="no-end",
        condition=2,
        limits=FINITE,
    ),
    formula(
        "jax.numpy.linspace",
        lambda jax, dtype=DTYPE: jax.numpy.linspace(2, -2, 5, retstep=True, dtype=dtype)[0],
        lambda np: np.array([2, 1, 0, -1, -2]),
        name="dtype",
        dtypes=NUMERIC,
    ),
    floating(
        "jax.numpy.logspace",
        lambda jax, dtype=DTYPE: jax.numpy.logspace(0, 3, 4, base=2, dtype=dtype),
        lambda np: np.array([1.0, 2, 4, 8]),
    ),
    floating(
        "jax.numpy.geomspace",
        lambda jax, dtype=DTYPE: jax.numpy.geomspace(1, 16, 5, dtype=dtype),
        lambda np: np.array([1.0, 2, 4, 8, 16]),
        condition=4,
    ),
    some(
        "jax.numpy.meshgrid",
        lambda jax, a=tensor(3), b=tensor(2): jax.numpy.meshgrid(a, b),
        lambda np, a, b: [np.array([a, a]), np.array([[b[0]] * 3, [b[1]] * 3])],
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.numpy.meshgrid",
        lambda jax, a=tensor(3), b=tensor(2): jax.numpy.meshgrid(a, b, indexing="ij", sparse=True),
        lambda np, a, b: [a[:, None], b[None]],
        name="sparse",
        limits=FIXED_SHAPES,
    ),
    fact(
        "jax.numpy.tril_indices",
        lambda jax: jax.numpy.tril_indices(3, 1, 2),
        lambda at: [[*map(int, axis)] for axis in at] == [[0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1]],
    ),
]
