"""Call an attention kernel, with a plain version for other hardware."""

import functools

import jax
import jax.numpy as jnp
from jax.experimental import pallas as pl
from jax.experimental.pallas import triton as plgpu  # expect: vendor-kernel


def plain(q, k, v):
    scores = jnp.einsum("qd,kd->qk", q, k) / q.shape[-1] ** 0.5
    return jax.nn.softmax(scores) @ v


def kernel(q_ref, k_ref, v_ref, o_ref):
    o_ref[...] = plain(q_ref[...], k_ref[...], v_ref[...])


@functools.partial(jax.jit, static_argnums=3)
def attention(q, k, v, fused=True):
    if not fused:
        return plain(q, k, v)
    return pl.pallas_call(
        kernel,
        out_shape=jax.ShapeDtypeStruct(q.shape, q.dtype),
        compiler_params=plgpu.CompilerParams(num_warps=4),
    )(q, k, v)


def on_tpu(q, k, v):
    if jax.default_backend() == "tpu":
        from jax.experimental.pallas import tpu as pltpu

        return pltpu.matmul(q, k) @ v
    return attention(q, k, v)


def sampled(key, logits):
    def choose(values):
        return values.argmax(-1)

    shape = jax.ShapeDtypeStruct(logits.shape[:-1], jnp.int32)
    return jax.pure_callback(choose, shape, logits)  # expect: host-call


def main():
    q = jnp.ones((16, 8), jnp.float32)
    print(attention(q, q, q), on_tpu(q, q, q), sampled(jax.random.key(0), q))
    gpus = jax.device_count(backend="gpu")  # expect: hard-coded-device
    print(gpus, jax.device_count())


main()
