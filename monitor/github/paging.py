"""Read lists that GitHub returns page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from requests.utils import parse_header_links

from monitor.github.responses import JsonObject, OutcomeUnknownError, json_kind, json_value
from monitor.http_client import HttpResponse

PAGE_SIZE = 100
MAX_PAGES = 1000


def read_pages(
    request_page: Callable[[str, Mapping[str, str]], HttpResponse],
    address: str,
    query: Mapping[str, str],
    *,
    api: str,
    key: str,
    shown: str,
) -> Iterator[JsonObject]:
    """Yield every object of a list.

    The Link header names the next page. If it is missing after a full page, the next page is requested by its number: a
    list that ends too early would open issues a second time. `key` names the list in the response, and is empty if the
    response is the list. `shown` is the path in messages. Raises OutcomeUnknownError, and what `request_page` raises.
    """
    first = {**query, "per_page": str(PAGE_SIZE)}
    next_address, next_query = address, first
    seen: set[str] = set()
    previous: list[JsonObject] = []
    for number in range(1, MAX_PAGES + 1):
        response = request_page(next_address, next_query)
        items = _items(json_value(response), key)
        if items and items == previous:
            raise OutcomeUnknownError(f"answers GET {shown} with the same page again and again")
        yield from items
        following, is_last = _next_page(response, api)
        if is_last or not (following or (items and "link" in response.headers) or len(items) >= PAGE_SIZE):
            return
        if following in seen:
            raise OutcomeUnknownError(f"answers GET {shown} with pages that lead back to each other")
        if following:
            next_address, next_query = following, {}
            seen.add(following)
        else:
            next_address, next_query = address, {**first, "page": str(number + 1)}
        previous = items
    raise OutcomeUnknownError(f"answers GET {shown} with over {MAX_PAGES:,} pages")


def _next_page(response: HttpResponse, api: str) -> tuple[str, bool]:
    """Return the address of the next page, empty if it cannot be read, and True if this page is the last."""
    links = {link.get("rel"): link.get("url", "") for link in parse_header_links(response.headers.get("link", ""))}
    following = links.get("next", "")
    is_last = "next" not in links and bool({"first", "prev", "last"} & {*links})
    return (following if following.startswith(f"{api}/") else ""), is_last


def _items(value: Any, key: str) -> list[JsonObject]:
    """Return the objects of a list. Raises OutcomeUnknownError."""
    items = value.get(key) if key and isinstance(value, dict) else value
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise OutcomeUnknownError(f"answers with {json_kind(items)} where a list of objects belongs")
    return items
