"""Parts of programs over several chips: sharded arrays, collectives, and a step of training."""

from monitor.suite.declare import DEVICE, case, tensor

COUNT = 4


def mesh(jax, device, *names):
    """Return a mesh of four devices in one row, or two by two. Raises RuntimeError where there are fewer."""
    import numpy as np

    devices = jax.devices(device.platform)[:COUNT]
    if len(devices) < COUNT:
        raise RuntimeError(f"{COUNT} devices of one kind are needed, and there are {len(devices)}")
    shape = (COUNT,) if len(names) == 1 else (2, 2)
    return jax.sharding.Mesh(np.array(devices).reshape(shape), names)


def shard_map(jax):
    """Return `jax.shard_map`, which JAX 0.6.0 and older have in another module."""
    if hasattr(jax, "shard_map"):
        return jax.shard_map
    from jax.experimental.shard_map import shard_map

    return shard_map


def over(jax, device, call, spec, out):
    """Return the call over each device's part of its arguments."""
    parts = {"mesh": mesh(jax, device, "x"), "in_specs": spec, "out_specs": out}
    return jax.jit(shard_map(jax)(call, **parts))


def sharded(jax, device, array, *axes):
    """Return the array, sharded over the mesh."""
    sharding = jax.sharding.NamedSharding(mesh(jax, device, "x"), jax.sharding.PartitionSpec(*axes))
    return jax.lax.with_sharding_constraint(array, sharding)


@case("jax.jit", name="matmul-of-rows", dtypes=("float32", "bfloat16"), condition=8)
def matmul_of_rows(jax, x=tensor(16, 8), y=tensor(8, 4), device=DEVICE):
    return jax.jit(lambda x, y: sharded(jax, device, x, "x", None) @ y)(x, y)


@matmul_of_rows.reference
def _(np, x, y):
    return x @ y


@case("jax.jit", name="matmul-of-both", dtypes=("float32",), condition=8)
def matmul_of_both(jax, x=tensor(8, 16), y=tensor(16, 8), device=DEVICE):
    def product(x, y):
        return sharded(jax, device, x, None, "x") @ sharded(jax, device, y, "x", None)

    return jax.jit(product)(x, y)


@matmul_of_both.reference
def _(np, x, y):
    return x @ y


@case("jax.lax.psum", dtypes=("float32", "bfloat16", "int32"), condition=4)
def psum(jax, x=tensor(8, 3), device=DEVICE):
    spec = jax.sharding.PartitionSpec
    return over(jax, device, lambda x: jax.lax.psum(x, "x"), spec("x"), spec())(x)


@psum.reference
def _(np, x):
    return x.reshape(4, 2, 3).sum(axis=0)


@case("jax.lax.all_gather", name="over-four", dtypes=("float32",))
def all_gather(jax, x=tensor(8, 3), device=DEVICE):
    spec = jax.sharding.PartitionSpec
    gather = over(jax, device, lambda x: jax.lax.all_gather(x, "x", tiled=True)[None], spec("x"), spec("x"))
    return gather(x)


@all_gather.reference
def _(np, x):
    return np.stack([x] * 4)


@case("jax.lax.psum_scatter", dtypes=("float32",), condition=4)
def psum_scatter(jax, x=tensor(16, 3), device=DEVICE):
    spec = jax.sharding.PartitionSpec
    return over(jax, device, lambda x: jax.lax.psum_scatter(x, "x", tiled=True), spec("x"), spec("x"))(x)


@psum_scatter.reference
def _(np, x):
    return x.reshape(4, 4, 3).sum(axis=0)


@case("jax.lax.ppermute", dtypes=("float32",))
def ppermute(jax, x=tensor(8, 3), device=DEVICE):
    spec = jax.sharding.PartitionSpec
    ring = [(i, (i + 1) % COUNT) for i in range(COUNT)]
    return over(jax, device, lambda x: jax.lax.ppermute(x, "x", ring), spec("x"), spec("x"))(x)


@ppermute.reference
def _(np, x):
    return np.roll(x, 2, axis=0)


@case("jax.lax.all_to_all", dtypes=("float32",))
def all_to_all(jax, x=tensor(16, 3), device=DEVICE):
    spec = jax.sharding.PartitionSpec
    return over(jax, device, lambda x: jax.lax.all_to_all(x, "x", 0, 0, tiled=True), spec("x"), spec("x"))(x)


@all_to_all.reference
def _(np, x):
    return x.reshape(4, 4, 3).swapaxes(0, 1).reshape(16, 3)


@case("jax.grad", name="step-of-training", dtypes=("float32",), condition=16)
def step_of_training(jax, x=tensor(8, 4), weights=tensor(4, 2), wanted=tensor(8, 2), device=DEVICE):
    def loss(weights, x, wanted):
        return ((sharded(jax, device, x, "x", None) @ weights - wanted) ** 2).mean()

    return weights - 0.1 * jax.jit(jax.grad(loss))(weights, x, wanted)


@step_of_training.reference
def _(np, x, weights, wanted):
    return weights - 0.1 * 2 * x.T @ (x @ weights - wanted) / wanted.size
