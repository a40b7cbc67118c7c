"""Data for the scripts of pages."""

from __future__ import annotations

import json


def data_script(target: str, data: object) -> bytes:
    """A script that only names the data: a page opened from a disk may load scripts, and read no other file.

    `target` is what the data is assigned to, in JavaScript. JSON in ASCII is JavaScript too, whatever its texts are; as
    a string that is parsed it is read in half the time.
    """
    text = json.dumps(data, separators=(",", ":"))
    return f"{target} = JSON.parse({json.dumps(text)});\n".encode("ascii")
