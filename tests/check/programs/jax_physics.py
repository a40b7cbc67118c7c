"""Simulate a chain of springs, in double precision."""

import contextlib

import jax
import jax.numpy as jnp
from jax.experimental import enable_x64  # expect: removed-name

PRECISIONS = {"single": jnp.float32, "double": jnp.float64}


@contextlib.contextmanager
def precision(name):
    with enable_x64(name == "double"):  # expect: wide-dtype
        yield PRECISIONS[name]


def energy(x, v):
    stretch = jnp.diff(x, axis=0)
    return 0.5 * (v**2).sum() + 0.5 * (stretch**2).sum()


@jax.jit
def verlet(state, dt):
    x, v = state
    force = -jax.grad(energy)(x, v)
    v = v + dt * force
    return x + dt * v, v


def stability(x, v):
    jacobian = jax.jacfwd(lambda s: verlet((s, v), 1e-3)[0])(x)
    return jnp.linalg.eigvals(jacobian.reshape(x.size, x.size))  # missed: failing-function


def crossings(x):
    return jnp.argwhere(jnp.diff(jnp.sign(x)))  # expect: data-dependent-shape


def spectrum(x):
    z = x.astype(jnp.complex128)  # expect: wide-dtype
    return jnp.fft.fft(z)


def main():
    with precision("double") as dtype:
        x = jnp.linspace(0, 1, 8, dtype=dtype)
        state = x, jnp.zeros_like(x)
        for _ in range(10):
            state = verlet(state, 1e-3)
    print(stability(*state), crossings(x), spectrum(x), jnp.sign(x).nonzero)


main()
