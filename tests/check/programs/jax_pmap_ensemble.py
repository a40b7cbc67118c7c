"""Train an ensemble, one member for each device."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import config, device_put_replicated  # expect: removed-name
from jax.experimental import io_callback

config.update("jax_debug_nans", False)
config.update("jax_enable_x64", True)  # expect: wide-dtype


def log(step, value):
    print(int(step), float(value))


def loss(w: jnp.float64, x):
    return jnp.sum((x @ w) ** 2)


def member(w, x, step):
    value, grads = jax.value_and_grad(loss)(w, x)
    io_callback(log, None, step, value, ordered=True)  # expect: host-call
    return w - 1e-2 * grads


def accumulate(values):
    total = jnp.zeros((), dtype=jnp.float64)  # expect: wide-dtype
    for value in values:
        total = total + value.astype(total.dtype)
    return total


def is_wide(x):
    return x.dtype in (jnp.float64, jnp.complex128)


def main():
    devices = jax.local_devices()
    w = device_put_replicated(jnp.ones((4, 2)), devices)
    x = jnp.ones((len(devices), 8, 4))
    train = jax.pmap(member, in_axes=(0, 0, None))
    for step in range(3):
        w = train(w, x, step)
    print(accumulate(w), is_wide(w))


main()
