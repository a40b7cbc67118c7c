"""The functions of the array API standard in `jax.numpy`."""

PLAIN_ONLY = True
