"""Text of the parts that the scripts of declared cases share, with `str.format` fields. Standard library only."""

from __future__ import annotations

FETCH = """

def fetch(leaf):
    if isinstance(leaf, dict):
        return {{key: fetch(value) for key, value in leaf.items()}}
    if isinstance(leaf, (list, tuple)):
        return [fetch(value) for value in leaf]
{fetch}


def dtype_of(leaf):
    return getattr(leaf.dtype, "name", str(leaf.dtype).removeprefix("torch.")) if hasattr(leaf, "dtype") else ""


def leaves(value):
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, (list, tuple)) else [value]

"""

PROMISE = """result = fetch({call})
print(result)
judging.append(result)
try:
    kept = promise({arguments})
except ImportError:
    raise
except Exception as error:
    raise AssertionError("the result does not keep its promise") from error
assert kept, "the result does not keep its promise"
"""

GRADIENT = """

def objective(inputs):
    return sum((w * np.asarray(r)).sum() for w, r in zip(weights, leaves(reference(**inputs)), strict=True))


def differences(name, up={step}, down=-{step}, function=objective):  # central ones
    gradient = np.zeros(exact[name].shape)
    for index in np.ndindex(gradient.shape):
        high, low = exact[name].copy(), exact[name].copy()
        high[index] += up
        low[index] += down
        gradient[index] = (function({{**exact, name: high}}) - function({{**exact, name: low}})) / (up - down)
    return gradient


def derivatives():
{derivatives}


results = leaves(reference(**exact))
weights = [np.asarray((np.arange(np.size(r)) % 7 - 2.5).reshape(np.shape(r)) / 4) for r in results]"""

CENTRAL = """got = derivatives()
want = [differences(name) for name in {names}]"""

ONE_SIDED = """got, want = derivatives(), []
for name, leaf in zip({names}, got):  # between the derivatives of both sides, every number is right
    right, left = differences(name, {step}, 0.0), differences(name, 0.0, -{step})
    values = np.asarray(fetch(leaf))
    between = np.clip(values, np.minimum(left, right), np.maximum(left, right))
    want.append(np.where(np.isfinite(left) & np.isfinite(right), between, values))
"""

TANGENTS = """
def uneven(shape, first):
    return ((np.arange(first, first + np.prod(shape, dtype=int)) % 7 - 2.5) / 4).reshape(shape)


def moved(inputs, step):
    return {{**inputs, **{{name: inputs[name] + step * tangent for name, tangent in tangents.items()}}}}


tangents = {{name: uneven(exact[name].shape, first) for first, name in enumerate({names})}}"""

FORWARD = """

def derivatives():
{derivatives}


up, down = (leaves(reference(**moved(exact, step))) for step in ({step}, -{step}))
want = [(np.asarray(high) - np.asarray(low)) / (2 * {step}) for high, low in zip(up, down)]
got = derivatives()"""

SECOND = """

def along(inputs):
    return (objective(moved(inputs, {step})) - objective(moved(inputs, -{step}))) / (2 * {step})


got = derivatives()
want = [differences(name, function=along) for name in {names}]"""

BATCHED = """calls = []
for number in range({batch}):
    one = {{name: value[number] if name in {names} else value for name, value in exact.items()}}
    calls.append(leaves(reference(**one)))
want = [np.stack(results) for results in zip(*calls)]
got = leaves({call_text})"""

MALFORMED = """def refuses(function):
    try:
        function({names})
    except Exception as error:
        print(getattr(function, "__name__", "compiled"), "raises", type(error).__name__)
        return True
    return False


got = refuses(call)
judging.append(got)
assert not got or refuses(compiled), "the compiled call returns a value, and the eager one raises"
"""

COMPARE = """

def compare(leaf, truth):
    g, w = np.asarray(fetch(leaf)), np.asarray(truth)
    print("got", g, "expected", w, sep="\\n")
    if w.dtype.kind in "OSU":
        assert leaf == truth, f"result {{leaf}}, expected {{truth}}"
        return
    dtype, expected = dtype_of(leaf), "bool" if w.dtype == bool else "{dtype}"
    assert dtype in ("", expected) or not expected, f"dtype {{dtype}}, expected {{expected}}"
    assert g.shape == w.shape, f"shape {{g.shape}}, expected {{w.shape}}"
    kind = complex if np.iscomplexobj(w) else float
    largest = np.abs(w[np.isfinite(w)]).max(initial=0) or 1.0
    np.testing.assert_allclose(g.astype(kind), w.astype(kind), rtol={tolerance}, atol={tolerance} * largest)

"""

JUDGE = """judging.append(got)
for leaf, truth in zip(got, want, strict=True):
    compare(leaf, truth)"""

# Names that a script itself defines at its top level.
TAKEN = {
    *("RECORDED", "call", "compare", "compiled", "derivatives", "device", "differences", "dtype_of", "every_second"),
    *("exact", "fails", "fetch", "fill", "got", "judge", "judging", "kept", "leaf", "leaves", "np", "objective"),
    *("along", "batch", "calls", "down", "high", "low", "moved", "number", "one", "refuses", "results", "tangents"),
    *("uneven", "up", "vectorized"),
    *("offset", "promise", "random", "reference", "result", "results", "sys", "truth", "want", "weights"),
}
