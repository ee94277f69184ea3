"""Digests of standings: a function of the ledger's log, recorded once each, and never in a seller's way."""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

import msgspec
from hypothesis import given, settings

from services.ledger.domain.answer import Held
from services.ledger.domain.events import FactEvent, fact_of
from services.ledger.domain.facts import Fact
from services.ledger.domain.standing import standing_at
from shared.contracts.entries import DIGEST, DIGEST_STREAM
from shared.kit.cloudevent import canonical, decode
from shared.kit.log.model import EventLog
from shared.rulebook.model import Ref
from tests.ledger.follower.test_determinism import happenings, play, readings
from tests.support.decisions import DAY, FIRST, SEED, Decisions
from tests.support.following import Following
from tests.support.logs import everything

ENTRIES: Final = 3


def recorded(log: EventLog) -> list[dict[str, Any]]:
    """Return the data of every digest, in order."""
    return [msgspec.json.decode(decode(stored.state).data) for stored in log.stream(DIGEST_STREAM)]


def expected(ledger: Following, size: int) -> list[dict[str, Any]]:
    """Return the digests as the contract's words say, from the whole log at once."""
    facts: dict[str, list[Fact]] = {}
    window: dict[str, Mapping[str, Any]] = {}
    found: list[dict[str, Any]] = []
    count, after, previous = 0, 0, "0" * 64
    for stored in everything(ledger.log):
        if stored.type == DIGEST:
            continue
        event = ledger.codec.event(stored)
        if not isinstance(event, FactEvent):
            continue
        seller, fact = stored.stream.removeprefix("account-"), fact_of(event)
        facts.setdefault(seller, []).append(fact)
        standing = standing_at(seller, facts[seller], SEED, as_of=fact.recorded_at)
        window[seller] = {
            "seller": seller,
            "account_version": stored.stream_version,
            "as_of": fact.recorded_at,
            **{name: getattr(standing, name) for name in Held.__dataclass_fields__},
        }
        count += 1
        if count == size:
            lines = b"".join(sha256(canonical(window[name])).digest() for name in sorted(window))
            digest = sha256(bytes.fromhex(previous) + lines).hexdigest()
            numbers = {"number": len(found) + 1, "entries": size, "accounts": len(window)}
            chain = {"after": after, "through": stored.position, "previous": previous, "digest": digest}
            found.append(numbers | chain)
            count, after, previous, window = 0, stored.position, digest, {}
    return found


@settings(max_examples=60, deadline=None)
@given(happenings, readings)
def test_digests_are_a_function_of_the_log(
    told: list[tuple[int, str, tuple[str, int]]], read: list[tuple[int, int, bool]]
) -> None:
    """However the cases were read and the follower restarted: those that the words of the contract make of it."""
    ledger = play(told, read, ENTRIES)
    assert recorded(ledger.log) == expected(ledger, ENTRIES)


def test_a_window_that_is_not_full_has_no_digest_yet(cases: Decisions, ledger: Following) -> None:
    """And the default window is a thousand entries."""
    ledger = Following(cases, cases.clock, entries=ENTRIES)
    for number in range(ENTRIES):
        assert recorded(ledger.log) == []
        cases.ordinary(f"s-{number}")
        ledger.catch_up()
    assert [one["number"] for one in recorded(ledger.log)] == [1]
    assert Following(cases, cases.clock).entries == 1000


def test_a_seller_does_not_meet_it(cases: Decisions) -> None:
    """Neither among its events nor by its subject; whoever reads the whole feed may pass over it."""
    ledger = Following(cases, cases.clock, entries=1)
    cases.ordinary("s-1")
    ledger.catch_up()
    assert [one.type for one in ledger.log.read(0, 10, subject="s-1").events] == [
        "demerit.ledger.ordinary_violation_recorded.v1"
    ]
    (stored,) = ledger.log.stream(DIGEST_STREAM)
    envelope = decode(stored.state)
    assert (envelope.subject, envelope.standingeffect, envelope.streamversion) == ("standings/digest", "none", 1)
    assert ledger.ask("s-1")["account_version"] == 1


def test_of_two_writers_one_records_it(cases: Decisions) -> None:
    """The other notices, reads again and goes on."""
    first = Following(cases, cases.clock, entries=ENTRIES)
    second = Following(cases, cases.clock, first.log, entries=ENTRIES)
    for number in range(ENTRIES):
        cases.ordinary(f"s-{number}")
    first.step()
    assert not second.step()
    cases.ordinary("s-9")
    assert second.step()
    first.catch_up()
    second.catch_up()
    assert recorded(first.log) == expected(first, ENTRIES)
    assert len(recorded(first.log)) == 1


def test_a_long_history_is_digested_window_by_window_at_the_head(cases: Decisions) -> None:
    """Not while pages wait to be folded; then one in a step, without waiting for the feed in between."""
    ledger = Following(cases, cases.clock, entries=ENTRIES)
    for number in range(3 * ENTRIES):
        cases.ordinary(f"s-{number % 4}", 1, at=FIRST + number * DAY)
    ledger.step(2 * ENTRIES)
    assert recorded(ledger.log) == []
    ledger.step()
    assert (len(recorded(ledger.log)), ledger.ledger.digests_due) == (1, True)
    ledger.catch_up()
    assert (len(recorded(ledger.log)), ledger.ledger.digests_due) == (3, False)
    assert recorded(ledger.log) == expected(ledger, ENTRIES)


def test_what_another_process_released_is_read_again(cases: Decisions) -> None:
    """The follower's own memory of the account is older than the entries that the release made."""
    ledger = Following(cases, cases.clock, entries=ENTRIES)
    cases.ordinary("s-1")
    wrong = cases.reverse("s-1", "nothing", at=FIRST + DAY)
    cases.ordinary("s-1", at=FIRST + 2 * DAY)
    ledger.catch_up()
    assert wrong.position == 2
    other = Following(cases, cases.clock, ledger.log, entries=ENTRIES)
    facts = other.ledger.release("s-1", "admin-1")
    assert facts is not None
    cases.ordinary("s-2", at=FIRST + 3 * DAY)
    ledger.catch_up()
    assert recorded(ledger.log) == expected(ledger, ENTRIES)


def test_a_rulebook_that_is_published_later_changes_no_digest(cases: Decisions) -> None:
    """What a digest tells looks at nothing that is still to come."""
    (version,) = SEED.versions
    later = FIRST + 400 * DAY
    ends, begins = (
        replace(version, effective_until=later),
        replace(version, ref=Ref("later", "d" * 64), effective_from=later, tracks={}),
    )
    digests = []
    for timeline in (SEED, replace(SEED, versions=(ends, begins))):
        ledger = Following(cases, cases.clock, timeline=timeline, entries=2)
        if not cases.log.head().position:
            cases.severe("s-1")
            cases.ordinary("s-2")
        ledger.catch_up()
        digests.append(recorded(ledger.log))
    assert len(digests[0]) == 1
    assert digests[0] == digests[1]
