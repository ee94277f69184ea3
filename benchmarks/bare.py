"""The limit of an HTTP answer: a bare ASGI route under uvicorn that sends bytes that are there already.

`BODY_BYTES` in the environment says how long the answer is, so that both sides move the same payload.
"""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from shared.kit.collecting import collect_seldom

BODY = b"x" * int(os.environ.get("BODY_BYTES", "1000"))
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]

Send = Callable[[dict[str, Any]], Awaitable[None]]


async def app(scope: dict[str, Any], _receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
    """Answer every request with the same bytes."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": BODY})


collect_seldom()  # as our services do
