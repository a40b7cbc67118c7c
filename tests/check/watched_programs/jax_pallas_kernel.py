"""Import the TPU's part of Pallas; on a CPU, the kernel is interpreted."""

import jax
import jax.numpy as jnp
from jax.experimental import pallas as pl
from jax.experimental.pallas import tpu as pltpu  # expect: vendor-kernel


def double(x_ref, o_ref):
    o_ref[...] = x_ref[...] * 2


@jax.jit
def run(x):
    return pl.pallas_call(double, out_shape=jax.ShapeDtypeStruct(x.shape, x.dtype), interpret=True)(x)


y = run(jnp.ones((8, 128)))
