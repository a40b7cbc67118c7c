"""The functions of the array API standard in `jax.numpy`."""

NAMESPACE = "jax.numpy"
PLAIN_ONLY = True
