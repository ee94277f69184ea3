"""Notes and proofs that are nearly right, for hypothesis."""

from functools import cache
from typing import Any, Final

from hypothesis import strategies as st

from shared.kit.audit.signer import LocalSigner
from tests.support.audit import COLLIDING, ORIGIN, b64, signer

OTHER_NAME: Final = "example.com/witness"
LOG, NEXT, STRANGER, WITNESS = signer(1), signer(2), signer(3), signer(4, OTHER_NAME)
TWINS: Final = tuple(signer(seed) for seed in COLLIDING)
ROOT: Final = bytes(range(32))

ORIGINS: Final = ("urn:uuid:0", "", " ", f"{ORIGIN} ", "日志", "a\u2028b")
SIZES: Final = (
    *("0", "1", str(2**63 - 1), "007", "00", "-1", "-0", "+1", "1 ", " 1", "1_0", "٣", "²", "1e3", "0x1", "1.0", ""),
    *(str(2**63), "9" * 400),
)
ROOTS: Final = (
    *(b64(ROOT)[:-2] + "9=", b64(ROOT)[:-1], b64(ROOT) + "=", b64(b"\xff" * 32).replace("/", "_"), b64(ROOT) + " "),
    *(b64(ROOT[:31]), b64(ROOT + b"!"), "", "=", b64(ROOT).replace("A", "\u0410")),
    b64(ROOT)[:20] + "\r" + b64(ROOT)[20:],
)
EXTENSIONS: Final = (
    (),
    ("ext",),
    ("",),
    (" ",),
    ("é\u0085", "\ufeff"),
    ("— a b",),
    ("x" * 100, ""),
    ("\x7f",),
    ("\0",),
)
BLANKS: Final = ("", "\n\n", " \n", "\r\n")


@cache
def line(who: LocalSigner, message: bytes, *, key_id: int | None = None, name: str | None = None) -> str:
    """Return a line of signature, with another id or name on it if given."""
    content = (who.key.id if key_id is None else key_id).to_bytes(4, "big") + who.sign(message)
    return f"— {who.key.name if name is None else name} {b64(content)}\n"


@st.composite
def notes(draw: st.DrawFn) -> bytes:
    """Return a note of a checkpoint, right or wrong in a place or two."""

    def part(right: Any, *odd: Any) -> Any:
        return draw(st.sampled_from(odd)) if draw(st.integers(0, 7)) == 5 else right

    lines = [part(ORIGIN, *ORIGINS), part("300", *SIZES), part(b64(ROOT), *ROOTS), *draw(st.sampled_from(EXTENSIONS))]
    text = "".join(f"{one}\n" for one in part(lines, lines[:2], lines[::-1]))
    signatures = draw(_signatures(text.encode()))
    raw = (text + part("\n", *BLANKS) + "".join(signatures)).encode()
    return draw(damaged(raw)) if draw(st.integers(0, 3)) == 2 else raw


@st.composite
def _signatures(draw: st.DrawFn, message: bytes) -> list[str]:
    good = line(LOG, message)
    fair = [good, *(line(who, message) for who in (NEXT, STRANGER, WITNESS))]
    fair += [line(LOG, message, key_id=7), line(LOG, message, name=OTHER_NAME), line(STRANGER, message, name="日志")]
    foul = [line(LOG, message + b"!"), line(WITNESS, b""), *(line(who, message) for who in TWINS)]
    foul += [line(LOG, message, name=name) for name in ("a+b", "a\u00a0b", "a\u0085b", "\u3000", "")]
    foul += [line(STRANGER, message, key_id=LOG.key.id), good[:-1], good.replace("\n", "\r\n"), good[:-1] + " \n"]
    foul += [good.replace(" ", "  "), good.replace("—", "-"), good.replace("—", "\u2013"), " " + good]
    foul += [f"— {ORIGIN} {b64(content)}\n" for content in (b"", b"\0\0\0\0", b"\0\0\0\0\0", bytes(60_000))]
    foul += [f"— {ORIGIN}\n", "— \n", "\n", "noise\n", f"— {ORIGIN} AAAAAAB=\n", f"— x {good[-90:-1]}\x00\n"]
    many = draw(st.integers(0, 30))
    if many > 28:
        return [good] * (many + 71)  # as many as may be, and one more
    lines = draw(st.lists(st.sampled_from(fair), min_size=1, max_size=4))
    if draw(st.integers(0, 3)) == 2:
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(foul)))
    return lines


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
