"""Addresses of the documents of the JSON API, from the root of the site."""

from __future__ import annotations

from monitor.formatting.urls import slug

API_ROOT = "api/v1"
SCHEMA_PATH = f"{API_ROOT}/schema.json"


def list_path(name: str) -> str:
    """Return the address of the document that lists all objects of a kind, such as `targets` or `runs`."""
    return f"{API_ROOT}/{name}.json"


def function_path(framework: str, name: str) -> str:
    """Return the address of the document of a function."""
    return f"{API_ROOT}/functions/{slug(framework)}/{slug(name)}.json"


def names_path(framework: str) -> str:
    """Return the address of the document of a framework's public names."""
    return f"{API_ROOT}/names/{slug(framework)}.json"


def run_path(run: str) -> str:
    """Return the address of the document of a run, by its id."""
    return f"{API_ROOT}/runs/{slug(run)}.json"


def column_path(target: str) -> str:
    """Return the address of the column of a target: its status of every function."""
    return f"{API_ROOT}/columns/{slug(target)}.json"
