"""Cases for an exporter and a compiler. The functions are only names. Cases run in the order of their ids."""

from monitor.suite.declare import case, tensor


def keeps(declaration):
    declaration.promise(lambda result: True)
    return declaration


@keeps
@case("jax.numpy.add", name="a-healthy", dtypes=("float32",))
def a(jax, x=tensor(128, 128)):
    return x @ x


@keeps
@case("jax.numpy.add", name="b-exporter-dies")
def b(jax):
    import ctypes

    return ctypes.string_at(0)


@keeps
@case("jax.numpy.add", name="c-does-not-fit")
def c(jax):
    matrix = jax.random.uniform(jax.random.PRNGKey(0), (100_000, 100_000))
    return matrix @ matrix


@keeps
@case("jax.numpy.add", name="d-calls-the-host-back", dtypes=("float32",))
def d(jax, x=tensor(3)):
    import numpy as np

    return jax.pure_callback(np.sin, jax.ShapeDtypeStruct(x.shape, x.dtype), x)


@keeps
@case("jax.numpy.add", name="e-needs-values", dtypes=("float32",))
def e(jax, x=tensor(8)):
    return x[x > 0] * 2 if float(x.sum()) < 1e9 else x


@keeps
@case("jax.numpy.add", name="f-computes-nothing")
def f(jax):
    return "fine"


@keeps
@case("jax.numpy.add", name="g-has-no-rule", dtypes=("float32",))
def g(jax, x=tensor(4, 4)):
    return jax.numpy.linalg.eigvals(x)


@keeps
@case("jax.numpy.add", name="h-is-at-fault")
def h(jax):
    raise ValueError("at fault")


@keeps
@case("jax.numpy.add", name="i-takes-long-on-this-host")
def i(jax):
    import time

    time.sleep(600)


@keeps
@case("jax.numpy.add", name="j-is-refused-everywhere", dtypes=("float32",))
def j(jax, x=tensor(3)):
    raise NotImplementedError("not even on a CPU")
