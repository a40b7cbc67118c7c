"""TensorFlow computing a sum, and getting it wrong in every way that the oracle must find."""

from monitor.suite.declare import EAGER, GRADIENT, case, tensor


def wrong(name, function="tf.reduce_mean", mode=EAGER):
    def declare(call):
        declaration = case(function, name=name, dtypes=("float32",), modes=(mode,))(call)
        declaration.reference(lambda np, x: np.sum(x, axis=1))
        return declaration

    return declare


@wrong("fine")
def fine(tf, x=tensor(5, 7)):
    return tf.reduce_sum(x, 1)


@wrong("sign")
def sign(tf, x=tensor(5, 7)):
    return -tf.reduce_sum(x, 1)


@wrong("one-element")
def one_element(tf, x=tensor(5, 7)):
    return tf.reduce_sum(x, 1) + tf.constant([0.0, 0.0, 0.1, 0.0, 0.0])


@wrong("off-by-a-thousandth")
def off(tf, x=tensor(5, 7)):
    return tf.reduce_sum(x, 1) * 1.001


@wrong("nan")
def nan(tf, x=tensor(5, 7)):
    return tf.reduce_sum(x, 1) * tf.constant([1.0, 1.0, float("nan"), 1.0, 1.0])


@wrong("infinite")
def infinite(tf, x=tensor(5, 7)):
    return tf.reduce_sum(x, 1) + tf.constant([0.0, 0.0, float("inf"), 0.0, 0.0])


@wrong("dtype")
def dtype(tf, x=tensor(5, 7)):
    return tf.cast(tf.reduce_sum(x, 1), tf.float64)


@wrong("shape")
def shape(tf, x=tensor(5, 7)):
    return tf.reduce_sum(x, 0)


@wrong("error")
def error(tf, x=tensor(5, 7)):
    return tf.reduce_sum(x, 3)


@wrong("refused")
def refused(tf, x=tensor(5, 7)):
    raise NotImplementedError("sum of seven")


@wrong("absent", function="tf.no_such")
def absent(tf, x=tensor(5, 7)):
    return x


@wrong("wrong-gradient", mode=GRADIENT)
def wrong_gradient(tf, x=tensor(5, 7)):
    return tf.reduce_sum(x + 0.1 * tf.stop_gradient(x) * x, 1)
