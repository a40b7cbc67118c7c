"""JSON document of each object: one function per object, for the API and for `--json` of the commands."""
