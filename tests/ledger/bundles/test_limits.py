"""What keeps a bundle from being made is said, whether it lies with the account, the log, the signer or the cases."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from services.ledger.bundles import making
from services.ledger.bundles.calendars import known_calendars
from services.ledger.bundles.cases import CasesOverHttp
from services.ledger.bundles.content import Part
from services.ledger.bundles.making import Bundling
from services.ledger.bundles.proving import TooManyEvents
from services.ledger.rendering import NOTHING_ASKED
from shared.kit.audit.note import Signs
from shared.kit.audit.routes import log_router
from shared.kit.audit.signer import SignerUnavailable
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.witness import Unsigned
from shared.kit.decider import Refusal
from shared.kit.feed import feed_router
from shared.kit.feed_client import FeedBroken, FeedUnavailable
from shared.kit.http import create_app
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import EventLog
from shared.rulebook.digest import pin
from tests.support.audit import signer
from tests.support.bundles import CASES_KEY, findings, part
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following
from tests.support.logs import StandingClock
from tests.support.server import serving
from tests.support.tokens import Issuer, local_issuer
from tests.support.witnessing import SEED, Witnessed


@dataclass
class CasesInMemory:
    """The cases log's part, straight from a log; `meanwhile` has its turn while it is asked."""

    cases: Decisions
    meanwhile: Callable[[], None] = lambda: None
    asked: list[int] = field(default_factory=list)

    def part(self, seller: str, through: int, most: int) -> Part:
        """Return the events of the seller, proven."""
        self.asked.append(through)
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
        """Ask for a bundle of everything decided."""
        self.ledger.catch_up()
        return self.bundling.bundle(seller, [], NOTHING_ASKED)

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
    made.ledger.catch_up()
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


@contextmanager
def served(folder: Path, feed: EventLog, tree: EventLog) -> Iterator[CasesOverHttp]:
    """Serve the feed of one log and the proofs of another, or the same; yield who asks."""
    folder.mkdir()
    issuer: Issuer = local_issuer(folder / "tokens")
    witnessed = Witnessed(folder, tree)
    app = create_app(
        title="cases",
        version="1",
        verifier=issuer.verifier(),
        checks={},
        routers=[feed_router(feed), log_router(tree, witnessed.witness)],
    )
    token = folder / "token"
    token.write_text(issuer.headers("follower")["Authorization"].removeprefix("Bearer "))
    with serving(app) as url:
        yield CasesOverHttp(url, token)


def test_the_cases_log_is_read_over_http_and_held_to_its_own_proofs(tmp_path: Path) -> None:
    cases, other = Decisions(), Decisions()
    for number in range(230):
        cases.nothing(f"s-{number % 2}")
        other.nothing(f"s-{number % 2}")
    with served(tmp_path / "true", cases.log, cases.log) as evidence:
        proven = evidence.part("s-1", 230, 200)
        assert [one.position for one in proven.events] == [*range(2, 231, 2)]
        assert proven.origin == cases.log.id
        assert [one.position for one in evidence.part("s-1", 229, 200).events][-1] == 228
        with pytest.raises(TooManyEvents):
            evidence.part("s-1", 230, 114)
        with pytest.raises(FeedBroken, match="the feed ends at 230"):
            evidence.part("s-1", 231, 200)
    with served(tmp_path / "false", cases.log, other.log) as evidence, pytest.raises(FeedBroken, match="is not shown"):
        evidence.part("s-1", 230, 200)
    short = open_memory_log(StandingClock(FIRST))
    with (
        served(tmp_path / "short", cases.log, short) as evidence,
        pytest.raises(FeedBroken, match="of 0 events, fewer"),
    ):
        evidence.part("s-1", 230, 200)
    with pytest.raises(FeedUnavailable):
        evidence.part("s-1", 230, 200)
