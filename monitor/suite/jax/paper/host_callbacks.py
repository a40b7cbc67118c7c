"""Values that the host feeds into a running computation."""

from monitor.suite.declare import DEVICE, case, tensor
from monitor.suite.limits import FIXED_SHAPES


@case("jax.lax.infeed", dtypes=("float32", "int32"))
def infeed(jax, x=tensor(3), device=DEVICE):
    import numpy as np

    @jax.jit
    def plus_fed(x):
        row = jax.core.ShapedArray(x.shape, x.dtype)
        (fed,), _ = jax.lax.infeed(jax.lax.create_token(x), shape=(row,))
        return x + fed

    device.transfer_to_infeed((np.arange(3).astype(x.dtype),))
    return plus_fed(x)


@infeed.reference
def _(np, x):
    return x + np.arange(3)


@case("jax.experimental.io_callback", dtypes=("float32", "bfloat16", "int32"), limits=FIXED_SHAPES)
def io_callback(jax, x=tensor(3)):
    import numpy as np

    row = jax.ShapeDtypeStruct(x.shape, x.dtype)
    return jax.jit(lambda x: x + jax.experimental.io_callback(lambda: np.arange(3).astype(x.dtype), row))(x)


@io_callback.reference
def _(np, x):
    return x + np.arange(3)


@case("jax.experimental.io_callback", name="ordered")
def io_callback_ordered(jax):
    import numpy as np

    rows = iter(range(100))
    number = jax.ShapeDtypeStruct((), "int32")

    def step(_, x):
        return None, x + jax.experimental.io_callback(lambda: np.int32(next(rows)), number, ordered=True)

    @jax.jit
    def fed(xs):
        return jax.lax.scan(step, None, xs)[1]

    return [fed(jax.numpy.zeros(3, "int32")).tolist() for _ in range(2)]  # every run calls again


@io_callback_ordered.promise
def _(fed):
    return fed == [[0, 1, 2], [3, 4, 5]]


@case("jax.experimental.io_callback", name="told")
def io_callback_received(jax):
    received = []

    @jax.jit
    def send(x):
        jax.experimental.io_callback(lambda x: received.append(float(x)), None, x, ordered=True)
        jax.experimental.io_callback(lambda x: received.append(float(x)), None, 2 * x, ordered=True)

    send(1.5)
    send(4.0)
    jax.effects_barrier()
    return received


@io_callback_received.promise
def _(received):
    return received == [1.5, 3, 4, 8]
