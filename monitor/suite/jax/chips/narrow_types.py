"""Types of at most eight bits: conversion, addition, and matrix products. All values are exact in all of them."""

from monitor.suite.declare import DTYPE, case, indices, values

FLOAT8 = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3b11fnuz")
INTEGERS = ("int8", "int4", "int2")
WIDE_INTEGERS = dict.fromkeys(INTEGERS, "int32")
WIDE_FLOATS = dict.fromkeys((*FLOAT8, "float4_e2m1fn", "float8_e8m0fnu"), "float32")


@case("jax.lax.dot", name="narrow-floats", dtypes=FLOAT8, returns=WIDE_FLOATS)
def product_of_floats(jax, x=indices(128, 128, below=4, dtype=""), y=indices(128, 128, below=4, dtype="")):
    return jax.lax.dot(x, y, preferred_element_type=jax.numpy.float32)


@product_of_floats.reference
def _(np, x, y):
    return x @ y


@case("jax.lax.dot", name="narrow-integers", dtypes=INTEGERS, returns=WIDE_INTEGERS)
def product_of_integers(jax, x=indices(128, 128, below=2, dtype=""), y=indices(128, 128, below=2, dtype="")):
    return jax.lax.dot(x, y, preferred_element_type=jax.numpy.int32)


@product_of_integers.reference
def _(np, x, y):
    return x @ y


@case("jax.numpy.add", name="narrow", dtypes=(*INTEGERS, *FLOAT8))
def add(jax, x=indices(128, below=2, dtype=""), zero=indices(128, below=1, dtype="")):
    return jax.numpy.add(x, zero)


@add.reference
def _(np, x, zero):
    return x + zero


@case("jax.numpy.astype", name="from-narrow-floats", dtypes=(*FLOAT8, "float4_e2m1fn"), returns=WIDE_FLOATS)
def widen(jax, x=indices(128, below=4, dtype="")):
    return jax.numpy.astype(x, jax.numpy.float32)


@widen.reference
def _(np, x):
    return x


@case("jax.numpy.astype", name="from-powers-of-two", dtypes=("float8_e8m0fnu",), returns=WIDE_FLOATS)
def widen_powers(jax, x=values(*(0.5, 1, 2, 4) * 32)):
    return jax.numpy.astype(x, jax.numpy.float32)


@widen_powers.reference
def _(np, x):
    return x


@case("jax.numpy.astype", name="to-narrow-floats", dtypes=(*FLOAT8, "float4_e2m1fn"))
def narrow(jax, x=indices(128, below=4, dtype="float32"), dtype=DTYPE):
    return jax.numpy.astype(x, dtype)


@narrow.reference
def _(np, x):
    return x
