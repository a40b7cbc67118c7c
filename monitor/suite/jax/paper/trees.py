"""Functions over nested containers."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, GRADIENT, built, case, tensor


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


@case("jax.tree_util.tree_unflatten", dtypes=FLOATING, modes=(EAGER, COMPILED, GRADIENT))
def tree_unflatten(jax, a=tensor(3), b=tensor(2, 2)):
    shape = jax.tree_util.tree_structure({"b": [0], "a": (0, {})})  # what is empty has no leaves
    return jax.tree_util.tree_unflatten(shape, [2 * a, b])


@tree_unflatten.reference
def _(np, a, b):
    return {"a": (2 * a, {}), "b": [b]}


@case("jax.tree_util.tree_unflatten", name="containers")
def tree_unflatten_containers(jax):
    from collections import OrderedDict, namedtuple

    pair = namedtuple("pair", "left right")
    tree = [pair(1, (2, None)), OrderedDict(z=3, y=4), {"z": 5, "y": 6}]
    leaves, shape = jax.tree_util.tree_flatten(tree)
    again = jax.tree_util.tree_unflatten(shape, [10 * leaf for leaf in leaves])
    return leaves, repr(again[0]), [*again[1].items()], again[2]


@tree_unflatten_containers.promise
def _(result):
    items = [["z", 30], ["y", 40]]  # an ordered dict keeps its order, a plain one is sorted
    return result == [[1, 2, 3, 4, 6, 5], "pair(left=10, right=(20, None))", items, {"z": 50, "y": 60}]


def box(jax):
    """Return a user-defined container: one child, and a label that is no leaf."""

    class Box:
        def __init__(self, content, label):
            self.content, self.label = content, label

    jax.tree_util.register_pytree_node(
        Box, lambda b: ([b.content], b.label), lambda label, leaves: Box(leaves[0], label)
    )
    return Box


@case("jax.tree_util.tree_unflatten", name="registered")
def tree_unflatten_registered(jax, kind=built(box)):
    again = jax.tree_util.tree_unflatten(jax.tree_util.tree_structure((kind(1, "kept"), 2)), [3, 4])
    return again[0].content, again[0].label, again[1]


@tree_unflatten_registered.promise
def _(result):
    return result == [3, "kept", 4]


@case("jax.tree_util.tree_unflatten", name="miscounted")
def tree_unflatten_miscounted(jax):
    refused = 0
    for leaves in ([1], [1, 2, 3]):
        try:
            jax.tree_util.tree_unflatten(jax.tree_util.tree_structure((0, 0)), leaves)
        except ValueError:
            refused += 1
    return refused


@tree_unflatten_miscounted.promise
def _(refused):
    return refused == 2
