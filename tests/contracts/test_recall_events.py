"""What the cases service publishes of recalls: names for ever, old bytes always readable, every fact small enough."""

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from services.cases.domain.recall.decider import CHUNK
from services.cases.domain.recall.events import Criteria, RecallFact, RecallProposed, RecallSelected, Selected
from services.cases.publication import UnknownEvent
from services.cases.recallpublication import NAMES, TYPES, By, from_stored, to_draft
from shared.kit import cloudevent
from shared.kit.ids import uuid7
from shared.kit.log.instant import to_us
from shared.kit.log.model import Stored
from tests.support.recall_samples import SAMPLES

GOLDEN = Path(__file__).with_name("golden")
RECORDED = datetime(2026, 3, 2, 3, 0, 0, 654321, tzinfo=UTC)
SOURCE = "urn:uuid:00000000-0000-7000-8000-000000000000"
RECALL = "01a20a0b-690e-745e-a361-cf6a252e7b48"
MAX_NAMED = 1000
LONGEST = "x" * 64


def stored(state: bytes) -> Stored:
    """Return what a log would give for these bytes."""
    envelope = cloudevent.decode(state)
    return Stored(
        envelope.position, to_us(envelope.recordedtime), envelope.type, envelope.stream, envelope.streamversion, state
    )


def rendered(fact: RecallFact) -> bytes:
    """Return the bytes that the log would store for a fact."""
    draft = to_draft(fact, RECALL, version=3, by=By(LONGEST, "supervisor", "0f" * 32), causation_id=RECALL)
    return cloudevent.encoder(SOURCE)(draft, 7, RECORDED)


@pytest.mark.parametrize("name", TYPES)
def test_the_bytes_of_every_event_are_read_for_ever(name: str) -> None:
    """The file was written when the event was introduced; it must still mean the same fact."""
    old = (GOLDEN / f"{name}.json").read_bytes().rstrip(b"\n")
    assert from_stored(stored(old)).event == SAMPLES[name.removeprefix("demerit.cases.").removesuffix(".v1")]
    new = cloudevent.decode(rendered(from_stored(stored(old)).event))
    assert new.data == cloudevent.decode(old).data


def test_every_fact_has_one_name_and_every_name_one_fact() -> None:
    assert set(NAMES) == set(get_args(RecallFact))
    assert all(TYPES[NAMES[fact]] is fact for fact in NAMES)


def test_a_recall_moves_no_points_and_is_about_itself() -> None:
    """The ledger passes over it; what it revokes moves points on the streams of the cases."""
    for sample in SAMPLES.values():
        envelope = cloudevent.decode(rendered(sample))
        assert envelope.standingeffect == "none"
        assert (envelope.subject, envelope.partitionkey) == (f"recall:{RECALL}", f"recall:{RECALL}")
        assert (envelope.stream, envelope.correlationid) == (f"recall-{RECALL}", RECALL)


def test_the_largest_facts_fit_into_an_event() -> None:
    """Given as many decisions as a fact may hold, named or selected, and the longest names, then it fits."""
    ids = tuple(uuid7() for _ in range(MAX_NAMED))
    named = Criteria(LONGEST, LONGEST, LONGEST, RECORDED, RECORDED, ids)
    assert rendered(RecallProposed(LONGEST, RECORDED, named, 10**15, 10_000, "ab" * 32))
    assert rendered(RecallSelected(tuple(Selected(one, one) for one in ids[:CHUNK])))


def test_an_event_that_no_recall_ever_wrote_stops_the_reader() -> None:
    state = rendered(SAMPLES["recall_completed"])
    with pytest.raises(UnknownEvent, match="position 7"):
        from_stored(stored(state.replace(b"recall_completed.v1", b"recall_completed.v2")))
    with pytest.raises(UnknownEvent):
        from_stored(stored(state.replace(b'"revoked":1', b'"revoked":"1"')))


def test_stored_bytes_are_canonical() -> None:
    for sample in SAMPLES.values():
        state = rendered(sample)
        assert state == msgspec.json.encode(msgspec.json.decode(state), order="sorted")
