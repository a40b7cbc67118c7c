"""Write the JSON Schema of runner files from the tables that validate them: `runners/target.schema.json`.

`python -m monitor.execution.targets.schema` writes the file. With `--check` it exits with status 1 where the file is
out of date.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from monitor.execution.targets.backends import BUILDS_FIELDS, COMPILER_FIELDS
from monitor.execution.targets.target import TARGET_FIELDS
from monitor.shipped import SHIPPED_RUNNERS

SCHEMA = SHIPPED_RUNNERS / "target.schema.json"
COMMAND = "python -m monitor.execution.targets.schema"


def target_schema() -> dict[str, Any]:
    """Return the JSON Schema of a runner file.

    Its `$defs` hold every inner table, and the files in `builds/` ("builds") and `compilers/` ("compiler").
    """
    definitions = TARGET_FIELDS.definitions()
    for fields in (BUILDS_FIELDS, COMPILER_FIELDS):
        definitions |= {fields.name: fields.schema()} | fields.definitions()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Runner file",
        **TARGET_FIELDS.schema(),
        "$defs": dict(sorted(definitions.items())),
    }


def main(arguments: list[str]) -> int:
    """Write the schema, or check the file with `--check`. Returns the exit status."""
    text = json.dumps(target_schema(), indent=2) + "\n"
    if "--check" not in arguments:
        SCHEMA.write_text(text, encoding="utf-8")
    elif SCHEMA.read_text(encoding="utf-8") != text:
        print(f"{SCHEMA}: out of date: call {COMMAND}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
