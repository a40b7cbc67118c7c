"""Messages, names and lengths of assertions: arguments that no other case passes."""

from functools import partial

from monitor.suite.declare import fact
from monitor.suite.limits import ARGUMENT_ONLY

argument_fact = partial(fact, limits=ARGUMENT_ONLY)


def failed(tf, check):
    """Return the error of a check of three sevens, whose shape is unknown while the function is traced."""

    def checked(x):
        check(x)
        return x

    traced = tf.function(checked, input_signature=[tf.TensorSpec(None, tf.float32)], autograph=False)
    try:
        traced(tf.constant([7.0, 7.0, 7.0]))
    except tf.errors.InvalidArgumentError as error:
        return str(error)
    return ""


def printed(tf, build):
    """Return what three runs of an operator print to the standard error."""
    import os
    import tempfile

    with tempfile.TemporaryFile() as file:
        before = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            with tf.Graph().as_default(), tf.compat.v1.Session() as session:
                result = build(tf.constant([7.0, 7.0, 7.0]))
                for _ in range(3):
                    session.run(result)
        finally:
            os.dup2(before, 2)
            os.close(before)
        file.seek(0)
        return file.read().decode()


def refused(tf, call):
    try:
        call()
    except ValueError:
        return True
    return False


def complete(text):
    """Return whether an error has the given message and name, and two of the three elements."""
    return "own words" in text and "given" in text and "7 7..." in text.replace("-", "")


message_fact = partial(argument_fact, promise=complete, name="message")

ASSERTIONS = [
    message_fact(
        "tf.debugging.assert_greater",
        lambda tf: failed(
            tf, lambda x: tf.debugging.assert_greater(x, 9.0, message="own words", summarize=2, name="given")
        ),
    ),
    message_fact(
        "tf.debugging.assert_greater_equal",
        lambda tf: failed(
            tf, lambda x: tf.debugging.assert_greater_equal(x, 9.0, message="own words", summarize=2, name="given")
        ),
    ),
    message_fact(
        "tf.debugging.assert_less_equal",
        lambda tf: failed(
            tf, lambda x: tf.debugging.assert_less_equal(x, 1.0, message="own words", summarize=2, name="given")
        ),
    ),
    message_fact(
        "tf.debugging.assert_positive",
        lambda tf: failed(
            tf, lambda x: tf.debugging.assert_positive(-x, message="own words", summarize=2, name="given")
        ),
    ),
    message_fact(
        "tf.debugging.assert_non_negative",
        lambda tf: failed(
            tf, lambda x: tf.debugging.assert_non_negative(-x, message="own words", summarize=2, name="given")
        ),
    ),
    message_fact(
        "tf.debugging.assert_equal",
        lambda tf: failed(
            tf, lambda x: tf.debugging.assert_equal(x, 1.0, message="own words", summarize=2, name="given")
        ),
    ),
    argument_fact(
        "tf.compat.v1.assert_equal",
        lambda tf: failed(
            tf,
            lambda x: tf.compat.v1.assert_equal(x, 1.0, data=[x - 3], message="own words", summarize=2, name="given"),
        ),
        lambda text: "own words" in text and "given" in text and "4 4..." in text,
        name="message",
    ),
    argument_fact(
        "tf.compat.v1.assert_greater_equal",
        lambda tf: failed(
            tf,
            lambda x: tf.compat.v1.assert_greater_equal(
                x, 9.0, data=[x - 3], message="own words", summarize=2, name="given"
            ),
        ),
        lambda text: "own words" in text and "given" in text and "4 4..." in text,
        name="message",
    ),
    argument_fact(
        "tf.compat.v1.assert_less",
        lambda tf: failed(
            tf, lambda x: tf.compat.v1.assert_less(x, 1.0, data=[x - 3], message="own words", summarize=2, name="given")
        ),
        lambda text: "own words" in text and "given" in text and "4 4..." in text,
        name="message",
    ),
    message_fact(
        "tf.debugging.assert_near",
        lambda tf: failed(
            tf, lambda x: tf.debugging.assert_near(x, 0.0, atol=0.5, message="own words", summarize=2, name="given")
        ),
    ),
    argument_fact(
        "tf.debugging.assert_near",
        lambda tf: [
            failed(tf, lambda x: tf.debugging.assert_near(x, 6.0, rtol=0.0, atol=1.5)) == "",
            failed(tf, lambda x: tf.debugging.assert_near(x, 6.0, rtol=0.0, atol=0.5)) == "",
            failed(tf, lambda x: tf.debugging.assert_near(x, 6.0, rtol=0.25, atol=0.0)) == "",
            failed(tf, lambda x: tf.debugging.assert_near(x, 6.0, rtol=0.125, atol=0.0)) == "",
        ],
        lambda found: found == [True, False, True, False],
        name="tolerance",
    ),
    argument_fact(
        "tf.debugging.assert_rank",
        lambda tf: failed(tf, lambda x: tf.debugging.assert_rank(x, 2, message="own words", name="given")),
        lambda text: "own words" in text and "given" in text,
        name="message",
    ),
    argument_fact(
        "tf.debugging.assert_shapes",
        lambda tf: (
            failed(tf, lambda x: tf.debugging.assert_shapes([(x, (5,))], message="own words", name="given")),
            failed(tf, lambda x: tf.debugging.assert_shapes([(x, (5,))], data=[x], summarize=2)),
        ),
        lambda texts: "own words" in texts[0] and "given" in texts[0] and "7 7..." in texts[1],
        name="message",
    ),
    argument_fact(
        "tf.Assert",
        lambda tf: failed(tf, lambda x: tf.Assert(tf.reduce_all(x < 1), [x], summarize=2)),
        lambda text: "7 7..." in text,
        name="summarize",
    ),
    argument_fact(
        "tf.debugging.assert_same_float_dtype",
        lambda tf: [
            tf.debugging.assert_same_float_dtype([tf.constant(1.0)], dtype=tf.float32).name,
            refused(tf, lambda: tf.debugging.assert_same_float_dtype([tf.constant(1.0)], dtype=tf.float64)),
        ],
        lambda found: found == ["float32", True],
        name="dtype",
    ),
    argument_fact(
        "tf.compat.v1.Print",
        lambda tf: printed(tf, lambda x: tf.compat.v1.Print(x, [x], message="own words", first_n=2, summarize=2)),
        lambda text: text.count("own words[7 7...]") == 2,
        name="message",
    ),
]
