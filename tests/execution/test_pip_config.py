"""Translation of pip's configuration to uv's; pip itself is the oracle."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.execution.builds.pip_config import (
    PipConfigError,
    network_environment,
    no_index,
    packages_environment,
    pip_settings,
)

CONFIG = """
[global]
index-url = https://mirror.example/simple
extra-index-url = https://one.example/simple
    https://two.example/simple
find-links = /global/wheels
timeout = 60

[install]
find-links = /install/wheels
    /more/wheels

[freeze]
find-links = /never
"""


@pytest.fixture
def home(tmp_path):
    """Variables of a user who has nothing but this home."""
    folder = tmp_path / ".config" / "pip"
    folder.mkdir(parents=True)
    (folder / "pip.conf").write_text(CONFIG, encoding="utf-8")
    return {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "XDG_CONFIG_DIRS": str(tmp_path / "none")}


def test_pip_reads_the_same(home, tmp_path):
    (tmp_path / "strongest.conf").write_text("[global]\nindex-url = https://strongest.example/simple\n")
    for environ in (
        home,
        home | {"PIP_FIND_LINKS": "/var"},
        home | {"PIP_CONFIG_FILE": str(tmp_path / "strongest.conf")},
    ):
        listed = subprocess.run(
            [sys.executable, "-m", "pip", "config", "list"], env=environ, capture_output=True, text=True, check=True
        ).stdout
        merged: dict[str, str] = {}
        for section in ("global", "install", ":env:"):
            for line in listed.splitlines():
                name, _, value = line.partition("=")
                if name.startswith(f"{section}."):
                    merged[name.removeprefix(f"{section}.")] = value.strip("'").replace("\\n", "\n").strip()
        known = ("index-url", "extra-index-url", "find-links", "no-index", "cert", "proxy", "trusted-host")
        assert pip_settings(environ) == {name: merged[name] for name in merged if name in known}


def test_indexes_and_folders_of_wheels(home):
    assert packages_environment(home) == {
        "UV_FIND_LINKS": "/install/wheels,/more/wheels",
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_settings_of_uv_are_never_overridden(home):
    environment = packages_environment(home | {"UV_INDEX": "https://mine.example/simple"})
    assert environment == {"UV_FIND_LINKS": "/install/wheels,/more/wheels"}
    assert "UV_FIND_LINKS" not in packages_environment(home | {"UV_FIND_LINKS": "/mine"})
    assert "UV_INDEX_STRATEGY" not in packages_environment(home | {"UV_INDEX_STRATEGY": "first-index"})


def test_uvs_own_file_counts_as_a_setting(home, tmp_path):
    (tmp_path / "uv.toml").write_text('find-links = ["/mine"]\n[[index]]\nurl = "https://mine.example/simple"\n')
    assert packages_environment(home | {"UV_CONFIG_FILE": str(tmp_path / "uv.toml")}) == {}


def test_no_index(home):
    assert no_index(home | {"PIP_NO_INDEX": "yes"})
    assert not no_index(home | {"PIP_NO_INDEX": "0"})
    assert not no_index(home | {"PIP_NO_INDEX": "yes", "UV_DEFAULT_INDEX": "https://mine.example/simple"})


def test_how_the_network_is_reached(home):
    pip = {
        "PIP_CERT": "/mine.pem",
        "PIP_TRUSTED_HOST": "a.example\nb.example",
        "PIP_PROXY": "http://proxy.example:3128",
    }
    assert network_environment(home | pip) == {
        "SSL_CERT_FILE": "/mine.pem",
        "UV_INSECURE_HOST": "a.example b.example",
        "ALL_PROXY": "http://proxy.example:3128",
    }
    environment = {
        "SSL_CERT_FILE": "/given.pem",
        "UV_INSECURE_HOST": "c.example",
        "https_proxy": "http://given.example",
    }
    assert network_environment(home | pip | environment) == {}


def test_a_broken_file_is_named(home):
    path = Path(home["HOME"]) / ".config/pip/pip.conf"
    path.write_text("index-url = https://mirror.example/simple\n")
    with pytest.raises(PipConfigError, match=r"pip.conf: pip's configuration cannot be read: File contains no section"):
        packages_environment(home)
