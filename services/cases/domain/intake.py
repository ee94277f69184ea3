"""How a case begins: the complaint is filed (S1, S3, S11) and the respondent receives it (S10)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.cases.domain import deadlines, errors
from services.cases.domain.commands import FileComplaint, NotifyRespondent
from services.cases.domain.events import CaseEvent, ComplaintFiled, ComplaintMerged, Incident, RespondentNotified
from services.cases.domain.extending import outlasting
from services.cases.domain.matters import overlapping, same_complaint
from services.cases.domain.state import Undecided
from services.cases.domain.world import World
from shared.kit.decider import Refusal

CHANNELS: Final = ("phone", "sms", "chat", "site_message", "email", "post")
"""Ways of contact: 电话, 短信, Aliwangwang 旺旺, 站内信, 邮件, and things sent by post 邮寄."""

MAX_INCIDENTS: Final = 100
MAX_CONTACTS: Final = 20
MAX_OVERLAPS: Final = 20  # cases that a filing names; the case names all of them when it is looked at


def file_complaint(command: FileComplaint, world: World) -> list[CaseEvent] | Refusal:
    """Return the filing with both clocks of S11, or why it cannot be filed.

    It names the cases of its matter that share an incident (R12). Where the world wants it so, a complaint that came in
    twice is merged at once into the case that is about exactly these incidents.
    """
    refusal = _refused_parties(command) or _refused_incidents(command) or _refused_payment(command)
    if refusal is not None:
        return refusal
    version = world.applicable(command.trade, command.incidents)
    if isinstance(version, Refusal):
        return version
    overlaps = overlapping(command.incidents, world.related)
    twice = same_complaint(command.incidents, world.related) if world.merges_repeats else None
    return [
        ComplaintFiled(
            complainant=command.complainant,
            respondent=command.respondent,
            trade=command.trade,
            channels=tuple(dict.fromkeys(command.channels)),
            incidents=command.incidents,
            filed_at=command.at,
            first_handling_due=deadlines.first_handling_due(version.deadlines, world.calendars, command.at),
            resolution_due=deadlines.resolution_due(version.deadlines, world.calendars, command.at),
            rulebook=version.ref,
            narrative_digest=command.narrative_digest,
            contact_digests=command.contact_digests,
            detector=command.detector,
            overlaps=tuple(other.case_id for other in overlaps[:MAX_OVERLAPS]),
        ),
        *([] if twice is None else [ComplaintMerged(twice.case_id, None, "")]),
    ]


def _refused_parties(command: FileComplaint) -> Refusal | None:
    if not command.complainant:
        return errors.party_missing("complainant")
    if not command.respondent:
        return errors.party_missing("respondent")
    if command.complainant == command.respondent:
        return errors.same_party()
    if not command.trade.id:
        return errors.no_trade()
    if len(command.contact_digests) > MAX_CONTACTS:
        return errors.too_many("contacts", MAX_CONTACTS)
    return None


def _refused_incidents(command: FileComplaint) -> Refusal | None:
    if not command.incidents:
        return errors.no_incident()
    if len(command.incidents) > MAX_INCIDENTS:
        return errors.too_many("incidents", MAX_INCIDENTS)
    named = (*command.channels, *(incident.channel for incident in command.incidents))
    unknown = next((channel for channel in named if channel not in CHANNELS), None)
    if unknown is not None:
        return errors.unknown_channel(unknown, CHANNELS)
    return _refused_times(command.incidents, command.channels, command.at)


def _refused_times(incidents: Sequence[Incident], channels: Sequence[str], at: datetime) -> Refusal | None:
    for incident in incidents:
        if incident.channel not in channels:
            return errors.channel_not_named(incident.channel)
        if incident.until is not None and incident.until < incident.at:
            return errors.incident_reversed()
        if (incident.until or incident.at) > at:
            return errors.incident_in_future(at)
    return None


def _refused_payment(command: FileComplaint) -> Refusal | None:
    paid_at = command.trade.order_paid_at
    return errors.order_paid_in_future(command.at) if paid_at is not None and paid_at > command.at else None


def notify_respondent(state: Undecided, command: NotifyRespondent, world: World) -> list[CaseEvent] | Refusal:
    """Return the notice with the evidence window it opens, or why there can be none.

    Where the window would outlast the platform's own deadline, that one moves with it, unless it has passed.

    The receipt may be told late, never ahead: filing ≤ `received_at` ≤ now. Now is never before the filing, even
    where the clock was set back in between.
    """
    file = state.file
    if file.notified is not None:
        return errors.already_notified(file.notified.received_at)
    now = file.instant(command.at)
    received_at = now if command.received_at is None else command.received_at
    if not file.filed.filed_at <= received_at <= now:
        return errors.received_at_out_of_range(file.filed.filed_at, now)
    version = world.pinned(file.filed)
    if isinstance(version, Refusal):
        return version
    due = deadlines.evidence_due(version.deadlines, world.calendars, received_at)
    follows = outlasting(file, due, "late_notice", world, now)
    return follows if isinstance(follows, Refusal) else [RespondentNotified(received_at, due), *follows]
