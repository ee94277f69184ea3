"""A buyer files a complaint: S1, S3 and S11's two clocks."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.cases.domain.case import World
from services.cases.domain.events import ComplaintFiled, Incident, Trade
from services.cases.domain.intake import CHANNELS, MAX_CONTACTS, MAX_INCIDENTS
from shared.rulebook.model import Timeline
from tests.support.cases_scenario import SEED_WORLD, TAOBAO_WORLD, given
from tests.support.cases_story import BUYER, SELLER, file, hour

SHANGHAI_FRIDAY_MIDNIGHT = datetime(2026, 3, 5, 16, tzinfo=UTC)
SHANGHAI_TUESDAY_MIDNIGHT = datetime(2026, 3, 9, 16, tzinfo=UTC)


def test_a_complaint_starts_both_clocks_at_filing_and_pins_the_rulebook_in_force() -> None:
    event = given().when(file()).event
    assert isinstance(event, ComplaintFiled)
    assert (event.complainant, event.respondent, event.filed_at) == (BUYER, SELLER, hour(0))
    assert event.first_handling_due.due == SHANGHAI_FRIDAY_MIDNIGHT
    assert event.resolution_due.due == SHANGHAI_TUESDAY_MIDNIGHT
    assert [ref.id for ref in event.resolution_due.calendars] == ["CN-2026"]
    assert event.rulebook == SEED_WORLD.timeline.versions[0].ref


def test_channels_named_twice_are_kept_once_in_order() -> None:
    event = given().when(file(channels=("sms", "phone", "sms"))).event
    assert isinstance(event, ComplaintFiled)
    assert event.channels == ("sms", "phone")


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_known_channel_is_accepted(channel: str) -> None:
    event = given().when(file(channels=(channel,), incidents=(Incident(channel, hour(-1)),))).event
    assert isinstance(event, ComplaintFiled)


def test_a_complaint_without_a_trade_is_refused() -> None:
    given().when(file(trade=Trade(""))).then_refused("no_trade")


def test_a_complaint_without_an_incident_is_refused() -> None:
    given().when(file(incidents=())).then_refused("no_incident")


def test_an_unknown_channel_is_refused_with_the_known_ones() -> None:
    given().when(file(channels=("phone", "pigeon"))).then_refused(
        "unknown_channel", channel="pigeon", channels=CHANNELS
    )
    pigeon = (Incident("pigeon", hour(-1)),)
    given().when(file(incidents=pigeon)).then_refused("unknown_channel", channel="pigeon")


def test_an_incident_on_a_channel_the_complaint_does_not_name_is_refused() -> None:
    given().when(file(incidents=(Incident("sms", hour(-1)),))).then_refused("channel_not_named", channel="sms")


@pytest.mark.parametrize("incident", [Incident("phone", hour(0.01)), Incident("phone", hour(-1), hour(0.01))])
def test_an_incident_in_the_future_is_refused(incident: Incident) -> None:
    given().when(file(incidents=(incident,))).then_refused("incident_in_future", not_after="2026-03-02T02:00:00Z")


def test_an_incident_at_the_instant_of_filing_is_accepted() -> None:
    assert isinstance(given().when(file(incidents=(Incident("phone", hour(0)),))).event, ComplaintFiled)


def test_an_incident_that_ends_as_it_begins_is_accepted() -> None:
    moment = Incident("phone", hour(-1), hour(-1))
    assert isinstance(given().when(file(incidents=(moment,))).event, ComplaintFiled)


def test_an_incident_that_ends_before_it_begins_is_refused() -> None:
    given().when(file(incidents=(Incident("phone", hour(-1), hour(-2)),))).then_refused("incident_reversed")


@pytest.mark.parametrize(
    ("party", "changes"), [("complainant", {"complainant": ""}), ("respondent", {"respondent": ""})]
)
def test_both_parties_must_be_named(party: str, changes: dict[str, str]) -> None:
    given().when(file(**changes)).then_refused("party_missing", party=party)


def test_nobody_complains_of_oneself() -> None:
    given().when(file(complainant=SELLER)).then_refused("same_party")


def test_counts_have_limits() -> None:
    incident = Incident("phone", hour(-1))
    at_limit = file(incidents=(incident,) * MAX_INCIDENTS, contact_digests=("d",) * MAX_CONTACTS)
    assert isinstance(given().when(at_limit).event, ComplaintFiled)
    more_incidents = file(incidents=(incident,) * (MAX_INCIDENTS + 1))
    given().when(more_incidents).then_refused("too_many", what="incidents", limit=MAX_INCIDENTS)
    more_contacts = file(contact_digests=("d",) * (MAX_CONTACTS + 1))
    given().when(more_contacts).then_refused("too_many", what="contacts", limit=MAX_CONTACTS)


def test_an_order_paid_in_the_future_is_refused() -> None:
    given().when(file(trade=Trade("trade-1", hour(0.001)))).then_refused("order_paid_in_future")
    assert isinstance(given().when(file(trade=Trade("trade-1", hour(0)))).event, ComplaintFiled)


def test_conduct_before_the_first_version_is_refused() -> None:
    long_ago = datetime(2011, 12, 31, 15, 59, 59, tzinfo=UTC)
    filing = file(incidents=(Incident("phone", long_ago),))
    given().when(filing).then_refused("no_rulebook", instant="2011-12-31T15:59:59Z")


@pytest.mark.parametrize(
    ("last", "version"),
    [
        (datetime(2016, 5, 31, 15, 59, 59, tzinfo=UTC), "TB-2012"),
        (datetime(2016, 5, 31, 16, tzinfo=UTC), "TB-2016-06"),
        (datetime(2017, 7, 24, 16, tzinfo=UTC), "TB-2017-07-25"),
    ],
)
def test_the_last_incident_says_which_version_applies(last: datetime, version: str) -> None:
    first = Incident("phone", datetime(2013, 1, 1, tzinfo=UTC))
    ending_last = Incident("phone", datetime(2013, 1, 2, tzinfo=UTC), last)
    event = given(world=TAOBAO_WORLD).when(file(incidents=(ending_last, first))).event
    assert isinstance(event, ComplaintFiled)
    assert event.rulebook.id == version


def _paid_world() -> World:
    """Before 2016-06 conduct decides the version, from then on the payment of the order."""
    old, new = TAOBAO_WORLD.timeline.versions[:2]
    paid = replace(new, basis="order_paid_at", effective_until=None)
    return World(Timeline("paid", (old, paid)), TAOBAO_WORLD.calendars)


def test_where_payment_decides_the_complaint_must_carry_its_time() -> None:
    given(world=_paid_world()).when(file()).then_refused("order_paid_at_needed", rulebook="TB-2016-06")


@pytest.mark.parametrize(
    ("paid_at", "version"),
    [(datetime(2016, 5, 31, tzinfo=UTC), "TB-2012"), (datetime(2016, 6, 2, tzinfo=UTC), "TB-2016-06")],
)
def test_a_trade_paid_before_a_change_keeps_the_rules_it_was_made_under(paid_at: datetime, version: str) -> None:
    event = given(world=_paid_world()).when(file(trade=Trade("trade-1", paid_at))).event
    assert isinstance(event, ComplaintFiled)
    assert event.rulebook.id == version


def test_an_order_paid_before_the_first_version_is_refused() -> None:
    paid_at = datetime(2011, 1, 1, tzinfo=UTC)
    given(world=_paid_world()).when(file(trade=Trade("trade-1", paid_at))).then_refused("no_rulebook")


def test_a_complaint_is_filed_once() -> None:
    given(file()).when(file()).then_refused("already_filed")
