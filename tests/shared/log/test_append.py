"""Conformance: what every log promises of an append (positions, times, bytes, tree, conflicts)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from shared.kit import cloudevent
from shared.kit.cloudevent import Draft, Encode
from shared.kit.log import merkle
from shared.kit.log.model import Append, Appended, EventLog, Idempotency, Stamp, StreamConflict, Tracking
from shared.kit.log.rows import RowChange
from tests.support.logs import NOON, NOTED, LogStore, StandingClock, draft, everything, plain_root


def appended(log: EventLog, *drafts: Draft) -> Appended:
    outcome = log.append(Append(drafts))
    assert isinstance(outcome, Appended)
    return outcome


def test_a_new_log_is_empty(log: EventLog) -> None:
    head = log.head()
    assert (head.position, head.recorded_at, head.frontier) == (0, None, ())
    assert log.read(0, 10).events == ()
    assert log.id.startswith("urn:uuid:")


def test_positions_count_from_one_without_a_hole(log: EventLog) -> None:
    first = appended(log, draft("account-a", 1), draft("account-b", 1))
    second = appended(log, draft("account-a", 2))
    assert [stamp.position for stamp in (*first.stamps, *second.stamps)] == [1, 2, 3]
    assert [event.position for event in everything(log)] == [1, 2, 3]
    assert log.head().position == 3


def test_an_event_is_read_as_it_was_appended(log: EventLog) -> None:
    given = draft("case-7", 1, kind="demerit.test.other.v1", subject="s9")
    (stamp,) = appended(log, given).stamps
    (event,) = everything(log)
    assert (event.position, event.recorded_at) == (stamp.position, stamp.recorded_at)
    assert (event.type, event.stream, event.stream_version) == ("demerit.test.other.v1", "case-7", 1)
    envelope = cloudevent.decode(event.state)
    assert (envelope.position, envelope.recordedtime) == (stamp.position, stamp.recorded_at)
    assert (envelope.id, envelope.source, envelope.subject) == (given.id, log.id, "s9")
    assert bytes(envelope.data) == given.data


def test_a_decision_takes_effect_when_it_is_recorded_and_other_facts_when_they_say(log: EventLog) -> None:
    given = draft("case-1", 2)
    earlier = Draft(given.id, given.type, given.stream, 2, given.subject, given.data, time=NOON - timedelta(days=3))
    appended(log, draft("case-1", 1), earlier)
    decision, fact = (cloudevent.decode(event.state) for event in everything(log))
    assert decision.time == decision.recordedtime
    assert fact.time == NOON - timedelta(days=3)


def test_recorded_time_is_the_clock_while_that_moves_on(log: EventLog, clock: StandingClock) -> None:
    times = []
    for version in range(1, 4):
        times += [stamp.recorded_at for stamp in appended(log, draft(version=version)).stamps]
        clock.advance(1)
    assert times == [NOON + timedelta(seconds=seconds) for seconds in range(3)]


@pytest.mark.parametrize("step_s", [0, -5, -0.000001])
def test_recorded_time_grows_although_the_clock_does_not(log: EventLog, clock: StandingClock, step_s: float) -> None:
    times: list[datetime] = []
    for version in range(1, 12, 2):
        stamps = appended(log, draft(version=version), draft(version=version + 1)).stamps
        times += [stamp.recorded_at for stamp in stamps]
        clock.advance(step_s)
    assert times == [NOON + timedelta(microseconds=microsecond) for microsecond in range(12)]
    assert log.head().recorded_at == times[-1]


def test_the_stored_bytes_are_the_leaves_of_the_tree(log: EventLog) -> None:
    for size in range(1, 12):
        appended(log, draft(version=size))
        assert merkle.root(log.head().frontier) == plain_root([event.state for event in everything(log)])


def test_a_batch_grows_the_tree_as_single_appends_do(log: EventLog) -> None:
    log.append_batch([Append([draft(f"account-{n}", version) for version in (1, 2, 3)]) for n in range(5)])
    assert merkle.root(log.head().frontier) == plain_root([event.state for event in everything(log)])
    assert len(log.head().frontier) == (15).bit_count()


def test_a_version_that_is_taken_is_a_conflict(log: EventLog) -> None:
    appended(log, draft("case-1", 1))
    before = log.head()
    assert log.append(Append([draft("case-1", 1)])) == StreamConflict("case-1", 1)
    assert log.head() == before


def test_a_version_that_leaves_a_hole_is_a_conflict(log: EventLog) -> None:
    appended(log, draft("case-1", 1))
    assert log.append(Append([draft("case-1", 3)])) == StreamConflict("case-1", 3)
    assert log.append(Append([draft("case-2", 0)])) == StreamConflict("case-2", 0)
    assert log.append(Append([draft("case-1", 2), draft("case-1", 2)])) == StreamConflict("case-1", 2)
    assert log.head().position == 1


def test_one_event_out_of_turn_refuses_all_of_its_append(log: EventLog) -> None:
    appended(log, draft("case-2", 1))
    assert log.append(Append([draft("case-1", 1), draft("case-2", 1)])) == StreamConflict("case-2", 1)
    assert log.stream("case-1") == []


def test_a_batch_has_one_outcome_per_append_and_a_conflict_is_only_its_own(log: EventLog) -> None:
    appended(log, draft("case-1", 1))
    batch = [
        Append([draft("case-1", 1), draft("case-3", 1)]),
        Append([draft("case-2", 1)]),
        Append([draft("case-1", 9)]),
        Append([draft("case-1", 2), draft("case-1", 3)]),
    ]
    outcomes = log.append_batch(batch)
    assert [type(outcome) for outcome in outcomes] == [StreamConflict, Appended, StreamConflict, Appended]
    assert [(event.stream, event.stream_version) for event in everything(log)] == [
        ("case-1", 1),
        ("case-2", 1),
        ("case-1", 2),
        ("case-1", 3),
    ]


def test_an_append_sees_those_before_it_in_its_batch(log: EventLog) -> None:
    outcomes = log.append_batch(
        [Append([draft("case-1", 1)]), Append([draft("case-1", 1)]), Append([draft("case-1", 2)])]
    )
    assert [type(outcome) for outcome in outcomes] == [Appended, StreamConflict, Appended]


def test_an_append_may_be_empty_and_a_batch_too(log: EventLog) -> None:
    assert log.append_batch([]) == []
    assert log.append(Append()) == Appended(())
    assert log.head().position == 0


def test_a_batch_has_a_limit(log: EventLog) -> None:
    with pytest.raises(ValueError, match="at most 1000 appends"):
        log.append_batch([Append()] * 1001)
    assert log.append_batch([Append()] * 1000) == [Appended(())] * 1000


@pytest.mark.parametrize("name", ["a\0b", "\ud800"], ids=["NUL", "surrogate"])
@pytest.mark.parametrize(
    "named",
    [
        lambda name: Append([replace(draft(), stream=name)]),
        lambda name: Append([draft(kind=name)]),
        lambda name: Append([draft(subject=name)]),
        lambda name: Append([draft()], idempotency=Idempotency(name, b"d", lambda _: b"r")),
        lambda name: Append([draft()], tracking=Tracking(name, 1)),
    ],
    ids=["stream", "type", "subject", "key", "tracking"],
)
def test_a_name_that_not_every_store_could_hold_is_refused(
    log: EventLog, named: Callable[[str], Append], name: str
) -> None:
    with pytest.raises(ValueError, match="text without NUL"):
        log.append_batch([Append([draft("case-1")]), named(name)])
    assert log.head().position == 0


@pytest.mark.parametrize("name", ["a\0b", "\ud800"], ids=["NUL", "surrogate"])
def test_a_name_that_no_log_holds_is_not_found(log: EventLog, name: str) -> None:
    appended(log, draft())
    assert log.stream(name) == []
    assert log.stream(name, "account-s1") == everything(log)
    assert (log.kept(name), log.tracked(name)) == (None, 0)
    for page in (log.read(0, 9, subject=name), log.read(0, 9, types=[name])):
        assert (page.events, page.scanned_through, page.head) == ((), 1, 1)
    assert log.read(0, 9, types=[name, NOTED]).events == tuple(everything(log))


def test_the_log_renders_with_the_encoder_it_was_given(store: LogStore, clock: StandingClock) -> None:
    def encode_for(source: str) -> Encode:
        return lambda draft, position, recorded_at: f"{source} {position} {recorded_at} {draft.id}".encode()

    log = store.open(clock, encode_for=encode_for)
    given = draft()
    appended(log, given)
    assert everything(log)[0].state == f"{log.id} 1 {NOON} {given.id}".encode()


def test_stamps_are_what_the_outcome_and_the_callables_are_given(log: EventLog) -> None:
    seen: list[Stamp] = []

    def rows(stamps: Sequence[Stamp]) -> Sequence[RowChange]:
        seen.extend(stamps)
        return ()

    outcome = log.append(Append([draft(version=1), draft(version=2)], rows))
    assert isinstance(outcome, Appended)
    assert tuple(seen) == outcome.stamps
    assert len(seen) == 2
