"""Cases that leave a file, as a compiler does in its cache. The functions are only names."""

import os
import tempfile
from pathlib import Path

from monitor.suite.declare import case


def keeps(declaration):
    declaration.promise(lambda result: result == "fine")
    return declaration


@keeps
@case("jax.numpy.add", name="keeps-a-file")
def keeps_a_file(jax):
    kept = Path(tempfile.gettempdir()) / "kept"
    found = kept.exists()
    kept.touch()
    return "fine" if found else "not there"


@keeps
@case("jax.numpy.add", name="half-writes-a-file")
def half_writes_a_file(jax):
    half = Path(tempfile.gettempdir()) / "half"
    if half.exists():
        raise ImportError("file too short")
    half.touch()
    os._exit(7)
