"""Pull-back of derivatives, and functions that stop them."""

from monitor.suite.declare import COMPILED, COMPLEX, EAGER, EVERY, FLOATING, GRADIENT, case, tensor, uniform
from monitor.suite.limits import FINITE, FIXED_RANK, NOT_EMPTY

ALL_MODES = (EAGER, COMPILED, GRADIENT)


@case("jax.vjp", dtypes=FLOATING, modes=ALL_MODES)
def vjp(jax, x=tensor(3, 4), y=tensor(4), w=tensor(3, 4)):
    result, pull_back = jax.vjp(lambda x, y: jax.numpy.sin(x) * y, x, y)
    return result, pull_back(w)


@vjp.reference
def _(np, x, y, w):
    by_y = np.sum(w * np.sin(x), axis=tuple(range(x.ndim - y.ndim)))
    return np.sin(x) * y, (w * y * np.cos(x), by_y)


@case("jax.vjp", name="holomorphic", dtypes=COMPLEX)
def vjp_of_holomorphic(jax, z=tensor(5), w=tensor(5)):
    _, pull_back = jax.vjp(lambda z: z * z * z, z)
    return pull_back(w)  # the derivative times the cotangent, not conjugated


@vjp_of_holomorphic.reference
def _(np, z, w):
    return [3 * z**2 * w]


@case("jax.vjp", name="tree", dtypes=("float32",), modes=(EAGER, COMPILED))
def vjp_of_tree(jax, a=tensor(3), b=tensor(2)):
    result, pull_back, rest = jax.vjp(
        lambda tree: (tree["a"].sum() * tree["b"][0], {"rest": 2 * tree["b"][0]}), {"a": a, "b": [b]}, has_aux=True
    )
    return result, pull_back(jax.numpy.ones_like(result)), rest


@vjp_of_tree.reference
def _(np, a, b):
    return np.sum(a) * b, {"a": np.full(a.shape, np.sum(b)), "b": np.full(b.shape, np.sum(a))}, 2 * b


@case("jax.vjp", name="jacobian", dtypes=("float32",), limits=NOT_EMPTY | FIXED_RANK | FINITE)
def vjp_to_jacobian(jax, x=tensor(3)):
    _, pull_back = jax.vjp(lambda x: jax.numpy.outer(x, x).reshape(9), x)
    return jax.vmap(pull_back)(jax.numpy.eye(9, dtype=x.dtype))


@vjp_to_jacobian.reference
def _(np, x):
    unit = np.eye(3)
    return [np.array([x[j] * unit[i] + x[i] * unit[j] for i in range(3) for j in range(3)])]


@case("jax.vjp", name="loop", dtypes=("float32",))
def vjp_through_loop(jax, x=uniform(0.5, 1, 3)):
    def squared_often(x):
        return jax.lax.scan(lambda x, _: (x * x, x), x, length=3)[0]

    return jax.vjp(squared_often, x)[1](jax.numpy.ones_like(x))


@vjp_through_loop.reference
def _(np, x):
    return [8 * x**7]


@case("jax.vjp", name="custom", dtypes=("float32",))
def vjp_of_custom(jax, x=tensor(3), w=tensor(3)):
    doubled = jax.custom_vjp(lambda x: 2 * x)
    doubled.defvjp(lambda x: (2 * x, x), lambda x, w: (x * w,))  # a rule of its own, right or wrong
    return jax.vjp(doubled, x)[1](w)


@vjp_of_custom.reference
def _(np, x, w):
    return [x * w]


@case("jax.vjp", name="integers")
def vjp_by_integers(jax):
    _, pull_back = jax.vjp(lambda x, n: x * n, jax.numpy.ones(2), jax.numpy.arange(2))
    by_x, by_n = pull_back(jax.numpy.ones(2))
    return by_x.tolist(), by_n.dtype == jax.dtypes.float0  # whole numbers have no tangents


@vjp_by_integers.promise
def _(result):
    return result == [[0, 1], True]


@case("jax.vjp", name="misshapen")
def vjp_of_misshapen(jax):
    _, pull_back = jax.vjp(jax.numpy.sin, jax.numpy.ones(3))
    try:
        return pull_back(jax.numpy.ones(2))
    except ValueError:
        return "refused"


@vjp_of_misshapen.promise
def _(result):
    return result == "refused"


@case("jax.lax.stop_gradient", dtypes=EVERY, modes=(EAGER, COMPILED))
def stop_gradient(jax, x=tensor(3, 4)):
    return jax.lax.stop_gradient(x)


@stop_gradient.reference
def _(np, x):
    return x


@case("jax.lax.stop_gradient", name="stops", dtypes=FLOATING, modes=(EAGER, COMPILED))
def stop_gradient_of_factor(jax, x=tensor(4)):
    return jax.grad(lambda x: jax.numpy.sum(x * x * jax.lax.stop_gradient(x)))(x)


@stop_gradient_of_factor.reference
def _(np, x):
    return 2 * x * x


@case("jax.lax.stop_gradient", name="straight-through", dtypes=("float32", "bfloat16"))
def stop_gradient_straight_through(jax, x=tensor(6)):
    def rounded(x):
        return jax.numpy.sum((x + jax.lax.stop_gradient(jax.numpy.round(x) - x)) ** 2)

    return jax.value_and_grad(rounded)(x)  # a step, differentiated as if it were none


@stop_gradient_straight_through.reference
def _(np, x):
    rounded = x + (np.round(x) - x)
    return np.sum(rounded**2), 2 * rounded


@case("jax.lax.stop_gradient", name="forwards", dtypes=("float32",))
def stop_gradient_forwards(jax, x=tensor(4), t=tensor(4)):
    return jax.jvp(lambda x: x * jax.lax.stop_gradient(jax.numpy.sin(x)), (x,), (t,))


@stop_gradient_forwards.reference
def _(np, x, t):
    return x * np.sin(x), t * np.sin(x)


@case("jax.lax.stop_gradient", name="tree", dtypes=("float32",))
def stop_gradient_of_tree(jax, a=tensor(3), b=tensor(3)):
    def product(tree):
        stopped = jax.lax.stop_gradient({**tree, "n": 2})  # a number among the arrays is let through
        return jax.numpy.sum(tree["a"] * stopped["b"][0] * stopped["n"])

    return jax.grad(product)({"a": a, "b": [b]})


@stop_gradient_of_tree.reference
def _(np, a, b):
    return {"a": 2 * b, "b": [np.zeros(b.shape)]}


@case("jax.lax.stop_gradient", name="second-order", dtypes=("float32",), limits=FIXED_RANK)
def stop_gradient_of_second_order(jax, x=tensor(3)):
    return jax.vmap(jax.grad(jax.grad(lambda x: x**3 + x**2 * jax.lax.stop_gradient(x))))(x)


@stop_gradient_of_second_order.reference
def _(np, x):
    return 8 * x
