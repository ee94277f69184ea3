"""Reading another service's feed, believing nothing: order, holes, sizes and promises are checked at each page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

import httpx
import msgspec

from shared.kit.asking import FeedBroken, FeedUnavailable
from shared.kit.audit.client import TreeClient
from shared.kit.wire import HEAD, NDJSON, RECORDED_THROUGH, SCANNED_THROUGH

__all__ = ["FeedBroken", "FeedClient", "FeedPage", "FeedUnavailable"]

MAX_RESPONSE_BYTES: Final = 16 * 1024 * 1024

_position: Final = re.compile(r"[0-9]{1,18}\Z")


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


class FeedClient(TreeClient):
    """Reads the feed of the service at `base_url`, and what is under `/log` there. One thread at a time."""

    def page(self, after: int, limit: int, wait_s: int = 0) -> FeedPage:
        """Return the events with position above `after`, at most `limit`; at the head, wait up to `wait_s` seconds.

        Raises:
            FeedUnavailable: try again, not before `retry_after_s` where it is given.
            FeedBroken: see there; nothing of the page is to be used.
        """
        page = self.lines(after, limit, wait_s)
        if _positions(page) != list(range(after + 1, after + 1 + len(page.events))):
            raise FeedBroken(f"a position behind {after} is missing or out of order")
        if page.scanned_through != after + len(page.events):
            raise FeedBroken("the page says it goes on elsewhere than behind its last event")
        return page

    def lines(self, after: int, limit: int, wait_s: int = 0) -> FeedPage:
        """Return what is answered for a page, its lines unread: for whoever checks every event by itself.

        Raises:
            FeedUnavailable, FeedBroken: as for `page`, but for what its lines say.
        """
        return self._read({"after": after, "limit": limit, "wait": wait_s}, wait_s)

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
        page = _page(*self.get("/feed", asked, NDJSON, MAX_RESPONSE_BYTES, wait_s))
        if len(page.events) > int(str(asked["limit"])):
            raise FeedBroken("the page holds more events than were asked for")
        if page.head < page.scanned_through:
            raise FeedBroken(f"log_went_back at position {page.head}: it was read further already")
        return page


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
