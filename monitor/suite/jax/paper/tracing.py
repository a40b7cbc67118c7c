"""Tracing of functions to programs, abstract values, and functions that disable tracing."""

from monitor.suite.declare import COMPILED, DTYPE, EAGER, GRADIENT, case, tensor
from monitor.suite.limits import FIXED_RANK, HOST_VALUES, NOT_EMPTY

ALL_MODES = (EAGER, COMPILED, GRADIENT)
SOME = ("float32", "bfloat16", "complex64", "int32", "bool")


def described(aval):
    return [*aval.shape], str(aval.dtype), aval.weak_type


def names(jaxpr):
    return [equation.primitive.name for equation in jaxpr.eqns]


@case("jax.make_jaxpr", dtypes=("float32", "bfloat16"), modes=ALL_MODES)
def make_jaxpr(jax, x=tensor(3, 4), y=tensor(4)):
    from jax.extend.core import jaxpr_as_fun

    return jaxpr_as_fun(jax.make_jaxpr(lambda x, y: (jax.numpy.sin(x) * y, x + 1))(x, y))(x, y)


@make_jaxpr.reference
def _(np, x, y):
    return np.sin(x) * y, x + 1


@case("jax.make_jaxpr", name="equations")
def make_jaxpr_equations(jax):
    jaxpr = jax.make_jaxpr(lambda x, y: jax.lax.mul(jax.lax.sin(x), y))(jax.numpy.ones(3), jax.numpy.ones(3))
    return names(jaxpr), [described(aval) for aval in (*jaxpr.in_avals, *jaxpr.out_avals)]


@make_jaxpr_equations.promise
def _(result):
    return result == [["sin", "mul"], [[[3], "float64", False]] * 3]


@case("jax.make_jaxpr", name="abstract")
def make_jaxpr_of_abstract(jax):
    shaped = jax.ShapeDtypeStruct((1 << 20, 1 << 20), "bfloat16")  # more than memory holds: nothing is computed
    jaxpr, shapes = jax.make_jaxpr(lambda x: {"sum": x.sum(1), "x": x}, return_shape=True)(shaped)
    return described(jaxpr.out_avals[0]), {name: [*leaf.shape] for name, leaf in shapes.items()}


@make_jaxpr_of_abstract.promise
def _(result):
    return result == [[[1 << 20], "bfloat16", False], {"sum": [1 << 20], "x": [1 << 20, 1 << 20]}]


@case("jax.make_jaxpr", name="structured")
def make_jaxpr_of_structured(jax):
    def steps(x):
        x = jax.lax.fori_loop(0, 3, lambda i, x: 2 * x, x)
        x = jax.lax.while_loop(lambda x: x < 9, lambda x: 2 * x, x)
        return jax.lax.cond(x > 16, lambda x: -x, lambda x: x, x)

    return names(jax.make_jaxpr(steps)(1.0))


@make_jaxpr_of_structured.promise
def _(names):
    return [name for name in names if name in ("scan", "while", "cond")] == ["scan", "while", "cond"]


@case("jax.make_jaxpr", name="static")
def make_jaxpr_of_static(jax):
    jaxpr = jax.make_jaxpr(lambda x, n: [x] * n, static_argnums=1)(1.0, 3)
    return len(jaxpr.in_avals), len(jaxpr.out_avals)


@make_jaxpr_of_static.promise
def _(counts):
    return counts == [1, 3]


@case("jax.make_jaxpr", name="constants", dtypes=("float32", "bfloat16"))
def make_jaxpr_with_constants(jax, x=tensor(5)):
    return jax.make_jaxpr(lambda y: jax.lax.mul(x, y))(x).consts


@make_jaxpr_with_constants.reference
def _(np, x):
    return [x]


@case("jax.make_jaxpr", name="axis")
def make_jaxpr_over_axis(jax):
    jaxpr = jax.make_jaxpr(lambda x: jax.lax.all_gather(x, "i"), axis_env=[("i", 4)])(jax.numpy.ones(3))
    return described(jaxpr.out_avals[0])


@make_jaxpr_over_axis.promise
def _(result):
    return result == [[4, 3], "float64", False]


@case("jax.make_jaxpr", name="values-unknown")
def make_jaxpr_of_values(jax):
    try:
        return names(jax.make_jaxpr(lambda x: 1 if x > 0 else 2)(3.0))
    except jax.errors.TracerBoolConversionError:  # what is traced has no value to decide by
        return "refused"


@make_jaxpr_of_values.promise
def _(result):
    return result == "refused"


@case("jax.core.eval_context", dtypes=("float32", "bfloat16", "int32"))
def eval_context(jax, x=tensor(3)):
    def scaled(x):
        with jax.core.eval_context():
            largest = int(jax.numpy.arange(5).max())  # computed now, though all around is traced
        return largest * x

    return jax.jit(scaled)(x)


@eval_context.reference
def _(np, x):
    return 4 * x


@case("jax.core.eval_context", name="concrete")
def eval_context_concrete(jax):
    are_tracers = []

    def record(x):
        are_tracers.append(isinstance(jax.numpy.zeros(2), jax.core.Tracer))
        with jax.core.eval_context():
            are_tracers.append(isinstance(jax.numpy.zeros(2), jax.core.Tracer))
        are_tracers.append(isinstance(jax.numpy.zeros(2), jax.core.Tracer))
        return x

    jax.make_jaxpr(record)(1.0)
    return are_tracers


@eval_context_concrete.promise
def _(traced):
    return traced == [True, False, True]


@case("jax.core.eval_context", name="transformed", dtypes=("float32", "float64"), limits=FIXED_RANK)
def eval_context_transformed(jax, x=tensor(4)):
    def cubed(x):
        with jax.core.eval_context():
            power = 3 if jax.numpy.ones(3).sum() > 2 else 2
        return x**power

    return jax.jit(jax.vmap(jax.grad(cubed)))(x)


@eval_context_transformed.reference
def _(np, x):
    return 3 * x**2


@case("jax.core.get_aval", dtypes=SOME)
def get_aval(jax, dtype=DTYPE):
    return described(jax.core.get_aval(jax.numpy.zeros((3, 4), dtype)))


@get_aval.promise
def _(result, dtype):
    return result == [[3, 4], dtype, False]


@case("jax.core.get_aval", name="weak")
def get_aval_weak(jax):
    return [described(jax.core.get_aval(number)) for number in (1, 2.0, True)]


@get_aval_weak.promise
def _(result):
    return result == [[[], "int64", True], [[], "float64", True], [[], "bool", False]]


@case("jax.typeof", dtypes=SOME)
def typeof(jax, dtype=DTYPE):
    return described(jax.typeof(jax.numpy.zeros((3, 4), dtype)))


@typeof.promise
def _(result, dtype):
    return result == [[3, 4], dtype, False]


@case("jax.typeof", name="weak")
def typeof_weak(jax):
    return [described(jax.typeof(number)) for number in (1, 2.0, True)]


@typeof_weak.promise
def _(result):
    return result == [[[], "int64", True], [[], "float64", True], [[], "bool", False]]


@case("jax.typeof", name="traced")
def typeof_traced(jax):
    seen = []
    x = jax.numpy.zeros((5, 3), "float16")
    jax.jit(lambda x: seen.append(jax.typeof(x)))(x)
    jax.vmap(lambda x: seen.append(jax.typeof(x)))(x)  # one of the five
    return [described(aval) for aval in seen]


@typeof_traced.promise
def _(result):
    return result == [[[5, 3], "float16", False], [[3], "float16", False]]


@case("jax.disable_jit", dtypes=("float32", "bfloat16", "int32"), limits=NOT_EMPTY | FIXED_RANK | HOST_VALUES)
def disable_jit(jax, x=tensor(4)):
    with jax.disable_jit():
        return jax.jit(lambda x: x if x[0] > 0 else -x)(x)  # values decide, which a compiler could not allow


@disable_jit.reference
def _(np, x):
    return np.where(x[0] > 0, x, -x)


@case("jax.disable_jit", name="calls")
def disable_jit_calls(jax):
    calls = []
    call = jax.jit(lambda x: calls.append(x))
    for _ in range(3):
        call(1.0)
    traced = len(calls)
    with jax.disable_jit():
        for _ in range(3):
            call(1.0)
    return traced, len(calls) - traced


@disable_jit_calls.promise
def _(counts):
    return counts == [1, 3]


@case("jax.disable_jit", name="loops")
def disable_jit_in_loops(jax):
    seen = []

    def double(_, x):
        seen.append(float(x))  # a traced value has no number
        return 2 * x

    with jax.disable_jit():
        jax.lax.fori_loop(0, 3, double, 1.0)
        jax.lax.scan(lambda x, y: (double(None, y), y), 0.0, jax.numpy.arange(2.0))
    return seen


@disable_jit_in_loops.promise
def _(seen):
    return seen == [1, 2, 4, 0, 1]


@case("jax.disable_jit", name="nested")
def disable_jit_nested(jax):
    traced = []

    def tell():
        jax.jit(lambda x: traced.append(isinstance(x, jax.core.Tracer)))(1.0)

    with jax.disable_jit():
        tell()
        with jax.disable_jit(False):
            tell()
        tell()
    tell()
    return traced


@disable_jit_nested.promise
def _(traced):
    return traced == [False, True, False, True]


@case("jax.named_call", dtypes=("float32", "bfloat16"), modes=ALL_MODES)
def named_call(jax, x=tensor(3), y=tensor(3)):
    return jax.named_call(lambda x, *, y: jax.numpy.sin(x) * y, name="part")(x, y=y)


@named_call.reference
def _(np, x, y):
    return np.sin(x) * y


@case("jax.named_call", name="names")
def named_call_names(jax):
    def inner(x):
        return jax.numpy.sin(x)

    outer = jax.named_call(lambda x: 2 * jax.named_call(inner)(x), name="outer")
    text = jax.jit(outer).lower(1.0).as_text(debug_info=True)
    return "outer/inner/sin" in text, "outer/mul" in text  # its own name by default


@named_call_names.promise
def _(found):
    return found == [True, True]
