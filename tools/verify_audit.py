"""Checks what a Demerit log has signed, by itself: this one file, Python 3.11 and `cryptography`, nothing of ours.

    python verify_audit.py checkpoint  --key VKEY CHECKPOINT
    python verify_audit.py receipt     --key VKEY --event EVENT RECEIPT
    python verify_audit.py consistency --key VKEY OLD NEW PROOF

Files, or `-` for standard input. EVENT holds the entry's bytes exactly as stored, PROOF one base64 hash a line. VKEY is
the log's verifier key, from a place you trust; give `--key` again for further keys. A log is known by its keys' name;
where the keys have several names, say `--origin`. Exit status: 0 verified, 1 not, 2 there was nothing to verify.

Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof@v1, RFC 6962. Stricter than those in one
thing: base64 has one spelling. Written apart from the service's own code, and tested against it and against others'.
"""

import argparse
import base64
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LIMIT = 1_000_000  # bytes of a note
MOST_SIGNATURES = 100
MOST_EXTRA = 4096  # bytes
TOP = 2**63  # sizes and indices are below it


class Refused(Exception):
    """Not verified; the message is one line that says why."""


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


def content(path: str) -> bytes:
    """Return the bytes of a file, or of standard input for `-`."""
    return sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()


def arguments() -> argparse.ArgumentParser:
    """Return the command line."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--key", action="append", required=True, metavar="VKEY", help="a verifier key you trust")
    shared.add_argument("--origin", help="the log's name; without it, the name of the keys")
    parser = argparse.ArgumentParser(description="Verifies what a Demerit log has signed.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("checkpoint", parents=[shared]).add_argument("checkpoint")
    receipt = commands.add_parser("receipt", parents=[shared])
    receipt.add_argument("--event", required=True, help="the entry's bytes exactly as stored")
    receipt.add_argument("receipt")
    consistency = commands.add_parser("consistency", parents=[shared])
    for name in ("old", "new", "proof"):
        consistency.add_argument(name)
    return parser


def verify(given: argparse.Namespace) -> str:
    """Return what was verified, in one line; raise `Refused` if it was not, `OSError` where there is no such file."""
    keys = [read_key(text) for text in given.key]
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


def main() -> int:
    """Run the command line and return the exit status."""
    given = arguments().parse_args()
    try:
        print(f"verified: {verify(given)}")
    except Refused as refused:
        print(f"not verified: {refused}", file=sys.stderr)
        return 1
    except OSError as failed:
        print(f"cannot read: {failed}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
