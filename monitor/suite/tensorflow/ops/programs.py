"""Programs: their tests, logs, flags and start, by `tf.test`, `tf.compat.v1` and `tf.get_logger`."""

from monitor.suite.declare import case, fact

LOGS = [
    fact(
        "tf.compat.v1.logging.info",
        lambda tf: _logged(tf, tf.compat.v1.logging.info, tf.compat.v1.logging.INFO),
        lambda found: found == [["INFO", "value 3 of b"]],
    ),
    fact(
        "tf.compat.v1.logging.info",
        lambda tf: _logged(tf, tf.compat.v1.logging.info, tf.compat.v1.logging.WARN),
        lambda found: found == [],
        name="below-verbosity",
    ),
    fact(
        "tf.compat.v1.logging.warning",
        lambda tf: _logged(tf, tf.compat.v1.logging.warning, tf.compat.v1.logging.WARN),
        lambda found: found == [["WARNING", "value 3 of b"]],
    ),
    fact(
        "tf.compat.v1.logging.warn",
        lambda tf: _logged(tf, tf.compat.v1.logging.warn, tf.compat.v1.logging.INFO),
        lambda found: found == [["WARNING", "value 3 of b"]],
    ),
    fact(
        "tf.compat.v1.logging.error",
        lambda tf: _logged(tf, tf.compat.v1.logging.error, tf.compat.v1.logging.ERROR),
        lambda found: found == [["ERROR", "value 3 of b"]],
    ),
    fact(
        "tf.get_logger",
        lambda tf: (tf.get_logger().name, _logged(tf, tf.get_logger().info, tf.compat.v1.logging.INFO)),
        lambda found: found == ["tensorflow", [["INFO", "value 3 of b"]]],
    ),
]


def _logged(tf, log, verbosity):
    """Return the level and the text of each record of TensorFlow's logger."""
    import logging

    records = []

    class Kept(logging.Handler):
        def emit(self, record):
            records.append((record.levelname, record.getMessage()))

    handler = Kept()
    before = tf.compat.v1.logging.get_verbosity()
    logging.getLogger("tensorflow").addHandler(handler)
    try:
        tf.compat.v1.logging.set_verbosity(verbosity)
        log("value %d of %s", 3, "b")
    finally:
        tf.compat.v1.logging.set_verbosity(before)
        logging.getLogger("tensorflow").removeHandler(handler)
    return records


@case("tf.test.main")
def test_main(tf):
    import contextlib
    import io
    import sys

    ran = []

    class PortabilityChecks(tf.test.TestCase):
        def test_right(self):
            ran.append("right")
            self.assertAllClose([1.0, 2.0], tf.constant([1.0, 2.0]))

        def test_wrong(self):
            ran.append("wrong")
            self.assertAllClose([1.0, 2.0], tf.constant([1.0, 2.5]))

    def status(*names):
        given, sys.argv = sys.argv, ["program", *names]  # as the command line of a program with tests
        try:
            with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
                tf.test.main()
        except SystemExit as end:
            return int(end.code or 0)
        finally:
            sys.argv = given

    program = sys.modules["__main__"]
    setattr(program, PortabilityChecks.__name__, PortabilityChecks)
    try:
        return (
            status("PortabilityChecks.test_right"),
            status("PortabilityChecks.test_right", "PortabilityChecks.test_wrong"),
            ran,
        )
    finally:
        delattr(program, PortabilityChecks.__name__)


@test_main.promise
def _(found):
    return found == [0, 1, ["right", "right", "wrong"]]


@case("tf.compat.v1.test.get_temp_dir")
def get_temp_dir(tf):
    from pathlib import Path

    folder = Path(tf.compat.v1.test.get_temp_dir())
    file = folder / "portability-get-temp-dir"
    file.write_text("text")
    try:
        return folder.is_dir(), Path(tf.compat.v1.test.get_temp_dir(), file.name).read_text()
    finally:
        file.unlink()


@get_temp_dir.promise
def _(found):
    return found == [True, "text"]


@case("tf.test.is_gpu_available")
def is_gpu_available(tf):
    return tf.test.is_gpu_available() == bool(tf.config.list_physical_devices("GPU"))


@is_gpu_available.promise
def _(agrees):
    return agrees is True


@case("tf.compat.v1.app.run")
def app_run(tf):
    given = []

    def main(arguments):
        given.append(arguments)
        return 3

    try:
        tf.compat.v1.app.run(main, ["program", "a", "b"])
    except SystemExit as end:
        return given, end.code


@app_run.promise
def _(found):
    return found == [[["program", "a", "b"]], 3]


@case("tf.compat.v1.flags.DEFINE_string")
def define_string(tf):
    flags = tf.compat.v1.flags.FlagValues()
    tf.compat.v1.flags.DEFINE_string("word", "first", "A word.", flag_values=flags)
    tf.compat.v1.flags.DEFINE_string("other", "second", "Another word.", flag_values=flags)
    rest = flags(["program", "--word=given", "left"])
    return flags.word, flags.other, rest


@define_string.promise
def _(found):
    return found == ["given", "second", ["program", "left"]]


@case("tf.compat.v1.flags.DEFINE_bool")
def define_bool(tf):
    flags = tf.compat.v1.flags.FlagValues()
    for name, default in (("a", False), ("b", True), ("c", True), ("d", False)):
        tf.compat.v1.flags.DEFINE_bool(name, default, "A switch.", flag_values=flags)
    flags(["program", "--a", "--nob"])
    return flags.a, flags.b, flags.c, flags.d


@define_bool.promise
def _(found):
    return found == [True, False, True, False]
