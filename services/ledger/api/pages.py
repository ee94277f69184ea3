"""Pages of a collection: the `Link` header to the next one. Source: RFC 8288."""

from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request

LINK: Final[dict[str, Any]] = {
    "Link": {"description": 'The next page, with rel="next", if there is one', "schema": {"type": "string"}}
}


def next_page(request: Request, after: str | int | None) -> dict[str, str]:
    """Return the `Link` header to the page behind `after` with the same question otherwise; none without `after`."""
    if after is None:
        return {}
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
    return {"Link": f'<{request.url.path}?{urlencode([*asked, ("after", str(after))])}>; rel="next"'}
