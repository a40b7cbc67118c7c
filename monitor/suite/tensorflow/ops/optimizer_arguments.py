"""Options that all optimizers of Keras take."""

from functools import partial

from monitor.suite.declare import formula, tensor
from monitor.suite.limits import ARGUMENT_ONLY, VARIABLES

argument = partial(formula, dtypes=("float32",), limits=ARGUMENT_ONLY | VARIABLES, condition=64, name="options")

# Options of the three runs of each case.
RUNS = (
    {"clipnorm": 0.5, "weight_decay": 0.25},
    {"loss_scale_factor": 4.0, "clipvalue": 0.25, "use_ema": True, "ema_momentum": 0.75, "ema_overwrite_frequency": 2},
    {"global_clipnorm": 0.75, "gradient_accumulation_steps": 2},
)


def stepped(tf, optimizer, x, y, a, b):
    """Return two variables after two steps of an optimizer, with gradients `a` and `b`."""
    first, second = tf.Variable(x), tf.Variable(y)
    for k in range(2):
        optimizer.apply_gradients([(a[k], first), (b[k], second)])
    return [first, second]


def expected(np, start, x, y, a, b):
    """Return the two variables after each of the RUNS. `start` returns an update rule.

    1. Each gradient has at most the norm 0.5. Variables decay by their eighth part.
    2. Gradients are divided by 4. Their elements are at most 0.25. At last, a variable is replaced by its average.
    3. One step with the average of both gradients, which have at most the norm 0.75 together.
    """
    results = []
    for variable, gradients in ((x, a), (y, b)):
        update, value = start(np), variable
        for gradient in gradients:
            clipped = gradient * min(1, 0.5 / np.sqrt((gradient**2).sum()))
            value = update(value - 0.5 * 0.25 * value, clipped)
        results.append(value)
    for variable, gradients in ((x, a), (y, b)):
        update, before = start(np), variable
        before = update(before, np.clip(gradients[0] / 4, -0.25, 0.25))
        value = update(before, np.clip(gradients[1] / 4, -0.25, 0.25))
        results.append(0.75 * before + 0.25 * value)
    norm = np.sqrt((a.mean(0) ** 2).sum() + (b.mean(0) ** 2).sum())
    results += [start(np)(one, many.mean(0) * min(1, 0.75 / norm)) for one, many in ((x, a), (y, b))]
    return results


def descent(np):
    velocity = 0

    def update(x, g):
        nonlocal velocity
        velocity = velocity / 2 - g / 2
        return x + velocity / 2 - g / 2

    return update


def centered(np):
    squares = mean = moved = 0

    def update(x, g):
        nonlocal squares, mean, moved
        squares, mean = 0.9 * squares + 0.1 * g * g, 0.9 * mean + 0.1 * g
        moved = moved / 2 + g / 2 / np.sqrt(squares - mean**2 + 0.125)
        return x - moved

    return update


def adagrad(np):
    total = 0.1

    def update(x, g):
        nonlocal total
        total = total + g * g
        return x - g / 2 / np.sqrt(total + 0.125)

    return update


def adadelta(np):
    squares = updates = 0

    def update(x, g):
        nonlocal squares, updates
        squares = 0.95 * squares + 0.05 * g * g
        change = np.sqrt(updates + 0.125) / np.sqrt(squares + 0.125) * g
        updates = 0.95 * updates + 0.05 * change**2
        return x - change / 2

    return update


def leader(np):
    """Follow the regularized leader. The formula in the documentation lacks a factor of 2, which the operator has."""
    n, z = 0.1, 0

    def update(x, g):
        nonlocal n, z
        following = n + g * g
        z = z + g + 2 * 0.125 * x - (following**0.75 - n**0.75) / 0.5 * x
        n = following
        return np.where(abs(z) < 0.25, 0, (np.sign(z) * 0.25 - z) / (0.25 / 0.5 + n**0.75 / 0.5 + 2 * 0.5))

    return update


def adam(np):
    m = v = largest = step = 0

    def update(x, g):
        nonlocal m, v, largest, step
        step += 1
        m, v = 0.9 * m + 0.1 * g, 0.5 * v + 0.5 * g * g
        largest = np.maximum(largest, v)
        return x - 0.5 * np.sqrt(1 - 0.5**step) / (1 - 0.9**step) * m / (np.sqrt(largest) + 0.125)

    return update


def adamax(np):
    m = u = step = 0

    def update(x, g):
        nonlocal m, u, step
        step += 1
        m, u = 0.9 * m + 0.1 * g, np.maximum(0.999 * u, np.abs(g))
        return x - 0.5 / (1 - 0.9**step) * m / (u + 0.125)

    return update


def nadam(np):
    m = v = step = 0
    product = 1.0

    def update(x, g):
        nonlocal m, v, step, product
        step += 1
        now, following = (0.9 * (1 - 0.5 * 0.96**k) for k in (step, step + 1))
        product *= now
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        mean = following * m / (1 - product * following) + (1 - now) * g / (1 - product)
        return x - 0.5 * mean / (np.sqrt(v / (1 - 0.999**step)) + 0.125)

    return update


def lion(np):
    m = 0

    def update(x, g):
        nonlocal m
        change, m = np.sign(m / 2 + g / 2), m / 2 + g / 2
        return x - change / 2

    return update


OPTIONS = [
    argument(
        "tf.keras.optimizers.SGD",
        lambda tf, x=tensor(2, 3), y=tensor(4), a=tensor(2, 2, 3), b=tensor(2, 4): [
            stepped(tf, tf.keras.optimizers.SGD(0.5, momentum=0.5, nesterov=True, **options), x, y, a, b)
            for options in RUNS
        ],
        lambda np, x, y, a, b: expected(np, descent, x, y, a, b),
    ),
    argument(
        "tf.keras.optimizers.RMSprop",
        lambda tf, x=tensor(2, 3), y=tensor(4), a=tensor(2, 2, 3), b=tensor(2, 4): [
            stepped(
                tf, tf.keras.optimizers.RMSprop(0.5, momentum=0.5, centered=True, epsilon=0.125, **options), x, y, a, b
            )
            for options in RUNS
        ],
        lambda np, x, y, a, b: expected(np, centered, x, y, a, b),
    ),
    argument(
        "tf.keras.optimizers.Adagrad",
        lambda tf, x=tensor(2, 3), y=tensor(4), a=tensor(2, 2, 3), b=tensor(2, 4): [
            stepped(tf, tf.keras.optimizers.Adagrad(0.5, epsilon=0.125, **options), x, y, a, b) for options in RUNS
        ],
        lambda np, x, y, a, b: expected(np, adagrad, x, y, a, b),
    ),
    argument(
        "tf.keras.optimizers.Adadelta",
        lambda tf, x=tensor(2, 3), y=tensor(4), a=tensor(2, 2, 3), b=tensor(2, 4): [
            stepped(tf, tf.keras.optimizers.Adadelta(0.5, epsilon=0.125, **options), x, y, a, b) for options in RUNS
        ],
        lambda np, x, y, a, b: expected(np, adadelta, x, y, a, b),
    ),
    argument(
        "tf.keras.optimizers.Ftrl",
        lambda tf, x=tensor(2, 3), y=tensor(4), a=tensor(2, 2, 3), b=tensor(2, 4): [
            stepped(
                tf,
                tf.keras.optimizers.Ftrl(
                    0.5,
                    learning_rate_power=-0.75,
                    l1_regularization_strength=0.25,
                    l2_regularization_strength=0.5,
                    l2_shrinkage_regularization_strength=0.125,
                    beta=0.25,
                    **options,
                ),
                x,
                y,
                a,
                b,
            )
            for options in RUNS
        ],
        lambda np, x, y, a, b: expected(np, leader, x, y, a, b),
    ),
    argument(
        "tf.keras.optimizers.Adam",
        lambda tf, x=tensor(2, 3), y=tensor(4), a=tensor(2, 2, 3), b=tensor(2, 4): [
            stepped(tf, tf.keras.optimizers.Adam(0.5, amsgrad=True, beta_2=0.5, epsilon=0.125, **options), x, y, a, b)
            for options in RUNS
        ],
        lambda np, x, y, a, b: expected(np, adam, x, y, a, b),
    ),
    argument(
        "tf.keras.optimizers.AdamW",
        lambda tf, x=tensor(2, 3), y=tensor(4), a=tensor(2, 2, 3), b=tensor(2, 4): [
            stepped(
                tf,
                tf.keras.optimizers.AdamW(
                    0.5, amsgrad=True, beta_2=0.5, epsilon=0.125, **{"weight_decay": 0.0, **options}
                ),
                x,
                y,
                a,
                b,
            )
            for options in RUNS
        ],
        lambda np, x, y, a, b: expected(np, adam, x, y, a, b),
    ),
    argument(
        "tf.keras.optimizers.Adamax",
        lambda tf, x=tensor(2, 3), y=tensor(4), a=tensor(2, 2, 3), b=tensor(2, 4): [
            stepped(tf, tf.keras.optimizers.Adamax(0.5, epsilon=0.125, **options), x, y, a, b) for options in RUNS
        ],
        lambda np, x, y, a, b: expected(np, adamax, x, y, a, b),
    ),
    argument(
        "tf.keras.optimizers.Nadam",
        lambda tf, x=tensor(2, 3), y=tensor(4), a=tensor(2, 2, 3), b=tensor(2, 4): [
            stepped(tf, tf.keras.optimizers.Nadam(0.5, epsilon=0.125, **options), x, y, a, b) for options in RUNS
        ],
        lambda np, x, y, a, b: expected(np, nadam, x, y, a, b),
    ),
    argument(
        "tf.keras.optimizers.Lion",
        lambda tf, x=tensor(2, 3), y=tensor(4), a=tensor(2, 2, 3), b=tensor(2, 4): [
            stepped(tf, tf.keras.optimizers.Lion(0.5, beta_1=0.5, beta_2=0.5, **options), x, y, a, b)
            for options in RUNS
        ],
        lambda np, x, y, a, b: expected(np, lion, x, y, a, b),
    ),
]
