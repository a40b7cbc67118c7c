"""Registration of a runner for one job: the token for that stays with root."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

SERVE = Path(__file__).parents[2] / "runners" / "provisioning" / "serve-job.sh"
TOKEN = "only-for-root"


@pytest.fixture
def github() -> Iterator[HTTPServer]:
    """GitHub's answer to a registration with the right token."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.asked = (self.path, body)  # type: ignore[attr-defined]
            known = self.headers["Authorization"] == f"Bearer {TOKEN}"
            self.send_response(201 if known else 401)
            self.end_headers()
            self.wfile.write(json.dumps({"encoded_jit_config": "one-job"} if known else {"message": "no"}).encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def serve(tmp_path: Path, github: HTTPServer) -> Any:
    """Serve one job, with a `docker` that only records its calls."""
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nenv\n')
    docker.chmod(0o755)

    def served(token: str = TOKEN, **settings: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / "token").write_text(f"{token}\n")
        variables = {
            "REPOSITORY": "o/monitor",
            "TARGET": "nvidia-h100",
            "IMAGE": "portability-runner",
            "DEVICES": "--gpus all",
            "API_URL": f"http://127.0.0.1:{github.server_port}",
            "CREDENTIALS_DIRECTORY": str(tmp_path),
            **settings,
        }
        path = f"{docker.parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run([SERVE], env={"PATH": path, **variables}, capture_output=True, text=True, check=False)

    return served


def test_a_container_gets_a_registration_for_one_job_and_no_token(serve: Any, github: HTTPServer) -> None:
    done = serve()
    assert done.returncode == 0, done.stderr
    path, body = github.asked  # type: ignore[attr-defined]
    assert path == "/repos/o/monitor/actions/runners/generate-jitconfig"
    assert (body["labels"], body["runner_group_id"]) == (["nvidia-h100"], 1)
    said = done.stdout.splitlines()
    assert said[:2] == ["run", "--rm"]
    assert {"--gpus", "all", "portability-runner", "no-new-privileges"} <= set(said)
    assert "ACTIONS_RUNNER_INPUT_JITCONFIG=one-job" in said
    assert TOKEN not in done.stdout + done.stderr


def test_no_container_starts_without_a_registration(serve: Any) -> None:
    done = serve(token="expired")  # noqa: S106
    assert done.returncode != 0
    assert "401" in done.stderr
    assert done.stdout == ""


def test_a_setting_that_is_missing_is_named(serve: Any) -> None:
    done = serve(DEVICES="")
    assert done.returncode != 0
    assert "DEVICES" in done.stderr
