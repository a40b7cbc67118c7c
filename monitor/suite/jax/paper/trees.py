"""Functions over nested containers."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, case, tensor


@case("jax.tree_map", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def tree_map(jax, a=tensor(3), b=tensor(2, 2)):
    return jax.tree_map(lambda x: 2 * x, {"b": [b], "a": (a,)})


@tree_map.reference
def _(np, a, b):
    return {"a": 2 * a, "b": 2 * b}


@case("jax.tree.map", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def tree_map_of_today(jax, a=tensor(3), b=tensor(2, 2)):
    return jax.tree.map(lambda x: 2 * x, {"b": [b], "a": (a,)})


@tree_map_of_today.reference
def _(np, a, b):
    return {"a": 2 * a, "b": 2 * b}


@case("jax.tree_util.Partial", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def partial(jax, a=tensor(3), b=tensor(3)):
    scale = jax.tree_util.Partial(jax.numpy.multiply, a)
    return jax.jit(lambda function, x: function(x))(scale, b)  # a container of arrays: it crosses jit


@partial.reference
def _(np, a, b):
    return a * b
