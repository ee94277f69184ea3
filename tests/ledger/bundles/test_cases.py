"""The cases log's part over HTTP is held to its proofs, to keys that are trusted, and to what is known of the log."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.ledger.bundles.cases import CasesOverHttp
from services.ledger.bundles.proving import CasesRefused, TooManyEvents
from services.ledger.casestree import Known
from shared.kit.audit.notary import Extent
from shared.kit.audit.routes import log_router
from shared.kit.audit.seen import Seen
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.watch import Trust
from shared.kit.feed import feed_router
from shared.kit.feed_client import FeedBroken, FeedUnavailable
from shared.kit.http import create_app
from shared.kit.log.merkle import root
from shared.kit.log.model import EventLog
from tests.support.audit import signer
from tests.support.decisions import Decisions
from tests.support.server import serving
from tests.support.tokens import Issuer, local_issuer
from tests.support.witnessing import SEED, Witnessed

MANY = 230


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


def decided(count: int) -> Decisions:
    """Return a cases log with so many events of two sellers in turns."""
    cases = Decisions()
    for number in range(count):
        cases.nothing(f"s-{number % 2}")
    return cases


def known(log: EventLog, keys: Sequence[VerifierKey] | None = None, seen: Seen | None = None) -> Known:
    """Return what is known of a log that was read to its end, by the key that signs for it unless others are given."""
    head = log.head()
    trust = Trust(tuple(keys or [signer(SEED, log.id).key]), seen)
    return Known(log.id, trust, Extent(head.position, root(head.frontier)))


def test_what_is_proven_is_picked_by_seller(tmp_path: Path) -> None:
    cases = decided(MANY)
    with served(tmp_path / "true", cases.log, cases.log) as evidence:
        proven = evidence.part("s-1", MANY, 200, known(cases.log))
        assert [one.position for one in proven.events] == [*range(2, MANY + 1, 2)]
        assert proven.origin == cases.log.id
        assert [one.position for one in evidence.part("s-1", 229, 200, known(cases.log)).events][-1] == 228
        with pytest.raises(TooManyEvents):
            evidence.part("s-1", MANY, 114, known(cases.log))
        with pytest.raises(FeedBroken, match="the feed ends at 230"):
            evidence.part("s-1", 231, 200, known(cases.log))
    with pytest.raises(FeedUnavailable):
        evidence.part("s-1", MANY, 200, known(cases.log))


def test_events_of_another_log_are_not_shown_by_its_proofs(tmp_path: Path) -> None:
    """The tree is the one that is known; the events that are told are not those in it."""
    cases, other = decided(MANY), decided(MANY)
    with served(tmp_path / "false", cases.log, other.log) as evidence, pytest.raises(FeedBroken, match="is not shown"):
        evidence.part("s-1", MANY, 200, known(other.log))


def test_a_checkpoint_that_no_trusted_key_signed_is_refused(tmp_path: Path) -> None:
    """Whatever the service itself says of its keys."""
    cases = decided(3)
    pinned = [signer(SEED + 1, cases.log.id).key]
    with (
        served(tmp_path / "cases", cases.log, cases.log) as evidence,
        pytest.raises(CasesRefused, match="bad_signature: none of the keys given signed this"),
    ):
        evidence.part("s-1", 3, 200, known(cases.log, pinned))


def test_a_log_that_was_written_anew_is_refused(tmp_path: Path) -> None:
    """It has the name and the key of the one that was read, and other events."""
    cases, other = decided(3), decided(4)
    with (
        served(tmp_path / "cases", cases.log, cases.log) as evidence,
        pytest.raises(CasesRefused, match="split: nothing shows that the log begins with the 3 leaves read"),
    ):
        evidence.part("s-1", 3, 200, known(cases.log)._replace(read=Extent(3, known(other.log).read.root)))


def test_a_log_that_is_shorter_than_what_was_read_is_refused(tmp_path: Path) -> None:
    cases, longer = decided(3), decided(4)
    with (
        served(tmp_path / "cases", cases.log, cases.log) as evidence,
        pytest.raises(CasesRefused, match="rolled_back: 4 leaves were read, the log has 3"),
    ):
        evidence.part("s-1", 3, 200, known(cases.log)._replace(read=known(longer.log).read))


def test_a_checkpoint_of_another_log_is_refused(tmp_path: Path) -> None:
    cases = decided(3)
    with (
        served(tmp_path / "cases", cases.log, cases.log) as evidence,
        pytest.raises(CasesRefused, match="other_origin"),
    ):
        evidence.part("s-1", 3, 200, known(cases.log)._replace(origin="urn:uuid:0"))


def test_a_checkpoint_that_does_not_reach_what_was_folded_is_refused(tmp_path: Path) -> None:
    """As where what was read is not known any more, of a ledger that did not hash it."""
    cases, short = decided(MANY), decided(2)
    nothing = Extent(0, root(()))
    with (
        served(tmp_path / "short", cases.log, short.log) as evidence,
        pytest.raises(CasesRefused, match="does not reach position 230"),
    ):
        evidence.part("s-1", MANY, 200, known(short.log)._replace(read=nothing))
