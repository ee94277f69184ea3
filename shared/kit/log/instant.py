"""Instants as the log keeps them: whole microseconds since 1970 in UTC, so that stores order and add them exactly."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

Clock: TypeAlias = Callable[[], datetime]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def utc_now() -> datetime:
    """Return the machine's time, UTC."""
    return datetime.now(UTC)


def to_us(instant: datetime) -> int:
    """Return microseconds since 1970-01-01T00:00:00Z.

    Raises:
        TypeError: the instant has no zone.
    """
    return (instant - _EPOCH) // _MICROSECOND


def from_us(microseconds: int) -> datetime:
    """Return the UTC instant that is so many microseconds after 1970-01-01T00:00:00Z."""
    return _EPOCH + microseconds * _MICROSECOND
