"""Bundles for tests: of a cases log and a ledger in memory, with keys from numbers, and what the verifier says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, Final

import msgspec

from services.ledger.bundles.calendars import pinned_by
from services.ledger.bundles.content import FORMAT, Bundle, Part, Proven, sealed
from services.ledger.questions import Answer
from services.ledger.rendering import Asked
from shared.kit.audit import checkpoint, note
from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.audit.signer import LocalSigner
from shared.kit.audit.tree import StoredNodes, inclusion_proof
from shared.kit.log.merkle import root
from shared.kit.log.model import MAX_READ, EventLog, Stored
from shared.rulebook.digest import pin
from tests.support.audit import b64, signer
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following
from tools import verify_audit

CASES_KEY: Final = 11
LEDGER_KEY: Final = 12


@dataclass(frozen=True)
class Bundled:
    """A bundle's bytes, and the keys that an auditor has of both logs."""

    raw: bytes
    keys: tuple[LocalSigner, ...]

    def wrong(self, raw: bytes | None = None) -> list[str]:
        """Return what the verifier finds wrong with it, or with other bytes in its place."""
        return findings(self.raw if raw is None else raw, self.keys)

    def resealed(self, change: Mapping[str, Any]) -> bytes:
        """Return the bundle with some parts changed, as if the ledger itself had sealed it so."""
        content = {**msgspec.json.decode(self.raw), **change}
        content.pop("seal")
        return reseal(content, self.keys[1])


@cache
def sample() -> Bundled:
    """Return the bundle of an account with entries, a reversal, a stay, lapses, and four standings."""
    cases = Decisions()
    ledger = Following(cases, cases.clock)
    late = FIRST + 330 * DAY
    first = cases.ordinary("s-1")
    cases.nothing("s-2")
    cases.nothing("s-1")
    severe = cases.severe("s-1", at=FIRST + DAY)
    cases.stay("s-1", first.id, at=FIRST + 2 * DAY)
    ledger.catch_up()
    cases.reverse("s-1", severe.id, at=FIRST + 3 * DAY)
    cases.lift("s-1", first.id)
    cases.ordinary("s-2", at=late)
    cases.ordinary("s-1")
    cases.nothing("s-2")
    ledger.catch_up()
    asked = [Asked(late), Asked(FIRST + 2 * DAY), Asked(FIRST + 2 * DAY, FIRST + DAY), Asked(late, rulebook="TB-2012")]
    return bundled(cases, ledger, "s-1", *asked)


def findings(raw: bytes, keys: Sequence[LocalSigner]) -> list[str]:
    """Return what the verifier finds wrong with a bundle."""
    try:
        return verify_audit.verify_bundle(raw, [verify_audit.read_key(str(one.key)) for one in keys])[1]
    except verify_audit.Refused as refused:
        return list(map(str, refused.args))


def reseal(content: Mapping[str, Any], key: LocalSigner) -> bytes:
    """Return the file of a bundle whose content is this, sealed with the ledger's key."""
    digest = b64(sha256(verify_audit.canonical_json(content)).digest())
    seal = note.sign(f"{FORMAT}\n{key.key.name}\n{digest}\n", [key])
    return verify_audit.canonical_json({**content, "seal": seal.decode()}) + b"\n"


def bundled(cases: Decisions, ledger: Following, seller: str, *asked: Asked, calendars: Sequence[str] = ()) -> Bundled:
    """Return the bundle of a seller by what is folded, with these standings, each as known at its position or now."""
    keys = signer(CASES_KEY, cases.log.id), signer(LEDGER_KEY, ledger.log.id)
    folded = ledger.progress.now.position
    events = [one for one in every_event(cases.log, seller) if one.position <= folded]
    answers = []
    for each in asked:
        position = folded if each.known_position is None else each.known_position
        answer = ledger.questions.standing(seller, Asked(each.as_of, each.known_at, position, each.rulebook))
        assert isinstance(answer, Answer), answer
        answers.append((position, answer.body))
    given = [pin(json.loads(said)["id"], said) for said in calendars]
    bundle = Bundle(
        seller,
        folded,
        part(cases.log, keys[0], events),
        part(ledger.log, keys[1], ledger.log.stream(f"account-{seller}")),
        ledger.timeline,
        calendars,
        [one for one in pinned_by(event.state for event in events) if one not in given],
        answers,
    )
    return Bundled(sealed(bundle, lambda text: note.sign(text, [keys[1]])), keys)


def every_event(log: EventLog, seller: str) -> list[Stored]:
    """Return all events of a seller, page by page."""
    found, page = list[Stored](), log.read(0, MAX_READ, subject=seller)
    while page.events:
        found += page.events
        page = log.read(page.events[-1].position, MAX_READ, subject=seller)
    return found


def part(log: EventLog, key: LocalSigner, events: Sequence[Stored]) -> Part:
    """Return a log's part, signed with a key."""
    head, nodes = log.head(), StoredNodes(log.nodes)
    signed = checkpoint.sign(Checkpoint(log.id, head.position, root(head.frontier)), [key])
    proofs = [inclusion_proof(nodes, one.position - 1, head.position) for one in events]
    pairs = zip(events, proofs, strict=True)
    return Part(log.id, signed, [Proven(one.position, one.state, proof) for one, proof in pairs])
