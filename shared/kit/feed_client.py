"""Reading another service's feed, believing nothing: order, holes, sizes and promises are checked at each page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import httpx
import msgspec

from shared.kit.feed import HEAD, NDJSON, RECORDED_THROUGH, SCANNED_THROUGH
from shared.kit.tokenfile import TokenFile

MAX_RESPONSE_BYTES: Final = 16 * 1024 * 1024
CONNECT_S: Final = 3.0
READ_S: Final = 10.0  # beyond the time that the feed was asked to wait

_position: Final = re.compile(r"[0-9]{1,18}\Z")


class FeedUnavailable(Exception):
    """The feed could not be read now: no connection, no answer, a refusal, no token. The follower tries again."""

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.retry_after_s = reason, retry_after_s


class FeedBroken(Exception):
    """The feed says what cannot be: a hole, disorder, a shorter log, a redirect. The follower stops with an alarm."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Events as stored, rising, without a hole unless some were picked; how far they reach (see `log.model.Page`)."""

    events: list[bytes]
    scanned_through: int
    head: int
    recorded_through: datetime


class _Sequenced(msgspec.Struct):
    sequence: str


_decoder: Final = msgspec.json.Decoder(_Sequenced)


class FeedClient:
    """Reads the feed at `base_url` with the token in a file. One thread at a time."""

    def __init__(self, base_url: str, token_file: Path, *, transport: httpx.BaseTransport | None = None) -> None:
        self._token = TokenFile(token_file)
        self._http = httpx.Client(base_url=base_url, transport=transport, follow_redirects=False, trust_env=False)

    def page(self, after: int, limit: int, wait_s: int = 0) -> FeedPage:
        """Return the events with position above `after`, at most `limit`; at the head, wait up to `wait_s` seconds.

        Raises:
            FeedUnavailable: try again, not before `retry_after_s` where it is given.
            FeedBroken: see there; nothing of the page is to be used.
        """
        page = self._read({"after": after, "limit": limit, "wait": wait_s}, wait_s)
        if _positions(page) != list(range(after + 1, after + 1 + len(page.events))):
            raise FeedBroken(f"a position behind {after} is missing or out of order")
        if page.scanned_through != after + len(page.events):
            raise FeedBroken("the page says it goes on elsewhere than behind its last event")
        return page

    def pick(self, after: int, limit: int, *, types: Sequence[str] = (), subject: str | None = None) -> FeedPage:
        """Return the events above `after` of one of these types (none: any) about `subject` (None: anybody), at most
        `limit`, rising. What lies between them, through `scanned_through`, was not asked for. Go on there.

        Raises:
            FeedUnavailable, FeedBroken: as for `page`.
        """
        asked: dict[str, int | str | list[str]] = {"after": after, "limit": limit, "type": list(types)}
        page = self._read(asked if subject is None else {**asked, "subject": subject})
        found = [after, *_positions(page)]
        if any(position <= before for before, position in pairwise(found)):
            raise FeedBroken(f"a position behind {after} is out of order")
        if page.scanned_through < found[-1]:
            raise FeedBroken("the page says it goes on before its last event")
        return page

    def _read(self, asked: Mapping[str, int | str | list[str]], wait_s: int = 0) -> FeedPage:
        try:
            with self._http.stream(
                "GET",
                "/feed",
                params=dict(asked),
                headers={
                    "Authorization": f"Bearer {self._read_token()}",
                    "Accept": NDJSON,
                    "Accept-Encoding": "identity",
                },
                timeout=httpx.Timeout(READ_S, connect=CONNECT_S, read=wait_s + READ_S),
            ) as response:
                _refuse_status(response)
                page = _page(response.headers, _body(response))
        except httpx.HTTPError as failure:
            raise FeedUnavailable(type(failure).__name__) from failure
        if len(page.events) > int(str(asked["limit"])):
            raise FeedBroken("the page holds more events than were asked for")
        if page.head < page.scanned_through:
            raise FeedBroken(f"the log ends at {page.head}, before what was read of it already")
        return page

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
            raise FeedUnavailable("the token file cannot be read") from failure


def _refuse_status(response: httpx.Response) -> None:
    if response.status_code == httpx.codes.OK:
        return
    if response.has_redirect_location:
        raise FeedBroken("the feed redirects; a follower follows one address only")
    retry_after = response.headers.get("Retry-After", "")
    raise FeedUnavailable(f"answered {response.status_code}", float(retry_after) if retry_after.isdecimal() else None)


def _body(response: httpx.Response) -> bytes:
    if response.headers.get("content-type", "").partition(";")[0].strip() != NDJSON:
        raise FeedBroken("the feed is not NDJSON")
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_raw():
        size += len(chunk)
        if size > MAX_RESPONSE_BYTES:
            raise FeedBroken(f"a page of the feed is larger than {MAX_RESPONSE_BYTES} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _page(headers: httpx.Headers, body: bytes) -> FeedPage:
    events = body.split(b"\n")
    if events.pop():
        raise FeedBroken("the last line of the page has no end")
    return FeedPage(events, _number(headers, SCANNED_THROUGH), _number(headers, HEAD), _instant(headers))


def _positions(page: FeedPage) -> list[int]:
    return [_sequence(event) for event in page.events]


def _sequence(event: bytes) -> int:
    try:
        sequence = _decoder.decode(event).sequence
    except msgspec.DecodeError:
        raise FeedBroken("a line of the page is no event") from None
    return int(sequence) if sequence.isdecimal() and sequence.isascii() and len(sequence) == 20 else -1


def _number(headers: httpx.Headers, name: str) -> int:
    value = headers.get(name, "")
    if not _position.match(value):
        raise FeedBroken(f"the header {name} is no position")
    return int(value)


def _instant(headers: httpx.Headers) -> datetime:
    try:
        instant = datetime.fromisoformat(headers.get(RECORDED_THROUGH, ""))
    except ValueError:
        raise FeedBroken(f"the header {RECORDED_THROUGH} is no instant") from None
    if instant.tzinfo is None:
        raise FeedBroken(f"the header {RECORDED_THROUGH} has no offset")
    return instant.astimezone(UTC)
