"""The error of runner files."""

from __future__ import annotations

from monitor.formats.toml_reader import FieldError


class TargetError(FieldError):
    """A mistake in a runner file, or a request that the file does not serve: one line with file, field and remedy."""
