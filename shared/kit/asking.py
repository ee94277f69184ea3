"""Asking another service for what it has recorded, over HTTP: one address, one token, bounded answers."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx
import msgspec

from shared.kit.tokenfile import TokenFile
from shared.kit.wire import PROBLEM

CONNECT_S: Final = 3.0
READ_S: Final = 10.0  # beyond the time that the other service was asked to wait
MAX_PROBLEM_BYTES: Final = 65_536


class FeedUnavailable(Exception):
    """The other service could not be read now: no connection, no answer, a refusal, no token. Who follows tries again.

    `code` is that of its problem answer, "" where there was none; `status` is that of its answer, None without one.
    As text it says `where`, the address or the token's file: that is for operators. `reason` names neither.
    """

    def __init__(
        self,
        reason: str,
        retry_after_s: float | None = None,
        code: str = "",
        status: int | None = None,
        where: str = "",
    ) -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.reason, self.retry_after_s, self.code, self.status = reason, retry_after_s, code, status
        self.where = where


class FeedBroken(Exception):
    """It says what cannot be: a hole, disorder, a shorter log, a redirect. A follower stops with an alarm."""


class _Problem(msgspec.Struct):
    code: str = ""


class Asking:
    """Asks the service at `base_url` with the token in a file. One thread at a time."""

    def __init__(self, base_url: str, token_file: Path, *, transport: httpx.BaseTransport | None = None) -> None:
        self._token, self._token_file = TokenFile(token_file), token_file
        self._where = _shown(httpx.URL(base_url))
        self._http = httpx.Client(base_url=base_url, transport=transport, follow_redirects=False, trust_env=False)

    def get(
        self, path: str, asked: Mapping[str, Any], media_type: str, most: int, wait_s: int = 0
    ) -> tuple[httpx.Headers, bytes]:
        """Return headers and body of an answer of this media type and at most so many bytes.

        Raises:
            FeedUnavailable: try again, not before `retry_after_s` where it is given.
            FeedBroken: see there.
        """
        try:
            with self._http.stream(
                "GET",
                path,
                params=dict(asked),
                headers={
                    "Authorization": f"Bearer {self._read_token()}",
                    "Accept": media_type,
                    "Accept-Encoding": "identity",
                },
                timeout=httpx.Timeout(READ_S, connect=CONNECT_S, read=wait_s + READ_S),
            ) as response:
                self._refuse_status(response)
                if _media_type(response) != media_type:
                    raise FeedBroken(f"the answer is not {media_type}")
                body = _body(response, most)
        except httpx.HTTPError as failure:
            raise FeedUnavailable(f"no answer ({type(failure).__name__})", where=self._where) from failure
        return response.headers, body

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        """Return the client; leaving closes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _read_token(self) -> str:
        try:
            return self._token.read()
        except (OSError, ValueError) as failure:
            reason = "the token file cannot be read, or holds no token"
            raise FeedUnavailable(reason, where=str(self._token_file)) from failure

    def _refuse_status(self, response: httpx.Response) -> None:
        if response.status_code == httpx.codes.OK:
            return
        if response.has_redirect_location:
            raise FeedBroken("the feed redirects; a follower follows one address only")
        after = response.headers.get("Retry-After", "")
        retry_after_s = float(after) if after.isdecimal() else None
        status = response.status_code
        raise FeedUnavailable(f"answered {status}", retry_after_s, _code(response), status, self._where)


def _shown(base: httpx.URL) -> str:
    """The address without what lets in: no name and no password."""
    return str(base.copy_with(userinfo=b""))


def _code(response: httpx.Response) -> str:
    if _media_type(response) != PROBLEM:
        return ""
    try:
        return msgspec.json.decode(_body(response, MAX_PROBLEM_BYTES), type=_Problem).code
    except (msgspec.MsgspecError, FeedBroken):
        return ""


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip()


def _body(response: httpx.Response, most: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_raw():
        size += len(chunk)
        if size > most:
            raise FeedBroken(f"an answer is larger than {most} bytes")
        chunks.append(chunk)
    return b"".join(chunks)
