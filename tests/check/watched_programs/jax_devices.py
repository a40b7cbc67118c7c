"""Put the batch on the first GPU."""

import jax
import jax.numpy as jnp

device = jax.devices("gpu")[0]  # expect: hard-coded-device
count = jax.device_count("cuda")  # expect: hard-coded-device
x = jax.device_put(jnp.ones((4, 4)), device)
all_devices = jax.devices()


@jax.jit
def step(x):
    return jnp.linalg.inv(x + 2 * jnp.eye(4)) @ x


y = step(x)
