"""Pages of a collection: the `Link` header to the next one, and cursors that mean nothing to callers. RFC 8288."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import msgspec
from fastapi import Request

from services.cases.api.calls import CASE_ID_PATTERN
from shared.kit.log.rows import Value
from shared.kit.problem import Problem

CURSOR_PATTERN: Final = "^[A-Za-z0-9_-]{1,200}$"
LINK: Final[dict[str, Any]] = {
    "Link": {"description": 'The next page, with rel="next", if there is one', "schema": {"type": "string"}}
}

_Instant = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]  # microseconds, as a row's column holds them
_CaseId = Annotated[str, msgspec.Meta(pattern=CASE_ID_PATTERN)]

_cursor: Final = msgspec.json.Decoder(tuple[_Instant, _CaseId])


def next_page(request: Request, name: str, value: str | int | None) -> dict[str, str]:
    """Return the `Link` header to the same question with this parameter; none without a value."""
    if value is None:
        return {}
    asked = [(key, given) for key, given in request.query_params.multi_items() if key != name]
    return {"Link": f'<{request.url.path}?{urlencode([*asked, (name, str(value))])}>; rel="next"'}


def to_cursor(after: Sequence[Value] | None) -> str | None:
    """Return where a page ended as a cursor."""
    return None if after is None else urlsafe_b64encode(msgspec.json.encode(after)).decode().rstrip("=")


def from_cursor(cursor: str | None) -> tuple[Value, ...]:
    """Return where a page of the queue ended: an instant in microseconds and a case id; empty for the first page.

    Raises:
        Problem: 404 `page_not_found`, where it is none of ours.
    """
    if cursor is None:
        return ()
    try:
        return _cursor.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (NotBase64, ValueError):
        raise Problem(
            404, "page_not_found", "The cursor would have to come from the Link header of the page before."
        ) from None
