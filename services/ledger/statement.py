"""The statement of an account: its events as lines, reversals and what they reverse linked both ways."""

from services.ledger.domain.events import (
    AccountEvent,
    OrdinaryViolationRecorded,
    SanctionChange,
    SevereViolationRecorded,
    StandingLapsed,
    ViolationReversed,
)
from services.ledger.history import History, Told
from shared.contracts.standing import SanctionBrought
from shared.contracts.statement import (
    CalendarRef,
    LapseLine,
    ReversalLine,
    RuleText,
    SanctionMoved,
    Statement,
    ViolationLine,
)
from shared.rulebook.model import Ref, Timeline

Entered = OrdinaryViolationRecorded | SevereViolationRecorded


class Lines:
    """Makes the lines of one history; links are looked up once."""

    def __init__(self, history: History, timeline: Timeline) -> None:
        self._history, self._timeline = history, timeline
        self._reversed_by: dict[str, str] = {}
        self._regraded_to: dict[str, str] = {}
        for told in history.events:
            match told.event:
                case ViolationReversed(reversal=reversal):
                    self._reversed_by[reversal.entry] = reversal.id
                case OrdinaryViolationRecorded(entry=entry) | SevereViolationRecorded(entry=entry):
                    if entry.regrades is not None:
                        self._regraded_to[entry.regrades] = entry.id
                case _:
                    continue

    def page(self, after: int, limit: int) -> tuple[Statement, int | None]:
        """Return at most `limit` lines of account versions above `after`, and the `after` of the next page, if any."""
        shown = [told for told in self._history.events if told.version > after and _shown(told.event)]
        page = [self._line(told) for told in shown[:limit]]
        more = page[-1].account_version if len(shown) > limit else None
        return Statement(seller=self._history.account.seller, lines=page), more

    def _line(self, told: Told) -> ViolationLine | ReversalLine | LapseLine:
        match told.event:
            case OrdinaryViolationRecorded() | SevereViolationRecorded() as event:
                return self._violation(told, event)
            case ViolationReversed(reversal=reversal) as event:
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
                    sanctions=_moved(event.sanctions),
                )
            case StandingLapsed() as event:
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
            case other:
                raise TypeError(f"{type(other).__name__} moves no points")

    def _violation(self, told: Told, event: Entered) -> ViolationLine:
        entry = event.entry
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
            sanctions=_moved(event.sanctions),
            rule=None if entry.rulebook is None else self._rule(entry.rulebook),
            calendars=[CalendarRef(id=one.id, digest=one.digest) for one in entry.calendars],
            regrades=entry.regrades,
            regraded_to=self._regraded_to.get(entry.id),
            reversed_by=self._reversed_by.get(entry.id),
        )

    def _rule(self, pinned: Ref) -> RuleText:
        version = self._timeline.named(pinned.id)
        text = None if version is None else version.provenance.get("grades")
        return RuleText(id=pinned.id, digest=pinned.digest, text=text)


def _shown(event: AccountEvent) -> bool:
    return isinstance(event, Entered | ViolationReversed | StandingLapsed)


def _moved(changes: tuple[SanctionChange, ...]) -> list[SanctionMoved]:
    return [
        SanctionMoved(change=one.change, entry=one.entry, track=one.track, node=one.node, start=one.start, end=one.end)
        for one in changes
    ]
