"""Collectives: over an axis of `vmap`, and over a mesh of one device."""

from monitor.suite.declare import BOOL, COMPILED, DEVICE, EAGER, EVERY, GRADIENT, NUMERIC, case, tensor, values
from monitor.suite.limits import FIXED_RANK, NOT_EMPTY, QUADRATIC

ALL_MODES = (EAGER, COMPILED, GRADIENT)
INFINITY = float("inf")
NAN = float("nan")


def shard_map(jax):
    """Return `jax.shard_map`, which JAX 0.6.0 and older have in another module."""
    if hasattr(jax, "shard_map"):
        return jax.shard_map
    from jax.experimental.shard_map import shard_map

    return shard_map


def alone(jax, device, call):
    """Return the call on a mesh of this one device, with its results concatenated along the axis "i"."""
    spec = jax.sharding.PartitionSpec("i")
    return shard_map(jax)(call, mesh=jax.sharding.Mesh([device], "i"), in_specs=spec, out_specs=spec)


@case("jax.lax.pmax", dtypes=NUMERIC + BOOL, modes=(EAGER, COMPILED), limits=NOT_EMPTY)
def pmax(jax, x=tensor(4, 3)):
    return jax.vmap(lambda row: jax.lax.pmax(row, "rows"), axis_name="rows")(x)


@pmax.reference
def _(np, x):
    return np.array([np.max(x, axis=0)] * len(x))


@case("jax.lax.pmax", name="two-axes", dtypes=("float32",), modes=(EAGER, COMPILED), limits=NOT_EMPTY)
def pmax_over_two_axes(jax, x=tensor(3, 4, 2)):
    across = jax.vmap(lambda x: jax.lax.pmax(x, ("rows", "columns")), axis_name="columns")
    return jax.vmap(across, axis_name="rows")(x)


@pmax_over_two_axes.reference
def _(np, x):
    return np.zeros(x.shape) + np.max(x, axis=(0, 1))


@case("jax.lax.pmax", name="tree", dtypes=("float32",), limits=NOT_EMPTY | FIXED_RANK)
def pmax_of_tree(jax, a=tensor(4), b=tensor(4, 2)):
    call = jax.vmap(lambda x: jax.lax.pmax(x, "i"), axis_name="i", out_axes=None)
    return call({"a": a, "b": [b, -b]})  # all have the same: one of them stands for all


@pmax_of_tree.reference
def _(np, a, b):
    return {"a": np.max(a), "b": [np.max(b, axis=0), -np.min(b, axis=0)]}


@case("jax.lax.pmax", name="edges", dtypes=("float32",))
def pmax_at_edges(jax, x=values(1, NAN, -INFINITY, 0, NAN, 2, -INFINITY, INFINITY, shape=(2, 4))):
    return jax.vmap(lambda row: jax.lax.pmax(row, "rows"), axis_name="rows", out_axes=None)(x)


@pmax_at_edges.reference
def _(np, x):
    return np.array([NAN, NAN, -INFINITY, INFINITY])


@case("jax.lax.pmax", name="shard-map", dtypes=("float32", "int32"), modes=(EAGER, COMPILED))
def pmax_in_shard_map(jax, x=tensor(2, 3), device=DEVICE):
    return alone(jax, device, lambda x: jax.lax.pmax(x, "i"))(x)


@pmax_in_shard_map.reference
def _(np, x):
    return x


@case("jax.lax.pmax", name="pmap", dtypes=("float32",), limits=FIXED_RANK)
def pmax_in_pmap(jax, x=tensor(1, 3), device=DEVICE):
    return jax.pmap(lambda x: jax.lax.pmax(x, "i"), axis_name="i", devices=[device])(x)


@pmax_in_pmap.reference
def _(np, x):
    return x


@case("jax.lax.pmax", name="unbound")
def pmax_over_unbound_axis(jax):
    try:
        return jax.lax.pmax(jax.numpy.ones(2), "nowhere")
    except NameError:
        return "refused"


@pmax_over_unbound_axis.promise
def _(result):
    return result == "refused"


@case("jax.lax.all_gather", dtypes=EVERY, modes=ALL_MODES, limits=QUADRATIC)
def all_gather(jax, x=tensor(3, 2)):
    return jax.vmap(lambda row: jax.lax.all_gather(row, "rows"), axis_name="rows")(x)


@all_gather.reference
def _(np, x):
    return np.broadcast_to(x, (len(x), *x.shape))


@case("jax.lax.all_gather", name="axis", dtypes=("float32",), modes=(EAGER, GRADIENT), limits=QUADRATIC)
def all_gather_to_axis(jax, x=tensor(3, 2, 4)):
    return jax.vmap(lambda x: jax.lax.all_gather(x, "i", axis=1), axis_name="i")(x)


@all_gather_to_axis.reference
def _(np, x):
    return np.broadcast_to(x.swapaxes(0, 1), (len(x), *x.swapaxes(0, 1).shape))


@case("jax.lax.all_gather", name="tiled", dtypes=("float32",), modes=(EAGER, GRADIENT), limits=QUADRATIC)
def all_gather_tiled(jax, x=tensor(3, 2, 4)):
    return jax.vmap(lambda x: jax.lax.all_gather(x, "i", tiled=True), axis_name="i")(x)


@all_gather_tiled.reference
def _(np, x):
    together = x.reshape(x.shape[0] * x.shape[1], *x.shape[2:])
    return np.broadcast_to(together, (len(x), *together.shape))


@case("jax.lax.all_gather", name="shard-map", dtypes=("float32", "bfloat16", "bool"), modes=(EAGER, COMPILED))
def all_gather_in_shard_map(jax, x=tensor(2, 3), device=DEVICE):
    return alone(jax, device, lambda x: jax.lax.all_gather(x, "i"))(x)


@all_gather_in_shard_map.reference
def _(np, x):
    return x[None]


@case("jax.lax.all_gather", name="pmap", dtypes=("float32",), limits=FIXED_RANK)
def all_gather_in_pmap(jax, x=tensor(1, 3), device=DEVICE):
    return jax.pmap(lambda x: jax.lax.all_gather(x, "i"), axis_name="i", devices=[device])(x)


@all_gather_in_pmap.reference
def _(np, x):
    return x[None]


@case("jax.lax.all_gather", name="empty", dtypes=("float32",), limits=QUADRATIC)
def all_gather_empty(jax, x=tensor(3, 0)):
    return jax.vmap(lambda row: jax.lax.all_gather(row, "rows"), axis_name="rows")(x)


@all_gather_empty.reference
def _(np, x):
    return np.broadcast_to(x, (len(x), *x.shape))
