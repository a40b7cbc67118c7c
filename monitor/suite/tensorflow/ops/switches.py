"""Switches of the process: eager execution, behavior of version 2, placement, compilation.

A case sets its switch back, or sets it in a process of its own if that is impossible.
"""

from monitor.suite.declare import built, case, fact


def _in_child(tf, program):
    """Return the result of a program in a new process, which prints it as JSON."""
    import json
    import subprocess
    import sys

    script = f"import json\nimport tensorflow as tf\n{program}\nprint(json.dumps(found))"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(ended.stderr[-300:])
    return json.loads(ended.stdout.splitlines()[-1])


SWITCHES = """
def switches():
    return tf.executing_eagerly(), tf.compat.v1.resource_variables_enabled()
found = [switches()]
"""
OFF = "tf.compat.v1.disable_v2_behavior()\nfound.append(switches())\n"
ON = "tf.compat.v1.enable_v2_behavior()\nfound.append(switches())\n"
EAGER_OFF = """
found = [tf.executing_eagerly()]
tf.compat.v1.disable_eager_execution()
found.append(tf.executing_eagerly())
"""
SYMBOLIC = "found.append(hasattr(tf.constant(1.0), 'numpy'))"
EAGER_ON = "tf.compat.v1.enable_eager_execution()\nfound += [tf.executing_eagerly(), float(tf.constant(1.5) + 1)]"

EXECUTION = [
    fact(
        "tf.compat.v1.disable_eager_execution",
        lambda tf, found=built(lambda tf: _in_child(tf, EAGER_OFF + SYMBOLIC)): found,
        lambda found: found == [True, False, False],
    ),
    fact(
        "tf.compat.v1.enable_eager_execution",
        lambda tf, found=built(lambda tf: _in_child(tf, EAGER_OFF + EAGER_ON)): found,
        lambda found: found == [True, False, True, 2.5],
    ),
    fact(
        "tf.compat.v1.disable_v2_behavior",
        lambda tf, found=built(lambda tf: _in_child(tf, SWITCHES + OFF)): found,
        lambda found: found == [[True] * 2, [False] * 2],
    ),
    fact(
        "tf.compat.v1.enable_v2_behavior",
        lambda tf, found=built(lambda tf: _in_child(tf, SWITCHES + OFF + ON)): found,
        lambda found: found == [[True] * 2, [False] * 2, [True] * 2],
    ),
]


@case("tf.compat.v1.enable_resource_variables")
def enable_resource_variables(tf):
    v1 = tf.compat.v1
    kinds = []
    try:
        for switch in (v1.disable_resource_variables, v1.enable_resource_variables):
            switch()
            with tf.Graph().as_default():
                kinds.append(v1.get_variable("made", [1]).op.type)
    finally:
        v1.enable_resource_variables()
    return kinds


@enable_resource_variables.promise
def _(kinds):
    return kinds == ["VariableV2", "VarHandleOp"]


@case("tf.config.run_functions_eagerly")
def run_functions_eagerly(tf):
    return _python_calls(tf, tf.config.run_functions_eagerly)


@run_functions_eagerly.promise
def _(calls):
    return calls == [3, 1]


@case("tf.config.experimental_run_functions_eagerly")
def experimental_run_functions_eagerly(tf):
    return _python_calls(tf, tf.config.experimental_run_functions_eagerly)


@experimental_run_functions_eagerly.promise
def _(calls):
    return calls == [3, 1]


def _python_calls(tf, switch):
    """Return how often Python runs a function that is called three times, eagerly and as a graph."""
    found = []
    try:
        for eagerly in (True, False):
            switch(eagerly)
            found.append(0)

            @tf.function
            def doubled(x):
                found[-1] += 1
                return 2 * x

            for _ in range(3):
                doubled(tf.constant(1.0))
    finally:
        switch(False)
    return found


@case("tf.config.functions_run_eagerly")
def functions_run_eagerly(tf):
    found = []
    try:
        for eagerly in (True, False):
            tf.config.run_functions_eagerly(eagerly)
            found.append(tf.config.functions_run_eagerly())
    finally:
        tf.config.run_functions_eagerly(False)
    return found


@functions_run_eagerly.promise
def _(found):
    return found == [True, False]


@case("tf.config.set_soft_device_placement")
def set_soft_device_placement(tf):
    before = tf.config.get_soft_device_placement()
    placed: list[object] = []
    try:
        for soft in (True, False):
            tf.config.set_soft_device_placement(soft)
            try:
                with tf.device("/device:GPU:7"):
                    placed.append(float(tf.constant(1.0) + 1))
            except (tf.errors.InvalidArgumentError, RuntimeError):
                placed.append("no such device")
    finally:
        tf.config.set_soft_device_placement(before)
    return placed


@set_soft_device_placement.promise
def _(placed):
    return placed == [2.0, "no such device"]


@case("tf.config.get_soft_device_placement")
def get_soft_device_placement(tf):
    before, found = tf.config.get_soft_device_placement(), []
    try:
        for soft in (False, True):
            tf.config.set_soft_device_placement(soft)
            found.append(tf.config.get_soft_device_placement())
    finally:
        tf.config.set_soft_device_placement(before)
    return found


@get_soft_device_placement.promise
def _(found):
    return found == [False, True]


@case("tf.config.optimizer.set_jit")
def set_jit(tf):
    before, found = tf.config.optimizer.get_jit(), []
    try:
        for jit in ("autoclustering", False):
            tf.config.optimizer.set_jit(jit)
            found.append(tf.config.optimizer.get_jit())
    finally:
        tf.config.optimizer.set_jit(before or False)
    return found


@set_jit.promise
def _(found):
    return found == ["autoclustering", ""]


@case("tf.keras.mixed_precision.set_global_policy")
def set_global_policy(tf):
    before = tf.keras.mixed_precision.dtype_policy()
    try:
        tf.keras.mixed_precision.set_global_policy("mixed_bfloat16")
        layer = tf.keras.layers.Dense(2)
        return layer(tf.ones((1, 3))).dtype.name, layer.compute_dtype, layer.variable_dtype
    finally:
        tf.keras.mixed_precision.set_global_policy(before)


@set_global_policy.promise
def _(found):
    return found == ["bfloat16", "bfloat16", "float32"]


@case("tf.keras.utils.set_random_seed")
def set_random_seed(tf):
    import random

    import numpy as np

    def drawn(seed):
        tf.keras.utils.set_random_seed(seed)
        numbers = [random.random(), np.random.rand(), tf.random.uniform(()), tf.keras.random.normal(())]  # noqa: S311
        return [float(number) for number in numbers]

    first, again, other = drawn(1), drawn(1), drawn(2)
    return first == again, sum(a != b for a, b in zip(first, other, strict=True))


@set_random_seed.promise
def _(found):
    return found == [True, 4]
