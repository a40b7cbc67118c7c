"""Shapes of arrays: their dimensions, and arrays with other dimensions."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, EVERY, GRADIENT, fact, formula, tensor
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES

ALL = (EAGER, COMPILED, GRADIENT)
SOME = ("float32", "bfloat16", "complex64", "int32", "bool")

every = partial(formula, dtypes=EVERY, modes=ALL)
some = partial(formula, dtypes=SOME, modes=ALL)
fixed = partial(formula, dtypes=SOME, modes=ALL, limits=FIXED_SHAPES)

DESCRIBED = [
    fact(
        "jax.numpy.shape",
        lambda jax: [jax.numpy.shape(x) for x in (1.0, [1, 2], jax.numpy.ones((2, 0, 3)), jax.numpy.ones(()))],
        lambda shapes: shapes == [[], [2], [2, 0, 3], []],
    ),
    fact(
        "jax.numpy.shape",
        lambda jax: jax.vmap(lambda x: jax.numpy.zeros(jax.numpy.shape(x)))(jax.numpy.ones((5, 2, 3))).shape,
        lambda shape: shape == [5, 2, 3],
        name="vmap",
    ),
    fact(
        "jax.numpy.ndim",
        lambda jax: [jax.numpy.ndim(x) for x in (1.0, [1, 2], jax.numpy.ones((2, 0, 3)), jax.numpy.ones(()))],
        lambda counts: counts == [0, 1, 3, 0],
    ),
    fact(
        "jax.lax.broadcast_shapes",
        lambda jax: jax.lax.broadcast_shapes((3, 1), (2, 1, 4), ()),
        lambda shape: shape == [2, 3, 4],
    ),
    fact(
        "jax.numpy.broadcast_shapes",
        lambda jax: [
            jax.numpy.broadcast_shapes((3, 1), (2, 1, 4), ()),
            jax.numpy.broadcast_shapes(2, (3, 1), (0, 1, 2)),
        ],
        lambda shapes: shapes == [[2, 3, 4], [0, 3, 2]],
    ),
]

BROADCAST = [
    every(
        "jax.numpy.broadcast_to",
        lambda jax, x=tensor(3, 1): jax.numpy.broadcast_to(x, (2, 3, 4)),
        lambda np, x: np.stack([np.concatenate([x] * 4, axis=1)] * 2),
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.numpy.broadcast_to",
        lambda jax, x=tensor(): jax.numpy.broadcast_to(x, (2, 3)),
        lambda np, x: np.array([[x, x, x], [x, x, x]]),
        name="scalar",
        limits=FIXED_RANK,
    ),
    some(
        "jax.numpy.broadcast_arrays",
        lambda jax, a=tensor(3, 1), b=tensor(4): jax.numpy.broadcast_arrays(a, b),
        lambda np, a, b: [np.concatenate([a] * 4, axis=1), np.stack([b] * 3)],
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.broadcast",
        lambda jax, x=tensor(3): jax.lax.broadcast(x, (2, 4)),
        lambda np, x: np.stack([np.stack([x] * 4)] * 2),
    ),
]

DIMENSIONS = [
    every(
        "jax.numpy.expand_dims",
        lambda jax, x=tensor(3, 5): jax.numpy.expand_dims(x, -1),
        lambda np, x: x[..., None],
    ),
    some(
        "jax.numpy.expand_dims",
        lambda jax, x=tensor(3, 5): jax.numpy.expand_dims(x, axis=(0, 2)),
        lambda np, x: x[None, :, None],
        name="axes",
    ),
    every(
        "jax.numpy.squeeze",
        lambda jax, x=tensor(1, 3, 1): jax.numpy.squeeze(x),
        lambda np, x: x.reshape([size for size in x.shape if size != 1]),
    ),
    some(
        "jax.numpy.squeeze",
        lambda jax, x=tensor(1, 3, 1): jax.numpy.squeeze(x, axis=-1),
        lambda np, x: x[..., 0],
        name="axis",
    ),
    some("jax.numpy.ravel", lambda jax, x=tensor(3, 5): jax.numpy.ravel(x), lambda np, x: x.reshape(-1)),
    fixed(
        "jax.numpy.ravel",
        lambda jax, x=tensor(3, 5): jax.numpy.ravel(x, order="F"),
        lambda np, x: np.array([x[i, j] for j in range(5) for i in range(3)]),
        name="fortran",
    ),
    some(
        "jax.numpy.atleast_1d",
        lambda jax, x=tensor(): jax.numpy.atleast_1d(x),
        lambda np, x: x.reshape(1),
        limits=FIXED_RANK,
    ),
    some(
        "jax.numpy.atleast_2d",
        lambda jax, x=tensor(3): jax.numpy.atleast_2d(x),
        lambda np, x: x.reshape(1, -1),
        limits=FIXED_RANK,
    ),
    some(
        "jax.numpy.atleast_2d",
        lambda jax, x=tensor(3), y=tensor(2, 1, 2): jax.numpy.atleast_2d(x, y),
        lambda np, x, y: [x[None], y],
        name="several",
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.collapse",
        lambda jax, x=tensor(2, 3, 4, 5): jax.lax.collapse(x, 1, 3),
        lambda np, x: x.reshape(x.shape[0], x.shape[1] * x.shape[2], *x.shape[3:]),
    ),
]

AXES = [
    every("jax.numpy.transpose", lambda jax, x=tensor(2, 3, 5): jax.numpy.transpose(x), lambda np, x: x.T),
    fixed(
        "jax.numpy.transpose",
        lambda jax, x=tensor(2, 3, 5): jax.numpy.transpose(x, axes=(1, -1, 0)),
        lambda np, x: np.array([[[x[k, i, j] for k in range(2)] for j in range(5)] for i in range(3)]),
        name="axes",
    ),
    every(
        "jax.numpy.swapaxes",
        lambda jax, x=tensor(2, 3, 5): jax.numpy.swapaxes(x, -1, -3),
        lambda np, x: np.stack([x[..., k] for k in range(x.shape[-1])], axis=-3).swapaxes(-1, -2),
        limits=FIXED_SHAPES,
    ),
    every(
        "jax.numpy.moveaxis",
        lambda jax, x=tensor(2, 3, 5): jax.numpy.moveaxis(x, 0, -1),
        lambda np, x: np.array([[[x[k, i, j] for k in range(2)] for j in range(5)] for i in range(3)]),
        limits=FIXED_SHAPES,
    ),
    fixed(
        "jax.numpy.moveaxis",
        lambda jax, x=tensor(2, 3, 5): jax.numpy.moveaxis(x, (0, 1), (-1, 0)),
        lambda np, x: np.array([[[x[k, i, j] for k in range(2)] for j in range(5)] for i in range(3)]),
        name="axes",
    ),
    every(
        "jax.numpy.roll",
        lambda jax, x=tensor(3, 5): jax.numpy.roll(x, 2, axis=1),
        lambda np, x: np.concatenate([x[:, -2:], x[:, :-2]], axis=1),
        limits=FIXED_SHAPES,
    ),
    fixed(
        "jax.numpy.roll",
        lambda jax, x=tensor(3, 5): jax.numpy.roll(x, (-1, 7), axis=(0, 1)),
        lambda np, x: np.array([[x[(i + 1) % 3, (j - 7) % 5] for j in range(5)] for i in range(3)]),
        name="axes",
    ),
    fixed(
        "jax.numpy.roll",
        lambda jax, x=tensor(3, 5): jax.numpy.roll(x, 4),
        lambda np, x: np.array([x.flat[k - 4] for k in range(15)]).reshape(3, 5),
        name="flat",
    ),
]

COPIES = [
    every(
        "jax.numpy.repeat",
        lambda jax, x=tensor(3, 5): jax.numpy.repeat(x, 2, axis=0),
        lambda np, x: np.stack([x, x], axis=1).reshape(2 * len(x), *x.shape[1:]),
    ),
    fixed(
        "jax.numpy.repeat",
        lambda jax, x=tensor(3): jax.numpy.repeat(x, jax.numpy.array([2, 0, 3]), total_repeat_length=5),
        lambda np, x: np.array([x[0], x[0], x[2], x[2], x[2]]),
        name="counts",
    ),
    fixed(
        "jax.numpy.repeat",
        lambda jax, x=tensor(2, 2): jax.numpy.repeat(x, 3),
        lambda np, x: np.array([value for value in x.flat for _ in range(3)]),
        name="flat",
    ),
    every(
        "jax.numpy.tile",
        lambda jax, x=tensor(3, 5): jax.numpy.tile(x, 2),
        lambda np, x: np.concatenate([x, x], axis=-1),
    ),
    fixed(
        "jax.numpy.tile",
        lambda jax, x=tensor(3): jax.numpy.tile(x, (2, 1, 3)),
        lambda np, x: np.array([[[*x, *x, *x]]] * 2),
        name="axes",
    ),
]
