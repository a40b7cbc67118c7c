"""Bitwise functions."""

from monitor.suite.declare import INTEGER, case, positive, tensor

WHOLE = INTEGER + ("int8", "int16")


@case("tf.bitwise.bitwise_and", dtypes=WHOLE)
def bitwise_and(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.bitwise.bitwise_and(a, b)


@bitwise_and.reference
def _(np, a, b):
    return a & b


@case("tf.bitwise.bitwise_or", dtypes=WHOLE)
def bitwise_or(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.bitwise.bitwise_or(a, b)


@bitwise_or.reference
def _(np, a, b):
    return a | b


@case("tf.bitwise.bitwise_xor", dtypes=WHOLE)
def bitwise_xor(tf, a=tensor(3, 1), b=tensor(4)):
    return tf.bitwise.bitwise_xor(a, b)


@bitwise_xor.reference
def _(np, a, b):
    return a ^ b


@case("tf.bitwise.invert", dtypes=WHOLE)
def invert(tf, x=tensor(3, 4)):
    return tf.bitwise.invert(x)


@invert.reference
def _(np, x):
    return ~x


@case("tf.bitwise.left_shift", dtypes=WHOLE)
def left_shift(tf, a=tensor(3, 1), b=positive(4)):
    return tf.bitwise.left_shift(a, b % 4)


@left_shift.reference
def _(np, a, b):
    return a << (b % 4)


@case("tf.bitwise.right_shift", dtypes=WHOLE)
def right_shift(tf, a=tensor(3, 1), b=positive(4)):
    return tf.bitwise.right_shift(a, b % 4)


@right_shift.reference
def _(np, a, b):
    return a >> (b % 4)
