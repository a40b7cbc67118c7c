"""Run scripts in copies of a process that has imported a framework: the import takes longer than most scripts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# A copy ends as any program does: what the script raises reaches the interpreter, which calls `sys.excepthook`. The
# script has a namespace of its own, so an import that it lacks is missed.
HOST = """
import importlib, json, os, runpy, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        break
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
else:
    raise SystemExit
script, *streams = json.loads(line)
for number, path in enumerate((os.devnull, *streams)):
    os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
sys.argv[:], sys.path[0] = [script], os.path.dirname(script)
os.chdir(sys.path[0])
runpy.run_path(script, run_name="__main__")
"""


@dataclass(frozen=True)
class ScriptHost:
    """A process that has imported the modules of scripts."""

    process: subprocess.Popen[str]

    def run(self, script: Path) -> subprocess.CompletedProcess[str]:
        """Run a script in its folder, in a process of its own, and return its output and its exit status."""
        streams = [script.with_suffix(suffix) for suffix in (".out", ".err")]
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([str(script), *map(str, streams)]) + "\n")
        self.process.stdin.flush()
        status = int(self.process.stdout.readline())
        return subprocess.CompletedProcess(str(script), status, *(stream.read_text() for stream in streams))


@contextmanager
def script_host(python: Path, *modules: str) -> Iterator[ScriptHost]:
    """Yield a host of scripts that import these modules, in the environment of an interpreter."""
    command = [python, "-c", HOST, *modules]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield ScriptHost(process)
