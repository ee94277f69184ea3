"""The statement of an account: its events as lines, corrections and what they correct linked both ways."""

from dataclasses import asdict
from typing import TypeAlias

from services.ledger.domain.events import (
    AccountEvent,
    FactEvent,
    OrdinaryViolationRecorded,
    SanctionChange,
    SanctionsStayed,
    SevereViolationRecorded,
    StandingLapsed,
    StayLifted,
    ViolationReversed,
)
from services.ledger.history import History, Told
from services.ledger.links import Links
from shared.contracts.standing import SanctionBrought
from shared.contracts.statement import (
    CalendarRef,
    ImportedFrom,
    LapseLine,
    ReversalLine,
    RuleText,
    SanctionMoved,
    Statement,
    StayLiftLine,
    StayLine,
    StayRef,
    ViolationLine,
)
from shared.rulebook.model import Ref, Timeline

Entered: TypeAlias = OrdinaryViolationRecorded | SevereViolationRecorded
AnyLine: TypeAlias = ViolationLine | ReversalLine | StayLine | StayLiftLine | LapseLine


class Lines:
    """Makes the lines of one history; links are looked up once."""

    def __init__(self, history: History, timeline: Timeline) -> None:
        self._history, self._timeline = history, timeline
        self._links = Links(history)

    def page(self, after: int, limit: int) -> tuple[Statement, int | None]:
        """Return at most `limit` lines of account versions above `after`, and the `after` of the next page, if any."""
        shown = [told for told in self._history.events if told.version > after and _shown(told.event)]
        page = [self._line(told) for told in shown[:limit]]
        more = page[-1].account_version if len(shown) > limit else None
        return Statement(seller=self._history.account.seller, lines=page), more

    def _line(self, told: Told) -> AnyLine:
        match told.event:
            case OrdinaryViolationRecorded() | SevereViolationRecorded() as event:
                return self._violation(told, event)
            case ViolationReversed() as event:
                return _reversal(told, event)
            case SanctionsStayed() as event:
                return self._stay(told, event)
            case StayLifted() as event:
                return self._lift(told, event)
            case StandingLapsed() as event:
                return _lapse(told, event)
            case other:
                raise TypeError(f"{type(other).__name__} moves neither points nor sanctions")

    def _violation(self, told: Told, event: Entered) -> ViolationLine:
        entry, links = event.entry, self._links
        severe = isinstance(event, SevereViolationRecorded)
        return ViolationLine(
            kind="severe_violation" if severe else "ordinary_violation",
            account_version=told.version,
            ledger_position=told.position,
            before=dict(event.before),
            after=dict(event.after),
            entry=entry.id,
            case=entry.case,
            cases_position=entry.position,
            track=entry.track,
            grade=entry.grade,
            points=entry.points,
            effective_at=entry.effective_at,
            recorded_at=entry.recorded_at,
            direct=[SanctionBrought(hours=one.hours, measures=list(one.measures)) for one in entry.direct],
            sanctions=moved(event.sanctions),
            rule=None if entry.rulebook is None else self._rule(entry.rulebook),
            calendars=[CalendarRef(id=one.id, digest=one.digest) for one in entry.calendars],
            regrades=entry.regrades,
            regraded_to=links.regraded_to.get(entry.id),
            reversed_by=links.reversed_by.get(entry.id),
            stays=[StayRef(stay=stay, lifted_by=links.lifted_by.get(stay)) for stay in links.stays.get(entry.id, ())],
            imported=None if entry.imported is None else ImportedFrom(**asdict(entry.imported)),
        )

    def _stay(self, told: Told, event: SanctionsStayed) -> StayLine:
        stay = event.stay
        return StayLine(
            kind="stay",
            account_version=told.version,
            ledger_position=told.position,
            before=dict(event.before),
            after=dict(event.after),
            stay=stay.id,
            entry=stay.entry,
            lifted_by=self._links.lifted_by.get(stay.id),
            cases_position=stay.position,
            recorded_at=stay.recorded_at,
            sanctions=moved(event.sanctions),
        )

    def _lift(self, told: Told, event: StayLifted) -> StayLiftLine:
        lift = event.lift
        return StayLiftLine(
            kind="stay_lift",
            account_version=told.version,
            ledger_position=told.position,
            before=dict(event.before),
            after=dict(event.after),
            lift=lift.id,
            stay=self._links.lifts[lift.id],
            entry=lift.entry,
            cases_position=lift.position,
            recorded_at=lift.recorded_at,
            sanctions=moved(event.sanctions),
        )

    def _rule(self, pinned: Ref) -> RuleText:
        version = self._timeline.named(pinned.id)
        text = None if version is None else version.provenance.get("grades")
        return RuleText(id=pinned.id, digest=pinned.digest, text=text)


def _reversal(told: Told, event: ViolationReversed) -> ReversalLine:
    reversal = event.reversal
    return ReversalLine(
        kind="reversal",
        account_version=told.version,
        ledger_position=told.position,
        before=dict(event.before),
        after=dict(event.after),
        reversal=reversal.id,
        entry=reversal.entry,
        cause=reversal.kind,
        cases_position=reversal.position,
        recorded_at=reversal.recorded_at,
        sanctions=moved(event.sanctions),
    )


def _lapse(told: Told, event: StandingLapsed) -> LapseLine:
    return LapseLine(
        kind="lapse",
        account_version=told.version,
        ledger_position=told.position,
        before=dict(event.before),
        after=dict(event.after),
        at=event.at,
        standing_before=event.standing_before,
        standing_after=event.standing_after,
    )


def _shown(event: AccountEvent) -> bool:
    return isinstance(event, FactEvent | StandingLapsed)


def moved(changes: tuple[SanctionChange, ...]) -> list[SanctionMoved]:
    """Return what a fact did to sanctions as the contract tells it."""
    return [
        SanctionMoved(change=one.change, entry=one.entry, track=one.track, node=one.node, start=one.start, end=one.end)
        for one in changes
    ]
