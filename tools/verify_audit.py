"""Checks what a Demerit log has signed, by itself: this one file, Python 3.11 and `cryptography`, nothing of ours.

    python verify_audit.py checkpoint  --key VKEY CHECKPOINT
    python verify_audit.py receipt     --key VKEY --event EVENT RECEIPT
    python verify_audit.py consistency --key VKEY OLD NEW PROOF
    python verify_audit.py bundle      --key VKEY --key VKEY BUNDLE

Files, or `-` for standard input; `--json` answers with one JSON object. EVENT holds the entry's bytes exactly as
stored, PROOF one base64 hash a line. VKEY is the log's verifier key, from a place you trust; give `--key` again for
further keys. A log is known by its keys' name; where the keys have several names, say `--origin`. A BUNDLE is one
seller's events of both logs, so it takes a key of each: all that follows from the events is computed again, and
whatever differs is named, one line each; so is what cannot be checked because a bundle says that it is missing. Exit
status: 0 verified, 1 not, 2 there was nothing to verify.

Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof@v1, RFC 6962. Stricter than those in one
thing: base64 has one spelling. Written apart from the service's own code, and tested against it and against others'.
"""

import argparse
import base64
import hashlib
import json
import sys
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LIMIT = 1_000_000  # bytes of a note
MOST_SIGNATURES = 100
MOST_EXTRA = 4096  # bytes
TOP = 2**63  # sizes and indices are below it
BUNDLE: Final = "demerit-bundle/2"
MOST_BUNDLE: Final = 64 * 1024 * 1024  # bytes
MOST_FINDINGS: Final = 20
MOST_POINTS: Final = 100_000  # of one entry
MOST_HOURS: Final = 10 * 366 * 24  # of one sanction


class Refused(Exception):
    """Not verified; each argument is one line that says why."""


class Key(NamedTuple):
    """A log's public key as its verifier key spells it."""

    name: str
    id: bytes
    public: bytes


class Head(NamedTuple):
    """What a checkpoint says, once its signature is verified."""

    origin: str
    size: int
    root: bytes


def read_key(text: str) -> Key:
    """Return the key of a verifier key, `name+id+base64`; raise `Refused` where it is none."""
    fields = text.split("+", 2)
    if len(text) > 1024 or len(fields) != 3 or not proper_name(fields[0]):
        refuse("a verifier key is NAME+ID+KEY")
    name, given_id, body = fields[0], fields[1], unbase64(fields[2], "the verifier key")
    true_id = hashlib.sha256(name.encode() + b"\n" + body).digest()[:4]
    if len(body) != 33 or body[0] != 1:
        refuse(f"the verifier key of {name} is not Ed25519")
    if given_id != true_id.hex():
        refuse(f"the verifier key of {name} has the id {true_id.hex()}, not {given_id}")
    return Key(name, true_id, body[1:])


def read_note(raw: bytes, keys: Sequence[Key]) -> tuple[str, set[str]]:
    """Return the text of a signed note and the names that signed it; raise `Refused` unless one of `keys` did."""
    if len(raw) > LIMIT or any(byte < 0x20 and byte != 0x0A for byte in raw):
        refuse(f"the note is larger than {LIMIT} bytes or holds a control character")
    try:
        note = raw.decode("utf-8")
    except UnicodeDecodeError:
        refuse("the note is not UTF-8")
    gap = note.rfind("\n\n")
    if gap < 0 or not note.endswith("\n") or gap + 2 == len(note):
        refuse("the note has no signatures under a blank line")
    text, lines = note[: gap + 1], note[gap + 2 : -1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        refuse(f"the note has more than {MOST_SIGNATURES} signatures")
    wanted: dict[tuple[str, bytes], bytes] = {}
    for name, key_id, signature in map(read_signature, lines):
        wanted.setdefault((name, key_id), signature)
    return text, signed_by(text.encode(), wanted, keys)


def read_signature(line: str) -> tuple[str, bytes, bytes]:
    """Return name, key id and signature of a line under a note."""
    fields = line.split(" ")
    if len(fields) != 3 or fields[0] != "\u2014" or not proper_name(fields[1]):
        refuse("a line under the note is no signature")
    content = unbase64(fields[2], "a signature")
    if len(content) < 5:
        refuse("a signature is too short")
    return fields[1], content[:4], content[4:]


def signed_by(message: bytes, wanted: dict[tuple[str, bytes], bytes], keys: Sequence[Key]) -> set[str]:
    """Return the names of the keys that signed; all lines of known keys must be true, of others they do not count."""
    names = set()
    for (name, key_id), signature in wanted.items():
        owners = [key for key in keys if (key.name, key.id) == (name, key_id)]
        if len(owners) > 1:
            refuse(f"two of the keys given are {name}+{key_id.hex()}")
        for owner in owners:
            try:
                Ed25519PublicKey.from_public_bytes(owner.public).verify(signature, message)
            except InvalidSignature:
                refuse(f"the signature of {name}+{key_id.hex()} is not of this text")
            names.add(name)
    if not names:
        refuse("none of the keys given signed this")
    return names


def verify_checkpoint(raw: bytes, keys: Sequence[Key], origin: str) -> Head:
    """Return what a checkpoint of this log says; raise `Refused` unless a key of the log's name signed it."""
    text, names = read_note(raw, keys)
    lines = text.split("\n")
    if len(lines) < 4 or "" in lines[:-1]:
        refuse("a checkpoint has at least three lines, none of them empty")
    if lines[0] != origin:
        refuse(f"the checkpoint is of {lines[0]}, not of {origin}")
    if origin not in names:
        refuse(f"no key with the name {origin} signed the checkpoint")
    return Head(origin, number(lines[1], "the size"), read_hash(lines[2]))


def verify_receipt(raw: bytes, event: bytes, keys: Sequence[Key], origin: str) -> tuple[int, Head]:
    """Return the index of an entry and the checkpoint of the tree that holds it; raise `Refused` if it does not."""
    head, _, checkpoint = raw.partition(b"\n\n")
    first, *rest = head.decode("ascii", "replace").split("\n")
    if first != "c2sp.org/tlog-proof@v1":
        refuse("this is no receipt of the form c2sp.org/tlog-proof@v1")
    if rest and rest[0].startswith("extra "):
        extra = unbase64(rest.pop(0)[6:], "the extra data")
        if not 0 < len(extra) <= MOST_EXTRA:
            refuse("the extra data is empty or too long")
    if not rest or not rest[0].startswith("index "):
        refuse("the receipt names no index")
    index, proof = number(rest[0][6:], "the index"), [read_hash(line) for line in rest[1:]]
    signed = verify_checkpoint(checkpoint, keys, origin)
    leaf = hashlib.sha256(b"\0" + event).digest()
    if index >= signed.size or climb(leaf, index, signed.size, proof) != signed.root:
        refuse(f"this is not the entry at index {index} of the tree that was signed")
    return index, signed


def verify_consistency(old: bytes, new: bytes, proof: bytes, keys: Sequence[Key], origin: str) -> tuple[Head, Head]:
    """Return two checkpoints of which the second continues the first; raise `Refused` if that is not shown."""
    before, after = (verify_checkpoint(raw, keys, origin) for raw in (old, new))
    if proof and not proof.endswith(b"\n"):
        refuse("the proof is hashes in base64, one a line")
    hashes = [read_hash(line) for line in proof.decode("ascii", "replace").split("\n")[:-1]]
    if before.size > after.size:
        refuse(f"the log went back from {before.size} leaves to {after.size}")
    if not connected(before, after, hashes):
        refuse(f"the tree of {after.size} leaves does not continue the one of {before.size}")
    return before, after


def climb(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root to which a proof leads from a leaf, None where it is too long or too short."""
    if size == 1 or not proof:
        return leaf if size == 1 and not proof else None
    split = left_part(size)
    left = index < split
    below = climb(leaf, index if left else index - split, split if left else size - split, proof[:-1])
    return None if below is None else join(below, proof[-1], left=left)


def connected(before: Head, after: Head, proof: Sequence[bytes]) -> bool:
    """Return whether a proof shows that the second tree begins with the first."""
    if before.size == 0 and before.root != hashlib.sha256(b"").digest():
        return False
    if before.size in (0, after.size):
        return not proof and (before.size < after.size or before.root == after.root)
    return rebuild(before.root, before.size, after.size, proof, whole=True) == (before.root, after.root)


def rebuild(root: bytes, old: int, size: int, proof: Sequence[bytes], *, whole: bool) -> tuple[bytes, bytes] | None:
    """Return the roots of the first `old` leaves and of all `size` that a proof leads to, None where to none.

    `whole`: the first `old` leaves are the old tree, whose root is known and not in the proof.
    """
    if old == size:
        ends = [root, *proof] if whole else proof
        return (ends[0], ends[0]) if len(ends) == 1 else None
    if not proof:
        return None
    split = left_part(size)
    left = old <= split
    part = (old, split) if left else (old - split, size - split)
    found = rebuild(root, *part, proof[:-1], whole=whole and left)
    if found is None:
        return None
    return (found[0] if left else join(found[0], proof[-1], left=False)), join(found[1], proof[-1], left=left)


def left_part(size: int) -> int:
    """Return the largest power of two below `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def join(known: bytes, sibling: bytes, *, left: bool) -> bytes:
    """Return the hash above two nodes; `left`: the known one is the left one."""
    return hashlib.sha256(b"\1" + (known + sibling if left else sibling + known)).digest()


def number(text: str, what: str) -> int:
    """Return the number that a decimal text spells in the one right way."""
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else TOP
    if value >= TOP or str(value) != text:
        refuse(f"{what} is no decimal number below 2^63 without leading zeros")
    return value


def read_hash(text: str) -> bytes:
    """Return the 32 bytes of a hash in base64."""
    value = unbase64(text, "a hash")
    if len(value) != 32:
        refuse("a hash has 32 bytes")
    return value


def unbase64(text: str, what: str) -> bytes:
    """Return what a base64 text spells, if that is the one spelling of it."""
    try:
        value = base64.standard_b64decode(text)
    except ValueError:
        value = b""
    if not value or base64.standard_b64encode(value).decode() != text:
        refuse(f"{what} is not written in standard base64")
    return value


def proper_name(name: str) -> bool:
    """Return whether a key may have this name: no plus, no space, no control character."""
    return bool(name) and not any(c == "+" or c < " " or c.isspace() or "\ud800" <= c <= "\udfff" for c in name)


def refuse(why: str) -> NoReturn:
    """Say why something is not verified."""
    raise Refused(why)


# Bundles: one seller's events of both logs, and what they come to. From here on everything is computed again from the
# rules as they are written (points, ladders, year ends, reversals, stays, the two clocks), for one account, plainly.


class Verdict(NamedTuple):
    """What a file shows, in one line; all that is wrong with it, each with its place; and what could not be checked."""

    shown: str
    wrong: list[str]
    unchecked: list[str]


class Wrong(list[str]):
    """Findings, each one line: where, and what is wrong there. `unchecked` is what nothing can be found out about."""

    def __init__(self) -> None:
        super().__init__()
        self.unchecked: list[str] = []

    def say(self, where: str, what: str) -> None:
        """Add one, up to a limit."""
        if len(self) < MOST_FINDINGS:
            self.append(f"{where}: {what}")

    def skip(self, what: str) -> None:
        """Add what could not be checked, up to the same limit."""
        if len(self.unchecked) < MOST_FINDINGS:
            self.unchecked.append(what)

    def differ(self, where: str, found: Any, expected: Any) -> None:
        """Add every place at which two values differ: what is there, and what was computed."""
        if isinstance(found, dict) and isinstance(expected, dict):
            for name in sorted(found.keys() | expected.keys()):
                if name not in expected or name not in found:
                    self.say(f"{where}.{name}", "is missing" if name in expected else "is not known")
                else:
                    self.differ(f"{where}.{name}", found[name], expected[name])
        elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
            for number, pair in enumerate(zip(found, expected, strict=True)):
                self.differ(f"{where}[{number}]", *pair)
        elif type(found) is not type(expected) or found != expected:
            self.say(where, f"is {brief(found)}, computed {brief(expected)}")


def brief(value: Any) -> str:
    """Return a value as JSON, shortened."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True)
    return text if len(text) <= 200 else f"{text[:200]}\u2026"


def verify_bundle(raw: bytes, keys: Sequence[Key]) -> Verdict:
    """Return what a bundle shows, what is wrong with it, and what could not be checked for want of something in it."""
    wrong, shown, bundle = Wrong(), "", None
    try:
        bundle = read_bundle(raw)
        shown = examine(bundle, keys, wrong)
    except Refused as refused:
        wrong.append(str(refused))
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as failed:
        wrong.append(f"what is enclosed cannot be computed with: {type(failed).__name__}: {brief(str(failed))}")
    if bundle is not None:
        check_seal(bundle, keys, wrong)
    return Verdict(shown, wrong, wrong.unchecked)


def examine(bundle: dict[str, Any], keys: Sequence[Key], wrong: Wrong) -> str:
    """Say what is wrong with the parts of a bundle, and return what it shows where nothing is."""
    cases, ledger = (read_log(bundle[name], name, bundle["seller"], keys, wrong) for name in ("cases", "ledger"))
    folded = bundle["folded"]
    if folded > cases.size:
        wrong.say("folded", f"is {folded}, beyond the {cases.size} entries of the cases checkpoint")
    for event in cases.events:
        if event.position > folded:
            wrong.say(event.place, f"is behind {folded}, through which the ledger had folded")
    book = read_book(bundle["rulebook"], wrong)
    check_calendars(bundle, cases.events, book, wrong)
    facts = read_facts(cases.events, book, wrong)
    told = Retelling(facts, book, wrong)
    if told.run(ledger.events):
        for number, given in enumerate(bundle["standings"]):
            check_standing(f"standings[{number}]", given, bundle, told, wrong)
    elif bundle["standings"]:
        wrong.say("standings", "cannot be computed: the account is quarantined, or its events are wrong")
    counted = f"events: {len(cases.events)}, facts: {len(facts)}, account version: {len(ledger.events)}"
    return f"{bundle['seller']} through cases position {folded}: {counted}, standings: {len(bundle['standings'])}"


# The file, strictly.

EVENTS_OF_A_LOG: Final = {"origin": str, "checkpoint": str, "events": [{"position": int, "event": str, "proof": [str]}]}
FORM: Final = {
    "format": str,
    "seller": str,
    "folded": int,
    "cases": EVENTS_OF_A_LOG,
    "ledger": EVENTS_OF_A_LOG,
    "rulebook": {"name": str, "versions": [str], "until": (str, None)},
    "calendars": [str],
    "missing_calendars": [{"id": str, "digest": str}],
    "standings": [{"known_position": int, "body": dict}],
    "seal": str,
}


def read_bundle(raw: bytes) -> dict[str, Any]:
    """Return a bundle whose form is right to the last byte; raise `Refused` where it is not."""
    if len(raw) > MOST_BUNDLE:
        refuse(f"a bundle has at most {MOST_BUNDLE} bytes")
    bundle = read_json(raw, "the bundle")
    canonical = canonical_json(bundle) + b"\n"
    if raw != canonical:
        pairs = enumerate(zip(raw, canonical, strict=False))
        at = next((number for number, (one, other) in pairs if one != other), min(len(raw), len(canonical)))
        refuse(f"byte {at}: not the canonical form: ASCII, keys in order, no blanks, one newline at the end")
    match_form(bundle, FORM, "bundle")
    if bundle["format"] != BUNDLE:
        refuse(f"format: is {brief(bundle['format'])}, this reads {BUNDLE}")
    found: dict[str, Any] = bundle
    return found


def read_json(raw: bytes | str, where: str) -> Any:
    """Return what JSON says that has no key twice, no fraction and nothing but ASCII; else raise `Refused`."""
    try:
        text = raw.decode("ascii") if isinstance(raw, bytes) else raw
        return json.loads(text, object_pairs_hook=one_each, parse_float=no_number, parse_constant=no_number)
    except (ValueError, RecursionError) as failed:
        refuse(f"{where}: no strict JSON in ASCII: {failed}")


def one_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of which every key comes once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {brief(next(name for name in names if names.count(name) > 1))} is there twice")
    return found


def no_number(text: str) -> NoReturn:
    """Refuse a number that is not whole."""
    raise ValueError(f"{text[:40]} is no whole number")


def canonical_json(value: Any) -> bytes:
    """Return the one spelling of a value."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def match_form(value: Any, form: Any, where: str) -> None:
    """Raise `Refused` unless a value has this form: a type, some types, a list of one form, or keys with theirs."""
    if isinstance(form, dict):
        match_form(value, dict, where)
        for name in sorted(value.keys() ^ form.keys()):
            refuse(f"{where}.{name}: {'is missing' if name in form else 'is not known'}")
        for name, inner in form.items():
            match_form(value[name], inner, f"{where}.{name}")
    elif isinstance(form, list):
        match_form(value, list, where)
        for number, one in enumerate(value):
            match_form(one, form[0], f"{where}[{number}]")
    elif isinstance(form, tuple):
        if value is not None:
            match_form(value, form[0], where)
    elif type(value) is not form:
        refuse(f"{where}: is {brief(value)}, a {NAMES[form]} would be right")


NAMES: Final = {str: "string", int: "whole number", bool: "truth value", dict: "object", list: "list"}


# The two logs.


class Event(NamedTuple):
    """One event of a log as the bundle gives it; `place` is how findings name it."""

    place: str
    position: int
    said: dict[str, Any]

    @property
    def kind(self) -> str:
        """The event's type."""
        return str(self.said["type"])

    @property
    def recorded(self) -> datetime:
        """When the log took it."""
        return instant(self.said["recordedtime"], self.place)


class Log(NamedTuple):
    """One log's part: the size of the tree that was signed, the seller's events in order of position."""

    size: int
    events: list[Event]


ENVELOPE: Final = {
    "data": dict,
    "datacontenttype": str,
    "id": str,
    "partitionkey": str,
    "recordedtime": str,
    "sequence": str,
    "source": str,
    "specversion": str,
    "standingeffect": str,
    "stream": str,
    "streamversion": int,
    "subject": str,
    "time": str,
    "type": str,
}
MAY_BE: Final = ("actor", "actorrole", "causationid", "commandkey", "correlationid", "leafsalt")


def read_log(part: dict[str, Any], name: str, seller: str, keys: Sequence[Key], wrong: Wrong) -> Log:
    """Return a log's events; say what is not proven of them, or cannot be of this log, seller and order."""
    try:
        head = verify_checkpoint(part["checkpoint"].encode("utf-8", "surrogatepass"), keys, part["origin"])
    except Refused as refused:
        wrong.say(f"{name}.checkpoint", str(refused))
        head = Head(part["origin"], TOP, b"")
    events: list[Event] = []
    versions: dict[str, int] = {}
    for given in part["events"]:
        place = f"{name} position {given['position']}"
        event = Event(place, given["position"], read_json(given["event"], place))
        if head.root:
            check_proof(event, given, head, wrong)
        check_envelope(event, name, part["origin"], seller, versions, wrong)
        if events and (event.position <= events[-1].position or event.recorded <= events[-1].recorded):
            wrong.say(event.place, f"position or recordedtime is not behind {events[-1].place}")
        events.append(event)
    return Log(head.size, events)


def check_proof(event: Event, given: dict[str, Any], head: Head, wrong: Wrong) -> None:
    """Say so where an event is not shown to stand at its position of the tree that was signed."""
    leaf = hashlib.sha256(b"\0" + given["event"].encode()).digest()
    try:
        proof = [read_hash(one) for one in given["proof"]]
    except Refused as refused:
        wrong.say(f"{event.place}, proof", str(refused))
        return
    if not 1 <= event.position <= head.size:
        wrong.say(event.place, f"is not among the {head.size} entries of the checkpoint")
    elif climb(leaf, event.position - 1, head.size, proof) != head.root:
        wrong.say(event.place, "the event, or its proof, does not lead to the root of the checkpoint")


def check_envelope(event: Event, name: str, origin: str, seller: str, versions: dict[str, int], wrong: Wrong) -> None:
    """Say so where what is around an event's data does not fit its place; `versions` counts those of each stream."""
    said = event.said
    match_form({key: one for key, one in said.items() if key not in MAY_BE}, ENVELOPE, event.place)
    match_form({key: said.get(key, "") for key in MAY_BE}, dict.fromkeys(MAY_BE, str), event.place)
    instant(said["time"], event.place)
    stream = f"account-{seller}" if name == "ledger" else said["stream"]
    versions[stream] = versions.get(stream, 0) + 1
    expected = {
        "datacontenttype": "application/json",
        "partitionkey": seller,
        "sequence": f"{event.position:020}",
        "source": origin,
        "specversion": "1.0",
        "stream": stream,
        "streamversion": versions[stream],
        "subject": seller,
    }
    wrong.differ(event.place, {key: said[key] for key in expected}, expected)
    if not event.kind.startswith(f"demerit.{name}."):
        wrong.say(f"{event.place}.type", f"is {brief(event.kind)}, of another log")


def check_seal(bundle: dict[str, Any], keys: Sequence[Key], wrong: Wrong) -> None:
    """Say so where the ledger has not sealed the whole of the bundle."""
    content = {name: value for name, value in bundle.items() if name != "seal"}
    digest = base64.standard_b64encode(hashlib.sha256(canonical_json(content)).digest()).decode()
    origin = bundle["ledger"]["origin"]
    try:
        text, names = read_note(bundle["seal"].encode("utf-8", "surrogatepass"), keys)
    except Refused as refused:
        wrong.say("seal", str(refused))
        return
    if origin not in names:
        wrong.say("seal", f"no key with the name {origin} signed it")
    if text != f"{BUNDLE}\n{origin}\n{digest}\n":
        wrong.say("seal", f"is not of this bundle, whose digest is {digest}")


def instant(text: Any, where: str) -> datetime:
    """Return the instant that a text spells in UTC in the one right way."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None and spell(found) == text:
            return found
    except (TypeError, ValueError):
        pass
    refuse(f"{where}: {brief(text)} is no instant in UTC")


def spell(at: datetime | None) -> str | None:
    """Return an instant as the services write it."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


# The rulebook and the calendars.


class Version(NamedTuple):
    """One version of the rulebook, in force from `since` (inclusive) until `until` (exclusive; None: for good)."""

    pin: dict[str, str]
    since: datetime
    until: datetime | None
    said: dict[str, Any]


class Book(NamedTuple):
    """Versions in order of time."""

    versions: list[Version]

    def at(self, when: datetime) -> Version | None:
        """Return the version in force."""
        held = [one for one in self.versions if one.since <= when and (one.until is None or when < one.until)]
        return held[0] if held else None

    def pin_at(self, when: datetime) -> dict[str, str] | None:
        """Return id and digest of the version in force."""
        version = self.at(when)
        return None if version is None else version.pin

    def track(self, name: str, when: datetime) -> dict[str, Any] | None:
        """Return the rules of a track in force."""
        version = self.at(when)
        found: dict[str, Any] | None = None if version is None else version.said["tracks"].get(name)
        return found

    def ladder(self, name: str, when: datetime) -> dict[str, Any] | None:
        """Return the ladder of a track in force."""
        rules = self.track(name, when)
        return None if rules is None else rules["ladder"]

    def carried(self, name: str, year: int, total: int, fresh: int) -> int:
        """Return what a track carries into a year out of the one before: its total, and what was new in it."""
        rules = self.track(name, new_year(year))
        for band in [] if rules is None else rules["year_end"]:
            if (total if band["measure"] == "total" else fresh) >= band["at_least"]:
                return total if band["carry"] is None else int(band["carry"])
        return 0

    def ladders(self, name: str) -> list[dict[str, Any]]:
        """Return the ladders of a track in all versions."""
        return [one.said["tracks"][name]["ladder"] for one in self.versions if name in one.said["tracks"]]

    def turns(self) -> list[datetime]:
        """Return the instants at which another version, or none, comes into force."""
        return sorted({at for one in self.versions for at in (one.since, one.until) if at is not None})

    def alone(self, name: str) -> "Book | None":
        """Return the book in which the version of this id always holds, None where there is none."""
        found = [one for one in self.versions if one.pin["id"] == name]
        return Book([found[0]._replace(since=FIRST, until=None)]) if found else None


def pinned(text: str, where: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Return id and digest of a version or a calendar, and what it says."""
    said = read_json(text, where)
    if not isinstance(said, dict) or type(said.get("id")) is not str or canonical_json(said) != text.encode():
        refuse(f"{where}: is no canonical object with an id")
    return {"id": said["id"], "digest": hashlib.sha256(text.encode()).hexdigest()}, said


def began(said: dict[str, Any], where: str) -> datetime:
    """Return when a version came into force."""
    return instant(str(said.get("effective_from")).replace("+00:00", "Z"), f"{where}.effective_from")


def read_book(part: dict[str, Any], wrong: Wrong) -> Book:
    """Return the rulebook; that events pin its versions is seen with the events."""
    read = [pinned(text, f"rulebook.versions[{number}]") for number, text in enumerate(part["versions"])]
    if not read:
        refuse("rulebook.versions: there is none")
    since = [began(said, f"rulebook.versions[{number}]") for number, (_, said) in enumerate(read)]
    last = None if part["until"] is None else instant(part["until"], "rulebook.until")
    if since != sorted(set(since)) or (last is not None and last <= since[-1]):
        wrong.say("rulebook.versions", "do not follow each other in time")
    if len({pin["id"] for pin, _ in read}) < len(read):
        wrong.say("rulebook.versions", "two have one id")
    for number, (_, said) in enumerate(read):
        check_tracks(said, f"rulebook.versions[{number}]")
    ends = [*since[1:], last]
    return Book([Version(pin, at, end, said) for (pin, said), at, end in zip(read, since, ends, strict=True)])


PIN: Final = {"id": str, "digest": str}
CALENDAR: Final = {"year": int, "holidays": [{"first": str, "last": str, "name": str}], "make_up": [str]}
DUE: Final = {"due": str, "provisional": bool, "calendars": [PIN]}
FILED: Final = {"filed_at": str, "rulebook": PIN, "first_handling_due": DUE, "resolution_due": DUE}
WORKING_DAYS: Final = {
    "first_handling_due": "first_handling_working_days",
    "resolution_due": "resolution_working_days",
}
MOST_DAYS: Final = 1000
LADDER: Final = {
    "composition": str,
    "every": (bool, None),
    "nodes": [{"at": int, "hours": (int, None), "measures": [str]}],
}
YEAR_END: Final = [{"measure": str, "at_least": int, "carry": (int, None)}]


def check_tracks(said: dict[str, Any], where: str) -> None:
    """Raise `Refused` where the tracks and grades of a version are of no form that can be computed with."""
    match_form({name: said.get(name) for name in ("tracks", "grades")}, {"tracks": dict, "grades": dict}, where)
    for name, track in said["tracks"].items():
        place = f"{where}.tracks.{name}"
        match_form(track, {"ladder": dict, "year_end": YEAR_END}, place)
        match_form({"every": None, **track["ladder"]}, LADDER, f"{place}.ladder")
        nodes = track["ladder"]["nodes"]
        if not nodes or any(one["at"] < 1 or not 1 <= (one["hours"] or 1) <= MOST_HOURS for one in nodes):
            refuse(f"{place}.ladder.nodes: points are 1 or more, hours 1 to {MOST_HOURS}")
    for name, grade in said["grades"].items():
        match_form(grade, dict, f"{where}.grades.{name}")


def check_calendars(bundle: dict[str, Any], events: Sequence[Event], book: Book, wrong: Wrong) -> None:
    """Say so where a calendar that events pin is neither enclosed nor said to be missing, or one is that none pins.

    No number of the ledger depends on a calendar; a filing's deadlines do. For one that is missing, which days were
    counted cannot be checked.
    """
    pins: dict[tuple[str, str], list[int]] = {}
    for event in events:
        for pin in pins_in(event.said["data"], f"{event.place}.data"):
            if event.position not in pins.setdefault(pin, []):
                pins[pin].append(event.position)
    read = [read_calendar(text, f"calendars[{number}]") for number, text in enumerate(bundle["calendars"])]
    given = [(f"calendars[{number}]", one) for number, (one, _) in enumerate(read)]
    given += [(f"missing_calendars[{number}]", one) for number, one in enumerate(bundle["missing_calendars"])]
    seen = set()
    for place, one in given:
        key = one["id"], one["digest"]
        if key not in pins or key in seen:
            wrong.say(place, f"no event pins {one['id']} with the digest {one['digest']}, or it is there twice")
        elif place.startswith("missing"):
            where = ", ".join(map(str, pins[key][:MOST_FINDINGS]))
            wrong.skip(f"calendar {one['id']} is missing: working days counted at cases position {where}")
        seen.add(key)
    for name, digest in sorted(pins.keys() - seen):
        where = f"cases position {pins[name, digest][0]}"
        wrong.say(where, f"pins calendar {name} with the digest {digest}, neither enclosed nor said to be missing")
    enclosed = {(one["id"], one["digest"]): said for one, said in read}
    for event in events:
        check_deadlines(event, enclosed, book, wrong)


def read_calendar(text: str, where: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Return id and digest of a calendar, and what it says."""
    pin, said = pinned(text, where)
    match_form({name: said.get(name) for name in CALENDAR}, CALENDAR, where)
    return pin, said


def check_deadlines(event: Event, calendars: dict[tuple[str, str], dict[str, Any]], book: Book, wrong: Wrong) -> None:
    """Say so where a filing's deadlines are not so many working days after it, by the calendars that they pin.

    One of which a calendar is not enclosed is left alone; so is what people set by themselves, or what came later.
    """
    data = event.said["data"]
    if event.kind != f"{CASES}complaint_filed.v1" or "filed_at" not in data:
        return
    place = f"{event.place}.data"
    match_form({name: data.get(name) for name in FILED}, FILED, place)
    version = next((one for one in book.versions if one.pin == data["rulebook"]), None)
    if version is None:
        wrong.skip(f"rulebook {data['rulebook']['id']} is not enclosed: deadlines at {event.place}")
        return
    for name, days in WORKING_DAYS.items():
        pins = [(pin["id"], pin["digest"]) for pin in data[name]["calendars"]]
        wanted = version.said["deadlines"][days]
        if type(wanted) is not int or not 1 <= wanted <= MOST_DAYS:
            refuse(f"rulebook.versions: {version.pin['id']}: {days} are 1 to {MOST_DAYS}")
        if calendars.keys() >= set(pins):
            years = {calendars[pin]["year"]: (pin, calendars[pin]) for pin in pins}
            filed = instant(data["filed_at"], place)
            wrong.differ(f"{place}.{name}", data[name], after_working_days(filed, wanted, years))


def after_working_days(filed: datetime, wanted: int, years: dict[int, tuple[tuple[str, str], Any]]) -> dict[str, Any]:
    """Return the end of the day in Shanghai that is so many working days behind the one of filing.

    A day is worked as the notice of its year says, or that of the next one, which may reach back to the last three days
    of December and then is right; a day that neither names, from Monday to Friday: an estimate where one is wanting.
    """
    day, used, provisional = (filed + SHANGHAI).date(), dict[tuple[str, str], None](), False
    while wanted:
        day += timedelta(days=1)
        asked = [day.year + 1, day.year] if (day.month, day.day) >= (12, 29) else [day.year]
        known = [years[year] for year in asked if year in years]
        provisional = provisional or len(known) < len(asked)
        used |= dict.fromkeys(pin for pin, _ in reversed(known))
        off = [any(one["first"] <= str(day) <= one["last"] for one in said["holidays"]) for _, said in known]
        extra = [str(day) in said["make_up"] for _, said in known]
        named = next((number for number in range(len(known)) if off[number] or extra[number]), None)
        wanted -= day.weekday() < 5 if named is None else extra[named]
    due = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) - SHANGHAI
    calendars = [{"id": name, "digest": digest} for name, digest in used]
    return {"due": spell(due), "provisional": provisional, "calendars": calendars}


def pins_in(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield id and digest of every calendar that is pinned anywhere in an event's data; `where` it is, for findings."""
    if isinstance(value, list):
        for one in value:
            yield from pins_in(one, where)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name == "calendars" and isinstance(one, list):
                match_form(one, [PIN], f"{where}.calendars")
                yield from ((pin["id"], pin["digest"]) for pin in one)
            else:
                yield from pins_in(one, where)


# The facts that count.

FIRST: Final = datetime.min.replace(tzinfo=UTC)
FAR: Final = datetime.max.replace(tzinfo=UTC)
NOT_TOLD: Final = (-1, None)
CASES: Final = "demerit.cases."
LEDGER: Final = "demerit.ledger."
UPHELD: Final = {"ordinary_violation_upheld.v1": "ordinary", "severe_violation_upheld.v1": "severe"}
UNDOING: Final = {
    "decision_reversed.v1": "reversed",
    "decision_revoked.v1": "revoked",
    "decision_regraded.v1": "regraded",
}
STAYING: Final = {"sanction_stayed.v1": True, "stay_lifted.v1": False}
JUDGED: Final = {"grade": str, "points": int, "direct": [{"hours": int, "measures": [str]}], "rulebook": PIN}
DATA: Final[dict[str, dict[str, Any]]] = {
    **{name: {**JUDGED, "calendars": [PIN]} for name in UPHELD},
    **{name: {"decision": str} for name in ("decision_reversed.v1", "decision_revoked.v1", *STAYING)},
    "decision_regraded.v1": {**JUDGED, "calendars": [PIN], "decision": str, "track": str},
    "past_penalty_imported.v1": {
        **JUDGED,
        "track": str,
        "import_id": str,
        "line": int,
        "reference": str,
        "complete_from": str,
    },
}


@dataclass
class Row:
    """One sanction of an entry: `slot` names it for ever; node, period and measures are what it has, or last had."""

    slot: tuple[str, int]
    node: int | str
    start: datetime
    end: datetime | None
    measures: list[str]
    vacated: bool = False
    lifted: datetime | None = None
    is_seal: bool = False

    def vacate(self, at: datetime) -> None:
        """Take it away: lifted, if it would have gone on."""
        if not self.vacated:
            self.lifted = at if self.end is None or self.end > at else self.lifted
            self.vacated = True

    def covers(self, when: datetime) -> bool:
        """Return whether its own period holds an instant."""
        return self.start <= when and (self.end is None or when < self.end)


@dataclass
class Entry:
    """One decision as it counts, and what it holds: its rows, its row at the seal, whether it holds the seal's node.

    `due` are the points before it, and the last end before it, by which its rows were told last. `first` and `last` are
    the first start and the last end of what it holds, `busy` is the last end of that on the ladder.
    """

    id: str
    position: int
    track: str
    points: int
    since: datetime
    said: dict[str, Any]
    case: str
    recorded: datetime
    regrades: str | None = None
    rows: list[Row] = field(default_factory=list)
    at_seal: bool = False
    seal: Row | None = None
    hidden: bool = False
    gone: bool = False
    kept: tuple[list[Row], bool, bool] = field(default=([], False, False))
    stays: list["Span"] = field(default_factory=list)
    due: tuple[int, datetime | None] = NOT_TOLD
    first: datetime = field(default=FAR)
    last: datetime = field(default=FIRST)
    busy: datetime | None = None

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands in ladder order."""
        return self.since, self.position

    def terms(self) -> list[Row]:
        """Return what it holds of the ladder, in order."""
        return [row for row in self.rows if row.slot[0] == "node" and not row.vacated]

    def shown(self) -> list[Row]:
        """Return its rows as an answer lists them."""
        return self.rows if self.seal is None or self.hidden else [*self.rows, self.seal]

    def measure(self) -> None:
        """Take in from when until when it holds something."""
        held = [row for row in self.shown() if not row.vacated]
        self.first = min((row.start for row in held), default=FAR)
        self.last = max((row.end or FAR for row in held), default=FIRST)
        self.busy = max((row.end for row in self.terms() if row.end is not None), default=None)


class Span(NamedTuple):
    """From `start` on, and before `end` (None: for good)."""

    start: datetime
    end: datetime | None


def within(spans: Sequence[Span], when: datetime) -> bool:
    """Return whether one of the spans holds an instant."""
    return any(start <= when and (end is None or when < end) for start, end in spans)


class Fact(NamedTuple):
    """One event of the cases log that counts: what it undoes, what it enters, whether it stays or lifts."""

    event: Event
    undoes: str | None = None
    kind: str = ""
    enters: Callable[[], Entry] | None = None
    stays: bool | None = None
    of: str = ""


def read_facts(events: Sequence[Event], book: Book, wrong: Wrong) -> list[Fact]:
    """Return what counts, in order of position."""
    facts = []
    for event in events:
        name = event.kind.removeprefix(CASES)
        counts = event.said["standingeffect"] == "points"
        if counts != (name in DATA):
            wrong.say(f"{event.place}.standingeffect", f"is not what {event.kind} has")
        if name in DATA:
            facts.append(read_fact(event, name, book, wrong))
    return facts


def read_fact(event: Event, name: str, book: Book, wrong: Wrong) -> Fact:
    """Return what one event says; say so where its numbers are not those of the rulebook it pins."""
    data = event.said["data"]
    match_form({key: data.get(key) for key in DATA[name]}, DATA[name], f"{event.place}.data")
    if name in STAYING:
        return Fact(event, stays=STAYING[name], of=data["decision"])
    enters = None
    if name not in ("decision_reversed.v1", "decision_revoked.v1"):
        check_grade(event, name, book, wrong)
        check_entry(event, name, wrong)
        enters = partial(entry_of, event, UPHELD.get(name) or data["track"], data.get("decision"))
    return Fact(event, data["decision"] if name in UNDOING else None, UNDOING.get(name, ""), enters)


def check_grade(event: Event, name: str, book: Book, wrong: Wrong) -> None:
    """Say so where a decision's rulebook is not enclosed, or gives its grade other points than it says."""
    data = event.said["data"]
    version = next((one for one in book.versions if one.pin == data["rulebook"]), None)
    if version is None:
        wrong.say(f"{event.place}.data.rulebook", f"{brief(data['rulebook'])} is no version that is enclosed")
    elif name != "past_penalty_imported.v1" and data["grade"] not in version.said["grades"]:
        wrong.say(f"{event.place}.data.grade", f"{brief(data['grade'])} is no grade of {version.pin['id']}")
    elif name != "past_penalty_imported.v1":
        grade = {"direct": [], **version.said["grades"][data["grade"]]}
        told = {"track": UPHELD.get(name) or data["track"], "points": data["points"], "direct": data["direct"]}
        wrong.differ(f"{event.place}.data", told, {key: grade.get(key) for key in told})


def check_entry(event: Event, name: str, wrong: Wrong) -> None:
    """Say so where a decision counts from another instant than its own; raise `Refused` where it is out of bounds."""
    data, since, recorded = event.said["data"], instant(event.said["time"], event.place), event.recorded
    if not 0 <= data["points"] <= MOST_POINTS or not all(0 < one["hours"] <= MOST_HOURS for one in data["direct"]):
        refuse(f"{event.place}.data: points are 0 to {MOST_POINTS}, hours 1 to {MOST_HOURS}")
    if not 2000 <= since.year <= 2099 or not 2000 <= recorded.year <= 2099:
        refuse(f"{event.place}.time: an entry counts from an instant in 2000 to 2099")
    if since > recorded or (name in UPHELD and since != recorded):
        wrong.say(f"{event.place}.time", f"is {event.said['time']}; a decision counts from its recordedtime")


def entry_of(event: Event, track: str, regrades: str | None) -> Entry:
    """Return the entry that an event makes."""
    said = event.said
    case = "" if event.kind.endswith("past_penalty_imported.v1") else said.get("correlationid", "")
    since = instant(said["time"], event.place)
    points = said["data"]["points"]
    return Entry(said["id"], event.position, track, points, since, said["data"], case, event.recorded, regrades)


# What the facts come to. Ladder order is by the instant from which an entry counts, then by its position.

SEVERE: Final = "severe"
CLOSED: Final = {
    "delist_all",
    "shop_hidden",
    "listing_restricted",
    "messaging_restricted",
    "community_restricted",
    "shop_creation_restricted",
    "public_warning",
}  # what a closed shop brings beside itself
SHANGHAI: Final = timedelta(hours=8)
LAST_YEAR: Final = 9998


def new_year(year: int) -> datetime:
    """Return 1 January 00:00 in Shanghai."""
    return datetime(year, 1, 1, tzinfo=UTC) - SHANGHAI if year > 1 else FIRST


def year_of(when: datetime) -> int:
    """Return the year in Shanghai; no entry is from before 2000, so the offset is always the same."""
    return LAST_YEAR if when.year > LAST_YEAR else min((when + SHANGHAI).year, LAST_YEAR)


class Purse(NamedTuple):
    """Points of a track in a year: carried into it, and new in it."""

    year: int
    carried: int = 0
    fresh: int = 0

    @property
    def total(self) -> int:
        """Both."""
        return self.carried + self.fresh


class Step(NamedTuple):
    """An entry in the line of its track: the points before and with it in its year, the last end that comes before."""

    entry: Entry
    before: Purse
    purse: Purse
    busy: datetime | None


class Sealing(NamedTuple):
    """That an entry seals the account, at a node of its ladder, from when until when."""

    entry: Entry
    node: dict[str, Any]
    span: Span


class Account:
    """One seller's account as the facts taken so far leave it.

    `lines` are the entries that count, by track, in ladder order. `open` are those that may hold something still: what
    is over is looked at again only where a fact changes it. `watch` hears of each entry before it is changed.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.entries: dict[str, Entry] = {}
        self.lines: dict[str, list[Step]] = {}
        self.sealings: dict[str, list[Sealing]] = {}
        self.open: dict[str, Entry] = {}
        self.last: int | None = None
        self.watch: Callable[[Entry], None] = lambda _: None

    def take(self, fact: Fact) -> None:
        """Take a fact in both its parts."""
        if fact.undoes is not None:
            self.undo(self.entries[fact.undoes], fact.event.position, fact.event.recorded)
        if fact.enters is not None:
            self.enter(fact.enters())
        if fact.stays is not None:
            entry = self.entries[fact.of]
            self.watch(entry)
            if fact.stays:
                entry.stays.append(Span(fact.event.recorded, None))
            else:
                entry.stays[-1] = Span(entry.stays[-1].start, fact.event.recorded)

    def whole(self) -> "View":
        """Return the account through time, as it is known now."""
        return View(self, sorted(self.entries.values(), key=lambda entry: entry.place))

    def near(self, since: datetime, until: datetime | None) -> list[Entry]:
        """Return the entries that hold something between two instants; of those that are over by the first, forget."""
        for name in [name for name, entry in self.open.items() if entry.last <= since]:
            del self.open[name]
        return [entry for entry in self.open.values() if until is None or entry.first <= until]

    def why_not(self, fact: Fact) -> str | None:
        """Return why the account cannot take a fact, None if it can."""
        named = fact.undoes or fact.of
        old = self.entries.get(named)
        if named and (old is None or old.gone):
            return f"there is no entry {named} that counts"
        if old is not None and fact.stays is not None and fact.stays == bool(old.stays and old.stays[-1].end is None):
            return f"the sanctions of {named} are {'stayed already' if fact.stays else 'not stayed'}"
        if fact.enters is not None:
            return self.why_not_enter(fact.enters(), old)
        return None

    def why_not_enter(self, entry: Entry, old: Entry | None) -> str | None:
        """Return why an entry cannot be entered, in the place of an old one or by itself."""
        if entry.id in self.entries:
            return f"{entry.id} is entered already"
        if self.book.track(entry.track, entry.since) is None:
            return f"no version in force knows the track {entry.track}"
        if old is None:
            return None
        new_weight, old_weight = (entry.track == SEVERE, entry.points), (old.track == SEVERE, old.points)
        hours = [sum(one["hours"] for one in each.said["direct"]) for each in (entry, old)]
        alike = new_weight == old_weight and entry.track == old.track and hours[0] < hours[1]
        if entry.since != old.since:
            return f"a regrade counts from {spell(old.since)} on, as what it replaces"
        if not alike and (new_weight == old_weight or new_weight[0] > old_weight[0] or entry.points > old.points):
            return "a regrade may only lower"
        return None

    def roll(self, track: str, purse: Purse, year: int) -> Purse:
        """Return the purse in a later year, nothing having come new."""
        while purse.year < year:
            following = purse.year + 1
            purse = Purse(following, self.book.carried(track, following, purse.total, purse.fresh))
        return purse

    def step(self, line: Sequence[Step], number: int) -> Step:
        """Return a step of a line, counted from the one before."""
        entry, year = line[number].entry, year_of(line[number].entry.since)
        if number == 0:
            before, busy = Purse(year), None
        else:
            last = line[number - 1]
            before, busy = self.roll(entry.track, last.purse, year), later(last.busy, last.entry.busy)
        return Step(entry, before, before._replace(fresh=before.fresh + entry.points), busy)

    def purse(self, track: str, when: datetime) -> Purse:
        """Return the points of a track at an instant."""
        line = self.lines.get(track, [])
        number = bisect_right(line, when, key=lambda step: step.entry.since)
        return self.roll(track, line[number - 1].purse, year_of(when)) if number else Purse(year_of(when))

    def points(self, when: datetime) -> dict[str, int]:
        """Return the points of every track that the version in force knows, or an entry is on."""
        version = self.book.at(when) or self.book.versions[0]
        return {track: self.purse(track, when).total for track in (*version.said["tracks"], *sorted(self.lines))}

    def brings(self, entry: Entry, before: int, busy: datetime | None) -> tuple[list[Row], bool]:
        """Return the sanctions that an entry's points bring, and whether they reach the seal.

        `busy` is the last end of what earlier entries hold: on a consecutive ladder the next begins there.
        """
        ladder = self.book.ladder(entry.track, entry.since)
        if ladder is None:
            return [], False
        after, seal = before + entry.points, sealing(ladder)
        sealed = seal is not None and after >= seal["at"]
        nodes = crossed(ladder, before, after)
        if ladder["composition"] == "heaviest":
            return ([] if sealed else in_a_row(nodes[-1:], entry.since)), sealed
        return in_a_row(nodes, entry.since if busy is None else max(entry.since, busy)), sealed

    def enter(self, entry: Entry) -> None:
        """Let an entry count, with what it is allotted now."""
        self.watch(entry)
        self.entries[entry.id] = entry
        line = self.lines.setdefault(entry.track, [])
        number = bisect_right(line, entry.place, key=lambda step: step.entry.place)
        line.insert(number, Step(entry, Purse(0), Purse(0), None))
        line[number] = self.step(line, number)
        entry.due = line[number].before.total, line[number].busy
        rows, entry.at_seal = self.brings(entry, *entry.due)
        direct = direct_rows(entry.said["direct"], entry.since, None)
        old = None if entry.regrades is None else self.entries[entry.regrades]
        if old is not None:
            rows, direct = self.lowered(entry, old, rows, direct)
            entry.due = NOT_TOLD
        entry.rows = [*rows, *direct]
        self.changed(entry)
        for behind in range(number + 1, len(line)):
            line[behind] = self.step(line, behind)
        self.last = entry.position
        self.set_seals(entry.track, entry.recorded)

    def changed(self, entry: Entry) -> None:
        """Have an entry looked at again."""
        entry.measure()
        self.open[entry.id] = entry

    def lowered(self, entry: Entry, old: Entry, rows: list[Row], direct: list[Row]) -> tuple[list[Row], list[Row]]:
        """Return what a regrade may have of its sanctions, by what its predecessor held when it was undone."""
        held, at_seal, was_seal = old.kept
        if at_seal or was_seal:
            return rows, direct
        fresh_seal, entry.at_seal = entry.at_seal, False
        ends = [row.end for row in held if row.end is not None]
        if not ends:
            return [], []
        terms = [row for row in held if row.slot[0] == "node"]
        ladder = self.book.ladder(entry.track, entry.since)
        if entry.track == old.track and ladder is not None:
            if ladder["composition"] == "consecutive":
                rows = rows[: len(terms)]
            elif terms and (rows or fresh_seal):
                rows = in_a_row(node_at(ladder, min(int(row.node) for row in [*terms[:1], *rows[:1]])), entry.since)
            else:
                rows = []
        end = max(ends)
        cut = [replace(row, end=min(end, row.end or end)) for row in rows if row.start < end]
        return cut, direct_rows(entry.said["direct"], entry.since, end)

    def undo(self, entry: Entry, position: int, at: datetime) -> None:
        """Let an entry count no longer; each one behind it keeps the smaller of what it held and what is due now."""
        self.watch(entry)
        standing = [replace(row) for row in entry.rows if not row.vacated]
        was_seal = entry.seal is not None and not entry.seal.vacated and not entry.hidden
        entry.kept, entry.gone, entry.at_seal, entry.hidden = (standing, entry.at_seal, was_seal), True, False, False
        for row in [*entry.rows, *([] if entry.seal is None else [entry.seal])]:
            row.vacate(at)
        self.changed(entry)
        line = self.lines[entry.track]
        number = bisect_left(line, entry.place, key=lambda step: step.entry.place)
        del line[number]
        for behind in range(number, len(line)):
            line[behind] = self.step(line, behind)
            self.shrink(line[behind], at)
        self.last = position
        self.set_seals(entry.track, at)

    def shrink(self, step: Step, at: datetime) -> None:
        """Leave an entry the smaller of what it holds and what it is due after a reversal at `at`."""
        entry, due_from = step.entry, (step.before.total, step.busy)
        if entry.due == due_from:
            return  # it is due what it was due before, of which it has the smaller already
        entry.due = due_from
        due, seal_due = self.brings(entry, *due_from)
        held = {row.slot: row for row in entry.terms()}
        if not entry.at_seal and seal_due:
            return
        self.watch(entry)
        if entry.at_seal:
            entry.at_seal, kept = seal_due, due
        else:
            kept = [lesser(held[row.slot], row) for row in due if row.slot in held]
        for row in kept:
            standing = held.pop(row.slot, None)
            old_end = None if standing is None else standing.end
            lifted = (old_end is None or old_end > at) and row.end is not None and row.end <= at
            row.lifted = at if lifted else (standing.lifted if standing is not None else None)
        for row in held.values():
            row.vacate(at)
        taken = {row.slot for row in kept}
        rest = [row for row in entry.rows if row.slot not in taken]
        entry.rows = sorted([*kept, *rest], key=lambda row: (row.slot[0] != "node", row.slot[1]))
        if entry.seal is not None and entry.seal.slot in taken:
            entry.seal = None
        self.changed(entry)

    def seals(self, track: str) -> list[Sealing]:
        """Return when the points of a track seal the account, by which entry, at which node; stays left aside."""
        found: list[Sealing] = []
        line = self.lines[track]
        end: datetime | None = FIRST
        for number, (entry, _, purse, _) in enumerate(line):
            if end is None or end > entry.since:
                continue
            node = sealing(self.book.ladder(track, entry.since))
            if node is not None and purse.total >= node["at"]:
                end = self.cleared(track, line, number, node["at"])
                found.append(Sealing(entry, node, Span(entry.since, end)))
        return found

    def cleared(self, track: str, line: Sequence[Step], number: int, below: int) -> datetime | None:
        """Return the first new year, from the entry of this number on, that leaves fewer points than `below`."""
        for at in range(number, len(line)):
            purse, until = line[at].purse, line[at + 1].before.year if at + 1 < len(line) else None
            if until == purse.year:
                continue
            for one in self.coming(track, purse):
                if until is not None and one.year > until:
                    break
                if one.total < below:
                    return new_year(one.year)
        return None

    def coming(self, track: str, purse: Purse) -> Iterator[Purse]:
        """Yield the purse of every coming year, until nothing can change any more."""
        turns = self.book.turns()
        while purse.year < LAST_YEAR:
            before, purse = purse, self.roll(track, purse, purse.year + 1)
            yield purse
            if before.fresh == 0 and purse.total == before.total and new_year(purse.year) >= turns[-1]:
                return

    def set_seals(self, track: str, at: datetime) -> None:
        """Bring the rows at the sealing node up to date after a fact."""
        if not any(map(sealing, self.book.ladders(track))):
            return
        self.sealings[track] = self.seals(track)
        seals = {entry.id: (node, span) for entry, node, span in self.sealings[track]}
        for entry, _, purse, _ in self.lines[track]:
            if entry.id in seals:
                node, span = seals[entry.id]
                has_terms = any(row.slot[0] == "node" for row in entry.rows)
                slot = entry.seal.slot if entry.seal is not None else ("seal" if has_terms else "node", 0)
                row = Row(slot, node["at"], *span, node["measures"], is_seal=True)
                if entry.seal != row or entry.hidden:
                    self.watch(entry)
                    entry.seal, entry.hidden = row, False
                    self.changed(entry)
            elif entry.seal is not None and not entry.seal.vacated:
                self.watch(entry)
                reached = sealing(self.book.ladder(track, entry.since))
                entry.hidden = reached is not None and purse.total >= reached["at"]
                if not entry.hidden:
                    entry.seal.vacate(at)
                self.changed(entry)


def sealing(ladder: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a ladder's node without an end."""
    nodes = [] if ladder is None else ladder["nodes"]
    return next((node for node in nodes if node["hours"] is None), None)


def crossed(ladder: dict[str, Any], before: int, after: int) -> list[dict[str, Any]]:
    """Return the nodes that a rise of points reaches, rising."""
    if not ladder.get("every"):
        return [node for node in ladder["nodes"] if before < node["at"] <= after]
    node = ladder["nodes"][0]
    return [{**node, "at": node["at"] * times} for times in range(before // node["at"] + 1, after // node["at"] + 1)]


def node_at(ladder: dict[str, Any], at: int) -> list[dict[str, Any]]:
    """Return the ladder's node at these points, in a list; an empty one where there is none."""
    return [node for node in crossed(ladder, at - 1, at) if node["at"] == at]


def in_a_row(nodes: Sequence[dict[str, Any]], start: datetime) -> list[Row]:
    """Return the sanctions of these nodes, one behind the other; the seal is none of them."""
    rows: list[Row] = []
    for node in nodes:
        if node["hours"] is not None:
            end = start + timedelta(hours=node["hours"])
            rows.append(Row(("node", len(rows)), node["at"], start, end, node["measures"]))
            start = end
    return rows


def direct_rows(direct: Sequence[dict[str, Any]], start: datetime, cut: datetime | None) -> list[Row]:
    """Return the sanctions of the grade itself, none of them beyond `cut`."""
    rows = []
    for number, one in enumerate(direct):
        end = start + timedelta(hours=one["hours"])
        end = end if cut is None else min(end, cut)
        if start < end:
            rows.append(Row(("direct", number), "direct", start, end, one["measures"]))
    return rows


def later(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the later of two instants, of which either may be none."""
    return max(one, other) if one is not None and other is not None else one or other


def lesser(held: Row, due: Row) -> Row:
    """Return the row with the lower node, the earlier start and the earlier end of both."""
    low = held if int(held.node) <= int(due.node) else due
    end = min(row.end for row in (held, due) if row.end is not None)
    return Row(held.slot, low.node, min(held.start, due.start), end, low.measures)


# What holds at an instant.


Slot: TypeAlias = tuple[str, int]


class Look(NamedTuple):
    """Points by track, standing, and the state of every row that is there by then."""

    points: dict[str, int]
    standing: str
    states: dict[tuple[str, Slot], str]

    def differs(self, other: "Look") -> bool:
        """Return whether anything changed: a track without points is none."""
        some = [{track: points for track, points in look.points.items() if points} for look in (self, other)]
        return (self.states, self.standing, some[0]) != (other.states, other.standing, some[1])


class Rival(NamedTuple):
    """A row of a ladder on which only the heaviest is in force, its end, and when it outranks lighter ones.

    `number` is the place of its entry in ladder order.
    """

    number: int
    row: Row
    end: datetime
    spans: list[Span]


class View:
    """Entries of an account through time, as they are known at one moment; of no use once it takes another fact.

    With all entries it is of any instant; with those near some instants, of these alone, the first of which is `since`.
    """

    def __init__(self, account: Account, entries: Sequence[Entry], since: datetime | None = None) -> None:
        self.account, self.book = account, account.book
        self.rows = [(entry, row) for entry in entries for row in entry.shown()]
        self.sealed = [
            piece
            for track in sorted(account.sealings)
            for entry, _, span in account.sealings[track]
            for piece in less(span, entry.stays)
        ]
        self.outranked: dict[int, tuple[list[Span], bool]] = {}
        for track in sorted({entry.track for entry in entries}):
            self.rank(track, min(entry.first for entry in entries if entry.track == track))
        marks = self.all_marks(entries)
        self.marks = marks if since is None else [since, *marks[bisect_right(marks, since) :]]
        self.looks: dict[int, Look] = {}

    def rank(self, track: str, since: datetime) -> None:
        """Find, by row, when it is outranked, and whether an earlier entry's row outranks it from its start.

        What was over by `since`, before any of the rows looked at begins, outranks none of them.
        """
        if all(ladder["composition"] != "heaviest" for ladder in self.book.ladders(track)):
            return
        held = [step.entry for step in self.account.lines.get(track, ()) if step.entry.last > since]
        rivals = [
            Rival(number, row, row.end, less(Span(row.start, row.end), entry.stays))
            for number, entry in enumerate(held)
            if (self.book.ladder(track, entry.since) or {}).get("composition") == "heaviest"
            for row in entry.terms()
            if row.end is not None
        ]
        for number, row, end, _ in rivals:
            beside = [one for one in rivals if one.row.start < end and row.start < one.end and one.row is not row]
            before = [one for one in beside if one.number < number and weight(one.row) >= weight(row)]
            behind = [one for one in beside if one.number > number and weight(one.row) > weight(row)]
            spans = [span for one in (*before, *behind) for span in one.spans]
            self.outranked[id(row)] = spans, any(within(one.spans, row.start) for one in before)

    def all_marks(self, entries: Sequence[Entry]) -> list[datetime]:
        """Return every instant at which something may change; what begins or ends under a seal changes nothing then."""
        marks = {at for _, row in self.rows for at in (row.start, row.end) if at is not None}
        marks = {at for at in marks if not within(self.sealed, at)}
        marks |= {at for span in self.sealed for at in span if at is not None}
        marks |= {*self.book.turns(), *(entry.since for entry in entries)}
        marks |= {at for entry in entries for span in entry.stays for at in span if at is not None}
        for track, line in self.account.lines.items():
            if line:
                marks |= set(map(new_year, range(line[0].purse.year + 1, line[-1].purse.year + 1)))
                marks |= {new_year(one.year) for one in self.account.coming(track, line[-1].purse)}
        return sorted(marks)

    def look(self, when: datetime) -> Look:
        """Return what holds at an instant."""
        number = bisect_right(self.marks, when)
        if number not in self.looks:
            when = self.marks[number - 1] if number else when
            states = {
                (entry.id, row.slot): self.state(entry, row, when) for entry, row in self.rows if entry.since <= when
            }
            self.looks[number] = Look(self.account.points(when), self.standing(when, states), states)
        return self.looks[number]

    def state(self, entry: Entry, row: Row, when: datetime) -> str:
        """Return a row's state at an instant; past its own end it keeps the last one, in force becoming served."""
        if row.vacated:
            return "vacated"
        if row.end is None or when < row.end:
            return self.running(entry, row, when)
        last = self.running(entry, row, row.end - timedelta(microseconds=1))
        return "served" if last == "in_force" else last

    def running(self, entry: Entry, row: Row, when: datetime) -> str:
        """Return the state of a row at an instant before its end."""
        if not row.is_seal and within(self.sealed, when):
            return "moot"
        if within(entry.stays, when):
            return "stayed"
        if when < row.start:
            return "queued"
        spans, from_start = self.outranked.get(id(row), ([], False))
        if not within(spans, when):
            return "in_force"
        first = first_free(row.start, [*spans, *self.sealed, *entry.stays])
        return "absorbed" if from_start and (first is None or when < first) else "superseded"

    def standing(self, when: datetime, states: dict[tuple[str, Slot], str]) -> str:
        """Return the name of the standing."""
        if within(self.sealed, when):
            return "sealed"
        measures = self.imposed(states)
        if "shop_closed" in measures:
            return "shop_closed"
        if "in_force" in states.values():
            return "restricted"
        return "watch" if any(self.account.points(when).values()) else "good"

    def imposed(self, states: dict[tuple[str, Slot], str]) -> set[str]:
        """Return the measures in force with all that they imply."""
        found = {
            measure
            for entry, row in self.rows
            if states.get((entry.id, row.slot)) == "in_force"
            for measure in row.measures
        }
        if "account_sealed" in found:
            found.add("shop_closed")
        return found | CLOSED if "shop_closed" in found else found

    def change(self, after: datetime, until: datetime | None = None) -> tuple[datetime, Look, Look] | None:
        """Return the first change that time alone makes later than an instant, at or before another.

        It is told with what holds before and from then on; None where there is none.
        """
        before = self.look(after)
        for mark in self.marks[bisect_right(self.marks, after) :]:
            if until is not None and mark > until:
                return None
            look = self.look(mark)
            if look.differs(before):
                return mark, before, look
            before = look
        return None


def weight(row: Row) -> tuple[int, datetime]:
    """Return what a row outranks others by."""
    return int(row.node), row.end or row.start


def less(span: Span, gaps: Sequence[Span]) -> list[Span]:
    """Return what is left of a span without the gaps, which are in order of time."""
    pieces, start = [], span.start
    for gap in gaps:
        if span.end is not None and gap.start >= span.end:
            break
        if start < gap.start:
            pieces.append(Span(start, gap.start))
        if gap.end is None:
            return pieces
        start = max(start, gap.end)
    if span.end is None or start < span.end:
        pieces.append(Span(start, span.end))
    return pieces


def first_free(when: datetime, spans: Sequence[Span]) -> datetime | None:
    """Return the first instant from this one on that no span holds."""
    while holding := [span for span in spans if within([span], when)]:
        if holding[0].end is None:
            return None
        when = holding[0].end
    return when


# The ledger's own events, told again from the facts.

MOVED: Final = f"{LEDGER}sanctions_moved.v1"
LAPSED: Final = f"{LEDGER}standing_lapsed.v1"
QUARANTINED: Final = f"{LEDGER}account_quarantined.v1"
RELEASED: Final = f"{LEDGER}account_released.v1"
KEPT_FROM_FORCE: Final = ("moot", "queued", "absorbed", "superseded")


class Told(NamedTuple):
    """What the ledger is to say of a fact: type and data of the event, its `time`."""

    kind: str
    data: dict[str, Any]
    time: datetime


class Retelling:
    """Goes through the account's events and holds each against the one that the facts make."""

    def __init__(self, facts: Sequence[Fact], book: Book, wrong: Wrong) -> None:
        self.book, self.wrong = book, wrong
        self.account = Account(book)
        self.waiting = deque(facts)
        self.due: deque[Told] = deque()
        self.fact: Fact | None = None
        self.through: datetime | None = None
        self.quarantined: Fact | None = None
        self.known: list[tuple[int, Fact]] = []  # account version, and the fact that it tells of
        self.seen: View | None = None
        self.answered: tuple[Book, int, View] | None = None

    def run(self, events: Sequence[Event]) -> bool:
        """Return whether all events could be gone through; the account and `known` are then those of the end."""
        for event, more in grouped(events):
            try:
                self.tell(event, more)
            except Refused as refused:
                self.wrong.say(event.place, str(refused))
                return False
        if self.due:
            self.wrong.say("ledger.events", "end in the middle of a regrade")
        if self.waiting and self.quarantined is None:
            self.wrong.say(self.waiting[0].event.place, "is folded, but no event of the account tells of it")
        return not self.due and not self.waiting

    def tell(self, event: Event, more: Sequence[Event]) -> None:
        """Compare one event, with those that go on with it; raise `Refused` where none was due or it is no such one."""
        if self.quarantined is not None and event.kind != RELEASED:
            refuse("the account is quarantined until it is released")
        if event.kind == LAPSED:
            self.lapse(event)
        elif event.kind == QUARANTINED:
            self.quarantine(event)
        elif event.kind == RELEASED:
            self.release(event)
        else:
            if not self.due:
                self.next_fact()
            self.compare(event, more, self.due.popleft())

    def known_by(self, position: int, at: datetime | None, book: Book) -> tuple[int, View]:
        """Return the account's version and the account by what was known there and then, under these rules.

        The last one is kept: mostly several standings are asked for by what was known at one position.
        """
        version, facts = 0, dict[int, Fact]()
        for number, fact in self.known:
            if fact.event.position <= position and (at is None or fact.event.recorded <= at):
                version, facts[fact.event.position] = number, fact
        if self.answered is None or self.answered[:2] != (book, len(facts)):
            account = Account(book)
            for fact in facts.values():
                account.take(fact)
            self.answered = book, len(facts), account.whole()
        return version, self.answered[2]

    def lapse(self, event: Event) -> None:
        """Compare what time alone changed."""
        change = None if self.due else self.change()
        if change is None:
            refuse("time alone changed nothing before the next fact")
        at, before, after = change
        data = {
            "at": spell(at),
            "rulebook": self.book.pin_at(at),
            "before": before.points,
            "after": after.points,
            "standing_before": before.standing,
            "standing_after": after.standing,
        }
        self.fact, self.through = None, at
        self.compare(event, (), Told(LAPSED, data, at))

    def quarantine(self, event: Event) -> None:
        """Compare the beginning of a quarantine; which facts an account cannot take is the ledger's to say."""
        fact = self.coming()
        self.quarantined = self.fact = fact
        reason = event.said["data"].get("reason")
        match_form(reason, str, "data.reason")
        data = {"position": fact.event.position, "cause": fact.event.said["id"], "reason": reason}
        self.compare(event, (), Told(QUARANTINED, data, fact.event.recorded))

    def release(self, event: Event) -> None:
        """Compare the end of a quarantine."""
        if self.quarantined is None:
            refuse("the account is not quarantined")
        data = {"position": self.quarantined.event.position}
        self.quarantined = self.fact = None
        self.compare(event, (), Told(RELEASED, data, event.recorded))

    def coming(self) -> Fact:
        """Return the next fact; raise `Refused` where there is none, or time has changed something before it."""
        if self.due:
            refuse("the entry of a regrade comes behind the reversal")
        if not self.waiting:
            refuse("no event of the cases log that is enclosed makes this one")
        change = self.change()
        if change is not None:
            refuse(f"what time changed at {spell(change[0])} has to be told before")
        return self.waiting[0]

    def change(self) -> tuple[datetime, Look, Look] | None:
        """Return what time alone changes next, before the next fact if there is one."""
        return None if self.through is None else self.view().change(self.through, self.until())

    def until(self) -> datetime | None:
        """Return when the next fact was recorded, None where there is none."""
        return self.waiting[0].event.recorded if self.waiting else None

    def view(self) -> View:
        """Return the account from what was told last through the next fact."""
        if self.seen is None:
            since = self.through or FIRST
            self.seen = View(self.account, self.account.near(since, self.until()), since)
        return self.seen

    def next_fact(self) -> None:
        """Take the next fact, and make what is to be told of it."""
        fact = self.coming()
        why = self.account.why_not(fact)
        if why is not None:
            refuse(f"{fact.event.place} cannot be folded: {why}")
        before = Before(self.view(), fact.event.recorded)
        self.account.watch = before.keep
        steps = [before.step(part) for part in parts_of(fact)]
        self.waiting.popleft()
        self.fact, self.through, self.seen = fact, fact.event.recorded, None
        turned = before.turns(self.view())
        for part, data in steps:
            data["sanctions"] += turned
            self.due.append(of_part(part, data, self.book))
            turned = []

    def compare(self, event: Event, more: Sequence[Event], told: Told) -> None:
        """Say what differs between an event and what it is to be."""
        if event.kind != told.kind:
            refuse(f"is {event.kind}, computed {told.kind}")
        wrong, said = self.wrong, event.said
        data = dict(said["data"])
        data["sanctions"] = list(data.get("sanctions", ()))
        for one in more:
            data["sanctions"] += one.said["data"].get("sanctions", [])
        expected = {"sanctions": [], **told.data, "account_version": said["streamversion"]}
        for each in (data, expected):
            each["sanctions"] = sorted(each["sanctions"], key=canonical_json)
        wrong.differ(f"{event.place}.data", data, expected)
        cause = None if self.fact is None else self.fact.event.said
        around = {
            "causationid": "" if cause is None else cause["id"],
            "correlationid": "" if cause is None else cause.get("correlationid", ""),
            "standingeffect": "none" if event.kind in (QUARANTINED, RELEASED) else "points",
            "time": spell(told.time),
        }
        for one in (event, *more):
            wrong.differ(one.place, {name: one.said.get(name, "") for name in around}, around)
        for one in more:
            going_on = {name: told.data[name] for name in ("after", "position", "recorded_at")}
            going_on |= {"before": told.data["after"], "account_version": one.said["streamversion"]}
            going_on |= {"cause": "" if cause is None else cause["id"], "sanctions": one.said["data"].get("sanctions")}
            wrong.differ(f"{one.place}.data", one.said["data"], going_on)
        if self.fact is not None and event.kind != QUARANTINED:
            self.known.append((said["streamversion"], self.fact))


def grouped(events: Sequence[Event]) -> list[tuple[Event, list[Event]]]:
    """Return the events, those that only go on with the one before as its second part."""
    found: list[tuple[Event, list[Event]]] = []
    for event in events:
        if event.kind == MOVED and found and found[-1][0].kind not in (LAPSED, QUARANTINED, RELEASED):
            found[-1][1].append(event)
        else:
            found.append((event, []))
    return found


def parts_of(fact: Fact) -> list[Fact]:
    """Return the parts of a fact that are told each in an event: of a regrade the reversal and the entry."""
    parts = (fact._replace(enters=None), fact._replace(undoes=None))
    return [part for part in parts if part.undoes or part.enters] or [fact]


def of_part(part: Fact, data: dict[str, Any], book: Book) -> Told:
    """Return the event of an entry, of an undoing, of a stay or its lifting."""
    event = part.event
    if part.enters is not None:
        entry, judged = part.enters(), event.said["data"]
        data |= {name: judged[name] for name in ("grade", "points", "direct", "rulebook")}
        data |= {"entry": entry.id, "case": entry.case, "effective_at": spell(entry.since), "regrades": entry.regrades}
        data["calendars"] = judged.get("calendars", [])
        if "import_id" in judged:
            data["calendars"] = []
            data["imported"] = {name: judged[name] for name in ("import_id", "line", "reference", "complete_from")}
        return Told(f"{LEDGER}{entry.track}_violation_recorded.v1", data, entry.since)
    data |= {"cause": event.said["id"], "rulebook": book.pin_at(event.recorded)}
    if part.undoes is not None:
        data |= {"entry": part.undoes, "kind": part.kind}
        return Told(f"{LEDGER}violation_reversed.v1", data, event.recorded)
    data["entry"] = part.of
    return Told(f"{LEDGER}{'sanctions_stayed' if part.stays else 'stay_lifted'}.v1", data, event.recorded)


def of_row(entry: Entry, row: Row) -> dict[str, Any]:
    """Return what an event tells of a row."""
    return {
        "entry": entry.id,
        "track": entry.track,
        "node": row.node,
        "start": spell(row.start),
        "end": spell(row.end),
    }


class Before:
    """How an account was before a fact: of the entries that it changes, what was told of them and what they were."""

    def __init__(self, view: View, at: datetime) -> None:
        self.view, self.account, self.at = view, view.account, at
        self.touched: dict[str, Entry] = {}
        self.rows: dict[str, dict[Slot, dict[str, Any]]] = {}
        self.states: dict[tuple[str, Slot], str] = {}

    def keep(self, entry: Entry) -> None:
        """Keep how an entry is, unless that was done."""
        if entry.id not in self.rows:
            self.rows[entry.id] = told_rows(entry) if entry.id in self.account.entries else {}
        if entry.id not in self.touched:
            self.touched[entry.id] = entry
            for slot in self.rows[entry.id]:
                row = next(row for row in entry.shown() if row.slot == slot)
                self.states[entry.id, slot] = self.view.state(entry, row, self.at)

    def step(self, part: Fact) -> tuple[Fact, dict[str, Any]]:
        """Let the account take a part of the fact, and return it with what is to be told of it."""
        before, self.rows = self.account.points(self.at), {}
        self.account.take(part)
        data: dict[str, Any] = {"position": part.event.position, "recorded_at": spell(self.at)}
        data |= {"before": before, "after": self.account.points(self.at), "sanctions": self.moves()}
        return part, data

    def moves(self) -> list[dict[str, Any]]:
        """Return the sanctions that were ordered, rescheduled and vacated since the rows were kept."""
        found = []
        for name, was in self.rows.items():
            now = told_rows(self.account.entries[name])
            found += [{**was[slot], "change": "vacated"} for slot in was.keys() - now.keys()]
            found += [{**now[slot], "change": "ordered"} for slot in now.keys() - was.keys()]
            both = now.keys() & was.keys()
            found += [{**now[slot], "change": "rescheduled"} for slot in both if now[slot] != was[slot]]
        return found

    def turns(self, view: View) -> list[dict[str, Any]]:
        """Return the sanctions that the fact revived, stayed and resumed, being what they are otherwise.

        A sanction that has not begun, of an entry that was not touched, turns only where a seal falls.
        """
        found, near = [], [*view.rows, *((entry, row) for entry in self.touched.values() for row in entry.shown())]
        if within(self.view.sealed, self.at) != within(view.sealed, self.at):
            near += [(entry, row) for entry in self.account.open.values() for row in entry.shown()]
        for entry, row in {(entry.id, row.slot): (entry, row) for entry, row in near}.values():
            if row.end is not None and row.end <= self.at:
                continue
            before, state, change = self.state(entry, row), view.state(entry, row, self.at), None
            if before == state:
                continue
            if state == "stayed":
                change = "stayed"
            elif before == "stayed":
                change = None if state in ("moot", "vacated") else "resumed"
            elif before in KEPT_FROM_FORCE and state == "in_force":
                change = "revived"
            if change is not None:
                found.append({**of_row(entry, row), "change": change})
        return found

    def state(self, entry: Entry, row: Row) -> str | None:
        """Return what a sanction was, None where it was not there."""
        if entry.id in self.touched:
            return self.states.get((entry.id, row.slot))
        return self.view.state(entry, row, self.at)


def told_rows(entry: Entry) -> dict[Slot, dict[str, Any]]:
    """Return the rows of an entry that are not vacated, as events tell of them."""
    return {row.slot: of_row(entry, row) for row in entry.shown() if not row.vacated}


# Standings, computed again.


def check_standing(where: str, given: dict[str, Any], bundle: dict[str, Any], told: Retelling, wrong: Wrong) -> None:
    """Say what differs between a standing and what the facts come to at its clocks and under its rules."""
    body, position = given["body"], given["known_position"]
    as_of = instant(body.get("as_of"), f"{where}.body.as_of")
    known_at = None if body.get("known_at") is None else instant(body["known_at"], f"{where}.body.known_at")
    book = told.book if body.get("rulebook") is None else told.book.alone(str(body["rulebook"]))
    if book is None:
        wrong.say(f"{where}.body.rulebook", f"{brief(body['rulebook'])} is no version that is enclosed")
        return
    if not 0 <= position <= bundle["folded"]:
        wrong.say(f"{where}.known_position", f"is {position}, the ledger had folded through {bundle['folded']}")
    version, view = told.known_by(position, known_at, book)
    clocks = {"as_of": spell(as_of), "known_at": spell(known_at), "rulebook": body.get("rulebook")}
    answer = {**clocks, "seller": bundle["seller"], "final": True, "account_version": version}
    wrong.differ(f"{where}.body", body, {**answer, **standing_of(view, as_of)})


def standing_of(view: View, as_of: datetime) -> dict[str, Any]:
    """Return everything that is computed of a standing."""
    look, change = view.look(as_of), view.change(as_of)
    valid_from, valid_until = validity(view, as_of)
    entries = view.account.entries.values()
    complete = [entry.said["complete_from"] for entry in entries if "complete_from" in entry.said]
    return {
        "standing": look.standing,
        "points": look.points,
        "tracks": outlook(view, as_of),
        "sanctions": [answer_row(entry, row, look, as_of) for entry, row in view.rows if entry.since <= as_of],
        "restrictions": sorted(view.imposed(look.states)),
        "restricted_until": spell(restricted_until(view, look, as_of)),
        "next_change_at": None if change is None else spell(change[0]),
        "valid_from": spell(valid_from),
        "valid_until": spell(valid_until),
        "last_entry_position": view.account.last,
        "unknown_before": min(complete, key=datetime.fromisoformat, default=None),
    }


def answer_row(entry: Entry, row: Row, look: Look, as_of: datetime) -> dict[str, Any]:
    """Return a sanction as an answer shows it; while a seal stands, it has no end."""
    stands = row.is_seal and row.end is not None and as_of < row.end
    return {
        **of_row(entry, row),
        "end": None if stands else spell(row.end),
        "measures": row.measures,
        "state": look.states[entry.id, row.slot],
        "lifted_at": spell(row.lifted),
    }


def outlook(view: View, when: datetime) -> dict[str, Any]:
    """Return, by track, points, the next node, and what new years do to the points."""
    found = {}
    for track, points in view.look(when).points.items():
        ladder = view.book.ladder(track, when)
        node = None if ladder is None else following(ladder, points)
        years = list(view.account.coming(track, view.account.purse(track, when))) if points else []
        clears = next((new_year(one.year) for one in years if one.total != points), None)
        found[track] = {
            "points": points,
            "next_node": None if node is None else node["at"],
            "next_node_brings": None if node is None else {"hours": node["hours"], "measures": node["measures"]},
            "clears_at": spell(clears),
            "survives_clearing": bool(years) and years[0].total > 0,
        }
    return found


def following(ladder: dict[str, Any], points: int) -> dict[str, Any] | None:
    """Return the lowest node above these points, None above the last."""
    far = points + max(node["at"] for node in ladder["nodes"])
    return next(iter(crossed(ladder, points, far)), None)


def validity(view: View, as_of: datetime) -> tuple[datetime | None, datetime | None]:
    """Return from when (inclusive) until when (exclusive) the same is answered."""
    marks, number = view.marks, bisect_right(view.marks, as_of)
    look, ahead = view.look(as_of), outlook(view, as_of)

    def same(when: datetime) -> bool:
        other = view.look(when)
        return other.points == look.points and not other.differs(look) and outlook(view, when) == ahead

    first = number
    while first > 1 and same(marks[first - 2]):
        first -= 1
    return (marks[first - 1] if first else None), next((mark for mark in marks[number:] if not same(mark)), None)


def restricted_until(view: View, look: Look, as_of: datetime) -> datetime | None:
    """Return the first instant from now on that no sanction covers; None for a seal, or where none is in force."""
    if look.standing == "sealed" or "in_force" not in look.states.values():
        return None
    states = look.states
    rows = [row for entry, row in view.rows if states.get((entry.id, row.slot), "vacated") not in ("vacated", "stayed")]
    reached = as_of
    for row in sorted(rows, key=lambda row: row.start):
        if row.start > reached:
            break
        if row.end is None:
            return None
        reached = max(reached, row.end)
    return reached


# The command line.


def content(path: str) -> bytes:
    """Return the bytes of a file, or of standard input for `-`."""
    return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()


def arguments() -> argparse.ArgumentParser:
    """Return the command line."""
    told = argparse.ArgumentParser(add_help=False)
    told.add_argument(
        "--key", action="append", required=True, metavar="VKEY", help="verifier keys you trust, one a line"
    )
    told.add_argument("--json", action="store_true", help="answer with one JSON object")
    shared = argparse.ArgumentParser(add_help=False, parents=[told])
    shared.add_argument("--origin", help="the log's name; without it, the name of the keys")
    parser = argparse.ArgumentParser(description="Verifies what a Demerit log has signed.")
    commands = parser.add_subparsers(dest="command", required=True)
    checkpoint = commands.add_parser("checkpoint", parents=[shared], help="a signed checkpoint")
    checkpoint.add_argument("checkpoint")
    receipt = commands.add_parser("receipt", parents=[shared], help="that an entry is in the log, by its receipt")
    receipt.add_argument("--event", required=True, help="the entry's bytes exactly as stored")
    receipt.add_argument("receipt")
    consistency = commands.add_parser("consistency", parents=[shared], help="that a checkpoint continues an older one")
    for name in ("old", "new", "proof"):
        consistency.add_argument(name)
    bundle = commands.add_parser("bundle", parents=[told], help="one seller's file, by a key of each log")
    bundle.add_argument("bundle")
    return parser


def verify(given: argparse.Namespace, keys: Sequence[Key]) -> Verdict:
    """Return what was verified, or is wrong; raise `Refused` where it is not, `OSError` where there is no such file."""
    if given.command == "bundle":
        return verify_bundle(content(given.bundle), keys)
    return Verdict(verify_note(given, keys), [], [])


def verify_note(given: argparse.Namespace, keys: Sequence[Key]) -> str:
    """Return what a checkpoint, or what is about one, shows."""
    names = {key.name for key in keys}
    if given.origin is None and len(names) > 1:
        refuse("the keys have several names: say which is the log's, with --origin")
    origin = given.origin or names.pop()
    if given.command == "checkpoint":
        head = verify_checkpoint(content(given.checkpoint), keys, origin)
        return f"{head.origin}: {head.size} entries, root {head.root.hex()}"
    if given.command == "receipt":
        index, head = verify_receipt(content(given.receipt), content(given.event), keys, origin)
        return f"{head.origin}: the entry is at index {index} (position {index + 1}) of {head.size} entries"
    before, after = verify_consistency(content(given.old), content(given.new), content(given.proof), keys, origin)
    return f"{after.origin}: the first {before.size} of {after.size} entries are unchanged"


def on_one_line(text: str) -> str:
    """Return a text in which nothing that came from a file can begin a line of its own."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def tell(verdict: Verdict, *, as_json: bool) -> None:
    """Print a verdict: lines, or one JSON object."""
    shown = None if verdict.wrong else verdict.shown
    if as_json:
        answer = {"verified": shown is not None, "shown": shown, "wrong": verdict.wrong, "unchecked": verdict.unchecked}
        print(json.dumps(answer, ensure_ascii=True))
        return
    lines = [f"not verified: {line}" for line in verdict.wrong] if shown is None else [f"verified: {shown}"]
    lines += [f"not checked: {line}" for line in verdict.unchecked]
    for line in lines:
        print(on_one_line(line), file=sys.stdout if shown is not None else sys.stderr)


def main() -> int:
    """Run the command line and return the exit status."""
    given = arguments().parse_args()
    try:
        keys = [read_key(line) for text in given.key for line in text.split("\n")]
    except Refused as refused:
        print(f"--key: {on_one_line(str(refused))}", file=sys.stderr)
        return 2
    try:
        verdict = verify(given, keys)
    except Refused as refused:
        verdict = Verdict("", [str(line) for line in refused.args], [])
    except OSError as failed:
        print(f"cannot read: {failed}", file=sys.stderr)
        return 2
    tell(verdict, as_json=given.json)
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
