"""Write data for the scripts of pages."""

from __future__ import annotations

import json


def data_script(target: str, data: object) -> bytes:
    """Return a script that assigns `data` to `target`, a JavaScript expression.

    A page opened from disk may load scripts, but no JSON. ASCII JSON is valid JavaScript whatever its texts are, and
    parsing it from a string takes half the time.
    """
    text = json.dumps(data, separators=(",", ":"))
    return f"{target} = JSON.parse({json.dumps(text)});\n".encode("ascii")
