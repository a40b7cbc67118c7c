"""Call commands in the process of the tests, because the start of the program takes longer than most commands.

That the program is these commands is seen where it has to be a process of its own, as in `test_nightly.py`.
"""

from __future__ import annotations

import io
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from monitor.cli import main

CHECKOUT = Path(__file__).resolve().parents[2]


def portability(*arguments: str, cwd: Path = Path()) -> CompletedProcess[str]:
    """Return the output and the exit status of the program, called in that directory."""
    status, out, err = 0, io.StringIO(), io.StringIO()
    with chdir(cwd), redirect_stdout(out), redirect_stderr(err), patch("sys.argv", ["portability", *arguments]):
        try:
            main()
        except SystemExit as ended:
            assert isinstance(ended.code, int)
            status = ended.code
    return CompletedProcess(arguments, status, out.getvalue(), err.getvalue())
