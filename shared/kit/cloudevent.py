"""The bytes of a fact: canonical JSON of a CloudEvents 1.0 envelope, stored, hashed, fed and sent unchanged.

Canonical means: ASCII, sorted keys, no blanks, strings, integers, booleans, arrays and objects, no floats, no nulls
at the top level, at most 60 KiB. Source: CloudEvents 1.0, contracts of the log.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeAlias

import msgspec

MAX_EVENT_BYTES: Final = 60 * 1024
SEQUENCE_DIGITS: Final = 20

StandingEffect: TypeAlias = Literal["points", "none"]


class Draft(msgspec.Struct, frozen=True):
    """An event that is to be appended: all of its envelope but position and recorded time.

    `data` is canonical JSON already (see `canonical`), so that only the envelope is rendered under the append lock.
    `time` is the effective instant; None means "the recorded time", as for a decision.
    `stream_version` counts from 1 and must be the stream's next.
    """

    id: str
    type: str
    stream: str
    stream_version: int
    subject: str
    data: bytes
    time: datetime | None = None
    standing_effect: StandingEffect = "none"
    correlation_id: str = ""
    causation_id: str = ""
    actor: str = ""
    actor_role: str = ""
    command_key: str = ""
    leaf_salt: str = ""  # 32 hexadecimal digits: 16 random bytes that keep a leaf from being guessed


class Envelope(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A stored fact, decoded. Names are the wire's and stand in sorted order, which makes the encoding canonical."""

    actor: str = ""
    actorrole: str = ""
    causationid: str = ""
    commandkey: str = ""
    correlationid: str = ""
    data: msgspec.Raw
    datacontenttype: Literal["application/json"]
    id: str
    leafsalt: str = ""
    partitionkey: str
    recordedtime: datetime
    sequence: str
    source: str
    specversion: Literal["1.0"]
    standingeffect: StandingEffect
    stream: str
    streamversion: int
    subject: str
    time: datetime
    type: str

    @property
    def position(self) -> int:
        """The position in its log, from 1."""
        return int(self.sequence)


Encode: TypeAlias = Callable[[Draft, int, datetime], bytes]

_sorted: Final = msgspec.json.Encoder(order="sorted")
_plain: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Envelope)


def canonical(data: Any) -> bytes:
    """Return `data` (dataclasses, structs, dicts, UTC instants) as canonical JSON.

    Raises:
        ValueError: a string in it is not ASCII; free text belongs in the vault, not in an event.
    """
    encoded = _sorted.encode(data)
    if not encoded.isascii():
        raise ValueError("event data must be ASCII: free text belongs in the vault")
    return encoded


def encoder(source: str) -> Encode:
    """Return the function that renders drafts of the log named `source` (a `urn:uuid:` address) to their final bytes.

    Raises (the returned function):
        ValueError: the event would be longer than `MAX_EVENT_BYTES` or holds a character outside ASCII.
    """

    def encode(draft: Draft, position: int, recorded_at: datetime) -> bytes:
        rendered = _plain.encode(
            Envelope(
                actor=draft.actor,
                actorrole=draft.actor_role,
                causationid=draft.causation_id,
                commandkey=draft.command_key,
                correlationid=draft.correlation_id,
                data=msgspec.Raw(draft.data),
                datacontenttype="application/json",
                id=draft.id,
                leafsalt=draft.leaf_salt,
                partitionkey=draft.subject,
                recordedtime=recorded_at,
                sequence=str(position).zfill(SEQUENCE_DIGITS),
                source=source,
                specversion="1.0",
                standingeffect=draft.standing_effect,
                stream=draft.stream,
                streamversion=draft.stream_version,
                subject=draft.subject,
                time=recorded_at if draft.time is None else draft.time.astimezone(UTC),
                type=draft.type,
            )
        )
        if len(rendered) > MAX_EVENT_BYTES:
            raise ValueError(f"an event holds at most {MAX_EVENT_BYTES} bytes, this one {len(rendered)}")
        if not rendered.isascii():
            raise ValueError("an event envelope must be ASCII")
        return rendered

    return encode


def decode(stored: bytes) -> Envelope:
    """Return the envelope of stored bytes. Unknown attributes are ignored, as CloudEvents asks.

    Raises:
        msgspec.ValidationError: the bytes are not such an envelope.
    """
    return _decoder.decode(stored)
