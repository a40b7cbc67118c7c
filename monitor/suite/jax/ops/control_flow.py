"""Loops and branches whose condition is a value of the program."""

from functools import partial

from monitor.suite.declare import (
    COMPILED,
    EAGER,
    GRADIENT,
    case,
    fact,
    formula,
    indices,
    positive,
    tensor,
    values,
)
from monitor.suite.limits import FIXED_RANK, FIXED_SHAPES

ALL = (EAGER, COMPILED, GRADIENT)
BOTH = (EAGER, COMPILED)
SOME = ("float32", "float64")

some = partial(formula, dtypes=SOME, modes=ALL)


# Functions of the module keep their identity from call to call, so that JAX compiles each of them once.
def doubled(x):
    return 2 * x


def squared(x):
    return x * x


def increased(x):
    return x + 1


def summed(carry, row):
    return carry + row, carry * row


def halving(carry, _):
    return 0.5 * carry, carry[0]


def adding(carry, value):
    return carry + value, carry


def multiplying(carry, value):
    return carry * value, carry + value


def counting(carry, row):
    return {"s": carry["s"] + row["a"], "n": carry["n"] + 1}, (row["b"] * carry["s"], carry["n"])


def scaled_by_first(row):
    return row * row[0]


def add_previous(index, x):
    return x.at[index].add(x[index - 1])


def add_index(index, x):
    return x + index


def halved(index, x):
    return x * 0.5 + index


def below_five(state):
    return state[0] < 5


def counted_and_halved(state):
    return state[0] + 1, state[1] * 0.5


BRANCHES = [
    some(
        "jax.lax.cond",
        lambda jax, which=tensor(dtype="bool"), x=tensor(3, 4): jax.lax.cond(which, doubled, squared, x),
        lambda np, which, x: 2 * x if which else x * x,
        limits=FIXED_RANK,
    ),
    some(
        "jax.lax.cond",
        lambda jax, x=tensor(4), y=tensor(4): jax.lax.cond(x[0] > y[0], lambda: (x, -y), lambda: (y, -x)),
        lambda np, x, y: (x, -y) if x[0] > y[0] else (y, -x),
        name="closures",
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.cond",
        lambda jax, which=tensor(4, dtype="bool"), x=tensor(4): jax.vmap(
            lambda p, x: jax.lax.cond(p, increased, doubled, x)
        )(which, x),
        lambda np, which, x: np.where(which, x + 1, 2 * x),
        name="vmap",
        limits=FIXED_RANK,
    ),
    fact(
        "jax.lax.cond",
        lambda jax: jax.make_jaxpr(lambda p: jax.lax.cond(p, lambda: 1.0, lambda: 2.0))(True).eqns[-1].primitive.name,
        lambda name: name == "cond",
        name="one-branch-runs",
    ),
    some(
        "jax.lax.switch",
        lambda jax, at=indices(below=3), x=tensor(4): jax.lax.switch(at, [doubled, squared, increased], x),
        lambda np, at, x: [2 * x, x * x, x + 1][int(at)],
        limits=FIXED_RANK,
    ),
    some(
        "jax.lax.switch",
        lambda jax, at=values(-7, 9, 1, dtype="int32"), x=tensor(3): jax.vmap(
            lambda i, x: jax.lax.switch(i, [doubled, squared, increased], x)
        )(at, x),
        lambda np, at, x: np.array([2 * x[0], x[1] + 1, x[2] * x[2]]),
        name="clamped",
        limits=FIXED_SHAPES,
    ),
]

SCANS = [
    some(
        "jax.lax.scan",
        lambda jax, start=tensor(3), x=tensor(5, 3): jax.lax.scan(summed, start, x),
        lambda np, start, x: (
            start + x.sum(axis=0),
            (start + np.concatenate([np.zeros((1, 3)), np.cumsum(x, axis=0)[:-1]])) * x,
        ),
        condition=4,
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.scan",
        lambda jax, x=tensor(4): jax.lax.scan(halving, x, length=3),
        lambda np, x: (x / 8, np.array([x[0], x[0] / 2, x[0] / 4])),
        name="length",
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.scan",
        lambda jax, x=tensor(5): jax.lax.scan(adding, jax.numpy.zeros((), x.dtype), x, reverse=True),
        lambda np, x: (x.sum(), np.array([x[k + 1 :].sum() for k in range(5)])),
        name="reverse",
        condition=4,
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.scan",
        lambda jax, x=tensor(6): jax.lax.scan(multiplying, x[0], x, unroll=4),
        lambda np, x: (x[0] * np.prod(x), np.array([x[0] * np.prod(x[:k]) + x[k] for k in range(6)])),
        name="unroll",
        condition=4,
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.scan",
        lambda jax, a=tensor(4), b=tensor(4, 2): jax.lax.scan(
            counting,
            {"s": a[0], "n": 0},
            {"a": a, "b": b},
        )[1][0],
        lambda np, a, b: b * (a[0] + np.array([0, a[0], a[0] + a[1], a[0] + a[1] + a[2]]))[:, None],
        name="trees",
        condition=4,
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.map",
        lambda jax, x=tensor(5, 3): jax.lax.map(scaled_by_first, x),
        lambda np, x: x * x[:, :1],
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.map",
        lambda jax, x=tensor(5, 3): jax.lax.map(scaled_by_first, x, batch_size=2),
        lambda np, x: x * x[:, :1],
        name="batch-size",
        limits=FIXED_SHAPES,
    ),
]

LOOPS = [
    some(
        "jax.lax.fori_loop",
        lambda jax, x=tensor(3, 4): jax.lax.fori_loop(0, 3, halved, x),
        lambda np, x: x / 8 + 2.5,
        condition=4,
    ),
    some(
        "jax.lax.fori_loop",
        lambda jax, x=tensor(5): jax.lax.fori_loop(1, 5, add_previous, x),
        lambda np, x: np.cumsum(x),
        name="updates",
        condition=4,
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.fori_loop",
        lambda jax, x=tensor(3, 4): jax.lax.fori_loop(4, 2, halved, x),
        lambda np, x: x,
        name="no-steps",
    ),
    formula(
        "jax.lax.fori_loop",
        lambda jax, count=indices(below=6), x=tensor(4): jax.lax.fori_loop(0, count, add_index, x),
        lambda np, count, x: x + count * (count - 1) / 2,
        name="bound-is-a-value",
        dtypes=SOME,
        condition=4,
        limits=FIXED_RANK,
    ),
    formula(
        "jax.lax.while_loop",
        lambda jax, x=positive(3, 4): jax.lax.while_loop(below_five, counted_and_halved, (0, x))[1],
        lambda np, x: x / 32,
        dtypes=SOME,
        modes=BOTH,
    ),
    formula(
        "jax.lax.while_loop",
        lambda jax, x=values(1, 3, 20, 100): jax.vmap(
            lambda x: jax.lax.while_loop(lambda v: v < 50, lambda v: 2 * v, x)
        )(x),
        lambda np, x: np.array([64, 96, 80, 100]),
        name="vmap",
        dtypes=("float32", "bfloat16", "int32"),
        modes=BOTH,
    ),
]


@case("jax.lax.while_loop", name="forward-derivative", dtypes=("float32", "float64"), modes=BOTH, condition=4)
def while_loop_forward(jax, x=tensor(3), direction=tensor(3)):
    def powered(x):
        return jax.lax.while_loop(lambda s: s[0] < 3, lambda s: (s[0] + 1, s[1] * x), (0, x))[1]

    return jax.jvp(powered, (x,), (direction,))


@while_loop_forward.reference
def _(np, x, direction):
    return x * x * x * x, 4 * x * x * x * direction


@case("jax.lax.while_loop", name="no-reverse-derivative")
def while_loop_reverse(jax):
    try:
        jax.grad(lambda x: jax.lax.while_loop(lambda x: x < 3, lambda x: 2 * x, x))(1.0)
    except ValueError as error:
        return "Reverse-mode differentiation" in str(error)


@while_loop_reverse.promise
def _(refused):
    return refused


SLICES = [
    some(
        "jax.lax.dynamic_slice_in_dim",
        lambda jax, x=tensor(5, 4), at=values(2, shape=(), dtype="int32"): jax.lax.dynamic_slice_in_dim(
            x, at, 2, axis=0
        ),
        lambda np, x: x[2:4],
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.dynamic_slice_in_dim",
        lambda jax, x=tensor(3, 5), at=values(9, shape=(), dtype="int32"): jax.lax.dynamic_slice_in_dim(
            x, at, 2, axis=1
        ),
        lambda np, x: x[:, 3:],
        name="clamped",
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.dynamic_index_in_dim",
        lambda jax, x=tensor(5, 4), at=values(-2, shape=(), dtype="int32"): jax.lax.dynamic_index_in_dim(
            x, at, keepdims=False
        ),
        lambda np, x: x[3],
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.dynamic_update_slice_in_dim",
        lambda jax, x=tensor(5, 3), y=tensor(2, 3), at=values(1, shape=(), dtype="int32"): (
            jax.lax.dynamic_update_slice_in_dim(x, y, at, axis=0)
        ),
        lambda np, x, y: np.array([x[0], *y, x[3], x[4]]),
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.dynamic_update_index_in_dim",
        lambda jax, x=tensor(5, 3), y=tensor(3), at=values(1, shape=(), dtype="int32"): (
            jax.lax.dynamic_update_index_in_dim(x, y, at, axis=0)
        ),
        lambda np, x, y: np.array([x[0], y, *x[2:]]),
        limits=FIXED_SHAPES,
    ),
    some(
        "jax.lax.index_in_dim",
        lambda jax, x=tensor(5, 4): jax.lax.index_in_dim(x, -1, axis=1),
        lambda np, x: x[:, 3:],
        limits=FIXED_SHAPES,
    ),
]
