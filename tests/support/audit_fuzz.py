"""Notes and proofs that are nearly right, for hypothesis."""

from typing import Final

from hypothesis import strategies as st

from shared.kit.audit.signer import LocalSigner
from tests.support.audit import COLLIDING, ORIGIN, b64, signer

OTHER_NAME: Final = "example.com/witness"
LOG, NEXT, STRANGER, WITNESS = signer(1), signer(2), signer(3), signer(4, OTHER_NAME)
TWINS: Final = tuple(signer(seed) for seed in COLLIDING)
ROOT: Final = bytes(range(32))

_origins = st.sampled_from([ORIGIN, ORIGIN, ORIGIN, ORIGIN, "urn:uuid:0", "", " ", f"{ORIGIN} ", "日志", "a\u2028b"])
_sizes = st.sampled_from(
    [
        "0",
        "1",
        "7",
        "300",
        "300",
        str(2**63 - 1),
        "007",
        "00",
        "-1",
        "-0",
        "+1",
        "1 ",
        " 1",
        "1_0",
        "٣",
        "²",
        "1e3",
        "0x1",
        "1.0",
        "",
        str(2**63),
        "9" * 400,
    ]
)
_roots = st.sampled_from(
    [b64(ROOT)] * 5
    + [b64(ROOT)[:-2] + "9=", b64(ROOT)[:-1], b64(ROOT) + "=", b64(b"\xff" * 32).replace("/", "_"), b64(ROOT) + " "]
    + [
        b64(ROOT[:31]),
        b64(ROOT + b"!"),
        "",
        "=",
        b64(ROOT).replace("A", "\u0410"),
        b64(ROOT)[:20] + "\r" + b64(ROOT)[20:],
    ]
)
_extensions = st.lists(st.sampled_from(["ext", "", " ", "é\u0085", "— a b", "x" * 100, "\x7f", "\ufeff"]), max_size=2)
_blanks = st.sampled_from(["\n"] * 6 + ["", "\n\n", " \n", "\r\n"])


def line(who: LocalSigner, message: bytes, *, key_id: int | None = None, name: str | None = None) -> str:
    """Return a line of signature, with another id or name on it if given."""
    content = (who.key.id if key_id is None else key_id).to_bytes(4, "big") + who.sign(message)
    return f"— {who.key.name if name is None else name} {b64(content)}\n"


@st.composite
def notes(draw: st.DrawFn) -> bytes:
    """Return a note of a checkpoint, right or wrong in a few places."""
    lines = [draw(_origins), draw(_sizes), draw(_roots), *draw(_extensions)]
    text = "".join(f"{one}\n" for one in draw(st.sampled_from([lines, lines, lines, lines, lines[:2], lines[::-1]])))
    raw = (text + draw(_blanks) + "".join(draw(_signatures(text.encode())))).encode()
    return draw(damaged(raw)) if draw(st.integers(0, 3)) == 0 else raw


@st.composite
def _signatures(draw: st.DrawFn, message: bytes) -> list[str]:
    good = line(LOG, message)
    kinds = [good] * 6 + [line(who, message) for who in (NEXT, STRANGER, WITNESS, *TWINS)]
    kinds += [line(LOG, message + b"!"), line(WITNESS, b""), line(LOG, message, key_id=7), line(LOG, message, key_id=0)]
    kinds += [
        line(LOG, message, name=name) for name in (OTHER_NAME, "a+b", "a\u00a0b", "a\u0085b", "\u3000", "", "日志")
    ]
    kinds += [
        line(STRANGER, message, key_id=LOG.key.id),
        line(LOG, message)[:-1],
        line(LOG, message).replace("\n", "\r\n"),
    ]
    kinds += [
        good.replace(" ", "  "),
        good.replace("—", "-"),
        good.replace("—", "\u2013"),
        " " + good,
        good[:-1] + " \n",
    ]
    kinds += [f"— {ORIGIN} {b64(content)}\n" for content in (b"", b"\0\0\0\0", b"\0\0\0\0\0", bytes(60_000))]
    kinds += [f"— {ORIGIN}\n", "— \n", "\n", "noise\n", f"— {ORIGIN} AAAAAAB=\n", f"— x {good[-90:-1]}\x00\n"]
    few = st.lists(st.sampled_from(kinds), max_size=4)
    return draw(st.one_of(few, few, few, st.integers(98, 102).map(lambda n: [good] * n)))


@st.composite
def damaged(draw: st.DrawFn, raw: bytes) -> bytes:
    """Return the bytes with a piece replaced, taken out, put in, doubled or cut off."""
    start = draw(st.integers(0, len(raw)))
    end = min(len(raw), start + draw(st.sampled_from([0, 1, 1, 2, 45, 100])))
    pieces = [b"", b"\n", b"\n\n", b"\r\n", b" ", b"\0", b"=", b"A", b"\xff", b"\xed\xa0\x80", raw[start:end] * 2]
    piece = draw(st.one_of(st.sampled_from(pieces), st.binary(max_size=3)))
    rest = b"" if draw(st.integers(0, 9)) == 0 else raw[end:]
    return raw[:start] + piece + rest


@st.composite
def bent(draw: st.DrawFn, hashes: list[bytes]) -> list[bytes]:
    """Return a proof as it is, or with a hash changed, taken out, put in, doubled or in another's place."""
    bent = list(hashes)
    at = draw(st.integers(0, max(0, len(bent) - 1)))
    stray = draw(st.sampled_from([bytes(32), b"\xff" * 32, *hashes]))
    match draw(st.sampled_from(["as is", "changed", "out", "in", "reversed", "cut", "swapped"])):
        case "changed" if bent:
            bent[at] = bytes([bent[at][0] ^ 1]) + bent[at][1:]
        case "out" if bent:
            del bent[at]
        case "in":
            bent.insert(at, stray)
        case "reversed":
            bent.reverse()
        case "cut":
            del bent[at:]
        case "swapped" if at:
            bent[at - 1], bent[at] = bent[at], bent[at - 1]
    return bent
