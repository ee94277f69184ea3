"""Whether one entry is lower than another: a regrade may only lower. Source: R10."""

from typing import Final

from services.ledger.domain.facts import Entry

SEVERE: Final = "severe"  # the heavier of the tracks: its name is part of the events' types


def lower(new: Entry, old: Entry) -> bool:
    """Return whether `new` has no heavier track and no more points than `old`, and less of one of them.

    With the same track and points it is lower if its direct sanctions take fewer hours.
    """
    if (new.track == SEVERE, new.points) == (old.track == SEVERE, old.points):
        return new.track == old.track and _direct_hours(new) < _direct_hours(old)
    return (new.track == SEVERE) <= (old.track == SEVERE) and new.points <= old.points


def _direct_hours(entry: Entry) -> int:
    return sum(sanction.hours or 0 for sanction in entry.direct)
