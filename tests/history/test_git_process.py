"""A git process that answers for objects ends with its reader, whatever other processes hold its input."""

from __future__ import annotations

import gc
import multiprocessing
import subprocess
from pathlib import Path

import pytest

from monitor.history.git_process import ObjectReader, UnreadableObjectError


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


def stored(repository: Path, content: bytes) -> str:
    command = ["git", "-C", str(repository), "hash-object", "-w", "--stdin"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode().strip()


def test_a_missing_object_is_named(repository: Path) -> None:
    reader = ObjectReader(repository)
    with pytest.raises(UnreadableObjectError, match="it is missing"):
        reader.read("0" * 40)
    assert reader.read(stored(repository, b"content")) == b"content"


@pytest.mark.timeout(60)  # it waited for ever
def test_a_reader_ends_while_a_forked_process_holds_the_input_of_git(repository: Path) -> None:
    context = multiprocessing.get_context("fork")
    reader = ObjectReader(repository)
    assert reader.read(stored(repository, b"content")) == b"content"
    here, there = context.Pipe()
    holder = context.Process(target=there.recv)
    holder.start()
    del reader
    gc.collect()
    here.send("end")
    holder.join()
    assert holder.exitcode == 0
