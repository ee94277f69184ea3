"""Identifiers are UUIDs of version 7: the instant first, then chance."""

import time
from uuid import RFC_4122, UUID

from shared.kit.ids import uuid7


def test_an_id_is_a_uuid_of_version_7() -> None:
    """In its canonical form, whatever chance put into it."""
    for _ in range(1000):
        made = uuid7()
        assert (UUID(made).version, UUID(made).variant, str(UUID(made))) == (7, RFC_4122, made)


def test_an_id_begins_with_the_milliseconds_of_its_making() -> None:
    """So that ids sort by time."""
    before = time.time_ns() // 1_000_000
    made = UUID(uuid7()).int >> 80
    assert before <= made <= time.time_ns() // 1_000_000


def test_no_two_ids_are_the_same() -> None:
    """Within a millisecond either."""
    assert len({uuid7() for _ in range(10_000)}) == 10_000
