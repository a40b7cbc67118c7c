"""What is wrong with a runner file, or with a wish of one."""

from __future__ import annotations

from monitor.formats.toml_reader import FieldError


class TargetError(FieldError):
    """A fault of a runner file, or a wish that it does not serve: one line with the file, the field and the mend."""
