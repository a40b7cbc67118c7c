"""The protocol of a watched process and its supervisor: two pipes, with one JSON line for each request and answer.

The process first sends its description (`{"ready": ...}`) or the reason why it cannot start (`{"blocked": ...}`), then
answers each request. Its standard output belongs to the framework, and the protocol does not use it. The supervisor
(`monitor.execution.workers.process`) enforces all limits; the process may die at any moment.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from typing import Any, TextIO

from monitor.formats.error_text import describe

# An environment variable of a worker and its children: "1" while a timed case runs, whose compilation is measured.
TIMED = "PORTABILITY_TIMED"

Message = dict[str, Any]
Service = tuple[
    Message, Callable[[Message], Message]
]  # the description of a process, and the function that answers requests


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of every process that `serve` runs."""
    parser.add_argument("--requests", type=int, required=True, help="file descriptor to read requests from")
    parser.add_argument("--answers", type=int, required=True, help="file descriptor to write answers to")


def serve(options: argparse.Namespace, start: Callable[[], Service], unavailable: tuple[type[Exception], ...]) -> None:
    """Start a service and answer requests until their end; `unavailable` are the exceptions that `start` may raise."""
    with os.fdopen(options.requests) as requests, os.fdopen(options.answers, "w", buffering=1) as answers:
        try:
            ready, answer = start()
        except unavailable as error:
            _send(answers, {"blocked": describe(error)})
            return
        _send(answers, {"ready": ready})
        for line in requests:
            _send(answers, answer(json.loads(line)))


def _send(answers: TextIO, message: Message) -> None:
    answers.write(json.dumps(message, allow_nan=False) + "\n")
