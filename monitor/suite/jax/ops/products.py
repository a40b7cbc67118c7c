"""Products of vectors, matrices and arrays."""

from functools import partial

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, FLOATING, GRADIENT, formula, tensor
from monitor.suite.limits import FIXED_SHAPES, LINKED_SIZES

ALL = (EAGER, COMPILED, GRADIENT)
NUMBERS = FLOATING + COMPLEX + ("int32",)
SOME = ("float32", "float64", "bfloat16")

numbers = partial(formula, dtypes=NUMBERS, modes=ALL, condition=4)
some = partial(formula, dtypes=SOME, modes=ALL, condition=4)
fixed = partial(formula, dtypes=SOME, modes=ALL, condition=4, limits=FIXED_SHAPES)

DOT = [
    numbers(
        "jax.numpy.dot",
        lambda jax, a=tensor(3, 5), b=tensor(5, 4): jax.numpy.dot(a, b),
        lambda np, a, b: (a[:, :, None] * b).sum(axis=1),
        limits=FIXED_SHAPES,
    ),
    fixed(
        "jax.numpy.dot",
        lambda jax, a=tensor(5), b=tensor(5): jax.numpy.dot(a, b),
        lambda np, a, b: (a * b).sum(),
        name="vectors",
    ),
    fixed(
        "jax.numpy.dot",
        lambda jax, a=tensor(2, 3, 5), b=tensor(4, 5, 2): jax.numpy.dot(a, b),
        lambda np, a, b: np.array(
            [[[(a[i, j] * b[k, :, m]).sum() for m in range(2)] for k in range(4)] for i in range(2) for j in range(3)]
        ).reshape(2, 3, 4, 2),
        name="arrays",
    ),
    formula(
        "jax.numpy.dot",
        lambda jax, a=tensor(3, 5), b=tensor(5): jax.numpy.dot(a, b, preferred_element_type="float32"),
        lambda np, a, b: (a * b).sum(axis=1),
        name="preferred-type",
        dtypes=("bfloat16", "float16", "float32"),
        returns={"bfloat16": "float32", "float16": "float32"},
        condition=4,
        limits=FIXED_SHAPES,
    ),
    formula(
        "jax.numpy.dot",
        lambda jax, a=tensor(3, 5), b=tensor(5, 2): jax.numpy.dot(a, b, precision="highest"),
        lambda np, a, b: (a[:, :, None] * b).sum(axis=1),
        name="precision",
        dtypes=("float32",),
        condition=4,
        limits=FIXED_SHAPES,
    ),
    fixed(
        "jax.lax.dot",
        lambda jax, a=tensor(3, 5), b=tensor(5, 4): jax.lax.dot(a, b),
        lambda np, a, b: (a[:, :, None] * b).sum(axis=1),
    ),
    formula(
        "jax.numpy.vdot",
        lambda jax, a=tensor(3, 5), b=tensor(3, 5): jax.numpy.vdot(a, b),
        lambda np, a, b: (np.conj(a) * b).sum(),
        dtypes=NUMBERS,
        modes=ALL,
        condition=4,
    ),
    some(
        "jax.numpy.inner",
        lambda jax, a=tensor(3, 5), b=tensor(4, 5): jax.numpy.inner(a, b),
        lambda np, a, b: (a[:, None] * b).sum(axis=-1),
        limits=FIXED_SHAPES,
    ),
]

MATMUL = [
    numbers(
        "jax.numpy.matmul",
        lambda jax, a=tensor(3, 5), b=tensor(5, 4): jax.numpy.matmul(a, b),
        lambda np, a, b: (a[..., :, :, None] * b[..., None, :, :]).sum(axis=-2),
        limits=LINKED_SIZES,
    ),
    some(
        "jax.numpy.matmul",
        lambda jax, a=tensor(2, 1, 3, 5), b=tensor(4, 5, 2): jax.numpy.matmul(a, b),
        lambda np, a, b: (a[..., :, :, None] * b[..., None, :, :]).sum(axis=-2),
        name="broadcast",
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.numpy.matmul",
        lambda jax, a=tensor(5), b=tensor(2, 5, 3): jax.numpy.matmul(a, b),
        lambda np, a, b: (a[:, None] * b).sum(axis=-2),
        name="vector",
        limits=FIXED_SHAPES,
    ),
]

EINSUM = [
    numbers(
        "jax.numpy.einsum",
        lambda jax, a=tensor(3, 5), b=tensor(5, 4): jax.numpy.einsum("ij,jk->ik", a, b),
        lambda np, a, b: (a[:, :, None] * b).sum(axis=1),
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.numpy.einsum",
        lambda jax, a=tensor(2, 3, 5), b=tensor(2, 4, 5): jax.numpy.einsum("...id,...jd->...ij", a, b),
        lambda np, a, b: (a[..., :, None, :] * b[..., None, :, :]).sum(axis=-1),
        name="ellipsis",
        limits=LINKED_SIZES,
    ),
    fixed(
        "jax.numpy.einsum",
        lambda jax, x=tensor(4, 4): jax.numpy.einsum("ii", x),
        lambda np, x: x[0, 0] + x[1, 1] + x[2, 2] + x[3, 3],
        name="trace",
    ),
    fixed(
        "jax.numpy.einsum",
        lambda jax, a=tensor(3, 5), b=tensor(5, 4), c=tensor(4): jax.numpy.einsum(
            "ij,jk,k->i", a, b, c, optimize="optimal"
        ),
        lambda np, a, b, c: (a * (b * c).sum(axis=1)).sum(axis=1),
        name="chain",
    ),
    fixed(
        "jax.numpy.einsum",
        lambda jax, a=tensor(2, 3), b=tensor(3, 2): jax.numpy.einsum(a, [0, 1], b, [1, 2], [2, 0]),
        lambda np, a, b: (a[:, :, None] * b).sum(axis=1).T,
        name="sublists",
    ),
    fixed(
        "jax.numpy.einsum",
        lambda jax, a=tensor(3), b=tensor(4): jax.numpy.einsum("i,j", a, b),
        lambda np, a, b: a[:, None] * b,
        name="implicit",
    ),
]

TENSORS = [
    numbers(
        "jax.numpy.tensordot",
        lambda jax, a=tensor(2, 3, 4), b=tensor(3, 4, 5): jax.numpy.tensordot(a, b),
        lambda np, a, b: (a[..., None] * b).sum(axis=(1, 2)),
        limits=FIXED_SHAPES,
    ),
    fixed(
        "jax.numpy.tensordot",
        lambda jax, a=tensor(2, 3, 4), b=tensor(4, 5, 2): jax.numpy.tensordot(a, b, axes=((0, 2), (2, 0))),
        lambda np, a, b: np.array(
            [[sum(a[i, j, k] * b[k, m, i] for i in range(2) for k in range(4)) for m in range(5)] for j in range(3)]
        ),
        name="axes",
    ),
    fixed(
        "jax.numpy.tensordot",
        lambda jax, a=tensor(2, 3), b=tensor(4): jax.numpy.tensordot(a, b, axes=0),
        lambda np, a, b: a[..., None] * b,
        name="no-axes",
    ),
    some(
        "jax.numpy.outer",
        lambda jax, a=tensor(3), b=tensor(4): jax.numpy.outer(a, b),
        lambda np, a, b: a.reshape(-1, 1) * b.reshape(-1),
        limits=LINKED_SIZES,
    ),
    some(
        "jax.numpy.kron",
        lambda jax, a=tensor(2, 3), b=tensor(3, 2): jax.numpy.kron(a, b),
        lambda np, a, b: np.concatenate([np.concatenate([x * b for x in row], axis=1) for row in a]),
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.numpy.cross",
        lambda jax, a=tensor(4, 3), b=tensor(3): jax.numpy.cross(a, b),
        lambda np, a, b: a[..., [1, 2, 0]] * b[..., [2, 0, 1]] - a[..., [2, 0, 1]] * b[..., [1, 2, 0]],
        limits=FIXED_SHAPES,
    ),
    fixed(
        "jax.numpy.cross",
        lambda jax, a=tensor(3, 4), b=tensor(4, 3): jax.numpy.cross(a, b, axisa=0, axisb=1, axisc=0),
        lambda np, a, b: a[[1, 2, 0]] * b.T[[2, 0, 1]] - a[[2, 0, 1]] * b.T[[1, 2, 0]],
        name="axes",
    ),
]
