"""Cases with one fault each. The functions are only names. Cases run in the order of their ids."""

from monitor.suite.declare import case


def keeps(declaration):
    declaration.promise(lambda result: result == "fine")
    return declaration


@keeps
@case("jax.numpy.add", name="a-healthy")
def a(jax):
    return "fine"


@keeps
@case("jax.numpy.add", name="b-segfault")
def b(jax):
    import ctypes

    return ctypes.string_at(0)


@keeps
@case("jax.numpy.add", name="c-after-segfault")
def c(jax):
    return "fine"


@keeps
@case("jax.numpy.add", name="d-hang")
def d(jax):
    import time

    time.sleep(600)


@keeps
@case("jax.numpy.add", name="e-memory-hog")
def e(jax):
    import time

    hoard = [bytearray(64 << 20) for _ in range(200)]  # bytearray touches every page
    time.sleep(60)
    return len(hoard)


@keeps
@case("jax.numpy.add", name="f-corruptor")
def f(jax):
    jax.numpy.sum = None  # itself fine, and the ruin of what follows
    return "fine"


@keeps
@case("jax.numpy.add", name="g-victim")
def g(jax):
    return "fine" if float(jax.numpy.sum(jax.numpy.ones(3))) == 3 else "wrong"


@keeps
@case("jax.numpy.add", name="h-ruins-the-device")
def ruins(jax):
    def fail(*_, **__):
        raise RuntimeError("CUDA error: device-side assert triggered")

    jax.device_put = fail  # as after a failed assertion on a GPU: nothing can be put there any more
    fail()


@keeps
@case("jax.numpy.add", name="h-exits")
def h(jax):
    import os

    os._exit(7)


@keeps
@case("jax.numpy.add", name="i-writes-on-stdout")
def i(jax):
    import os

    os.write(1, b'{"observation": {"case": "nonsense"}}\n' * 10_000)
    return "fine"


@keeps
@case("jax.numpy.add", name="i-writes-over-the-answer")
def over(jax):
    import os
    import sys

    os.write(int(sys.argv[sys.argv.index("--answers") + 1]), b'{"observation": {"case": "another"}}\n')
    return "fine"


RESULT_OF_PROCESS: list[str] = []  # of the flaky case


@keeps
@case("jax.numpy.add", name="j-flaky")
def j(jax):
    import pathlib
    import tempfile

    # Fails in the first and in the third process that asks: the count outlives the workers.
    if not RESULT_OF_PROCESS:
        count = pathlib.Path(tempfile.gettempdir()) / "flaky-count"
        asked = int(count.read_text()) if count.exists() else 0
        count.write_text(str(asked + 1))
        RESULT_OF_PROCESS.append("fine" if asked == 1 else "wrong")
    return RESULT_OF_PROCESS[0]


@keeps
@case("jax.numpy.add", name="k-slow")
def k(jax):
    import time

    time.sleep(0.8)
    return "fine"


@keeps
@case("jax.numpy.add", name="l-healthy")
def last(jax):
    return "fine"


@keeps
@case("jax.numpy.add", name="m-leaves-much-behind")
def leaves_much_behind(jax):
    jax.left_behind = bytearray(400 << 20)  # within its limit, but it stays in the process
    return "fine"
