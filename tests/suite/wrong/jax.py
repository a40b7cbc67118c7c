"""JAX computing a sum, and getting it wrong in every way that the oracle must find."""

from monitor.suite.declare import EAGER, GRADIENT, case, tensor


def wrong(name, function="jax.numpy.sum", mode=EAGER):
    def declare(call):
        declaration = case(function, name=name, dtypes=("float32",), modes=(mode,))(call)
        declaration.reference(lambda np, x: np.sum(x, axis=1))
        return declaration

    return declare


@wrong("fine")
def fine(jax, x=tensor(5, 7)):
    return jax.numpy.sum(x, 1)


@wrong("sign")
def sign(jax, x=tensor(5, 7)):
    return -jax.numpy.sum(x, 1)


@wrong("one-element")
def one_element(jax, x=tensor(5, 7)):
    return jax.numpy.sum(x, 1) + jax.numpy.array([0.0, 0.0, 0.1, 0.0, 0.0])


@wrong("off-by-a-thousandth")
def off(jax, x=tensor(5, 7)):
    return jax.numpy.sum(x, 1) * 1.001


@wrong("nan")
def nan(jax, x=tensor(5, 7)):
    return jax.numpy.sum(x, 1) * jax.numpy.array([1.0, 1.0, float("nan"), 1.0, 1.0])


@wrong("infinite")
def infinite(jax, x=tensor(5, 7)):
    return jax.numpy.sum(x, 1) + jax.numpy.array([0.0, 0.0, float("inf"), 0.0, 0.0])


@wrong("dtype")
def dtype(jax, x=tensor(5, 7)):
    return jax.numpy.sum(x, 1).astype("float64")


@wrong("shape")
def shape(jax, x=tensor(5, 7)):
    return jax.numpy.sum(x, 0)


@wrong("error")
def error(jax, x=tensor(5, 7)):
    return jax.numpy.sum(x, 3)


@wrong("refused")
def refused(jax, x=tensor(5, 7)):
    raise NotImplementedError("sum of seven")


@wrong("absent", function="jax.no_such")
def absent(jax, x=tensor(5, 7)):
    return x


@wrong("wrong-gradient", mode=GRADIENT)
def wrong_gradient(jax, x=tensor(5, 7)):
    return jax.numpy.sum(x + 0.1 * jax.lax.stop_gradient(x) * x, 1)
