"""The half of the plain ledger that reads facts: what each entry holds, and the rows that come of it.

It knows the zone as "eight hours ahead", which holds in Shanghai since 1992.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from services.ledger.domain.facts import Entry, Fact, Reversal, Stay, StayLift
from shared.rulebook.model import Ladder, Timeline

EIGHT = timedelta(hours=8)
YEARS_AHEAD = 5

Held: TypeAlias = dict[str, Any]
Rows: TypeAlias = dict[tuple[str, str], dict[str, Any]]


def year(instant: datetime) -> int:
    """Return the Shanghai year of an instant."""
    return (instant + EIGHT).year


def new_year(number: int) -> datetime:
    """Return the first instant of a Shanghai year."""
    return datetime(number, 1, 1, tzinfo=UTC) - EIGHT


def in_order(entries: Sequence[Entry]) -> list[Entry]:
    """Return entries in ladder order."""
    return sorted(entries, key=lambda entry: (entry.effective_at, entry.position))


def ladder(timeline: Timeline, track: str, instant: datetime) -> Ladder | None:
    """Return the ladder in force."""
    version = timeline.at(instant)
    return version.tracks[track].ladder if version is not None and track in version.tracks else None


def total(timeline: Timeline, track: str, entries: Sequence[Entry], in_year: int) -> int:
    """Return the points of a year: carried into it, and of these entries in it."""
    mine = [entry for entry in entries if entry.track == track]
    first = min((year(entry.effective_at) for entry in mine), default=in_year)
    return carried(timeline, track, mine, in_year, first) + fresh_points(mine, in_year)


def fresh_points(entries: Sequence[Entry], in_year: int) -> int:
    """Return the points that come new in a year."""
    return sum(entry.points for entry in entries if year(entry.effective_at) == in_year)


def carried(timeline: Timeline, track: str, entries: Sequence[Entry], into: int, first: int) -> int:
    """Return what the year end before `into` leaves, by going back to the first year."""
    if into <= first:
        return 0
    new = fresh_points(entries, into - 1)
    everything = carried(timeline, track, entries, into - 1, first) + new
    version = timeline.at(new_year(into))
    if version is None or track not in version.tracks:
        return 0
    for band in version.tracks[track].year_end:
        if {"total": everything, "new": new}[band.measure] >= band.at_least:
            return everything if band.carry is None else band.carry
    return 0


class Holdings:
    """All that follows from facts in order of position."""

    def __init__(self, facts: Sequence[Fact], timeline: Timeline) -> None:
        self.timeline = timeline
        self.entries: list[Entry] = []
        self.reversed: dict[str, Reversal] = {}
        self.held: dict[str, Held] = {}
        self.held_at_reversal: dict[str, tuple[Held, bool]] = {}
        self.rows: Rows = {}
        self.stays: list[list[Any]] = []  # entry, from, until (None: it holds)
        for fact in facts:
            if isinstance(fact, Entry):
                self.enter(fact)
            elif isinstance(fact, Reversal):
                self.reverse(fact)
            elif isinstance(fact, Stay):
                self.stays.append([fact.entry, fact.recorded_at, None])
            elif isinstance(fact, StayLift):
                next(stay for stay in self.stays if stay[0] == fact.entry and stay[2] is None)[2] = fact.recorded_at
            self.tell_seals(fact.recorded_at)

    def stayed(self, entry: Entry, instant: datetime, horizon: datetime) -> bool:
        """Return whether the entry is stayed at `instant` by the stays and lifts that had happened by `horizon`."""
        for stayed, begun, lifted in self.stays:
            over = lifted is not None and lifted <= min(instant, horizon)
            if stayed == entry.id and begun <= min(instant, horizon) and not over:
                return True
        return False

    def alive(self, track: str | None = None) -> list[Entry]:
        """Return the unreversed entries in ladder order."""
        return in_order([e for e in self.entries if e.id not in self.reversed and track in (None, e.track)])

    def seal_node(self, entry: Entry) -> int | None:
        """Return the points at which the entry's ladder seals."""
        found = ladder(self.timeline, entry.track, entry.effective_at)
        return next((node.at for node in found.nodes if node.sanction.hours is None), None) if found else None

    def compute(self, entry: Entry) -> Held:
        """Return what the ladder gives an entry among those alive now: `terms` and `seal`."""
        found = ladder(self.timeline, entry.track, entry.effective_at)
        if found is None:
            return {"terms": [], "seal": False}
        earlier = [e for e in self.alive(entry.track) if (e.effective_at, e.position) < self.key(entry)]
        before = total(self.timeline, entry.track, earlier, year(entry.effective_at))
        after = before + entry.points
        node = self.seal_node(entry)
        seal = node is not None and after >= node
        if found.every:
            step = found.nodes[0]
            labels = [at for at in range(step.at, after + 1, step.at) if at > before]
            steps = [(at, step.sanction) for at in labels]
        else:
            steps = [(n.at, n.sanction) for n in found.nodes if before < n.at <= after and n.sanction.hours is not None]
        if found.composition == "heaviest":
            steps = [] if seal else steps[-1:]
            start = entry.effective_at
        else:
            ends = [term["end"] for e in earlier for term in self.held[e.id]["terms"]]
            start = max([entry.effective_at, *ends])
        terms = []
        for at, sanction in steps:
            end = start + timedelta(hours=sanction.hours or 0)
            terms.append({"node": at, "start": start, "end": end, "measures": sanction.measures})
            start = end
        return {"terms": terms, "seal": seal}

    @staticmethod
    def key(entry: Entry) -> tuple[datetime, int]:
        """Return the ladder key."""
        return (entry.effective_at, entry.position)

    def enter(self, entry: Entry) -> None:
        """Record an entry."""
        self.entries.append(entry)
        held = self.compute(entry)
        direct = [
            {
                "start": entry.effective_at,
                "end": entry.effective_at + timedelta(hours=sanction.hours or 0),
                "measures": sanction.measures,
            }
            for sanction in entry.direct
        ]
        if entry.regrades in self.held_at_reversal:
            held, direct = self.limited(entry, held, direct)
        self.held[entry.id] = held
        for ordinal, term in enumerate(held["terms"]):
            self.rows[entry.id, f"node {ordinal}"] = self.row(entry, **term)
        for ordinal, term in enumerate(direct):
            self.rows[entry.id, f"direct {ordinal}"] = self.row(entry, node="direct", **term)

    def limited(self, entry: Entry, held: Held, direct: list[Held]) -> tuple[Held, list[Held]]:
        """Return what a regrade may have of it."""
        replaced = next(e for e in self.entries if e.id == entry.regrades)
        old, sealing = self.held_at_reversal[replaced.id]
        if old["seal"] or sealing:
            return held, direct
        directs = [row["end"] for row in old["direct"]]
        limit = max([term["end"] for term in old["terms"]] + directs, default=None)
        if limit is None:
            return {"terms": [], "seal": False}, []
        terms = held["terms"]
        found = ladder(self.timeline, entry.track, entry.effective_at)
        if entry.track == replaced.track and found is not None:
            if found.composition == "consecutive":
                terms = terms[: len(old["terms"])]
            elif old["terms"] and (terms or held["seal"]):
                label = min([old["terms"][0]["node"]] + [term["node"] for term in terms])
                node = next(n for n in found.nodes if n.at == label)
                end = entry.effective_at + timedelta(hours=node.sanction.hours or 0)
                terms = [{"node": label, "start": entry.effective_at, "end": end, "measures": node.sanction.measures}]
            else:
                terms = []
        terms = [{**term, "end": min(term["end"], limit)} for term in terms if term["start"] < limit]
        directs_now = [{**term, "end": min(term["end"], limit)} for term in direct if term["start"] < limit]
        return {"terms": terms, "seal": False}, directs_now

    def row(self, entry: Entry, **fields: Any) -> dict[str, Any]:
        """Return a new row."""
        return {"entry": entry, "vacated": False, "lifted": None, "seal": False, "hidden": False, **fields}

    def reverse(self, reversal: Reversal) -> None:
        """Apply a reversal: vacate what the entry had, then let all behind it on its track fall."""
        gone = next(e for e in self.entries if e.id == reversal.entry)
        at = reversal.recorded_at
        mine = [row for (owner, _), row in self.rows.items() if owner == gone.id and not row["vacated"]]
        sealing = any(row["seal"] and not row["hidden"] for row in mine)
        direct = [row for row in mine if row["node"] == "direct"]
        self.held_at_reversal[gone.id] = ({**self.held[gone.id], "direct": direct}, sealing)
        self.reversed[gone.id] = reversal
        for row in mine:
            self.vacate(row, at)
        for entry in self.alive(gone.track):
            if self.key(entry) > self.key(gone):
                self.fall(entry, self.compute(entry), at)

    def vacate(self, row: dict[str, Any], at: datetime) -> None:
        """Mark a row vacated."""
        if row["end"] is None or row["end"] > at:
            row["lifted"] = at
        row.update(vacated=True, hidden=False)

    def fall(self, entry: Entry, new: Held, at: datetime) -> None:
        """Let an entry keep, per ordinal, the smaller of old and new."""
        old = self.held[entry.id]
        if old["seal"]:
            kept = new
        elif new["seal"]:
            kept = old
        else:
            kept = {"terms": [], "seal": False}
            for one, other in zip(old["terms"], new["terms"], strict=False):
                low = one if one["node"] <= other["node"] else other
                kept["terms"].append(
                    {
                        **low,
                        "start": min(one["start"], other["start"]),
                        "end": min(one["end"], other["end"]),
                    }
                )
        self.held[entry.id] = kept
        for ordinal, term in enumerate(kept["terms"]):
            row = self.rows.get((entry.id, f"node {ordinal}"))
            if row is None or row["vacated"] or row["seal"]:
                row = self.rows[entry.id, f"node {ordinal}"] = self.row(entry, **{**term, "end": None})
            if (row["end"] is None or row["end"] > at) and term["end"] <= at:
                row["lifted"] = at
            row.update(term)
        for ordinal in range(len(kept["terms"]), len(old["terms"])):
            self.vacate(self.rows[entry.id, f"node {ordinal}"], at)

    def sealed_spans(self, track: str, entries: Sequence[Entry]) -> list[tuple[Entry, int, datetime, datetime | None]]:
        """Return (entry, node, from, until) of each seal, walking through entries and new years in order of time."""
        mine = [entry for entry in in_order(entries) if entry.track == track]
        if not mine:
            return []
        first, last = year(mine[0].effective_at), year(mine[-1].effective_at)
        moments: list[tuple[datetime, int, Entry | None]] = [
            (new_year(number), -1, None) for number in range(first + 1, last + YEARS_AHEAD)
        ]
        moments += [(entry.effective_at, entry.position, entry) for entry in mine]
        moments.sort(key=lambda moment: moment[:2])
        spans: list[tuple[Entry, int, datetime, datetime | None]] = []
        for instant, position, entry in moments:
            so_far = [e for e in mine if (e.effective_at, e.position) <= (instant, position)]
            points = total(self.timeline, track, so_far, year(instant))
            sealed = bool(spans) and spans[-1][3] is None
            if entry is None and sealed and points < spans[-1][1]:
                spans[-1] = (*spans[-1][:3], instant)
            node = self.seal_node(entry) if entry is not None else None
            if entry is not None and not sealed and node is not None and points >= node:
                spans.append((entry, node, instant, None))
        return spans

    def tell_seals(self, at: datetime) -> None:
        """Bring the rows at the sealing node up to date after a fact."""
        for entry in self.alive():
            sealing = [span for span in self.sealed_spans(entry.track, self.alive(entry.track)) if span[0] is entry]
            has_term = (entry.id, "node 0") in self.rows and not self.rows[entry.id, "node 0"]["seal"]
            slot = (entry.id, "seal") if has_term or (entry.id, "seal") in self.rows else (entry.id, "node 0")
            row = self.rows.get(slot)
            if sealing:
                found = ladder(self.timeline, entry.track, entry.effective_at)
                assert found is not None
                measures = next(n.sanction.measures for n in found.nodes if n.sanction.hours is None)
                _, node, start, until = sealing[0]
                self.rows[slot] = self.row(entry, node=node, start=start, end=until, measures=measures)
                self.rows[slot]["seal"] = True
            elif row is not None and row["seal"] and not row["vacated"]:
                upto = [e for e in self.alive(entry.track) if self.key(e) <= self.key(entry)]
                node_at = self.seal_node(entry)
                reached = total(self.timeline, entry.track, upto, year(entry.effective_at))
                if node_at is not None and reached >= node_at:
                    row["hidden"] = True
                else:
                    self.vacate(row, at)
