"""Wrong sums in any of the frameworks, one for each fault that the oracle must find.

Their function is `__version__`, which every framework has; the test adds it to the catalog.
"""

from monitor.suite.declare import EAGER, GRADIENT, case, tensor

FRAMEWORK = __name__.split(".")[-3]  # the test copies this folder to that of each framework
ROOT = "tf" if FRAMEWORK == "tensorflow" else FRAMEWORK


def total(framework, x, axis):
    if framework.__name__ == "tensorflow":
        return framework.reduce_sum(x, axis)
    return framework.sum(x, axis) if framework.__name__ == "torch" else framework.numpy.sum(x, axis)


def constant(framework, values):
    if framework.__name__ == "tensorflow":
        return framework.constant(values)
    return framework.tensor(values) if framework.__name__ == "torch" else framework.numpy.array(values, "float32")


def in_double_precision(framework, x):
    if framework.__name__ == "tensorflow":
        return framework.cast(x, framework.float64)
    return x.double() if framework.__name__ == "torch" else x.astype("float64")


def without_gradient(framework, x):
    if framework.__name__ == "tensorflow":
        return framework.stop_gradient(x)
    return x.detach() if framework.__name__ == "torch" else framework.lax.stop_gradient(x)


def wrong(name, function=f"{ROOT}.__version__", mode=EAGER):
    def declare(call):
        declaration = case(function, name=name, dtypes=("float32",), modes=(mode,))(call)
        declaration.reference(lambda np, x: np.sum(x, axis=1))
        return declaration

    return declare


@wrong("fine")
def fine(framework, x=tensor(5, 7)):
    return total(framework, x, 1)


@wrong("sign")
def sign(framework, x=tensor(5, 7)):
    return -total(framework, x, 1)


@wrong("one-element")
def one_element(framework, x=tensor(5, 7)):
    return total(framework, x, 1) + constant(framework, [0.0, 0.0, 0.1, 0.0, 0.0])


@wrong("off-by-a-thousandth")
def off_by_a_thousandth(framework, x=tensor(5, 7)):
    return total(framework, x, 1) * 1.001


@wrong("nan")
def nan(framework, x=tensor(5, 7)):
    return total(framework, x, 1) * constant(framework, [1.0, 1.0, float("nan"), 1.0, 1.0])


@wrong("infinite")
def infinite(framework, x=tensor(5, 7)):
    return total(framework, x, 1) + constant(framework, [0.0, 0.0, float("inf"), 0.0, 0.0])


@wrong("dtype")
def dtype(framework, x=tensor(5, 7)):
    return in_double_precision(framework, total(framework, x, 1))


@wrong("shape")
def shape(framework, x=tensor(5, 7)):
    return total(framework, x, 0)


@wrong("error")
def error(framework, x=tensor(5, 7)):
    return total(framework, x, 3)


@wrong("refused")
def refused(framework, x=tensor(5, 7)):
    raise NotImplementedError("sum of seven")


@wrong("absent", function=f"{ROOT}.no_such")
def absent(framework, x=tensor(5, 7)):
    return x


@wrong("wrong-gradient", mode=GRADIENT)
def wrong_gradient(framework, x=tensor(5, 7)):
    return total(framework, x + 0.1 * without_gradient(framework, x) * x, 1)
