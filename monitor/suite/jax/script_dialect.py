"""Python text of JAX in stand-alone scripts. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from monitor.suite.chains.script import chain_script
from monitor.suite.dialect import Dialect
from monitor.suite.jax.chains import SPELLING
from monitor.suite.listed_script import judge_text
from monitor.suite.repro import NoScriptError
from monitor.suite.script_verdict import CLOSING, opening


def setup(function: str) -> str:
    """Return the beginning of a script: `jax` itself does not import all modules in a function's name."""
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
    dtype='jax.numpy.dtype("{dtype}")',
    put='jax.device_put(np.asarray({values}).astype(jax.numpy.dtype("{dtype}")), device)',
    seed="",
    fetch="""
if not isinstance(leaf, jax.Array):
    return leaf
values = np.asarray(leaf)
return values.astype(float) if leaf.dtype == "bfloat16" else values
""",
    transposed="{tensor}.T",
    compiled="jax.jit(call)",
    gradient="""
_, pull_back = jax.vjp(lambda *tensors: leaves(call(*tensors)), {names})
return pull_back([jax.numpy.asarray(w, "{result}") for w in weights])
""",
    compiled_gradient="""
def pull(tensors, pulled):
    _, pull_back = jax.vjp(lambda *given: leaves(call(*given)), *tensors)
    return pull_back(pulled)


return jax.jit(pull)([{names}], [jax.numpy.asarray(w, "{result}") for w in weights])
""",
    forward="""
directions = [jax.numpy.asarray(tangent, x.dtype) for tangent, x in zip(tangents.values(), [{names}])]
return jax.jvp(lambda *given: leaves(call(*given)), [{names}], directions)[1]
""",
    second="""
def pull(*tensors):
    _, pull_back = jax.vjp(lambda *given: leaves(call(*given)), *tensors)
    return pull_back([jax.numpy.asarray(w, "{result}") for w in weights])


directions = [jax.numpy.asarray(tangent, x.dtype) for tangent, x in zip(tangents.values(), [{names}])]
return jax.jvp(pull, [{names}], directions)[1]
""",
    vectorized="jax.vmap(call)",
)

HARNESS_SEED = 2023

# Primitives whose values differ between devices: the generator belongs to the device, or the search is approximate.
SHAPES_ALONE = frozenset({"rng_bit_generator", "approx_top_k"})

# Primitives that do not compare in double precision: they draw other random numbers, order eigenvalues differently, or
# convert more bits.
PLAIN = ("random_", "eig_", "bitcast_convert_type_")

# Decompositions are unique up to signs, phases or the order of equal values: of these the results at these places are.
UNIQUE = {"eigh": (1,), "svd": (0,), "qr": ()}

_HARNESS = """import sys
import zlib
{opening}
import jax
import numpy as np

np.set_printoptions(threshold=20)
jax.config.update("jax_enable_x64", True)
from jax._src.internal_test_util.test_harnesses import all_harnesses

device = jax.devices(sys.argv[1] if len(sys.argv) > 1 else "cpu")[0]
jax.config.update("jax_default_device", device)
harness = next((h for h in all_harnesses if {condition}), None)
if harness is None:
    print("cannot tell: this build has no such harness")
    sys.exit(125)
{judge}

def is_array(value):
    return isinstance(value, (np.ndarray, np.generic, jax.Array)) and not jax.numpy.issubdtype(
        value.dtype, jax.dtypes.prng_key
    )


def widen(value):
    if jax.numpy.issubdtype(np.asarray(value).dtype, np.complexfloating):
        return np.asarray(value).astype(np.complex128)
    return np.asarray(value).astype(np.float64) if jax.numpy.issubdtype(np.asarray(value).dtype, np.floating) else value


def flat(result):
    found = []
    for leaf in jax.tree_util.tree_leaves(result):
        values = np.asarray(leaf) if hasattr(leaf, "__array__") else np.asarray(leaf, dtype=object)
        dtype = str(getattr(leaf, "dtype", ""))
        found.append((values.astype(float) if dtype == "bfloat16" or dtype.startswith("float8") else values, dtype))
    return found


def truth(inputs):
    with jax.default_device(jax.devices("cpu")[0]):
        return flat(harness.dyn_fun(*inputs))


def moved_truth(factors):
    inexact = [jax.numpy.issubdtype(np.asarray(one).dtype, np.inexact) for one in inputs]
    moved = [np.asarray(widen(one)) * factors(np.shape(one)) if it else one for one, it in zip(inputs, inexact)]
    return compute(moved)


print(harness.fullname)
print("its authors declare:", [limit for limit in harness.jax_unimplemented if limit.filter(dtype=harness.dtype)])
inputs = [*harness.dyn_args_maker(np.random.RandomState({seed}))]
put = [jax.device_put(one, device) if is_array(one) else one for one in inputs]
{run}
judging.append(got)
compute = truth
plain = harness.fullname.startswith({plain})
try:
    want = truth(inputs) if plain else truth([widen(one) for one in inputs])
    compute = truth if plain else lambda given: truth([widen(one) for one in given])
except Exception:  # a primitive may refuse double precision
    want = truth(inputs)
print("got", *got, "on the CPU", *want, sep="\\n")
if harness.group_name in {shapes}:
    assert [g.shape for g, _ in got] == [w.shape for w, _ in want], "another shape"
else:
    dtype = str(np.dtype(harness.dtype))
    places = {unique}.get(harness.group_name) if len(got) > 1 else None
    if places is not None:
        got, want = ([one[place] for place in places] for one in (got, want))
    judge(got, want, moved_truth, dtype, TOLERANCES.get(dtype, 0.0))
{closing}"""


_EAGER = "got = flat(harness.dyn_fun(*put))"

_COMPILED = """places = [place for place, one in enumerate(put) if is_array(one)]


def call(*arrays):
    given = dict(zip(places, arrays))
    return harness.dyn_fun(*(given.get(place, one) for place, one in enumerate(put)))


got = flat(jax.jit(call)(*(put[place] for place in places)))"""


def harness(_: str, variant: str, recorded: str) -> str:
    """Return the script of a case of the primitive harness. Raises NoScriptError."""
    if variant.startswith("harness-gradient-"):
        raise NoScriptError("a gradient of the primitive harness has no script")
    compiled = variant.startswith("harness-compiled-")
    name = variant.removeprefix("harness-").removeprefix("compiled-" if compiled else "")
    if changed := re.search(r"-([0-9a-f]{8})$", name):
        condition = f"zlib.crc32(h.fullname.encode()) == 0x{changed[1]}"
    else:
        condition = f"h.fullname == {name!r}"
    return _HARNESS.format(
        opening=opening(recorded),
        condition=condition,
        run=_COMPILED if compiled else _EAGER,
        judge=judge_text(),
        seed=HARNESS_SEED,
        plain=PLAIN,
        shapes=sorted(SHAPES_ALONE),
        unique=UNIQUE,
        closing=CLOSING,
    )


def chains(function: str, variant: str, recorded: str) -> str:
    """Return the script of a generated program."""
    return chain_script(DIALECT, SPELLING, f"jax/{function}/{variant}", recorded)


LISTED: Mapping[str, Callable[[str, str, str], str]] = {"chains": chains, "harness": harness}
