"""Request bodies: strict JSON of bounded size and the right media type, before pydantic sees them."""

from email.message import Message
from typing import Any, Final

from fastapi import Request

from shared.kit.problem import Problem
from shared.kit.strict_json import JsonRefused, strict_json

MAX_BODY_BYTES: Final = 256 * 1024


class StrictRequest(Request):
    """A request whose JSON body was read by `read` and whose `json()` is what came of it."""

    async def read(self) -> None:
        """Take in the body; afterwards `body()` and `json()` answer from memory. An empty body is left to pydantic.

        Raises:
            Problem: 413 above `MAX_BODY_BYTES`, 415 unless it is uncompressed `application/json` in UTF-8, 400 with
                the code of `JsonRefused` otherwise.
        """
        raw = await self._bounded()
        self._body = raw
        if not raw:
            return
        self._refuse_media_type()
        try:
            self._json: Any = strict_json(raw)
        except JsonRefused as refused:
            raise Problem(400, refused.code, refused.detail) from None

    async def _bounded(self) -> bytes:
        declared = self.headers.get("content-length", "0")
        if declared.isdecimal() and int(declared[:20]) > MAX_BODY_BYTES:
            raise too_large()
        chunks: list[bytes] = []
        size = 0
        async for chunk in self.stream():
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                raise too_large()
            chunks.append(chunk)
        return b"".join(chunks)

    def _refuse_media_type(self) -> None:
        media_type = Message()
        media_type["content-type"] = self.headers.get("content-type", "application/octet-stream")
        charset = media_type.get_content_charset("utf-8")
        encoding = self.headers.get("content-encoding", "identity")
        if media_type.get_content_type() != "application/json" or charset != "utf-8" or encoding != "identity":
            detail = "The body would have to be sent as application/json in UTF-8, not compressed."
            raise Problem(415, "unsupported_media_type", detail, headers={"Accept": "application/json"})


def too_large() -> Problem:
    """Return the refusal of a body above the limit."""
    detail = f"The body would have to be at most {MAX_BODY_BYTES} bytes long."
    return Problem(413, "body_too_large", detail, facts={"limit_bytes": MAX_BODY_BYTES})
