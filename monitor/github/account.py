"""Find the account that a token belongs to. Only what that account wrote is the monitor's."""

from __future__ import annotations

from monitor.github.client import GitHubClient
from monitor.github.responses import GitHubError, JsonObject, RequestRefusedError, nested, optional_text

ACTIONS_BOT = "github-actions[bot]"  # the account of a workflow's own GITHUB_TOKEN
BOT_SUFFIX = "[bot]"
ACCOUNT_HINT = "name it: --account LOGIN, or the variable PORTABILITY_ACCOUNT"


def token_account(client: GitHubClient) -> str:
    """Return the login of the account that the client's token belongs to. Raises GitHubError.

    A person's token may read its account. The token of an app or a workflow may not, and gets 403. Then the app's own
    name or GraphQL identifies it. A workflow's token without access to GraphQL counts as GitHub Actions'; the first
    issue that it opens shows whether that is right (`issues.github_issues`).
    """
    try:
        return _login(client.with_retry(lambda: client.get_global("user")))
    except RequestRefusedError as refused:
        if refused.status not in (403, 404):
            raise
        if account := _app_account(client) or _graphql_account(client):
            return account
        if "integration" in refused.brief:
            return ACTIONS_BOT
        reason = f"GitHub does not show the account of the token; {ACCOUNT_HINT}"
        raise GitHubError(f"{client.repository}: {reason}") from None


def _app_account(client: GitHubClient) -> str:
    """Return the account of an app that may read its own name, otherwise an empty string."""
    try:
        slug = optional_text(client.with_retry(lambda: client.get_global("app")), "slug")
    except RequestRefusedError:
        return ""
    return slug and f"{slug}{BOT_SUFFIX}"


def _graphql_account(client: GitHubClient) -> str:
    """Return the account of an app by GraphQL, empty if GraphQL refuses."""
    try:
        response = client.with_retry(lambda: client.query("{ viewer { login } }"))
    except RequestRefusedError:
        return ""
    login = optional_text(nested(nested(response, "data"), "viewer"), "login")
    return login if not login or login.endswith(BOT_SUFFIX) else f"{login}{BOT_SUFFIX}"


def _login(user: JsonObject) -> str:
    login = optional_text(user, "login")
    if not login:
        raise GitHubError(f"GitHub answers without the login of the token's account; {ACCOUNT_HINT}")
    return login
