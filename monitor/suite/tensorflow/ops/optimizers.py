"""Keras optimizers: two steps, compared with the published rule."""

from monitor.suite.declare import FLOATING, case, tensor
from monitor.suite.limits import VARIABLES


@case("tf.keras.optimizers.SGD", dtypes=FLOATING, condition=8, limits=VARIABLES)
def sgd(tf, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    variable = tf.Variable(x)
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.5)
    for gradient in (a, b):
        optimizer.apply_gradients([(gradient, variable)])
    return variable


@sgd.reference
def _(np, x, a, b):
    return x - a / 2 - b / 2


@case("tf.keras.optimizers.SGD", dtypes=FLOATING, name="momentum", condition=8, limits=VARIABLES)
def sgd_momentum(tf, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    variable = tf.Variable(x)
    optimizer = tf.keras.optimizers.SGD(learning_rate=0.5, momentum=0.5)
    for gradient in (a, b):
        optimizer.apply_gradients([(gradient, variable)])
    return variable


@sgd_momentum.reference
def _(np, x, a, b):
    velocity = -a / 2
    x = x + velocity
    return x + velocity / 2 - b / 2


@case("tf.keras.optimizers.RMSprop", dtypes=FLOATING, condition=8, limits=VARIABLES)
def rmsprop(tf, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    variable = tf.Variable(x)
    optimizer = tf.keras.optimizers.RMSprop(learning_rate=0.5, rho=0.5, epsilon=0.125)
    for gradient in (a, b):
        optimizer.apply_gradients([(gradient, variable)])
    return variable


@rmsprop.reference
def _(np, x, a, b):
    mean = a * a / 2
    x = x - a / 2 / np.sqrt(mean + 0.125)
    mean = mean / 2 + b * b / 2
    return x - b / 2 / np.sqrt(mean + 0.125)


@case("tf.keras.optimizers.Adagrad", dtypes=FLOATING, condition=8, limits=VARIABLES)
def adagrad(tf, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    variable = tf.Variable(x)
    optimizer = tf.keras.optimizers.Adagrad(learning_rate=0.5, initial_accumulator_value=0.5, epsilon=0.125)
    for gradient in (a, b):
        optimizer.apply_gradients([(gradient, variable)])
    return variable


@adagrad.reference
def _(np, x, a, b):
    total = 0.5 + a * a
    x = x - a / 2 / np.sqrt(total + 0.125)
    total = total + b * b
    return x - b / 2 / np.sqrt(total + 0.125)


@case("tf.keras.optimizers.Adam", dtypes=FLOATING, condition=32, limits=VARIABLES)
def adam(tf, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    variable = tf.Variable(x)
    optimizer = tf.keras.optimizers.Adam(learning_rate=0.5, beta_1=0.5, beta_2=0.75, epsilon=0.125)
    for gradient in (a, b):
        optimizer.apply_gradients([(gradient, variable)])
    return variable


@adam.reference
def _(np, x, a, b):
    m = v = 0
    for step, g in enumerate((a, b), start=1):
        m, v = m / 2 + g / 2, 0.75 * v + g * g / 4
        x = x - 0.5 * np.sqrt(1 - 0.75**step) / (1 - 0.5**step) * m / (np.sqrt(v) + 0.125)
    return x


@case("tf.keras.optimizers.AdamW", dtypes=FLOATING, condition=32, limits=VARIABLES)
def adam_w(tf, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    variable = tf.Variable(x)
    optimizer = tf.keras.optimizers.AdamW(learning_rate=0.5, beta_1=0.5, beta_2=0.75, epsilon=0.125, weight_decay=0.25)
    for gradient in (a, b):
        optimizer.apply_gradients([(gradient, variable)])
    return variable


@adam_w.reference
def _(np, x, a, b):
    m = v = 0
    for step, g in enumerate((a, b), start=1):
        x = x - 0.5 * 0.25 * x
        m, v = m / 2 + g / 2, 0.75 * v + g * g / 4
        x = x - 0.5 * np.sqrt(1 - 0.75**step) / (1 - 0.5**step) * m / (np.sqrt(v) + 0.125)
    return x


@case("tf.keras.optimizers.Adamax", dtypes=FLOATING, condition=32, limits=VARIABLES)
def adamax(tf, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    variable = tf.Variable(x)
    optimizer = tf.keras.optimizers.Adamax(learning_rate=0.5, beta_1=0.5, beta_2=0.75, epsilon=0.125)
    for gradient in (a, b):
        optimizer.apply_gradients([(gradient, variable)])
    return variable


@adamax.reference
def _(np, x, a, b):
    m = u = 0
    for step, g in enumerate((a, b), start=1):
        m, u = m / 2 + g / 2, np.maximum(0.75 * u, np.abs(g))
        x = x - 0.5 / (1 - 0.5**step) * m / (u + 0.125)
    return x


@case("tf.keras.optimizers.Adadelta", dtypes=FLOATING, condition=16, limits=VARIABLES)
def adadelta(tf, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    variable = tf.Variable(x)
    optimizer = tf.keras.optimizers.Adadelta(learning_rate=0.5, rho=0.75, epsilon=0.125)
    for gradient in (a, b):
        optimizer.apply_gradients([(gradient, variable)])
    return variable


@adadelta.reference
def _(np, x, a, b):
    squares = updates = 0
    for g in (a, b):
        squares = 0.75 * squares + g * g / 4
        update = np.sqrt(updates + 0.125) / np.sqrt(squares + 0.125) * g
        updates = 0.75 * updates + update**2 / 4
        x = x - update / 2
    return x


@case("tf.keras.optimizers.Lion", dtypes=FLOATING, condition=8, limits=VARIABLES)
def lion(tf, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    variable = tf.Variable(x)
    optimizer = tf.keras.optimizers.Lion(learning_rate=0.5, beta_1=0.5, beta_2=0.75)
    for gradient in (a, b):
        optimizer.apply_gradients([(gradient, variable)])
    return variable


@lion.reference
def _(np, x, a, b):
    m = 0
    for g in (a, b):
        x = x - np.sign(m / 2 + g / 2) / 2
        m = 0.75 * m + g / 4
    return x


@case("tf.keras.optimizers.Nadam", dtypes=FLOATING, condition=64, limits=VARIABLES)
def nadam(tf, x=tensor(2, 3), a=tensor(2, 3), b=tensor(2, 3)):
    variable = tf.Variable(x)
    optimizer = tf.keras.optimizers.Nadam(learning_rate=0.5, beta_1=0.5, beta_2=0.75, epsilon=0.125)
    for gradient in (a, b):
        optimizer.apply_gradients([(gradient, variable)])
    return variable


@nadam.reference
def _(np, x, a, b):
    m = v = 0
    product = 1.0
    for step, g in enumerate((a, b), start=1):
        now, following = (0.5 * (1 - 0.5 * 0.96**k) for k in (step, step + 1))
        product *= now
        m, v = m / 2 + g / 2, 0.75 * v + g * g / 4
        mean = following * m / (1 - product * following) + (1 - now) * g / (1 - product)
        x = x - 0.5 * mean / (np.sqrt(v / (1 - 0.75**step)) + 0.125)
    return x


@case("tf.keras.optimizers.Ftrl", dtypes=FLOATING, condition=16, limits=VARIABLES)
def ftrl(tf, x=tensor(2, 3), a=tensor(2, 3)):
    variable = tf.Variable(0 * x)
    tf.keras.optimizers.Ftrl(learning_rate=0.5, initial_accumulator_value=0.25).apply_gradients([(a, variable)])
    return variable


@ftrl.reference
def _(np, x, a):
    return 0 * x - a / (np.sqrt(0.25 + a * a) / 0.5)


@case("tf.keras.optimizers.schedules.ExponentialDecay")
def exponential_decay(tf):
    schedule = tf.keras.optimizers.schedules.ExponentialDecay(1.0, decay_steps=2, decay_rate=0.25)
    return [float(schedule(step)) for step in range(4)]


@exponential_decay.promise
def _(found):
    return found == [1.0, 0.5, 0.25, 0.125]


@case("tf.keras.optimizers.schedules.PiecewiseConstantDecay")
def piecewise_constant_decay(tf):
    schedule = tf.keras.optimizers.schedules.PiecewiseConstantDecay([1, 2], [1.0, 0.5, 0.25])
    return [float(schedule(step)) for step in range(4)]


@piecewise_constant_decay.promise
def _(found):
    return found == [1.0, 1.0, 0.5, 0.25]


@case("tf.keras.optimizers.schedules.CosineDecay")
def cosine_decay(tf):
    schedule = tf.keras.optimizers.schedules.CosineDecay(1.0, decay_steps=4)
    return [float(schedule(step)) for step in (0, 2, 4)]


@cosine_decay.promise
def _(found):
    return all(abs(a - b) < 1e-6 for a, b in zip(found, [1, 0.5, 0], strict=True))


@case("tf.keras.optimizers.schedules.PolynomialDecay")
def polynomial_decay(tf):
    schedule = tf.keras.optimizers.schedules.PolynomialDecay(1.0, 4, end_learning_rate=0.0)
    return [float(schedule(step)) for step in (0, 1, 4, 9)]


@polynomial_decay.promise
def _(found):
    return found == [1.0, 0.75, 0.0, 0.0]
