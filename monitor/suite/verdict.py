"""What every stand-alone script says in its last line: whether the case fails here, and as it was recorded.

Its exit status is 0 where the case passes, 1 where it fails, and 125 where it cannot tell, as `git bisect run` has it.
Standard library only.
"""

from __future__ import annotations

_OPENING = """
RECORDED = {recorded!r}
judging = []  # has the result once there is one
print("recorded:", RECORDED or "nothing", flush=True)  # before the call: what kills a process ends here


def fails(kind, error, trace):
    sys.__excepthook__(kind, error, trace)
    if issubclass(kind, ModuleNotFoundError) and "ModuleNotFoundError" not in RECORDED:
        print(f"cannot tell: {{error}}", flush=True)
        raise SystemExit(125)
    outcome = RECORDED.partition(":")[0]
    if judging:  # there was a result, and it is wrong
        as_recorded = outcome == "mismatch"
    else:  # a message begins with the type of the error, except where a name is gone
        as_recorded = kind.__name__ in RECORDED or (outcome == "absent" and kind is AttributeError)
    said = " as recorded" if as_recorded else f"; recorded: {{RECORDED}}" if RECORDED else ""
    print(f"FAILS{{said}}", flush=True)


sys.excepthook = fails
"""

CLOSING = """
if not RECORDED or RECORDED.startswith("pass"):
    print("passes as recorded" if RECORDED else "passes")
else:
    print(f"does not reproduce: it passes here; recorded: {RECORDED}")
"""


def opening(recorded: str) -> str:
    """What a script begins with, once it has imported `sys`: from here on whatever it raises is a verdict.

    `recorded` is the outcome that was seen and its message, in one line; empty where that is not known.
    """
    return _OPENING.format(recorded=recorded)
