"""Field types refuse what pydantic would convert."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.kit.fields import (
    Body,
    Code,
    Flag,
    Identifier,
    Instant,
    LongText,
    Natural,
    ShortText,
    is_identifier,
    says_something,
)


class Sample(Body):
    """One field of each kind."""

    id: Identifier = "a"
    at: Instant = datetime(2026, 1, 1, tzinfo=UTC)
    count: Natural = 0
    flag: Flag = False
    code: Code = "a"
    short: ShortText = "a"
    long: LongText = "a"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", "-a"),
        ("id", "a b"),
        ("id", "a\n"),
        ("id", "é"),
        ("id", "a" * 65),
        ("id", 1),
        ("id", "../etc"),
        ("at", 1_700_000_000),
        ("at", "1700000000"),
        ("at", True),
        ("at", "2026-01-31T09:00:00"),
        ("at", "2026-01-31"),
        ("at", "2026-01-31T09:00:00+08:00\n"),
        ("at", "2026-02-30T09:00:00Z"),
        ("at", "2026-01-31T24:00:00Z"),
        ("at", "2026-01-31T23:59:60Z"),
        ("at", "1999-12-31T23:59:59Z"),
        ("at", "2100-01-01T00:00:00Z"),
        ("at", "2026-01-31T09:00:00.1234567Z"),
        ("at", "２０26-01-31T09:00:00Z"),
        ("count", True),
        ("count", "1"),
        ("count", 1.0),
        ("count", -1),
        ("count", 2**53),
        ("flag", 1),
        ("flag", "true"),
        ("code", "Upper"),
        ("short", ""),
        ("short", "a" * 201),
        ("short", 5),
        ("long", "a" * 4001),
        ("unknown", 1),
    ],
)
def test_a_lookalike_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Sample.model_validate({field: value})


moments = st.datetimes(
    datetime(2000, 1, 2),  # noqa: DTZ001  # hypothesis adds the zone
    datetime(2099, 12, 30),  # noqa: DTZ001  # as above
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@given(moments)
def test_an_instant_is_the_same_moment_in_utc(at: datetime) -> None:
    read = Sample.model_validate({"at": at.isoformat()}).at
    assert (read, read.tzinfo) == (at, UTC)


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", fullmatch=True))
def test_an_identifier_stays_as_it_is(text: str) -> None:
    assert is_identifier(text)
    assert Sample.model_validate({"id": text}).id == text


@pytest.mark.parametrize(
    ("text", "says"),
    [("", False), (" \t\n", False), ("\u200b\u200b", False), ("\u3000\ufeff", False), ("查", True), (" . ", True)],
)
def test_a_text_says_something_where_something_of_it_shows(text: str, says: bool) -> None:
    assert says_something(text) is says


def test_a_body_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Sample().count = 1
