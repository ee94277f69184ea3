"""The busiest question, `GET /sellers/{seller}/standing`, answered before the framework begins.

It answers only what is certain: a token that is good, clocks in plain form, a standing that is there or made at once.
Everything else, every refusal included, is left to the route, which answers the same bytes for what is answered here.
Requests are counted and timed like all others, but not logged one by one.
"""

import re
import time
from functools import lru_cache
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from services.ledger.api.access import ANY, OWN
from services.ledger.api.answers import matches, tagged_headers
from services.ledger.api.plainquery import plainly_asked
from services.ledger.progress import Folded
from services.ledger.questions import Answer, Questions
from services.ledger.rendering import Asked
from shared.kit.auth import Verifier
from shared.kit.fields import IDENTIFIER_PATTERN
from shared.kit.ids import uuid7
from shared.kit.log.model import LogUnavailable
from shared.kit.problem import Problem
from shared.kit.telemetry import REQUEST_ID_HEADER, Metrics

ROUTE: Final = "/sellers/{seller}/standing"
MAX_HEADER: Final = 1000  # characters of `If-None-Match`, as at the route
KEPT_HEADERS: Final = 4096  # encoded for the answers given last

_path: Final = re.compile(rf"/sellers/({IDENTIFIER_PATTERN.strip('^$')})/standing\Z")
_SCHEME: Final = b"Bearer "
_REQUEST_ID: Final = REQUEST_ID_HEADER.lower().encode()
_JSON: Final = (b"content-type", b"application/json")


class Direct:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, questions: Questions, verifier: Verifier, metrics: Metrics) -> None:
        self._app, self._questions, self._verifier = app, questions, verifier
        self._answered = metrics.observer("GET", ROUTE, 200)
        self._unchanged = metrics.observer("GET", ROUTE, 304)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on untouched."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        account = _path.match(scope["path"])
        asked = plainly_asked(scope["query_string"]) if account is not None else None
        token, known = _headers(scope) if asked is not None else (None, "")
        answer = await self._answer(account[1], token, asked) if account and token and asked else None
        if answer is None:
            await self._app(scope, receive, send)
            return
        unchanged = known != "" and matches(known, answer.etag)
        await _send(send, answer, unchanged=unchanged)
        (self._unchanged if unchanged else self._answered)(time.perf_counter() - began)

    async def _answer(self, seller: str, token: str, asked: Asked) -> Answer | None:
        try:
            who = await self._verifier.verify(token)
            if ANY not in who.scopes and (OWN not in who.scopes or who.seller_id != seller):
                return None
            return self._questions.ready(seller, asked)
        except (Problem, LogUnavailable):
            return None


def _headers(scope: Scope) -> tuple[str | None, str]:
    """Return the bearer token, None unless there is exactly one in plain form, and `If-None-Match`."""
    token: str | None = None
    known: list[bytes] = []
    given = 0
    for name, value in scope["headers"]:
        if name == b"authorization":
            given += 1
            if value.startswith(_SCHEME) and value.isascii() and b" " not in value[len(_SCHEME) :]:
                token = value[len(_SCHEME) :].decode("ascii")
        elif name == b"if-none-match":
            known.append(value)
    if given != 1 or len(known) > 1 or (known and len(known[0]) > MAX_HEADER):
        return None, ""
    return token, known[0].decode("latin-1") if known else ""


async def _send(send: Send, answer: Answer, *, unchanged: bool) -> None:
    headers = [*_tagged(answer.etag, answer.folded), (_REQUEST_ID, uuid7().encode())]
    if not unchanged:
        headers += (_JSON, (b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": 304 if unchanged else 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if unchanged else answer.body})


@lru_cache(maxsize=KEPT_HEADERS)
def _tagged(etag: str, folded: Folded) -> tuple[tuple[bytes, bytes], ...]:
    """Return the route's headers as the server takes them."""
    return tuple((name.lower().encode(), value.encode()) for name, value in tagged_headers(etag, folded).items())
