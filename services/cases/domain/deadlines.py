"""When each side's time is over (期限). Windows are half-open: at the due instant it is late.

"24:00 of a day" is 00:00 of the next one in the zone; days are the zone's. Source: seed S10, S11; domain rules §4.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias

from shared.rulebook.model import ZONE, Calendars, Deadline, Deadlines, Ref

DAY: Final = timedelta(days=1)

Hold: TypeAlias = tuple[datetime, datetime | None]
"""A time in which the platform holds the appeal: filed (or resumed), and returned, None while it still does."""


def evidence_due(rules: Deadlines, calendars: Calendars, received_at: datetime) -> Deadline:
    """Return when the evidence window that opens at `received_at` closes: so many calendar days later, at 24:00.

    The day of receipt does not count, holidays do. Where the rulebook says so, a last day off rolls to the next
    working day; only then is a calendar asked.
    """
    last = _date(received_at) + rules.evidence_days * DAY
    if rules.evidence_rolls_off_holidays:
        return _nth_working_day(1, last, calendars)
    return Deadline(_end_of(last), provisional=False)


def first_handling_due(rules: Deadlines, calendars: Calendars, filed_at: datetime) -> Deadline:
    """Return by when the platform must have stepped in: working days, the date of filing being day 0 in any case."""
    return _nth_working_day(rules.first_handling_working_days, _date(filed_at) + DAY, calendars)


def resolution_due(rules: Deadlines, calendars: Calendars, filed_at: datetime) -> Deadline:
    """Return by when the case must be decided: working days, the date of filing being day 0 in any case."""
    return _nth_working_day(rules.resolution_working_days, _date(filed_at) + DAY, calendars)


def resolution_after(rules: Deadlines, calendars: Calendars, window_end: datetime) -> Deadline:
    """Return by when the case must be decided where the evidence window ends too late for the usual deadline.

    As many working days, at least one, as lie between stepping in and deciding, counted from the end of the window.
    """
    days = max(1, rules.resolution_working_days - rules.first_handling_working_days)
    return _nth_working_day(days, _date(window_end - timedelta(microseconds=1)) + DAY, calendars)


def outlasting(rules: Deadlines, calendars: Calendars, resolution: Deadline, window_end: datetime | None) -> Deadline:
    """Return the resolution's deadline, or the one after the evidence window where that ends with it or after it."""
    if window_end is None or resolution.due > window_end:
        return resolution
    return resolution_after(rules, calendars, window_end)


def appeal_due(rules: Deadlines, notified_at: datetime) -> datetime:
    """Return when the appeal window that opens with the decision's notice closes, unless an appeal stops its clock."""
    return notified_at + timedelta(hours=rules.appeal_hours)


def appeal_closes(rules: Deadlines, notice: datetime, holds: Sequence[Hold]) -> datetime | None:
    """Return when the appeal window closes, its clock standing still in each hold; None while a hold is open.

    `holds` stand in order of time and do not overlap. One that begins at or after the closing instant came too late
    and stops nothing.
    """
    closes = appeal_due(rules, notice)
    for held_from, held_until in holds:
        if held_from >= closes:
            break
        if held_until is None:
            return None
        closes += held_until - held_from
    return closes


def _nth_working_day(wanted: int, first: date, calendars: Calendars) -> Deadline:
    """Return the end of the `wanted`-th working day, from 1, counting from `first` (inclusive) on.

    It is provisional where any day walked over is, worked or not: the estimate decided whether it counted.
    """
    asked: list[Ref] = []
    provisional, day = False, first
    while True:
        found = calendars.working_day(day)
        asked += found.calendars
        provisional |= found.provisional
        wanted -= found.works
        if wanted == 0:
            return Deadline(_end_of(day), provisional, tuple(dict.fromkeys(asked)))
        day += DAY


def _date(instant: datetime) -> date:
    return instant.astimezone(ZONE).date()


def _end_of(day: date) -> datetime:
    return datetime.combine(day + DAY, time.min, ZONE).astimezone(UTC)
