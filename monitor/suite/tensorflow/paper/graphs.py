"""TensorFlow 1's graphs and sessions, by `tf.compat.v1`."""

from monitor.suite.declare import DTYPE, EVERY, FLOATING, case, tensor


@case("tf.compat.v1.placeholder", dtypes=EVERY)
def placeholder(tf, x=tensor(3, 4), dtype=DTYPE):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        given = tf.compat.v1.placeholder(dtype, shape=[None, 4])
        return session.run(tf.identity(given), {given: x.numpy()})


@placeholder.reference
def _(np, x):
    return x


@case("tf.compat.v1.Session.run", dtypes=FLOATING)
def run(tf, a=tensor(3, 4), b=tensor(4, 2)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        left, right = tf.constant(a.numpy()), tf.constant(b.numpy())
        return session.run([left @ right, {"sum": tf.reduce_sum(left)}])


@run.reference
def _(np, a, b):
    return [a @ b, np.sum(a)]


@case("tf.Tensor.eval", dtypes=FLOATING)
def eval(tf, x=tensor(3, 4)):
    with tf.Graph().as_default(), tf.compat.v1.Session():
        return (2 * tf.constant(x.numpy())).eval()


@eval.reference
def _(np, x):
    return 2 * x


@case("tf.compat.v1.variable_scope", dtypes=FLOATING)
def variable_scope(tf, x=tensor(3, 4), dtype=DTYPE):
    zeros = tf.compat.v1.zeros_initializer()
    with tf.Graph().as_default():
        with tf.compat.v1.variable_scope("layer"):
            first = tf.compat.v1.get_variable("weight", [3, 4], dtype, initializer=zeros)
        with tf.compat.v1.variable_scope("layer", reuse=True):
            again = tf.compat.v1.get_variable("weight", [3, 4], dtype)
        return first.name, again.name, first is again


@variable_scope.promise
def _(result):
    return result == ["layer/weight:0", "layer/weight:0", True]
