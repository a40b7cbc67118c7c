"""Cases whose latency and outcome depend on the "build": a worse one has the variable WORSE."""

import os
import time

from monitor.suite.declare import case

WORSE = "WORSE" in os.environ


def keeps(declaration):
    declaration.promise(lambda result: result == "fine")
    return declaration


def spend(milliseconds):
    """Sleep: a long sleep takes nearly the same time on a busy machine as on an idle one."""
    time.sleep(milliseconds / 1000)
    return "fine"


@keeps
@case("jax.numpy.add", name="a-alike")
def alike(jax):
    return spend(40)


@keeps
@case("jax.numpy.add", name="b-alike-too")
def alike_too(jax):
    return spend(60)


@keeps
@case("jax.numpy.add", name="c-twice-as-slow")
def twice_as_slow(jax):
    return spend(80 if WORSE else 40)


@keeps
@case("jax.numpy.add", name="d-crashes")
def crashes(jax):
    return os._exit(7) if WORSE else "fine"


@keeps
@case("jax.numpy.add", name="e-broken-everywhere")
def broken_everywhere(jax):
    raise OSError("the disk is full")


@keeps
@case("jax.numpy.add", name="f-alike-at-the-end")
def alike_at_the_end(jax):
    return spend(50)
