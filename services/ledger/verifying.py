"""What the ledger verifies beside its log: every row of the read model, made again from the events in our own log."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

import msgspec

from services.ledger.accounts import PREFIX, folded
from services.ledger.digests import put as put_digest
from services.ledger.domain.account import Account, open_account
from services.ledger.domain.facts import Entry
from services.ledger.posting import Codec
from services.ledger.rebuilding import rules_of
from services.ledger.standings import due_row, put
from services.ledger.tables import ACCOUNTS, CASES, DIGESTED, FOLLOWED, PARKED
from services.ledger.verifyingcases import check_cases
from services.ledger.verifyingrebuilds import check_rebuilds
from services.ledger.waiting import whole
from shared.contracts.entries import DIGEST_STREAM, StandingsDigestRecorded
from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.cloudevent import decode
from shared.kit.log.instant import to_us
from shared.kit.log.merkle import leaf_hash
from shared.kit.log.model import Stored
from shared.kit.log.rows import Row
from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.kept import Cited
from shared.kit.verifying.merging import grouped, joined
from shared.kit.verifying.raw import RawLog, stored
from shared.kit.verifying.tracking import check_tracking
from shared.kit.verifying.unreadable import UNREADABLE
from shared.rulebook.model import Timeline

MOST_POINTS: Final = 100_000  # of one entry: no rulebook has more, and each step of a ladder takes its time
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def cites(response: bytes) -> Sequence[Cited]:
    """Refuse: the ledger keeps no responses.

    Raises:
        ValueError: always.
    """
    raise ValueError(f"the ledger keeps no response of {len(response)} bytes")


class LedgerRows:
    """Compares account rows, waiting facts and how far cases were followed with what the log makes of them."""

    def __init__(self, codec: Codec, timeline: Timeline, accepted: Checkpoint | None = None) -> None:
        """`accepted` is the checkpoint of the cases log that was kept outside the store, if one was."""
        self._codec, self._timeline, self._accepted = codec, timeline, accepted
        self._last_position = self._last_recorded_us = 0
        self._row: Row | None = None
        self._same_rules = True

    def check(self, raw: RawLog, findings: Findings) -> None:
        """Find every row that is missing, one too many, or not what the log says; accounts are folded in groups."""
        self._followed_row(raw, findings)
        rows = ((str(row["seller"]), row) for row in raw.rows(ACCOUNTS))
        parked = groupby(_parked_rows(raw, findings), lambda row: str(row["seller"]))
        waiting = ((seller, [*group]) for seller, group in parked)
        for seller, known, waits in joined(_pairs(self._accounts(raw, findings), rows), waiting):
            account, row = known if known is not None else (None, None)
            if account is not None:
                self._account(findings, account, self._parked(findings, account, waits or []), row)
                continue
            for name in [ACCOUNTS.name] * (row is not None) + [PARKED.name] * (waits is not None):
                findings.add(name, "seller", 0, "the log has no event of this account", seller)
        self._followed(raw, findings)
        self._digested(raw, findings)
        check_rebuilds(raw, findings)

    def _accounts(self, raw: RawLog, findings: Findings) -> Iterator[tuple[str, Account]]:
        streams = (name for name, _ in raw.last_versions() if name.startswith(PREFIX))
        for names in grouped(streams):
            events: dict[str, list[Stored]] = {name: [] for name in names}
            for event in raw.of_streams(names):
                events[event.stream].append(stored(event))
            for name, told in events.items():
                seller = name.removeprefix(PREFIX)
                try:
                    yield seller, _countable(folded([seller], told, self._codec)[seller])
                except UNREADABLE as error:
                    detail = f"the account's events cannot be folded: {error!r}"
                    findings.add("stored_events", "state", told[-1].position, detail, seller)
                    yield seller, open_account(seller)

    def _account(self, findings: Findings, account: Account, waits: list[int], row: Row | None) -> None:
        if not account.version:
            return  # it could not be folded: that is found already
        facts = [fact.position for fact in account.facts]
        self._last_position = max([self._last_position, *facts])
        if account.facts:
            self._last_recorded_us = max(self._last_recorded_us, to_us(account.facts[-1].recorded_at))
        position = max([*facts, *waits], default=0)
        due = self._due(findings, account, waits)
        if due is None:
            return
        if row is None:
            findings.add(ACCOUNTS.name, "seller", position, "the account would have to have a row", account.seller)
            return
        for column, value in due.items():
            if row[column] != value and (column != "next_lapse_us" or self._same_rules):
                detail = f"the log says {shown(value)}, the row has {shown(row[column])}"
                findings.add(ACCOUNTS.name, column, position, detail, account.seller)

    def _due(self, findings: Findings, account: Account, waits: list[int]) -> Row | None:
        """Return the row that the account would have to have, None where its facts cannot be counted."""
        try:
            return put(due_row(account, self._timeline, waits)).row
        except UNREADABLE as error:
            detail = f"the account's facts cannot be counted: {error!r}"
            findings.add("stored_events", "state", 0, detail, account.seller)
            return None

    def _parked(self, findings: Findings, account: Account, rows: list[Row]) -> list[int]:
        """Return the positions of the facts that wait for an account, in order."""
        since = None if account.quarantine is None else account.quarantine.position
        positions = [position for row in rows if isinstance(position := row["position"], int)]
        if (positions[0] if positions else None) != since:
            detail = f"facts would have to wait from {since} on" if since else "no fact would have to wait"
            findings.add(PARKED.name, "position", since or positions[0], detail, account.seller)
        for row in rows:
            if not _waits(row):
                detail = "the bytes would have to be the event at that position"
                findings.add(PARKED.name, "state, leaf", 0, detail, f"{account.seller} {shown(row['position'])}")
        return positions

    def _followed_row(self, raw: RawLog, findings: Findings) -> None:
        rows = [*raw.rows(FOLLOWED)]
        self._row = next((row for row in rows if row["name"] == CASES), None)
        if any(row["name"] != CASES for row in rows):
            findings.add(FOLLOWED.name, "name", 0, "how far the cases were followed would have to be one row")
        rules = None if self._row is None else self._row["rules"]
        self._same_rules = self._row is None or rules == rules_of(self._timeline)
        if not self._same_rules:
            if rules != "" and not (isinstance(rules, str) and _DIGEST.fullmatch(rules)):
                findings.add(FOLLOWED.name, "rules", 0, "it would have to be the digest of a rulebook")
            findings.note(
                f"{ACCOUNTS.name}, next_lapse_us: rows are of another rulebook, or a start has yet to make them"
            )

    def _followed(self, raw: RawLog, findings: Findings) -> None:
        tracked, row = check_tracking(raw, findings, [CASES])[CASES], self._row
        if tracked < self._last_position:
            detail = f"the cases were followed to {self._last_position} at least, tracking says {tracked}"
            findings.add("tracking", "notification_id", self._last_position, detail, CASES)
        if not tracked and row is None and self._accepted is None:
            return
        check_cases(raw, findings, tracked, None if row is None else row["source"], self._accepted)
        if row is None:
            findings.add(FOLLOWED.name, "name", 0, "how far the cases were followed would have to be told")
            return
        recorded_us = row["recorded_us"]
        if not isinstance(recorded_us, int) or recorded_us < self._last_recorded_us:
            findings.add(FOLLOWED.name, "recorded_us", 0, "it would have to be the last event's that was followed")
        elif tracked == self._last_position and recorded_us != self._last_recorded_us:
            findings.add(FOLLOWED.name, "recorded_us", 0, "it would have to be that of the last fact")

    def _digested(self, raw: RawLog, findings: Findings) -> None:
        last: StandingsDigestRecorded | None = None
        position = 0
        for event in raw.of_streams([DIGEST_STREAM]):
            position = event.position
            try:
                digest = msgspec.json.decode(decode(event.state).data, type=StandingsDigestRecorded)
            except UNREADABLE:
                findings.add("stored_events", "state", position, "it would have to be a digest of standings")
                return
            before = (0, 0) if last is None else (last.number, last.through)
            if (digest.number, digest.after) != (before[0] + 1, before[1]):
                findings.add("stored_events", "state", position, "it would have to go on from the digest before")
            last = digest
        rows = [*raw.rows(DIGESTED)]
        if rows != ([] if last is None else [put_digest(last).row]):
            findings.add(DIGESTED.name, "", position, "it would have to be the last digest's row")


def _parked_rows(raw: RawLog, findings: Findings) -> Iterable[Row]:
    """Return the facts that wait; where there is no column for leaves yet, with theirs: a start gives it."""
    if "leaf" not in raw.lacking(PARKED):
        return raw.rows(PARKED)
    findings.note(f"{PARKED.name}, leaf: the store is from before there was one, a start gives it")
    return (
        {**row, "leaf": leaf_hash(bytes(row["state"]))} for row in raw.rows(PARKED) if isinstance(row["state"], bytes)
    )


def _countable(account: Account) -> Account:
    """Return the account; raises ValueError where an entry has points that none can have."""
    for fact in account.facts:
        if isinstance(fact, Entry) and not 0 <= fact.points <= MOST_POINTS:
            raise ValueError(f"an entry of {fact.points} points")
    return account


def _waits(row: Row) -> bool:
    """Whether a row holds an event of its seller and position, and the leaf of it."""
    state = row["state"] if isinstance(row["state"], bytes) else b""
    try:
        envelope = decode(state)
    except UNREADABLE:
        return False
    return whole(row) and (envelope.subject, envelope.position) == (row["seller"], row["position"])


def _pairs(
    accounts: Iterable[tuple[str, Account]], rows: Iterable[tuple[str, Row]]
) -> Iterator[tuple[str, tuple[Account | None, Row | None]]]:
    """Yield every seller that has an account or a row, in order, with both."""
    return ((seller, (account, row)) for seller, account, row in joined(accounts, rows))
