"""Partial evaluation of functions on known inputs, and programs of the rest."""

from monitor.suite.declare import COMPILED, EAGER, GRADIENT, built, case, tensor

ALL_MODES = (EAGER, COMPILED, GRADIENT)


def shaped(jax, *shape, dtype="float32"):
    return jax.core.ShapedArray(shape, jax.numpy.dtype(dtype))


def sine_times(jax):
    from jax.extend import linear_util

    return linear_util.wrap_init(lambda x, y: [jax.lax.mul(jax.lax.sin(x), y)])


def names(jaxpr):
    return [equation.primitive.name for equation in jaxpr.eqns]


@case("jax.interpreters.partial_eval.PartialVal")
def partial_val(jax):
    known = jax.interpreters.partial_eval.PartialVal.known(jax.numpy.arange(3))
    unknown = jax.interpreters.partial_eval.PartialVal.unknown(shaped(jax, 2, 4))
    return [
        (value.is_known(), value.get_known(), [*value.get_aval().shape], str(value.get_aval().dtype))
        for value in (known, unknown)
    ]


@partial_val.promise
def _(result):
    (known, value, *described), unknown = result
    return (
        known and [*value] == [0, 1, 2] and described == [[3], "int64"] and unknown == [False, None, [2, 4], "float32"]
    )


@case("jax.interpreters.partial_eval.PartialVal", name="pair")
def partial_val_of_pair(jax):
    aval = shaped(jax, 3)
    partial_val = jax.interpreters.partial_eval.PartialVal
    return (
        partial_val((None, 2.0)) == partial_val.known(2.0),
        partial_val((aval, None)) == partial_val.unknown(aval),
        partial_val((aval, None)).get_aval() is aval,
    )


@partial_val_of_pair.promise
def _(same):
    return same == [True, True, True]


@case("jax.interpreters.partial_eval.PartialVal", name="known", dtypes=("float32", "bfloat16"))
def partial_val_known(jax, x=tensor(3), function=built(sine_times)):
    partial_eval = jax.interpreters.partial_eval
    values = partial_eval.PartialVal.known(x), partial_eval.PartialVal.unknown(jax.core.ShapedArray(x.shape, x.dtype))
    _, _, residuals = partial_eval.trace_to_jaxpr_nounits(function, values)
    return residuals  # what of the first alone could be computed


@partial_val_known.reference
def _(np, x):
    return [np.sin(x)]


@case("jax.interpreters.partial_eval.PartialVal", name="unknown", dtypes=("float32",))
def partial_val_unknown(jax, x=tensor(3), y=tensor(3), function=built(sine_times)):
    partial_eval = jax.interpreters.partial_eval
    values = partial_eval.PartialVal.known(x), partial_eval.PartialVal.unknown(jax.core.ShapedArray(y.shape, y.dtype))
    jaxpr, _, residuals = partial_eval.trace_to_jaxpr_nounits(function, values)
    return jax.core.eval_jaxpr(jaxpr, residuals, y)


@partial_val_unknown.reference
def _(np, x, y):
    return np.sin(x) * y


@case("jax.interpreters.partial_eval.PartialVal", name="program")
def partial_val_program(jax):
    partial_eval = jax.interpreters.partial_eval
    known, unknown = partial_eval.PartialVal.known, partial_eval.PartialVal.unknown
    x, aval = jax.numpy.ones(3, "float32"), shaped(jax, 3)
    programs = []
    for values in [(known(x), known(x)), (known(x), unknown(aval)), (unknown(aval), known(x))]:
        jaxpr, results, _ = partial_eval.trace_to_jaxpr_nounits(sine_times(jax), values)
        programs.append((names(jaxpr), results[0].is_known()))
    return programs


@partial_val_program.promise
def _(programs):
    return programs == [[[], True], [["mul"], False], [["sin", "mul"], False]]


@case("jax.interpreters.partial_eval.trace_to_jaxpr_dynamic", dtypes=("float32", "bfloat16"), modes=ALL_MODES)
def trace_to_jaxpr_dynamic(jax, x=tensor(3), y=tensor(3), function=built(sine_times)):
    avals = [jax.core.ShapedArray(value.shape, value.dtype) for value in (x, y)]
    jaxpr, _, constants = jax.interpreters.partial_eval.trace_to_jaxpr_dynamic(function, avals)
    return jax.core.eval_jaxpr(jaxpr, constants, x, y)


@trace_to_jaxpr_dynamic.reference
def _(np, x, y):
    return np.sin(x) * y


@case("jax.interpreters.partial_eval.trace_to_jaxpr_dynamic", name="equations")
def trace_to_jaxpr_dynamic_equations(jax):
    trace = jax.interpreters.partial_eval.trace_to_jaxpr_dynamic
    jaxpr, results, constants = trace(sine_times(jax), [shaped(jax, 2, 1), shaped(jax, 2, 1)])
    return names(jaxpr), [([*aval.shape], str(aval.dtype)) for aval in results], len(constants)


@trace_to_jaxpr_dynamic_equations.promise
def _(result):
    return result == [["sin", "mul"], [[[2, 1], "float32"]], 0]


@case("jax.interpreters.partial_eval.trace_to_jaxpr_dynamic", name="constants", dtypes=("float32", "bfloat16", "int32"))
def trace_to_jaxpr_dynamic_constants(jax, x=tensor(4)):
    from jax.extend import linear_util

    function = linear_util.wrap_init(lambda y: [jax.lax.mul(x, y)])
    trace = jax.interpreters.partial_eval.trace_to_jaxpr_dynamic
    _, _, constants = trace(function, [jax.core.ShapedArray(x.shape, x.dtype)])
    return constants


@trace_to_jaxpr_dynamic_constants.reference
def _(np, x):
    return [x]
