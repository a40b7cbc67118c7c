"""How JAX is spelled in a stand-alone script. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from monitor.suite.repro import Dialect


def setup(function: str) -> str:
    """What a script begins with: the modules of a function's name are not all imported with `jax` itself."""
    parent = function.rpartition(".")[0]
    imports = "import jax" if parent == "jax" else f"import jax\nimport {parent}"
    return f"""{imports}

jax.config.update("jax_enable_x64", True)
device = jax.devices(sys.argv[1] if len(sys.argv) > 1 else "cpu")[0]
jax.config.update("jax_default_device", device)
"""


DIALECT = Dialect(
    module="jax",
    setup=setup,
    device="device",
    dtype='jax.numpy.dtype("{dtype}")',
    put='jax.device_put(np.asarray({values}).astype(jax.numpy.dtype("{dtype}")), device)',
    seed="",
    fetch="""
if not isinstance(leaf, jax.Array):
    return leaf
values = np.asarray(leaf)
return values.astype(float) if leaf.dtype == "bfloat16" else values
""",
    compiled="jax.jit(call)",
    gradient="""
_, pull_back = jax.vjp(lambda *tensors: leaves(call(*tensors)), {names})
got = pull_back([jax.numpy.asarray(w, "{result}") for w in weights])
""",
)

HARNESS_SEED = 2023

_HARNESS = """import sys
import zlib

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)
from jax._src.internal_test_util.test_harnesses import all_harnesses

device = jax.devices(sys.argv[1] if len(sys.argv) > 1 else "cpu")[0]
harness = next(h for h in all_harnesses if {condition})
print(harness.fullname)
print("its authors declare:", [limit for limit in harness.jax_unimplemented if limit.filter(dtype=harness.dtype)])
inputs = harness.dyn_args_maker(np.random.RandomState({seed}))
print(harness.dyn_fun(*jax.device_put(inputs, device)))
"""


def harness(_: str, variant: str) -> str:
    """The script of a case of the primitive harness."""
    name = variant.removeprefix("harness-")
    if changed := re.search(r"-([0-9a-f]{8})$", name):
        condition = f"zlib.crc32(h.fullname.encode()) == 0x{changed[1]}"
    else:
        condition = f"h.fullname == {name!r}"
    return _HARNESS.format(condition=condition, seed=HARNESS_SEED)


LISTED: Mapping[str, Callable[[str, str], str]] = {"harness": harness}
