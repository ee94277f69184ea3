"""What keeps a bundle from being made is said, whether it lies with the account, the log, the signer or the cases."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.ledger.bundles import making
from services.ledger.bundles.calendars import known_calendars
from services.ledger.bundles.content import Part
from services.ledger.bundles.making import Bundling
from services.ledger.bundles.proving import CasesRefused, TooManyEvents
from services.ledger.casestree import Known
from services.ledger.rendering import NOTHING_ASKED
from services.ledger.tables import CASES, TRUSTED
from shared.kit.audit.note import Signs
from shared.kit.audit.signer import SignerUnavailable
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.witness import Unsigned
from shared.kit.decider import Refusal
from shared.kit.feed_client import FeedUnavailable
from shared.kit.log.model import Append
from shared.kit.log.rows import Put
from shared.rulebook.digest import pin
from tests.support.audit import signer
from tests.support.bundles import CASES_KEY, findings, part
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following
from tests.support.witnessing import SEED, Witnessed
from tools import verify_audit


@dataclass
class CasesInMemory:
    """The cases log's part, straight from a log; `meanwhile` has its turn while it is asked."""

    cases: Decisions
    meanwhile: Callable[[], None] = lambda: None
    asked: list[int] = field(default_factory=list)
    known: Known | None = None

    def part(self, seller: str, through: int, most: int, known: Known) -> Part:
        """Return the events of the seller, proven."""
        self.asked.append(through)
        self.known = known
        self.meanwhile()
        events = [one for one in self.cases.log.read(0, 1000, subject=seller).events if one.position <= through]
        if len(events) > most:
            raise TooManyEvents
        return part(self.cases.log, signer(CASES_KEY, self.cases.log.id), events)


@dataclass
class Away:
    """A signer that may be gone."""

    signs: Signs
    away: bool = False

    @property
    def key(self) -> VerifierKey:
        """The public half."""
        return self.signs.key

    def sign(self, message: bytes) -> bytes:
        """Sign, or say that nobody is there."""
        if self.away:
            raise SignerUnavailable("nobody is there")
        return self.signs.sign(message)


class Made:
    """A ledger in memory with what makes its bundles."""

    def __init__(self, folder: Path) -> None:
        self.cases = Decisions()
        self.ledger = Following(self.cases, self.cases.clock)
        self.hand = Away(signer(SEED, self.ledger.log.id))
        self.witness = Witnessed(folder, self.ledger.log, hand=lambda _: self.hand).witness
        self.evidence = CasesInMemory(self.cases)
        self.bundling = Bundling(self.ledger.log, self.ledger.questions, self.witness, self.evidence, {})

    def bundle(self, seller: str = "s-1") -> bytes | Refusal:
        """Ask for a bundle of everything decided, once the cases log was looked at."""
        self.look()
        return self.bundling.bundle(seller, [], NOTHING_ASKED)

    def look(self) -> None:
        """Fold everything decided, and look at the log that it came from."""
        self.ledger.catch_up()
        self.ledger.watching.soon()
        self.ledger.watching.look()

    def refused(self, seller: str = "s-1") -> str:
        """Return why there is none."""
        refusal = self.bundle(seller)
        assert isinstance(refusal, Refusal)
        return refusal.code


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Return a ledger that follows a cases log with one decision."""
    found = Made(tmp_path)
    found.cases.ordinary("s-1")
    return found


def test_what_is_made_is_verified(made: Made) -> None:
    raw = made.bundle()
    assert isinstance(raw, bytes)
    assert findings(raw, [signer(CASES_KEY, made.cases.log.id), signer(SEED, made.ledger.log.id)]) == []


def test_an_account_that_waits_has_no_bundle(made: Made) -> None:
    made.cases.reverse("s-1", "no-such-decision")
    assert (made.refused("s-0"), made.refused()) == ("seller_unknown", "seller_quarantined")


def test_too_many_events_and_too_many_bytes_are_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest that is allowed is made."""
    made.cases.nothing("s-1")
    for name, most in (("MAX_EVENTS", 2), ("MAX_BYTES", len(made.bundle()))):  # type: ignore[arg-type]  # bytes here
        monkeypatch.setattr(making, name, most)
        assert isinstance(made.bundle(), bytes)
        monkeypatch.setattr(making, name, most - 1)
        assert made.refused() == "bundle_too_large"
        monkeypatch.undo()
    made.cases.reverse("s-1", made.cases.ordinary("s-1", at=FIRST + DAY).id)
    monkeypatch.setattr(making, "MAX_EVENTS", 2)
    assert made.refused() == "bundle_too_large"


def test_more_than_two_at_a_time_are_refused(made: Made) -> None:
    told: list[bytes | Refusal] = []

    def another() -> None:
        if len(made.evidence.asked) < 9:
            told.append(made.bundling.bundle("s-1", [], NOTHING_ASKED))

    made.evidence.meanwhile = another
    assert isinstance(made.bundle(), bytes)
    assert [one.code if isinstance(one, Refusal) else "made" for one in told] == ["bundles_busy", "made"]
    made.evidence.asked.clear()
    assert isinstance(made.bundle(), bytes)


def test_what_is_folded_while_it_is_made_is_not_in_it(made: Made) -> None:
    """An event is committed a moment before it is told; a bundle goes as far as was told when it was asked for."""
    made.look()
    seen = made.ledger.progress.now
    made.cases.ordinary("s-1", at=FIRST + DAY)
    made.ledger.catch_up()
    made.ledger.progress.tell(seen)
    raw = made.bundling.bundle("s-1", [], NOTHING_ASKED)
    assert isinstance(raw, bytes)
    assert made.evidence.asked == [1]
    assert len(msgspec.json.decode(raw)["ledger"]["events"]) == 1


def test_a_bundle_that_nobody_can_sign_is_not_made(made: Made) -> None:
    assert isinstance(made.bundle(), bytes)
    made.hand.away = True
    with pytest.raises(Unsigned, match="nobody is there"):
        made.bundle()


def test_no_seal_can_be_taken_for_a_checkpoint(made: Made) -> None:
    with pytest.raises(ValueError, match="does not begin as they do"):
        made.witness.attest(f"{made.ledger.log.id}\n1\nAAAA\n")


def test_the_calendars_of_a_folder_are_known_by_what_pins_them() -> None:
    known = known_calendars(None)
    assert {ref.id for ref in known} == {"CN-2024", "CN-2025", "CN-2026"}
    assert [pin(ref.id, said) for ref, said in known.items()] == list(known)


def test_a_calendar_that_the_ledger_does_not_have_is_said_to_be_missing(made: Made) -> None:
    """The auditor hears what could not be checked for it."""
    raw = made.bundle()
    assert isinstance(raw, bytes)
    assert msgspec.json.decode(raw)["missing_calendars"] == [{"digest": "c" * 64, "id": "CN-2026"}]
    keys = [signer(CASES_KEY, made.cases.log.id), signer(SEED, made.ledger.log.id)]
    verdict = verify_audit.verify_bundle(raw, [verify_audit.read_key(str(one.key)) for one in keys])
    assert (verdict.wrong, verdict.unchecked) == (
        [],
        ["calendar CN-2026 is missing: working days counted at cases position 1"],
    )


@pytest.mark.parametrize("pinned", [[{"id": "CN-2026"}], [7], "CN-2026"])
def test_an_event_that_pins_in_no_known_form_makes_no_bundle(made: Made, pinned: Any) -> None:
    made.cases.add("demerit.cases.complaint_filed.v1", "s-1", {"due": {"calendars": pinned}}, effect="none")
    with pytest.raises(CasesRefused, match="pins calendars in no known form"):
        made.bundle()


def test_before_the_cases_log_was_looked_at_no_bundle_is_made(tmp_path: Path) -> None:
    """Whom to believe about it is known from the first look on, or from the keys that an operator gives."""
    made = Made(tmp_path)
    made.cases.ordinary("s-1")
    made.ledger.catch_up()
    with pytest.raises(FeedUnavailable, match="looked at"):
        made.bundling.bundle("s-1", [], NOTHING_ASKED)
    assert isinstance(made.bundle(), bytes)


def test_what_is_kept_of_the_cases_log_has_to_be_whole(made: Made) -> None:
    made.look()
    row = made.ledger.log.get(TRUSTED, CASES)
    assert row is not None
    made.ledger.log.append(Append(rows=lambda _: [Put(TRUSTED, {**row, "note": b"none"})]))
    with pytest.raises(CasesRefused, match="have to be whole"):
        made.bundling.bundle("s-1", [], NOTHING_ASKED)


def test_the_keys_that_an_operator_gives_are_those_that_count(made: Made) -> None:
    """Not those that the log named at the first look; and how far it was read is part of what is known."""
    made.look()
    given = [signer(99, made.cases.log.id).key]
    for keys, expected in (((), made.cases.keys()), (given, given)):
        bundling = Bundling(made.ledger.log, made.ledger.questions, made.witness, made.evidence, {}, keys)
        assert isinstance(bundling.bundle("s-1", [], NOTHING_ASKED), bytes)
        known = made.evidence.known
        assert known is not None
        assert (known.origin, list(known.trust.keys), known.read.size) == (made.cases.log.id, expected, 1)
