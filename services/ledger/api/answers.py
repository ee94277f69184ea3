"""Rendered answers over HTTP: the tag of the body, both log positions, and 304 where the caller has the body."""

from typing import Any, Final

from fastapi import Response

from services.ledger.progress import Folded

CASES_POSITION: Final = "Demerit-Cases-Position"
LEDGER_POSITION: Final = "Demerit-Ledger-Position"

_NUMBER: Final = {"type": "string", "pattern": "^[0-9]{1,20}$"}
POSITIONS: Final[dict[str, Any]] = {
    CASES_POSITION: {"description": "Position through which the cases log is folded at least", "schema": _NUMBER},
    LEDGER_POSITION: {"description": "Position of the ledger's own log at least", "schema": _NUMBER},
}
TAGGED: Final[dict[str, Any]] = {
    **POSITIONS,
    "ETag": {"description": "Tag of the body's bytes", "schema": {"type": "string"}},
}
UNCHANGED: Final[dict[str, Any]] = {"description": "The body is the one of `If-None-Match`", "headers": TAGGED}


def positions(folded: Folded) -> dict[str, str]:
    """Return the headers that say how far both logs had come."""
    return {CASES_POSITION: str(folded.position), LEDGER_POSITION: str(folded.ledger_position)}


def tagged(if_none_match: str, body: bytes, etag: str, folded: Folded) -> Response:
    """Return the body as JSON with its tag, or 304 without it where `If-None-Match` holds the tag."""
    headers = tagged_headers(etag, folded)
    if matches(if_none_match, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def tagged_headers(etag: str, folded: Folded) -> dict[str, str]:
    """Return the headers of an answer whose body has this tag: it may be kept, and must be asked for again."""
    return {**positions(folded), "ETag": etag, "Cache-Control": "private, no-cache"}


def matches(if_none_match: str, etag: str) -> bool:
    """Return whether the header names the tag, compared weakly. Source: RFC 9110, section 13.1.2."""
    given = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in given or given == ["*"]
