"""Transformations of functions: mapping, differentiation, checkpoints, and shapes without values."""

from functools import partial

from monitor.suite.declare import COMPILED, EAGER, GRADIENT, case, fact, formula, tensor
from monitor.suite.limits import FINITE, FIXED_SHAPES, WELL_SCALED

ALL = (EAGER, COMPILED, GRADIENT)
BOTH = (EAGER, COMPILED)
SOME = ("float32", "bfloat16")

floating = partial(formula, dtypes=("float32", "float64", "bfloat16"), modes=ALL, limits=FIXED_SHAPES)
some = partial(formula, dtypes=SOME, modes=ALL, condition=4, limits=FIXED_SHAPES)
derived = partial(formula, dtypes=("float32", "float64"), modes=BOTH, condition=4, limits=FIXED_SHAPES)
jacobian = partial(formula, dtypes=("float32", "float64"), modes=BOTH, condition=4, limits=FIXED_SHAPES | FINITE)

MAPPED = [
    floating(
        "jax.vmap",
        lambda jax, x=tensor(3, 4), y=tensor(3, 4): jax.vmap(lambda a, b: a * b[0] + b)(x, y),
        lambda np, x, y: x * y[:, :1] + y,
        condition=2,
    ),
    some(
        "jax.vmap",
        lambda jax, x=tensor(4, 3), y=tensor(4): jax.vmap(lambda a, b: a * b, in_axes=(1, None), out_axes=-1)(x, y),
        lambda np, x, y: x * y[:, None],
        name="axes",
    ),
    some(
        "jax.vmap",
        lambda jax, x=tensor(3, 4): jax.vmap(lambda tree: {"s": tree["a"] - tree["b"]}, in_axes=({"a": 0, "b": None},))(
            {"a": x, "b": x[0]}
        ),
        lambda np, x: {"s": x - x[0]},
        name="trees",
    ),
    some(
        "jax.vmap",
        lambda jax, x=tensor(3, 4): jax.vmap(lambda a: a - jax.lax.psum(a, "i"), axis_name="i")(x),
        lambda np, x: x - x.sum(axis=0),
        name="axis-name",
    ),
    some(
        "jax.vmap",
        lambda jax, x=tensor(3, 4, 2): jax.vmap(jax.vmap(lambda a: a[0] * a[1]))(x),
        lambda np, x: x[..., 0] * x[..., 1],
        name="twice",
    ),
    fact(
        "jax.vmap",
        lambda jax: jax.vmap(lambda: jax.numpy.ones(2), axis_size=3)().shape,
        lambda shape: shape == [3, 2],
        name="axis-size",
    ),
    some(
        "jax.numpy.vectorize",
        lambda jax, a=tensor(2, 3), b=tensor(3): jax.numpy.vectorize(lambda x, y: jax.numpy.where(x > y, x, 2 * y))(
            a, b
        ),
        lambda np, a, b: np.where(a > b, a, 2 * b),
    ),
    some(
        "jax.numpy.vectorize",
        lambda jax, m=tensor(2, 3, 4), v=tensor(4): jax.numpy.vectorize(lambda m, v: m @ v, signature="(n,m),(m)->(n)")(
            m, v
        ),
        lambda np, m, v: (m * v).sum(axis=-1),
        name="signature",
    ),
    some(
        "jax.numpy.vectorize",
        lambda jax, x=tensor(3): jax.numpy.vectorize(lambda x, n: x * n, excluded={1})(x, 3),
        lambda np, x: 3 * x,
        name="excluded",
    ),
    floating(
        "jax.pmap",
        lambda jax, x=tensor(1, 4): jax.pmap(lambda a: 2 * a + jax.lax.psum(a, "i"), axis_name="i")(x),
        lambda np, x: 3 * x,
        modes=(EAGER,),
    ),
]

COMPILATIONS = [
    floating("jax.jit", lambda jax, x=tensor(4): jax.jit(lambda x: x * x + x)(x), lambda np, x: x * x + x, condition=2),
    some(
        "jax.jit",
        lambda jax, x=tensor(4): jax.jit(lambda n, x: sum([x] * n), static_argnums=0)(3, x),
        lambda np, x: 3 * x,
        name="static",
        modes=BOTH,
    ),
    fact(
        "jax.jit",
        lambda jax: traces(jax, [jax.numpy.ones(2), jax.numpy.zeros(2), jax.numpy.ones(3), jax.numpy.ones(2, "int32")]),
        lambda count: count == 3,
        name="traces",
    ),
    fact(
        "jax.jit",
        lambda jax: jax.jit(lambda x: x + 1, donate_argnums=0)(jax.numpy.arange(3)).tolist(),
        lambda result: result == [1, 2, 3],
        name="donated",
    ),
]


def traces(jax, arguments):
    shapes = []

    def doubled(x):
        shapes.append(x.shape)
        return 2 * x

    called = jax.jit(doubled)
    for argument in arguments:
        called(argument)
    return len(shapes)


DERIVATIVES = [
    floating(
        "jax.grad",
        lambda jax, x=tensor(4): jax.grad(lambda x: (x * x * x).sum())(x),
        lambda np, x: 3 * x * x,
        condition=4,
        modes=BOTH,
    ),
    derived(
        "jax.grad",
        lambda jax, x=tensor(4), y=tensor(4): jax.grad(
            lambda x, y: ((x * y * y).sum(), x + y), argnums=(1, 0), has_aux=True
        )(x, y),
        lambda np, x, y: ((2 * x * y, y * y), x + y),
        name="aux",
    ),
    derived(
        "jax.grad",
        lambda jax, x=tensor(): jax.grad(jax.grad(lambda x: x * x * x * x))(x),
        lambda np, x: 12 * x * x,
        name="second",
    ),
    floating(
        "jax.value_and_grad",
        lambda jax, x=tensor(4): jax.value_and_grad(lambda x: (x * x * x).sum())(x),
        lambda np, x: ((x**3).sum(), 3 * x * x),
        condition=4,
        modes=BOTH,
    ),
    derived(
        "jax.value_and_grad",
        lambda jax, x=tensor(4), y=tensor(4): jax.value_and_grad(
            lambda x, y: ((x * y).sum(), {"sum": x + y}), argnums=(0, 1), has_aux=True
        )(x, y),
        lambda np, x, y: (((x * y).sum(), {"sum": x + y}), (y, x)),
        name="aux",
    ),
    fact(
        "jax.value_and_grad",
        lambda jax: jax.value_and_grad(lambda n: n["x"] ** 2, allow_int=True)({"x": 3.0, "i": 2})[1]["x"].item(),
        lambda slope: slope == 6,
        name="allow-int",
    ),
    derived(
        "jax.jvp",
        lambda jax, x=tensor(4), v=tensor(4): jax.jvp(lambda x: x * x * x, (x,), (v,)),
        lambda np, x, v: (x**3, 3 * x * x * v),
    ),
    derived(
        "jax.jvp",
        lambda jax, x=tensor(4), v=tensor(4): jax.jvp(lambda x: (x * x, x[0]), (x,), (v,), has_aux=True),
        lambda np, x, v: (x * x, 2 * x * v, x[0]),
        name="aux",
    ),
    derived(
        "jax.linearize",
        lambda jax, x=tensor(4), v=tensor(4): (lambda out: (out[0], out[1](v)))(jax.linearize(lambda x: x * x * x, x)),
        lambda np, x, v: (x**3, 3 * x * x * v),
    ),
    derived(
        "jax.linear_transpose",
        lambda jax, m=tensor(3, 4), v=tensor(3): jax.linear_transpose(lambda x: m @ x, jax.numpy.zeros(4, m.dtype))(v),
        lambda np, m, v: [(m * v[:, None]).sum(axis=0)],
    ),
    jacobian(
        "jax.jacfwd",
        lambda jax, x=tensor(4): jax.jacfwd(lambda x: x[:2] * x[2:])(x),
        lambda np, x: np.array([[x[2], 0, x[0], 0], [0, x[3], 0, x[1]]]),
    ),
    jacobian(
        "jax.jacfwd",
        lambda jax, x=tensor(3), y=tensor(3): jax.jacfwd(lambda x, y: x * y, argnums=1)(x, y),
        lambda np, x, y: np.where(np.eye(3), x[:, None], 0),
        name="argnums",
    ),
    jacobian(
        "jax.jacrev",
        lambda jax, x=tensor(4): jax.jacrev(lambda x: x[:2] * x[2:])(x),
        lambda np, x: np.array([[x[2], 0, x[0], 0], [0, x[3], 0, x[1]]]),
    ),
    jacobian(
        "jax.jacrev",
        lambda jax, x=tensor(3): jax.jacrev(lambda x: (x[0] * x, x.sum()), has_aux=True)(x),
        lambda np, x: (np.where(np.eye(3), x[0], 0) + np.stack([x, 0 * x, 0 * x], axis=1), x.sum()),
        name="aux",
    ),
    jacobian(
        "jax.jacobian",
        lambda jax, x=tensor(2): jax.jacobian(lambda t: {"p": t["x"] * t["x"][0]})({"x": x}),
        lambda np, x: {"p": {"x": np.array([[2 * x[0], 0], [x[1], x[0]]])}},
    ),
    jacobian(
        "jax.hessian",
        lambda jax, x=tensor(3): jax.hessian(lambda x: x[0] * x[0] * x[1] + x[2])(x),
        lambda np, x: np.array([[2 * x[1], 2 * x[0], 0], [2 * x[0], 0, 0], [0, 0, 0]]),
    ),
]

CHECKPOINTS = [
    floating(
        "jax.checkpoint",
        lambda jax, x=tensor(3, 4): jax.checkpoint(lambda x: jax.numpy.sin(jax.numpy.sin(x)))(x),
        lambda np, x: np.sin(np.sin(x)),
        condition=2,
    ),
    some(
        "jax.checkpoint",
        lambda jax, x=tensor(3, 4): jax.checkpoint(
            lambda x: jax.numpy.sin(x @ x.T), policy=jax.checkpoint_policies.dots_saveable, prevent_cse=False
        )(x),
        lambda np, x: np.sin((x[:, None] * x).sum(axis=-1)),
        name="policy",
        condition=16,
        limits=FIXED_SHAPES | WELL_SCALED,
    ),
    some(
        "jax.remat",
        lambda jax, x=tensor(3, 4): jax.remat(lambda x, n: x**n, static_argnums=1)(x, 3),
        lambda np, x: x**3,
    ),
]


@case("jax.checkpoint", name="recomputes")
def checkpoint_recomputes(jax):
    def sines(body):
        text = str(jax.make_jaxpr(jax.grad(lambda x: body(x)))(1.0))
        return text.count("= sin ") + text.count("= cos ")

    def body(x):
        return jax.numpy.sin(jax.numpy.sin(x))

    return sines(body), sines(jax.checkpoint(body))


@checkpoint_recomputes.promise
def _(counts):
    return counts[1] > counts[0]


@case("jax.custom_vjp", dtypes=("float32", "float64", "bfloat16"), modes=BOTH, limits=FIXED_SHAPES)
def custom_vjp(jax, x=tensor(4), y=tensor(4)):
    @jax.custom_vjp
    def product(x, y):
        return x * y

    product.defvjp(lambda x, y: (x * y, (x, y)), lambda saved, g: (3 * g * saved[1], -g * saved[0]))
    return product(x, y), jax.grad(lambda x, y: product(x, y).sum(), argnums=(0, 1))(x, y)


@custom_vjp.reference
def _(np, x, y):
    return x * y, [3 * y, -x]


@case("jax.custom_vjp", name="static", dtypes=SOME, modes=BOTH, limits=FIXED_SHAPES)
def custom_vjp_static(jax, x=tensor(4)):
    scaled = jax.custom_vjp(lambda n, x: n * x, nondiff_argnums=(0,))
    scaled.defvjp(lambda n, x: (n * x, None), lambda n, _, g: (10 * n * g,))
    return jax.grad(lambda x: (scaled(2, x) * x).sum())(x)


@custom_vjp_static.reference
def _(np, x):
    return 2 * x + 20 * x


@case("jax.custom_jvp", dtypes=("float32", "float64", "bfloat16"), modes=BOTH, limits=FIXED_SHAPES)
def custom_jvp(jax, x=tensor(4), v=tensor(4)):
    @jax.custom_jvp
    def square(x):
        return x * x

    @square.defjvp
    def _(primals, tangents):
        return square(primals[0]), 5 * tangents[0]

    return jax.jvp(square, (x,), (v,)), jax.grad(lambda x: square(x).sum())(x)


@custom_jvp.reference
def _(np, x, v):
    return [x * x, 5 * v], np.full(4, 5)


SHAPES = [
    fact(
        "jax.eval_shape",
        lambda jax: (lambda out: (out["y"].shape, str(out["y"].dtype), type(out["n"]).__name__))(
            jax.eval_shape(
                lambda x, n: {"y": (x @ x.T).sum(0), "n": n + 1},
                jax.ShapeDtypeStruct((1 << 20, 1 << 20), "bfloat16"),
                3,
            )
        ),
        lambda result: result == [[1 << 20], "bfloat16", "ShapeDtypeStruct"],
    ),
    fact(
        "jax.ShapeDtypeStruct",
        lambda jax: (lambda s: (s.shape, str(s.dtype), s.ndim, s.size, s == jax.ShapeDtypeStruct((2, 3), "bfloat16")))(
            jax.ShapeDtypeStruct((2, 3), jax.numpy.bfloat16)
        ),
        lambda result: result == [[2, 3], "bfloat16", 2, 6, True],
    ),
    fact(
        "jax.ShapeDtypeStruct",
        lambda jax: jax.jit(lambda x: x @ x).lower(jax.ShapeDtypeStruct((3, 3), "float32")).out_info.shape,
        lambda shape: shape == [3, 3],
        name="lower",
    ),
    fact(
        "jax.named_scope",
        lambda jax: (
            "outer/inner"
            in jax.jit(jax.named_scope("outer")(lambda x: jax.named_scope("inner")(jax.numpy.sin)(x)))
            .lower(1.0)
            .as_text(debug_info=True)
        ),
        lambda named: named,
    ),
]


@case("jax.ensure_compile_time_eval", dtypes=("float32", "int32"), modes=BOTH)
def ensure_compile_time_eval(jax, x=tensor(3)):
    def scaled(x):
        with jax.ensure_compile_time_eval():
            total = int(jax.numpy.arange(5).sum())  # a number, though all around is traced
        return total * x

    return jax.jit(scaled)(x)


@ensure_compile_time_eval.reference
def _(np, x):
    return 10 * x
