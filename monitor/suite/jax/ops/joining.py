"""Arrays made of several arrays, parts of arrays, and padding."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, EVERY, FLOATING, GRADIENT, formula, tensor
from monitor.suite.limits import FINITE, FIXED_RANK, FIXED_SHAPES

ALL = (EAGER, COMPILED, GRADIENT)
SOME = ("float32", "bfloat16", "complex64", "int32", "bool")
PADDED = ("float32", "float64", "bfloat16")

every = partial(formula, dtypes=EVERY, modes=ALL)
some = partial(formula, dtypes=SOME, modes=ALL)
fixed = partial(formula, dtypes=SOME, modes=ALL, limits=FIXED_SHAPES)
pads = partial(formula, dtypes=PADDED, modes=ALL, limits=FIXED_SHAPES)

JOINED = [
    every(
        "jax.numpy.concatenate",
        lambda jax, a=tensor(3, 5), b=tensor(4, 5): jax.numpy.concatenate([a, b]),
        lambda np, a, b: np.array([*a, *b]).reshape(len(a) + len(b), *a.shape[1:]),
        limits=FIXED_RANK,
    ),
    some(
        "jax.numpy.concatenate",
        lambda jax, a=tensor(3, 5), b=tensor(3, 2): jax.numpy.concatenate((a, b, a), axis=-1),
        lambda np, a, b: np.array([[*a[i], *b[i], *a[i]] for i in range(3)]),
        name="axis",
        limits=FIXED_SHAPES,
    ),
    fixed(
        "jax.numpy.concatenate",
        lambda jax, a=tensor(3, 2), b=tensor(1, 2): jax.numpy.concatenate([a, b], axis=None),
        lambda np, a, b: np.array([*a.flat, *b.flat]),
        name="flat",
    ),
    formula(
        "jax.numpy.concatenate",
        lambda jax, a=tensor(3, dtype="int32"), b=tensor(2): jax.numpy.concatenate([a, b]),
        lambda np, a, b: np.array([*a, *b]),
        name="promoted",
        dtypes=FLOATING,
        limits=FIXED_RANK,
    ),
    some(
        "jax.numpy.append",
        lambda jax, a=tensor(3), b=tensor(2): jax.numpy.append(a, b),
        lambda np, a, b: np.array([*a.flat, *b.flat]),
    ),
    fixed(
        "jax.numpy.append",
        lambda jax, a=tensor(3, 2), b=tensor(3, 1): jax.numpy.append(a, b, axis=1),
        lambda np, a, b: np.array([[*a[i], *b[i]] for i in range(3)]),
        name="axis",
    ),
    fixed(
        "jax.numpy.hstack",
        lambda jax, a=tensor(3, 2), b=tensor(3, 1): jax.numpy.hstack([a, b]),
        lambda np, a, b: np.array([[*a[i], *b[i]] for i in range(3)]),
    ),
    fixed(
        "jax.numpy.hstack",
        lambda jax, a=tensor(3), b=tensor(2): jax.numpy.hstack([a, b]),
        lambda np, a, b: np.array([*a, *b]),
        name="vectors",
    ),
    fixed(
        "jax.numpy.vstack",
        lambda jax, a=tensor(4), b=tensor(2, 4): jax.numpy.vstack([a, b]),
        lambda np, a, b: np.array([a, *b]),
    ),
    fixed(
        "jax.numpy.dstack",
        lambda jax, a=tensor(2, 3), b=tensor(2, 3): jax.numpy.dstack([a, b]),
        lambda np, a, b: np.array([[[a[i, j], b[i, j]] for j in range(3)] for i in range(2)]),
    ),
    fixed(
        "jax.numpy.column_stack",
        lambda jax, a=tensor(3), b=tensor(3, 2): jax.numpy.column_stack([a, b]),
        lambda np, a, b: np.array([[a[i], *b[i]] for i in range(3)]),
    ),
    fixed(
        "jax.numpy.block",
        lambda jax, a=tensor(2, 2), b=tensor(2, 1), c=tensor(1, 3): jax.numpy.block([[a, b], [c]]),
        lambda np, a, b, c: np.array([[*a[0], *b[0]], [*a[1], *b[1]], c[0]]),
    ),
]

PARTS = [
    fixed(
        "jax.numpy.hsplit",
        lambda jax, x=tensor(2, 4): jax.numpy.hsplit(x, 2),
        lambda np, x: [x[:, :2], x[:, 2:]],
    ),
    fixed(
        "jax.numpy.vsplit",
        lambda jax, x=tensor(4, 3): jax.numpy.vsplit(x, [1, 3]),
        lambda np, x: [x[:1], x[1:3], x[3:]],
    ),
    fixed(
        "jax.numpy.dsplit",
        lambda jax, x=tensor(2, 1, 6): jax.numpy.dsplit(x, 3),
        lambda np, x: [x[..., :2], x[..., 2:4], x[..., 4:]],
    ),
]

PADDING = [
    every(
        "jax.numpy.pad",
        lambda jax, x=tensor(3, 4): jax.numpy.pad(x, ((1, 0), (2, 1))),
        lambda np, x: np.block(
            [
                [np.zeros((1, 7), x.dtype)],
                [np.zeros((3, 2), x.dtype), x, np.zeros((3, 1), x.dtype)],
            ]
        ),
        limits=FIXED_SHAPES,
    ),
    pads(
        "jax.numpy.pad",
        lambda jax, x=tensor(3): jax.numpy.pad(x, (2, 1), constant_values=(7, -1)),
        lambda np, x: np.array([7, 7, *x, -1]),
        name="constants",
    ),
    pads(
        "jax.numpy.pad",
        lambda jax, x=tensor(4): jax.numpy.pad(x, (2, 3), mode="edge"),
        lambda np, x: x[[0, 0, 0, 1, 2, 3, 3, 3, 3]],
        name="edge",
    ),
    pads(
        "jax.numpy.pad",
        lambda jax, x=tensor(4): jax.numpy.pad(x, (2, 3), mode="reflect"),
        lambda np, x: x[[2, 1, 0, 1, 2, 3, 2, 1, 0]],
        name="reflect",
    ),
    pads(
        "jax.numpy.pad",
        lambda jax, x=tensor(4): jax.numpy.pad(x, (2, 3), mode="symmetric"),
        lambda np, x: x[[1, 0, 0, 1, 2, 3, 3, 2, 1]],
        name="symmetric",
    ),
    pads(
        "jax.numpy.pad",
        lambda jax, x=tensor(4): jax.numpy.pad(x, (2, 5), mode="wrap"),
        lambda np, x: x[[2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0]],
        name="wrap",
    ),
    pads(
        "jax.numpy.pad",
        lambda jax, x=tensor(4): jax.numpy.pad(x, 2, mode="linear_ramp", end_values=1),
        lambda np, x: np.array([1, (1 + x[0]) / 2, *x, (1 + x[3]) / 2, 1]),
        name="linear-ramp",
        limits=FIXED_SHAPES | FINITE,
    ),
    pads(
        "jax.numpy.pad",
        lambda jax, x=tensor(4): jax.numpy.pad(x, 1, mode="maximum"),
        lambda np, x: np.array([x.max(), *x, x.max()]),
        name="maximum",
    ),
    pads(
        "jax.numpy.pad",
        lambda jax, x=tensor(4): jax.numpy.pad(x, (1, 2), mode="mean", stat_length=2),
        lambda np, x: np.array([(x[0] + x[1]) / 2, *x, (x[2] + x[3]) / 2, (x[2] + x[3]) / 2]),
        name="mean",
    ),
]
