"""The common part of the scripts of listed cases: the comparison of results with the truth.

The truth of a listed case is the function itself in double precision on the CPU. A result may be off by the tolerance
of its dtype, and additionally by the effect of the rounding of its inputs on the truth (`monitor.suite.conditioning`).
Standard library only.
"""

from __future__ import annotations

from monitor.suite.tolerances import PARTS, SIGNIFICANT_BITS, TOLERANCE

# As in `monitor.suite.conditioning`, which needs NumPy.
_JUDGE = """
TOLERANCES = {tolerances}
BITS = {bits}


def far(got, want, floor, condition, slack=0):
    \"\"\"How many elements are off by more than their dtype, and `slack`, allow; every one where all is another.\"\"\"
    (g, dtype), (w, _) = got, want
    if g.shape != w.shape:
        return f"shape {{g.shape}}, expected {{w.shape}}"
    if dtype not in TOLERANCES:
        return int((g != w).sum()) if g.dtype.kind != "V" else 0
    with np.errstate(all="ignore"):
        part = {{"float16": np.float16, "float32": np.float32, "complex64": np.complex64}}.get(dtype)
        w = w.astype(part).astype(w.dtype) if part else w  # what is beyond its range is infinite
        size = np.where(np.isfinite(w), np.abs(w), 0)
        allowed = condition * max(TOLERANCES[dtype], floor) * (size + max(size.max(initial=0) or 1.0, 1.0)) + slack
        return int((~((g == w) | (np.isnan(g) & np.isnan(w)) | (np.isfinite(w) & (np.abs(g - w) <= allowed)))).sum())


def moved(truth, want, dtype):
    \"\"\"How far each result moves when every input moves by one rounding of its dtype, enlarged.\"\"\"
    furthest = [np.zeros(w.shape) for w, _ in want]
    for seed in range(16 if dtype in BITS else 0):
        random = np.random.default_rng(seed)
        there = truth(lambda shape: 1 + 2.0 ** -BITS[dtype] * random.choice((-1.0, 1.0), shape))
        for number, ((w, _), (t, _)) in enumerate(zip(want, there)):
            with np.errstate(all="ignore"):
                furthest[number] = np.fmax(furthest[number], np.abs(np.subtract(t, w, dtype=complex)))
    return [16 * one for one in furthest]


def judge(got, want, truth, dtype, floor=0.0, condition=1.0):
    \"\"\"Raise AssertionError where a result is off; `truth(factors)` is the truth of inputs that are moved.\"\"\"
    judging.append(got)
    assert len(got) == len(want), f"{{len(got)}} results, expected {{len(want)}}"
    if not any(far(g, w, floor, condition) for g, w in zip(got, want)):
        return
    slack = moved(truth, want, dtype)
    off = [far(g, w, floor, condition, s) for g, w, s in zip(got, want, slack)]
    assert not any(off), f"elements off, by result: {{off}}"
"""


def judge_text() -> str:
    """Return the Python source of the functions of a script that compare results with the truth."""
    wider = {whole: part for whole, part in PARTS.items() if part in TOLERANCE}
    tolerances = TOLERANCE | {whole: TOLERANCE[part] for whole, part in wider.items()}
    bits = SIGNIFICANT_BITS | {whole: SIGNIFICANT_BITS[part] for whole, part in wider.items()}
    return _JUDGE.format(tolerances=tolerances, bits=bits)
