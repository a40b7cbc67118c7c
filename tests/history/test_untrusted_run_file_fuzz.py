"""Random damage to a run file: it is taken, or refused in one printable line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.formats.error_text import clean, one_line
from monitor.formats.run_file import RunFile, RunFileError
from monitor.history.untrusted_run_file import TEXT_VALIDATOR, read_untrusted
from support.run_files import lines_of, write_lines

TARGETS = {"cpu"}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=2000))
def test_what_the_run_step_cleans_is_taken(text: str) -> None:
    """A night is never lost over what a framework wrote into a message, nor over what a machine calls its CPU."""
    assert TEXT_VALIDATOR.is_valid(clean(text))
    assert TEXT_VALIDATOR.is_valid(one_line(text))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_is_refused_in_one_line_or_taken(tmp_path: Path, whole: RunFile, data: st.DataObject) -> None:
    """Put anything at any place of a good file: either it is read, or it is refused with one printable line."""
    lines = lines_of(whole)
    holder: Any = {"lines": lines}
    key: Any = "lines"
    while isinstance(holder[key], dict | list) and holder[key] and data.draw(st.integers(0, 5)):
        holder = holder[key]
        key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
    if key != "lines":
        holder[key] = data.draw(JSON)
    path = write_lines(tmp_path / "run.jsonl", lines)
    content = path.read_bytes()
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(content)))
        content = content[:at] + data.draw(st.binary(max_size=8)) + content[at + data.draw(st.integers(0, 8)) :]
    path.write_bytes(content)
    try:
        taken = read_untrusted(path, targets=TARGETS)
    except RunFileError as error:
        assert str(error).startswith(str(path))
        assert str(error).isprintable()
    else:
        assert taken.run.target == "cpu"
        assert {observation.case for observation in taken.observations} <= set(taken.run.cases)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    with pytest.raises(RunFileError) as caught:
        read_untrusted(path, targets=TARGETS)
    assert str(caught.value).isprintable()
