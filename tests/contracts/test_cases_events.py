"""What the cases service publishes: names for ever, old bytes always readable, contracts satisfied by the bytes.

`golden/` holds one stored event of every name and version. A file there is never changed; a new version adds one.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from services.cases.domain.events import CaseEvent, ClockEvent, ComplaintFiled
from services.cases.publication import (
    MOVES_POINTS,
    NAMES,
    TYPES,
    Fact,
    Provenance,
    UnknownEvent,
    effective_at,
    from_stored,
    to_draft,
)
from services.cases.recallpublication import TYPES as RECALLS
from shared.contracts import decisions, findings
from shared.kit import cloudevent
from shared.kit.log.instant import to_us
from shared.kit.log.model import Stored
from tests.support.cases_samples import SAMPLES

GOLDEN = Path(__file__).with_name("golden")
RECORDED = datetime(2026, 3, 2, 3, 0, 0, 654321, tzinfo=UTC)
SOURCE = "urn:uuid:00000000-0000-7000-8000-000000000000"
PROVENANCE = Provenance("case-id", "s-1", "o-1", "officer", "0f" * 32)


def stored(state: bytes) -> Stored:
    """Return what a log would give for these bytes."""
    envelope = cloudevent.decode(state)
    return Stored(
        envelope.position, to_us(envelope.recordedtime), envelope.type, envelope.stream, envelope.streamversion, state
    )


def rendered(fact: Fact) -> bytes:
    """Return the bytes that the log would store for a fact."""
    draft = to_draft(fact, event_id="0198c5a2-5e60-7d3a-9c7e-3f1d2b4a6c8e", version=3, provenance=PROVENANCE)
    return cloudevent.encoder(SOURCE)(draft, 7, RECORDED)


@pytest.mark.parametrize("name", TYPES)
def test_the_bytes_of_every_event_are_read_for_ever(name: str) -> None:
    """The file was written when the event was introduced; it must still mean the same fact."""
    old = (GOLDEN / f"{name}.json").read_bytes().rstrip(b"\n")
    fact = from_stored(stored(old))
    assert fact.event == SAMPLES[name.removeprefix("demerit.cases.").removesuffix(".v1")]
    assert (fact.id, fact.position, fact.recorded_at) == ("0198c5a2-5e60-7d3a-9c7e-3f1d2b4a6c8e", 7, RECORDED)


@pytest.mark.parametrize("name", TYPES)
def test_what_is_written_today_is_what_was_written_then(name: str) -> None:
    """Only the salt differs from event to event."""
    old = cloudevent.decode((GOLDEN / f"{name}.json").read_bytes())
    new = cloudevent.decode(rendered(from_stored(stored((GOLDEN / f"{name}.json").read_bytes())).event))
    assert msgspec.structs.replace(new, leafsalt=old.leafsalt) == old


def test_there_is_a_golden_file_for_every_name_and_none_besides() -> None:
    assert {path.stem for path in GOLDEN.glob("demerit.cases.*.json")} == {*TYPES, *RECALLS}


def test_every_fact_has_one_name_and_every_name_one_fact() -> None:
    facts = {*get_args(CaseEvent), *get_args(ClockEvent)}
    assert set(NAMES) == facts
    assert len(TYPES) == len(NAMES)
    assert all(TYPES[NAMES[fact]] is fact for fact in facts)


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_a_fact_comes_back_as_it_was(sample: Fact) -> None:
    assert from_stored(stored(rendered(sample))).event == sample


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_stored_bytes_are_canonical(sample: Fact) -> None:
    state = rendered(sample)
    again = msgspec.json.encode(msgspec.json.decode(state), order="sorted")
    assert state == again
    assert state.isascii()
    assert not any(isinstance(value, float) for value in leaves(msgspec.json.decode(state)))


def leaves(value: object) -> Iterator[object]:
    """Yield every value in a JSON document that holds no others."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)
    else:
        yield value


CONTRACTS: dict[str, type[msgspec.Struct]] = {
    decisions.ORDINARY_UPHELD: decisions.ViolationUpheld,
    decisions.SEVERE_UPHELD: decisions.ViolationUpheld,
    decisions.REVERSED: decisions.DecisionReversed,
    decisions.REVOKED: decisions.DecisionReversed,
    decisions.REGRADED: decisions.DecisionRegraded,
    decisions.SANCTION_STAYED: decisions.DecisionReversed,
    decisions.STAY_LIFTED: decisions.DecisionReversed,
}


@pytest.mark.parametrize("name", sorted(MOVES_POINTS))
def test_what_moves_points_satisfies_the_contract_of_followers(name: str) -> None:
    envelope = cloudevent.decode(rendered(SAMPLES[name.split(".")[2]]))
    read = msgspec.json.decode(envelope.data, type=CONTRACTS[name])
    sample = from_stored(stored(rendered(SAMPLES[name.split(".")[2]]))).event
    written = msgspec.convert(msgspec.to_builtins(sample), CONTRACTS[name])
    assert envelope.standingeffect == "points"
    assert read == written


def test_only_what_changes_a_standing_moves_points() -> None:
    effects = {name: cloudevent.decode(rendered(sample)).standingeffect for name, sample in SAMPLES.items()}
    assert {name for name, effect in effects.items() if effect == "points"} == {
        name.split(".")[2] for name in CONTRACTS
    }


def test_what_came_later_is_written_only_where_it_says_something() -> None:
    """Given a filing by a detector that overlaps another case, then both are in its bytes; else neither is named."""
    plain = SAMPLES["complaint_filed"]
    assert isinstance(plain, ComplaintFiled)
    said = replace(plain, detector="night-calls", overlaps=("case-2",))
    assert from_stored(stored(rendered(said))).event == said
    assert b"detector" not in rendered(plain)
    assert b"overlaps" not in rendered(plain)


def test_a_decision_counts_from_its_recorded_time_and_other_facts_from_their_own() -> None:
    for name, sample in SAMPLES.items():
        envelope = cloudevent.decode(rendered(sample))
        assert envelope.time == (effective_at(sample) or RECORDED), name
    assert effective_at(SAMPLES["ordinary_violation_upheld"]) is None
    assert effective_at(SAMPLES["severe_violation_upheld"]) is None


def test_the_envelope_says_whose_it_is_and_the_clock_has_its_own_stream() -> None:
    decided = cloudevent.decode(rendered(SAMPLES["severe_violation_upheld"]))
    assert (decided.subject, decided.partitionkey, decided.correlationid) == ("s-1", "s-1", "case-id")
    assert (decided.actor, decided.actorrole, decided.commandkey) == ("o-1", "officer", "0f" * 32)
    assert (decided.stream, decided.streamversion) == ("case-case-id", 3)
    assert len(bytes.fromhex(decided.leafsalt)) == 16
    assert cloudevent.decode(rendered(SAMPLES["deadline_breached"])).stream == "clock-case-id"


def test_no_two_events_share_their_salt() -> None:
    sample = SAMPLES["proposal_withdrawn"]
    assert cloudevent.decode(rendered(sample)).leafsalt != cloudevent.decode(rendered(sample)).leafsalt


def test_an_unknown_event_in_the_own_log_stops_the_reader() -> None:
    state = rendered(SAMPLES["complaint_withdrawn"]).replace(b"complaint_withdrawn.v1", b"complaint_withdrawn.v2")
    with pytest.raises(UnknownEvent, match="position 7"):
        from_stored(stored(state))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"points":48', b'"points":"48"'), (b'"points":48,', b""), (b'"points":48', b'"points":48.5')],
)
def test_data_that_is_not_what_was_ever_written_stops_the_reader(old: bytes, new: bytes) -> None:
    state = rendered(SAMPLES["severe_violation_upheld"])
    assert old in state
    with pytest.raises(UnknownEvent):
        from_stored(stored(state.replace(old, new)))


READ_BY_SIMULATIONS: dict[str, type[msgspec.Struct]] = {
    findings.FILED: findings.ComplaintFiled,
    findings.DISMISSED: findings.ComplaintDismissed,
    findings.OVERTURNED: findings.DismissalOverturned,
    decisions.ORDINARY_UPHELD: findings.DecisionFound,
    decisions.SEVERE_UPHELD: findings.DecisionFound,
}


@pytest.mark.parametrize("name", sorted(READ_BY_SIMULATIONS))
def test_how_a_decision_came_about_satisfies_the_contract_of_simulations(name: str) -> None:
    """What the bytes of the golden files say, read by the contract, is what the fact says."""
    old = (GOLDEN / f"{name}.json").read_bytes().rstrip(b"\n")
    kind = READ_BY_SIMULATIONS[name]
    read = msgspec.json.decode(cloudevent.decode(old).data, type=kind)
    assert read == msgspec.convert(msgspec.to_builtins(from_stored(stored(old)).event), kind)
    assert getattr(read, "findings", read) is not None
