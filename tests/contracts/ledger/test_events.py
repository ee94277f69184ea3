"""The ledger's events on the wire: golden bytes of every type and version, strict both ways."""

from pathlib import Path
from typing import Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.account import Account, decide, evolve, open_account
from services.ledger.domain.commands import AccountCommand, LapseThrough, Quarantine, Release
from services.ledger.domain.events import AccountEvent
from services.ledger.entries import EFFECTS, written
from services.ledger.entries_read import read
from services.ledger.publication import MAX_DATA_BYTES, Publication
from shared.contracts import entries as contract
from shared.kit.cloudevent import canonical
from shared.kit.decider import Refusal
from shared.kit.fields import is_identifier
from tests.support.decisions import DAY, SEED
from tests.support.ledger_histories import BEGIN, ORDINARY, SEVERE, Step, commands, steps

GOLDEN: Final = Path(__file__).parent / "golden"
TYPES: Final = sorted(EFFECTS)


def golden(event_type: str) -> bytes:
    """Return the golden data of a type, as stored."""
    return (GOLDEN / f"{event_type}.json").read_bytes().rstrip(b"\n")


@pytest.mark.parametrize("event_type", TYPES)
def test_what_was_written_once_reads_and_writes_the_same_for_ever(event_type: str) -> None:
    """These files are never edited; a new meaning is a new version beside the old."""
    event = read(event_type, msgspec.Raw(golden(event_type)))
    version = msgspec.json.decode(golden(event_type))["account_version"]
    again, data = written(event, version, SEED)
    assert (again, canonical(data)) == (event_type, golden(event_type))


def test_every_type_has_its_golden_file_and_no_other() -> None:
    """Old versions stay readable: their files stay too."""
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == sorted([*TYPES, contract.DIGEST])


def test_a_digest_of_standings_reads_and_writes_the_same_for_ever() -> None:
    """It is about no account: no id of one has a stroke."""
    digest = msgspec.json.decode(golden(contract.DIGEST), type=contract.StandingsDigestRecorded)
    draft = Publication(SEED).digest(digest)
    assert (draft.type, draft.data) == (contract.DIGEST, golden(contract.DIGEST))
    assert (draft.stream, draft.stream_version) == ("standings-digest", digest.number)
    assert draft.standing_effect == "none"
    assert not is_identifier(draft.subject)


@pytest.mark.parametrize("event_type", TYPES)
def test_data_that_lack_a_field_or_hold_another_type_are_not_read(event_type: str) -> None:
    """Our own log is trusted to the letter, so a letter less is found."""
    whole = msgspec.json.decode(golden(event_type))
    for name in whole:
        lacking = {key: value for key, value in whole.items() if key != name}
        wrong = {**whole, name: {"of": ["another", "type"]}}
        for data in (lacking, wrong):
            with pytest.raises(msgspec.ValidationError):
                read(event_type, msgspec.Raw(msgspec.json.encode(data)))


def test_a_type_that_is_not_ours_is_not_read() -> None:
    """Whatever its data."""
    with pytest.raises(KeyError):
        read("demerit.ledger.ordinary_violation_recorded.v2", msgspec.Raw(b"{}"))


def lived(told: list[Step]) -> tuple[Account, list[AccountEvent]]:
    """Return an account with all its events: the facts, time passing, quarantine and release."""
    account, events = open_account("seller"), list[AccountEvent]()
    last: list[AccountCommand] = [LapseThrough(BEGIN + 5000 * DAY), Quarantine(99, "e99", "because"), Release(99)]
    for command in [*commands(told, SEED), *last]:
        decided = decide(account, command, SEED)
        assert not isinstance(decided, Refusal)
        for event in decided:
            account, events = evolve(account, event), [*events, event]
    return account, events


@settings(max_examples=100, deadline=None)
@given(steps(ORDINARY, SEVERE))
def test_every_event_reads_back_as_it_was(told: list[Step]) -> None:
    """And the account folded from what was read is the account."""
    account, events = lived(told)
    again = open_account("seller")
    for version, event in enumerate(events, 1):
        event_type, data = written(event, version, SEED)
        back = read(event_type, msgspec.Raw(canonical(data)))
        assert back == event
        again = evolve(again, back)
    assert again == account


@settings(max_examples=50, deadline=None)
@given(steps(ORDINARY, SEVERE), st.text("abc", max_size=5))
def test_drafts_name_stream_version_and_effect(told: list[Step], actor: str) -> None:
    """As the envelope will say; nothing is longer than an event may be."""
    codec = Publication(SEED)
    for version, event in enumerate(lived(told)[1], 1):
        draft = codec.draft(event, "seller", version, None, actor)
        assert (draft.stream, draft.stream_version, draft.subject) == ("account-seller", version, "seller")
        assert draft.standing_effect == EFFECTS[draft.type]
        assert len(draft.data) <= MAX_DATA_BYTES
        assert draft.actor == (actor or "system")


def test_a_follower_of_the_ledger_must_not_pass_over_what_moves_points() -> None:
    """Nor over what moves sanctions alone; lapses change points too."""
    moving = {contract.ORDINARY_RECORDED, contract.SEVERE_RECORDED, contract.REVERSED, contract.LAPSED}
    moving |= {contract.STAYED, contract.STAY_LIFTED, contract.SANCTIONS_MOVED}
    assert {event_type for event_type, effect in EFFECTS.items() if effect == "points"} == moving
