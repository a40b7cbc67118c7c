"""pip's configuration, said in uv's environment variables.

uv does not read pip's configuration, yet it is where a machine says from which mirror or folder of wheels it
installs. It is honoured here wherever uv's own configuration is silent, and never against it. pip's files and
variables are read directly, since not every environment has pip; its documentation says how ("Configuration").
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from configparser import Error as ConfigError
from configparser import RawConfigParser
from pathlib import Path

# The variables of uv by which it is told an index. Where one is set, pip's indexes are none of its business.
UV_INDEXES = ("UV_DEFAULT_INDEX", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL")
UV_INDEX_KEYS = ("index", "index-url", "extra-index-url", "no-index")  # the same in uv's configuration file
# pip ranks all indexes the same; uv would take a package from the first that has it, at whatever version.
ALL_INDEXES_EQUAL = "unsafe-best-match"

SECTIONS = ("global", "install")  # of a pip configuration file, the stronger last
SETTINGS = ("index-url", "extra-index-url", "no-index", "find-links", "trusted-host", "cert", "proxy")
TRUE = ("1", "true", "yes", "on", "y", "t")  # what pip takes for yes


class PipConfigError(ValueError):
    """A configuration file of pip or uv that cannot be read."""


def packages_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that tell uv the packages' whereabouts as pip knows them: find-links and indexes.

    For resolutions against whatever this machine is configured with. Raises PipConfigError.
    """
    pip = pip_settings(environ)
    configured = _uv_settings(environ)
    told: dict[str, str] = {}
    if "UV_FIND_LINKS" not in environ and "find-links" not in configured and (links := pip.get("find-links")):
        told["UV_FIND_LINKS"] = ",".join(links.split())
    if not _knows_indexes(environ, configured):
        if index := pip.get("index-url"):
            told["UV_DEFAULT_INDEX"] = index
        if extra := pip.get("extra-index-url"):
            told["UV_INDEX"] = " ".join(extra.split())
            if "UV_INDEX_STRATEGY" not in environ and "index-strategy" not in configured:
                told["UV_INDEX_STRATEGY"] = ALL_INDEXES_EQUAL
    return told


def no_index(environ: Mapping[str, str]) -> bool:
    """Whether pip is told to ask no index at all, only its find-links. uv has no variable for that, but an option.

    Raises PipConfigError.
    """
    wish = pip_settings(environ).get("no-index", "").lower() in TRUE
    return wish and not _knows_indexes(environ, _uv_settings(environ))


def network_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that tell uv how this machine reaches any index: certificates, proxy, trusted hosts.

    Raises PipConfigError.
    """
    pip = pip_settings(environ)
    told: dict[str, str] = {}
    if "SSL_CERT_FILE" not in environ and (cert := pip.get("cert")):
        told["SSL_CERT_FILE"] = cert
    if "UV_INSECURE_HOST" not in environ and (hosts := pip.get("trusted-host")):
        told["UV_INSECURE_HOST"] = " ".join(hosts.split())
    proxies = {"ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"}
    if not any(name.upper() in proxies for name in environ) and (proxy := pip.get("proxy")):
        told["ALL_PROXY"] = proxy
    return told


def pip_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Those of pip's settings that uv has a word for, as `pip install` would see them. Raises PipConfigError."""
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
    """Where pip looks for its configuration, the strongest last."""
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
    if explicit and Path(explicit).exists():  # it stands in for the user's, and is the strongest
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


def _knows_indexes(environ: Mapping[str, str], configured: set[str]) -> bool:
    """Whether uv has been told its indexes, so that pip's do not matter."""
    return any(name in environ for name in UV_INDEXES) or not configured.isdisjoint(UV_INDEX_KEYS)


def _uv_settings(environ: Mapping[str, str]) -> set[str]:
    """The names that uv's own configuration files set; uv gives `[pip]` the same meaning for `uv pip`."""
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
