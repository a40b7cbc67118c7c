"""The verdict in the last line of every stand-alone script: whether the case fails here, and whether as recorded.

The exit status of a script is 0 if the case passes, 1 if it fails, and 125 if it cannot tell, as for `git bisect run`.
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
    """Return the beginning of a script, after its import of `sys`: any exception from there on becomes a verdict.

    `recorded` is the recorded outcome and its message in one line; empty where they are unknown.
    """
    return _OPENING.format(recorded=recorded)
