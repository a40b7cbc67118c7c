"""Which account a token belongs to: what it wrote is ours, and nothing else is."""

from __future__ import annotations

from monitor.github.answers import AnswerError, GitHubError, fields, text_or_empty
from monitor.github.client import GitHubClient

ACTIONS = "github-actions[bot]"  # who a workflow's own GITHUB_TOKEN is
BOT = "[bot]"
HOW_TO_NAME = "name it: --account LOGIN, or the variable PORTABILITY_ACCOUNT"


def own_account(client: GitHubClient) -> str:
    """The login of the account that the client's token belongs to. Raises GitHubError where nothing tells it.

    A person's token may ask who it is. That of an app may not, a workflow's included, and gets 403; there the app tells
    its name, or GraphQL does. A workflow's token that may not ask GraphQL either is taken for what it mostly is; the
    first issue that it opens shows whether that is so (`notify.board`).
    """
    try:
        return _login(client.with_retry(lambda: client.get_global("user")), "login")
    except AnswerError as refused:
        if refused.status not in (403, 404):
            raise
        if found := _app(client) or _viewer(client):
            return found
        if "integration" in refused.brief:
            return ACTIONS
        raise GitHubError(f"{client.name}: GitHub does not tell which account the token is of; {HOW_TO_NAME}") from None


def _app(client: GitHubClient) -> str:
    """The account of an app that may ask about itself; else empty."""
    try:
        slug = text_or_empty(client.with_retry(lambda: client.get_global("app")), "slug")
    except AnswerError:
        return ""
    return slug and f"{slug}{BOT}"


def _viewer(client: GitHubClient) -> str:
    """Who GraphQL says that the asking app is; empty where it does not say."""
    try:
        found = client.with_retry(lambda: client.query("{ viewer { login } }"))
    except AnswerError:
        return ""
    login = text_or_empty(fields(fields(found, "data"), "viewer"), "login")
    return login if not login or login.endswith(BOT) else f"{login}{BOT}"


def _login(found: dict[str, object], name: str) -> str:
    login = text_or_empty(found, name)
    if not login:
        raise GitHubError(f"GitHub answers without the login of the token's account; {HOW_TO_NAME}")
    return login
