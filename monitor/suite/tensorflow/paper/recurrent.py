"""A recurrent network whose input is computed step by step."""

from monitor.suite.declare import EAGER, GRADIENT, case, tensor, uniform
from monitor.suite.limits import FIXED_SHAPES, SESSION, UNKNOWN_STEPS

RAW_RNN = "tf.compat.v1.nn.raw_rnn"
SINGLE_AND_DOUBLE = ("float32", "float64")


def cell_of(tf, weights, units):
    """Return a minimal cell: tanh of the input and the state."""

    class Cell:
        state_size = output_size = units

        def zero_state(self, batch, dtype):
            return tf.zeros([batch, units], dtype)

        def __call__(self, inputs, state, scope=None):
            state = tf.tanh(tf.concat([inputs, state], axis=1) @ weights)
            return state, state

    return Cell()


def unrolled(np, x, weights, lengths=None):
    """Return all states, step by step; beyond its length a sequence has no output and keeps its state."""
    steps, batch, _ = x.shape
    state, states = np.zeros((batch, weights.shape[1])), []
    for step in range(steps):
        running = np.ones((batch, 1), bool) if lengths is None else (step < lengths)[:, None]
        following = np.tanh(np.concatenate([x[step], state], axis=1) @ weights)
        state = np.where(running, following, state)
        states.append(np.where(running, following, 0))
    return np.stack(states), state


@case(RAW_RNN, dtypes=SINGLE_AND_DOUBLE, modes=(EAGER, GRADIENT), condition=8, limits=FIXED_SHAPES | UNKNOWN_STEPS)
def raw_rnn(tf, x=tensor(4, 2, 3), weights=uniform(-0.5, 0.5, 5, 2)):
    cell = cell_of(tf, weights, 2)

    def loop(time, output, state, _):
        state = cell.zero_state(2, x.dtype) if output is None else state
        finished = tf.fill([2], time >= 4)
        following = tf.cond(time >= 4, lambda: tf.zeros_like(x[0]), lambda: x[time])
        return finished, following, state, output, None

    outputs, state, _ = tf.compat.v1.nn.raw_rnn(cell, loop)
    return outputs.stack(), state


@raw_rnn.reference
def _(np, x, weights):
    return unrolled(np, x, weights)


@case(RAW_RNN, name="of-lengths", dtypes=SINGLE_AND_DOUBLE, condition=8, limits=FIXED_SHAPES)
def raw_rnn_of_lengths(tf, x=tensor(4, 3, 3), weights=uniform(-0.5, 0.5, 5, 2)):
    cell, lengths = cell_of(tf, weights, 2), tf.constant([2, 4, 1])

    def loop(time, output, state, _):
        state = cell.zero_state(3, x.dtype) if output is None else state
        following = tf.cond(time >= 4, lambda: tf.zeros_like(x[0]), lambda: x[time])
        return time >= lengths, following, state, output, None

    outputs, state, _ = tf.compat.v1.nn.raw_rnn(cell, loop)
    return outputs.stack(), state


@raw_rnn_of_lengths.reference
def _(np, x, weights):
    return unrolled(np, x, weights, np.array([2, 4, 1]))


@case(RAW_RNN, name="loop-state", dtypes=SINGLE_AND_DOUBLE, condition=8, limits=FIXED_SHAPES)
def raw_rnn_loop_state(tf, x=tensor(2, 3), weights=uniform(-0.5, 0.5, 6, 3)):
    cell = cell_of(tf, weights, 3)

    def loop(time, output, state, total):
        if output is None:
            return tf.fill([2], False), x, cell.zero_state(2, x.dtype), None, tf.zeros([2, 3], x.dtype)
        # The output is the next input.
        return tf.fill([2], time >= 3), output, state, output, total + output

    _, _, total = tf.compat.v1.nn.raw_rnn(cell, loop)
    return total


@raw_rnn_loop_state.reference
def _(np, x, weights):
    state, total = np.zeros((2, 3)), np.zeros((2, 3))
    for _ in range(3):
        x = state = np.tanh(np.concatenate([x, state], axis=1) @ weights)
        total = total + x
    return total


@case(RAW_RNN, name="in-a-graph", dtypes=SINGLE_AND_DOUBLE, condition=8, limits=FIXED_SHAPES | SESSION)
def raw_rnn_in_a_graph(tf, x=tensor(4, 2, 3), weights=uniform(-0.5, 0.5, 5, 2)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        inputs = tf.TensorArray(x.dtype, 4).unstack(tf.constant(x.numpy()))
        cell = cell_of(tf, tf.constant(weights.numpy()), 2)

        def loop(time, output, state, _):
            state = cell.zero_state(2, x.dtype) if output is None else state
            following = tf.cond(time >= 4, lambda: tf.zeros([2, 3], x.dtype), lambda: inputs.read(time))
            return tf.fill([2], time >= 4), following, state, output, None

        outputs, state, _ = tf.compat.v1.nn.raw_rnn(cell, loop)
        return session.run([outputs.stack(), state])


@raw_rnn_in_a_graph.reference
def _(np, x, weights):
    return unrolled(np, x, weights)
