"""Sparse arrays, user-defined primitives, abstract values, mutable references, and checks of gradients."""

from functools import partial

from monitor.model import Mode
from monitor.suite.declare import COMPILED, EAGER, GRADIENT, case, fact, formula, tensor, values
from monitor.suite.limits import FIXED_SHAPES, NOT_EMPTY

BOTH = (EAGER, COMPILED)
DOUBLE = ("float32", "float64")

sparse = partial(formula, dtypes=DOUBLE, modes=(EAGER, COMPILED, GRADIENT), limits=FIXED_SHAPES, condition=4)


def coordinates(jax, data):
    """Return a sparse matrix of three numbers, two of them at one place."""
    from jax.experimental.sparse import BCOO

    return BCOO((data, jax.numpy.array([[0, 1], [2, 0], [0, 1]])), shape=(3, 2))


SPARSE = [
    sparse(
        "jax.experimental.sparse.BCOO",
        lambda jax, data=tensor(3): coordinates(jax, data).todense(),
        lambda np, data: np.array([[0, data[0] + data[2]], [0, 0], [data[1], 0]]),
    ),
    sparse(
        "jax.experimental.sparse.BCOO",
        lambda jax, data=tensor(3), v=tensor(2): coordinates(jax, data) @ v,
        lambda np, data, v: np.array([(data[0] + data[2]) * v[1], 0, data[1] * v[0]]),
        name="product",
    ),
]


@case("jax.experimental.sparse.BCOO.fromdense", dtypes=DOUBLE + ("bfloat16", "int32"))
def fromdense(jax, x=values(0, 3, 0, -2, 0, 1, shape=(2, 3))):
    from jax.experimental.sparse import BCOO

    matrix = BCOO.fromdense(x, nse=4)
    return matrix.todense(), matrix.data


@fromdense.reference
def _(np, x):
    return x, np.array([3, -2, 1, 0])


@case("jax.experimental.sparse.bcoo_sum_duplicates", dtypes=DOUBLE, modes=BOTH, limits=FIXED_SHAPES)
def bcoo_sum_duplicates(jax, data=tensor(3)):
    from jax.experimental.sparse import bcoo_sum_duplicates

    return bcoo_sum_duplicates(coordinates(jax, data), nse=2).data


@bcoo_sum_duplicates.reference
def _(np, data):
    return np.array([data[0] + data[2], data[1]])


@case("jax.experimental.sparse.bcoo_reduce_sum", dtypes=DOUBLE, modes=BOTH, limits=FIXED_SHAPES)
def bcoo_reduce_sum(jax, data=tensor(3)):
    from jax.experimental.sparse import bcoo_reduce_sum

    return bcoo_reduce_sum(coordinates(jax, data), axes=(0,)).todense()


@bcoo_reduce_sum.reference
def _(np, data):
    return np.array([data[1], data[0] + data[2]])


@case("jax.experimental.sparse.sparsify", dtypes=DOUBLE, modes=BOTH, limits=FIXED_SHAPES)
def sparsify(jax, data=tensor(3), v=tensor(2)):
    from jax.experimental.sparse import sparsify

    return sparsify(lambda m, v: 2 * (m @ v))(coordinates(jax, data), v)


@sparsify.reference
def _(np, data, v):
    return 2 * np.array([(data[0] + data[2]) * v[1], 0, data[1] * v[0]])


def doubling(jax, **options):
    """Return a primitive that doubles, with its rules for values, shapes and compilation."""
    from jax.extend.core import Primitive
    from jax.interpreters import mlir

    primitive = Primitive("doubled")
    primitive.def_impl(lambda x: 2 * x)
    primitive.def_abstract_eval(lambda x: jax.core.ShapedArray(x.shape, x.dtype))
    mlir.register_lowering(primitive, mlir.lower_fun(lambda x: x + x, multiple_results=False), **options)
    return primitive


def doubled(jax, x):
    """Return the result of a new primitive, called and compiled."""
    primitive = doubling(jax)
    return primitive.bind(x), jax.jit(primitive.bind)(x)


PRIMITIVES = [
    formula(
        name,
        lambda jax, x=tensor(3, 5): doubled(jax, x),
        lambda np, x: (2 * x, 2 * x),
        dtypes=("float32", "int32"),
        limits={Mode.VMAP: "the new primitive has no batching rule"},
    )
    for name in (
        "jax.extend.core.Primitive",
        "jax.interpreters.mlir.register_lowering",
        "jax.interpreters.mlir.lower_fun",
    )
]

INLINE = [
    fact(
        "jax.interpreters.mlir.register_lowering",
        lambda jax: [
            jax.jit(doubling(jax, inline=inline).bind).lower(jax.numpy.ones(2)).as_text().count("func.func")
            for inline in (True, False)
        ],
        lambda counts: counts == [1, 2],
        name="apart",
    ),
]

ABSTRACT = [
    fact(
        "jax.core.ShapedArray",
        lambda jax: (
            lambda aval: [
                aval.shape,
                str(aval.dtype),
                aval.weak_type,
                aval.ndim,
                aval == jax.typeof(jax.numpy.ones((2, 3))),
            ]
        )(jax.core.ShapedArray((2, 3), jax.numpy.dtype("float64"))),
        lambda result: result == [[2, 3], "float64", False, 2, True],
    ),
    formula(
        "jax.lax.reduce_xor",
        lambda jax, x=tensor(3, 5): jax.lax.reduce_xor(x, axes=(1,)),
        lambda np, x: np.bitwise_xor.reduce(x, axis=1),
        dtypes=("int32", "int64", "bool"),
        modes=BOTH,
    ),
]


@case("jax.test_util.check_grads")
def check_grads(jax):
    from jax.test_util import check_grads

    check_grads(lambda x: jax.numpy.sin(x) * x, (1.5,), order=2)
    wrong = jax.custom_jvp(lambda x: x * x)
    wrong.defjvp(lambda primals, tangents: (wrong(*primals), 3 * tangents[0]))
    try:
        check_grads(wrong, (1.0,), order=1)
    except AssertionError:
        return "found"
    return "missed"


@check_grads.promise
def _(result):
    return result == "found"


@case("jax.new_ref", dtypes=DOUBLE, modes=BOTH, limits=NOT_EMPTY)
def new_ref(jax, x=tensor(3, 5)):
    @jax.jit
    def moved(x):
        ref = jax.new_ref(x)
        ref[...] += 1
        ref[0] = 2 * ref[0]
        return ref[...]

    return moved(x)


@new_ref.reference
def _(np, x):
    return np.concatenate([2 * (x[:1] + 1), x[1:] + 1])


@case("jax.reshard")
def reshard(jax):
    mesh = jax.make_mesh((1,), ("x",), axis_types=(jax.sharding.AxisType.Explicit,))
    with jax.set_mesh(mesh):
        x = jax.reshard(jax.numpy.arange(4.0), jax.P("x"))
        return str(jax.typeof(x).sharding.spec), jax.reshard(x, jax.P(None)).tolist()


@reshard.promise
def _(result):
    return "'x'" in result[0] and result[1] == [0, 1, 2, 3]
