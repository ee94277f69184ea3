"""A plain, slow ledger: the rules written down a second time, by scanning. It shares no code with the domain.

Everything is computed again for every question, in dictionaries, from the first fact on; instants are looked at one
after the other.
"""

from datetime import datetime, timedelta
from typing import Any

from tests.support.ledger_holdings import YEARS_AHEAD, Holdings, ladder, new_year, total, year

TICK = timedelta(microseconds=1)
SEVERE_12 = {
    "shop_hidden",
    "listing_restricted",
    "messaging_restricted",
    "community_restricted",
    "shop_creation_restricted",
    "public_warning",
}


class Oracle(Holdings):
    """All that follows from facts in order of position, at any instant."""

    def points(self, instant: datetime) -> dict[str, int]:
        """Return the points that are not 0, per track."""
        counted = [entry for entry in self.alive() if entry.effective_at <= instant]
        tracks = {entry.track for entry in counted}
        found = {track: total(self.timeline, track, counted, year(instant)) for track in tracks}
        return {track: points for track, points in found.items() if points}

    def sealed(self, instant: datetime, horizon: datetime) -> bool:
        """Return whether a seal stands at `instant`, not stayed, by what had happened by `horizon`."""
        known = [entry for entry in self.alive() if entry.effective_at <= horizon]
        spans = [span for track in {e.track for e in known} for span in self.sealed_spans(track, known)]
        return any(
            start <= instant and (until is None or instant < until) and not self.stayed(entry, instant, horizon)
            for entry, _, start, until in spans
        )

    def shown(self, instant: datetime) -> list[dict[str, Any]]:
        """Return the rows of entries effective by `instant`."""
        return [row for row in self.rows.values() if row["entry"].effective_at <= instant and not row["hidden"]]

    def tiers(self, instant: datetime, horizon: datetime) -> list[dict[str, Any]]:
        """Return the tiers, not stayed, whose own period contains `instant`, the heaviest of each track first."""
        rows = [row for row in self.shown(horizon) if self.is_tier(row) and row["start"] <= instant < row["end"]]
        rows = [row for row in rows if not self.stayed(row["entry"], instant, horizon)]
        return sorted(rows, key=lambda row: (-row["node"], -row["end"].timestamp(), self.key(row["entry"])))

    def is_tier(self, row: dict[str, Any]) -> bool:
        """Return whether a row is a standing term of a heaviest ladder."""
        found = ladder(self.timeline, row["entry"].track, row["entry"].effective_at)
        timed = not (row["vacated"] or row["seal"] or row["node"] == "direct")
        return timed and found is not None and found.composition == "heaviest"

    def in_force(self, row: dict[str, Any], instant: datetime, horizon: datetime) -> bool:
        """Return whether a row imposes anything at `instant`."""
        if row["vacated"] or instant < row["start"] or (row["end"] is not None and instant >= row["end"]):
            return False
        if self.stayed(row["entry"], instant, horizon):
            return False
        if row["seal"]:
            return True
        if self.sealed(instant, horizon):
            return False
        if not self.is_tier(row):
            return True
        rivals = [tier for tier in self.tiers(instant, horizon) if tier["entry"].track == row["entry"].track]
        return rivals[0] is row

    def state(self, row: dict[str, Any], instant: datetime) -> str:
        """Return the state of a row at an instant at which its entry counts."""
        if row["vacated"]:
            return "vacated"
        past = row["end"] is not None and instant >= row["end"]
        look = row["end"] - TICK if past else instant
        if not row["seal"] and self.sealed(look, instant):
            return "moot"
        if self.stayed(row["entry"], look, instant):
            return "stayed"
        if look < row["start"]:
            return "queued"
        if self.in_force(row, look, instant):
            return "served" if past else "in_force"
        moments = {row["start"], look}
        for other in self.shown(instant):
            moments |= {other["start"], other["end"]} - {None}
        moments |= {moment for _, *bounds in self.stays for moment in bounds if moment is not None}
        if any(self.in_force(row, moment, instant) for moment in moments if row["start"] <= moment <= look):
            return "superseded"
        track = row["entry"].track
        at_trigger = [tier for tier in self.tiers(row["start"], instant) if tier["entry"].track == track]
        ahead = at_trigger[: next((i for i, tier in enumerate(at_trigger) if tier is row), 0)]
        return "absorbed" if any(self.key(t["entry"]) < self.key(row["entry"]) for t in ahead) else "superseded"

    def standing(self, instant: datetime) -> str:
        """Return the name of the standing."""
        if self.sealed(instant, instant):
            return "sealed"
        imposed = [row for row in self.shown(instant) if self.in_force(row, instant, instant)]
        if any({"shop_closed", "account_sealed"} & set(row["measures"]) for row in imposed):
            return "shop_closed"
        if imposed:
            return "restricted"
        return "watch" if self.points(instant) else "good"

    def restrictions(self, instant: datetime) -> set[str]:
        """Return all that is imposed."""
        found = {m for row in self.shown(instant) if self.in_force(row, instant, instant) for m in row["measures"]}
        if "account_sealed" in found:
            found |= {"shop_closed"}
        return found | SEVERE_12 | {"delist_all"} if "shop_closed" in found else found

    def restricted_until(self, instant: datetime) -> datetime | None:
        """Return the first instant without a sanction in force, looking at every start and end from here on."""
        rows = self.shown(instant)
        if self.sealed(instant, instant) or not any(self.in_force(row, instant, instant) for row in rows):
            return None
        ends = sorted({row["end"] for row in rows if row["end"] is not None and row["end"] > instant})
        return next((end for end in ends if not any(self.in_force(row, end, instant) for row in rows)), None)

    def told(self, instant: datetime) -> list[tuple[Any, ...]]:
        """Return the rows as (entry, node, start, end, state, lifted), sorted."""
        rows = []
        for row in self.shown(instant):
            end = row["end"]
            if row["seal"] and end is not None and instant < end:
                end = None
            rows.append((row["entry"].id, row["node"], row["start"], end, self.state(row, instant), row["lifted"]))
        return sorted(rows, key=repr)

    def look(self, instant: datetime) -> tuple[Any, ...]:
        """Return what a change is a change of: points, standing, the rows there are and their states."""
        rows = [(*row[:2], row[4]) for row in self.told(instant)]
        return self.points(instant), self.standing(instant), rows

    def moments(self) -> list[datetime]:
        """Return every instant at which anything might change, and a few more."""
        found = {entry.effective_at for entry in self.entries}
        for row in self.rows.values():
            found |= {row["start"], row["end"]} - {None}
        found |= {moment for _, *bounds in self.stays for moment in bounds if moment is not None}
        years = [year(entry.effective_at) for entry in self.entries]
        if years:
            found |= {new_year(number) for number in range(min(years), max(years) + YEARS_AHEAD)}
        return sorted(found)

    def next_change(self, instant: datetime) -> datetime | None:
        """Return the first later instant at which the look differs."""
        now = self.look(instant)
        return next((moment for moment in self.moments() if moment > instant and self.look(moment) != now), None)
