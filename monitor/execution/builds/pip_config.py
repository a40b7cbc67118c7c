"""Translate pip's configuration to uv's environment variables.

uv does not read pip's configuration, but on many machines only that names the mirror or the folder of wheels. It
applies wherever uv's own configuration has no value, and never against it. The files and variables are read directly,
since not every environment has pip; the chapter "Configuration" of its documentation defines them.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from configparser import Error as ConfigError
from configparser import RawConfigParser
from pathlib import Path

# uv's variables for indexes. Where one is set, pip's indexes do not apply.
UV_INDEXES = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL")
UV_INDEX_KEYS = ("index", "index-url", "extra-index-url", "no-index")  # the same in uv's configuration file
# pip treats all indexes alike; uv by default takes a package from the first index that has it, in any version.
ALL_INDEXES_EQUAL = "unsafe-best-match"

SECTIONS = ("global", "install")  # of a pip configuration file; the last wins
SETTINGS = ("index-url", "extra-index-url", "no-index", "find-links", "trusted-host", "cert", "proxy")
TRUE = ("1", "true", "yes", "on", "y", "t")  # pip's words for yes


class PipConfigError(ValueError):
    """A malformed or unreadable configuration file of pip or uv."""


def packages_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return uv's variables for pip's find-links and indexes, for resolutions against the configured index.

    Raises PipConfigError.
    """
    pip = pip_settings(environ)
    configured = _uv_settings(environ)
    variables: dict[str, str] = {}
    if "UV_FIND_LINKS" not in environ and "find-links" not in configured and (links := pip.get("find-links")):
        variables["UV_FIND_LINKS"] = ",".join(links.split())
    if not _has_indexes(environ, configured):
        if index := pip.get("index-url"):
            variables["UV_DEFAULT_INDEX"] = index
        if extra := pip.get("extra-index-url"):
            variables["UV_INDEX"] = " ".join(extra.split())
            if "UV_INDEX_STRATEGY" not in environ and "index-strategy" not in configured:
                variables["UV_INDEX_STRATEGY"] = ALL_INDEXES_EQUAL
    return variables


def no_index(environ: Mapping[str, str]) -> bool:
    """Return whether pip uses no index, only its find-links. uv has an option for that, but no variable.

    Raises PipConfigError.
    """
    without_index = pip_settings(environ).get("no-index", "").lower() in TRUE
    return without_index and not _has_indexes(environ, _uv_settings(environ))


def network_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return uv's variables for the network: certificates, proxy, trusted hosts.

    Raises PipConfigError.
    """
    pip = pip_settings(environ)
    variables: dict[str, str] = {}
    if "SSL_CERT_FILE" not in environ and (cert := pip.get("cert")):
        variables["SSL_CERT_FILE"] = cert
    if "UV_INSECURE_HOST" not in environ and (hosts := pip.get("trusted-host")):
        variables["UV_INSECURE_HOST"] = " ".join(hosts.split())
    proxies = {"ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"}
    if not any(name.upper() in proxies for name in environ) and (proxy := pip.get("proxy")):
        variables["ALL_PROXY"] = proxy
    return variables


def pip_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return pip's settings that uv has an equivalent of, as `pip install` sees them. Raises PipConfigError."""
    settings: dict[str, str] = {}
    parsers = [_read(path) for path in _pip_files(environ) if path.is_file()]
    for section in SECTIONS:
        for parser in parsers:
            if parser.has_section(section):
                settings |= {key.replace("_", "-"): value for key, value in parser.items(section)}
    for setting in SETTINGS:
        if value := environ.get("PIP_" + setting.upper().replace("-", "_")):
            settings[setting] = value
    return {setting: settings[setting].strip() for setting in SETTINGS if settings.get(setting, "").strip()}


def _pip_files(environ: Mapping[str, str]) -> list[Path]:
    """Return the paths of pip's configuration files; the last wins."""
    explicit = environ.get("PIP_CONFIG_FILE")
    if explicit == os.devnull:
        return []
    home = Path(environ.get("HOME") or Path.home())
    if sys.platform == "darwin":
        support = Path("Library/Application Support/pip")
        system, user = [Path("/") / support], [home / ".pip", home / ".config/pip", home / support]
    else:
        folders = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")
        system = [*(Path(folder) / "pip" for folder in folders), Path("/etc")]
        user = [home / ".pip", Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip"]
    files = [folder / "pip.conf" for folder in (*system, *user, Path(sys.prefix))]
    if explicit and Path(explicit).exists():  # it replaces the user's, and wins
        files = [folder / "pip.conf" for folder in (*system, Path(sys.prefix))] + [Path(explicit)]
    return files


def _read(path: Path) -> RawConfigParser:
    parser = RawConfigParser()
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ConfigError) as error:
        fault = str(error).splitlines()[0]
        raise PipConfigError(f"{path}: pip's configuration cannot be read: {fault}") from None
    return parser


def _has_indexes(environ: Mapping[str, str], configured: set[str]) -> bool:
    """Return whether uv has indexes of its own, so that pip's do not apply."""
    return any(name in environ for name in UV_INDEXES) or not configured.isdisjoint(UV_INDEX_KEYS)


def _uv_settings(environ: Mapping[str, str]) -> set[str]:
    """Return the names of settings in uv's configuration files; `[pip]` has the same meaning for `uv pip`."""
    home = Path(environ.get("HOME") or Path.home())
    files = [Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "uv/uv.toml", Path("/etc/uv/uv.toml")]
    if explicit := environ.get("UV_CONFIG_FILE"):
        files = [Path(explicit)]
    names: set[str] = set()
    for path in files:
        if path.is_file():
            try:
                values = tomllib.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise PipConfigError(f"{path}: uv's configuration cannot be read: {error}") from None
            pip = values.get("pip", {})
            names |= values.keys() | (pip.keys() if isinstance(pip, dict) else set())
    return names
