"""Queries of arrays: how many elements, whether a scalar, in which order to multiply."""

from monitor.suite.declare import BOOL, COMPILED, DTYPE, EAGER, FLOATING, GRADIENT, case, tensor
from monitor.suite.limits import FIXED_RANK

ALL_MODES = (EAGER, COMPILED, GRADIENT)


@case("jax.numpy.size", dtypes=("float32", "bool"))
def size(jax, dtype=DTYPE):
    return [jax.numpy.size(jax.numpy.zeros(shape, dtype)) for shape in [(2, 3, 4), (5, 0), (1,), ()]]


@size.promise
def _(sizes):
    return sizes == [24, 0, 1, 1]


@case("jax.numpy.size", name="axes")
def size_along_axes(jax):
    x = jax.numpy.zeros((2, 3, 4))
    return [jax.numpy.size(x, axis) for axis in (0, -1, (0, 2), ())]


@size_along_axes.promise
def _(sizes):
    return sizes == [2, 4, 8, 1]


@case("jax.numpy.size", name="abstract")
def size_of_abstract(jax):
    sizes = []
    jax.jit(lambda x: sizes.append(jax.numpy.size(x)))(jax.numpy.zeros((3, 2)))
    sizes.append(jax.numpy.size(jax.ShapeDtypeStruct((1 << 20, 1 << 20), "float32")))
    return sizes, [type(one) is int for one in sizes]  # known while tracing, as a number of Python's own


@size_of_abstract.promise
def _(result):
    return result == [[6, 1 << 40], [True, True]]


@case("jax.numpy.size", name="numbers")
def size_of_numbers(jax):
    return jax.numpy.size(3), jax.numpy.size(2.5j), jax.numpy.size(True)


@size_of_numbers.promise
def _(sizes):
    return sizes == [1, 1, 1]


@case("jax.numpy.isscalar", dtypes=("float32", "bfloat16", "int32") + BOOL)
def isscalar(jax, dtype=DTYPE):
    isscalar, zeros = jax.numpy.isscalar, jax.numpy.zeros
    return isscalar(zeros((), dtype)), isscalar(zeros((1,), dtype)), isscalar(zeros((0,), dtype))


@isscalar.promise
def _(answers):
    return answers == [True, False, False]  # arrays without axes are scalars, unlike in NumPy


@case("jax.numpy.isscalar", name="python")
def isscalar_of_python(jax):
    return [jax.numpy.isscalar(one) for one in (3, 2.5, 1j, True)], [
        jax.numpy.isscalar(one) for one in ([3], (3,), None, {3: 3})
    ]


@isscalar_of_python.promise
def _(answers):
    return answers == [[True] * 4, [False] * 4]


@case("jax.numpy.isscalar", name="traced")
def isscalar_traced(jax):
    are_scalars = []
    jax.jit(lambda x, y: are_scalars.extend([jax.numpy.isscalar(x), jax.numpy.isscalar(y)]))(1.0, jax.numpy.zeros(1))
    return are_scalars


@isscalar_traced.promise
def _(answers):
    return answers == [True, False]


@case("jax.numpy.einsum_path", dtypes=FLOATING, modes=ALL_MODES, limits=FIXED_RANK)
def einsum_path(jax, a=tensor(2, 4), b=tensor(4, 5), c=tensor(5, 3)):
    path, _ = jax.numpy.einsum_path("ij,jk,kl->il", a, b, c)
    return jax.numpy.einsum("ij,jk,kl->il", a, b, c, optimize=path, precision="highest")


@einsum_path.reference
def _(np, a, b, c):
    return a @ b @ c


@case("jax.numpy.einsum_path", name="order")
def einsum_path_order(jax):
    small, big = jax.numpy.zeros((2, 100)), jax.numpy.zeros((100, 100))
    paths = [
        jax.numpy.einsum_path("ij,jk,kl->il", *operands, optimize="optimal")[0]
        for operands in [(small, big, big), (big, big, small.T)]
    ]
    return [sorted(path[0]) for path in paths]


@einsum_path_order.promise
def _(pairs):
    return pairs == [[0, 1], [1, 2]]  # the thin one first: what is carried on stays thin


@case("jax.numpy.einsum_path", name="given")
def einsum_path_given(jax):
    x = jax.numpy.zeros((2, 2))
    path, _ = jax.numpy.einsum_path("ij,jk,kl->il", x, x, x, optimize=[(1, 2), (0, 1)])
    return [list(pair) for pair in path]


@einsum_path_given.promise
def _(path):
    return path == [[1, 2], [0, 1]]


@case("jax.numpy.einsum_path", name="cost")
def einsum_path_cost(jax):
    shapes = [jax.ShapeDtypeStruct(shape, "float32") for shape in [(2, 100), (100, 100), (100, 3)]]
    _, information = jax.numpy.einsum_path("ij,jk,kl->il", *shapes)
    return int(information.opt_cost), int(information.naive_cost)


@einsum_path_cost.promise
def _(costs):
    # additions and multiplications of the two products, against three factors for every element
    return costs == [2 * 2 * 100 * 100 + 2 * 2 * 100 * 3, 3 * 2 * 100 * 100 * 3]


@case("jax.numpy.einsum_path", name="impossible")
def einsum_path_impossible(jax):
    try:
        return jax.numpy.einsum_path("ij,jk->ik", jax.numpy.zeros((2, 3)), jax.numpy.zeros((4, 2)))
    except ValueError:
        return "refused"


@einsum_path_impossible.promise
def _(result):
    return result == "refused"
