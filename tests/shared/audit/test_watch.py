"""Looking at another log: what continues all that is known is accepted, and nothing else, in any order of lies."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.asking import FeedUnavailable
from shared.kit.audit.notary import Extent
from shared.kit.audit.signer import LocalSigner
from shared.kit.audit.tree import consistency_proof
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.watch import MustNotBeFollowed, Trust, look
from shared.kit.log import merkle
from tests.support.audit import COLLIDING, ORIGIN, Tree, signer, tree_of
from tests.support.audit_fuzz import LOG, NEXT, STRANGER

TRUE = tree_of(40)
FORKS = {at: Tree((*TRUE.leaves[:at], *(b"other %d" % n for n in range(40 - at))), ()) for at in (0, 1, 17, 32, 39)}


def grown(tree: Tree) -> Tree:
    """Return the tree with its nodes stored."""
    return Tree(tree.leaves, tuple(merkle.grown((), 0, map(merkle.leaf_hash, tree.leaves)).nodes))


TREES = [TRUE, *map(grown, FORKS.values())]


@dataclass
class Shown:
    """A log as it shows itself: some tree at some size, signed by some, offering some keys."""

    tree: Tree = TRUE
    size: int = 40
    hands: tuple[LocalSigner, ...] = (LOG,)
    offered: list[VerifierKey] = field(default_factory=lambda: [LOG.key])
    asked: list[str] = field(default_factory=list)

    def checkpoint(self) -> bytes:
        """Sign what is shown."""
        return self.tree.checkpoint(self.size, *self.hands)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Prove it of the tree that is shown."""
        self.asked.append("consistency")
        return consistency_proof(self.tree.nodes, old, new)

    def keys(self) -> list[VerifierKey]:
        """Offer keys."""
        self.asked.append("keys")
        return self.offered


def extent(size: int, tree: Tree = TRUE) -> Extent:
    return Extent(size, tree.root(size))


KNOWN = Trust((LOG.key,))


def reason(log: Shown, trust: Trust = KNOWN, read: Extent | None = None) -> str:
    with pytest.raises(MustNotBeFollowed) as refused:
        look(log, ORIGIN, trust, read or extent(3))
    assert refused.value.note in (log.checkpoint(), b"")
    return refused.value.alarm.reason


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40)), max_size=6), st.integers(0, 40), st.integers(0, 5))
def test_what_continues_all_that_is_known_is_accepted_and_nothing_else(
    shown: list[tuple[int, int]], read: int, mine: int
) -> None:
    """Oracle: one log goes on in another at a size where both have all leaves before in common, and grew."""

    def continues(old: tuple[int, int], new: tuple[int, int]) -> bool:
        same = TREES[old[0]].leaves[: old[1]] == TREES[new[0]].leaves[: old[1]]
        return old[1] <= new[1] and same

    trust, known = KNOWN, [(mine, read)]
    for which, size in shown:
        expected = all(continues(one, (which, size)) for one in known)
        try:
            trust = look(Shown(TREES[which], size), ORIGIN, trust, extent(read, TREES[mine]))
        except MustNotBeFollowed:
            assert not expected
        else:
            assert expected
            known.append((which, size))


def test_the_first_look_trusts_those_keys_that_did_sign() -> None:
    """Not all that the log names, not a key of another name, and nobody where none of them signed."""
    named = [LOG.key, NEXT.key, VerifierKey("elsewhere", LOG.key.public)]
    trust = look(Shown(hands=(LOG,), offered=named), ORIGIN, Trust(), extent(3))
    assert trust.keys == (LOG.key,)
    assert reason(Shown(hands=(STRANGER,), offered=named), Trust()) == "bad_signature"
    assert reason(Shown(offered=[]), Trust()) == "bad_signature"


def test_a_key_is_trusted_that_signs_beside_a_trusted_one() -> None:
    both = Shown(hands=(LOG, NEXT), offered=[LOG.key, NEXT.key])
    trust = look(both, ORIGIN, KNOWN, extent(3))
    assert trust.keys == (LOG.key, NEXT.key)
    assert look(Shown(hands=(NEXT,)), ORIGIN, trust, extent(3)).keys == trust.keys
    assert reason(Shown(hands=(NEXT,), offered=[NEXT.key])) == "bad_signature"


def test_a_key_that_is_named_but_did_not_sign_is_not_trusted() -> None:
    """Also where a signature of it stands there that is of another text, or its id is that of one that did."""
    assert look(Shown(offered=[LOG.key, NEXT.key]), ORIGIN, KNOWN, extent(3)).keys == (LOG.key,)
    one, two = map(signer, COLLIDING)
    trust = look(Shown(hands=(one,), offered=[two.key]), ORIGIN, Trust((one.key,)), extent(3))
    assert trust.keys == (one.key,)


def test_keys_are_asked_for_only_where_somebody_unknown_signed() -> None:
    log = Shown()
    look(log, ORIGIN, KNOWN, extent(40))
    assert log.asked == []
    look(log, ORIGIN, KNOWN, extent(3))
    assert log.asked == ["consistency"]


class Away(Shown):
    """A log that does not give something."""

    def __init__(self, code: str, checkpoint: Callable[[Shown], bytes] | None = None) -> None:
        super().__init__()
        self._code, self._checkpoint = code, checkpoint

    def checkpoint(self) -> bytes:
        """Give what was given, or nothing."""
        if self._checkpoint is None:
            raise FeedUnavailable("answered 503", None, self._code)
        return self._checkpoint(self)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Give nothing."""
        raise FeedUnavailable("answered 404", None, self._code)


def test_what_is_away_is_no_alarm_but_what_is_refused_is_one() -> None:
    for code in ("", "signer_unavailable", "log_unavailable"):
        with pytest.raises(FeedUnavailable):
            look(Away(code), ORIGIN, KNOWN, extent(3))
        with pytest.raises(FeedUnavailable):
            look(Away(code, Shown.checkpoint), ORIGIN, KNOWN, extent(3))
    with pytest.raises(MustNotBeFollowed, match="does not continue what it signed"):
        look(Away("signing_refused"), ORIGIN, KNOWN, extent(3))
    with pytest.raises(MustNotBeFollowed, match="nothing shows"):
        look(Away("not_in_the_log", Shown.checkpoint), ORIGIN, KNOWN, extent(3))
    with pytest.raises(MustNotBeFollowed, match="malformed"):
        look(Away("", lambda _: b"noise"), ORIGIN, KNOWN, extent(3))
