"""Go's sumdb/note reads what we sign, we read what it signs, and on every other note both say the same.

Known differences, each asserted: Go takes base64 with stray bits behind its end, empty lines of extension, verifier
keys with an id in capitals, and notes of any size.
"""

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.kit.audit import note
from shared.kit.audit.checkpoint import Checkpoint, sign
from shared.kit.audit.vkey import parse_vkey, spell_skey
from shared.kit.audit.wire import Malformed
from tests.support.audit import ORIGIN, opened, private, signer, tree_of
from tests.support.audit_fuzz import LOG, NEXT, ROOT, TWINS, WITNESS, line, notes
from tests.support.reference import Reference
from tools import verify_audit

KEYS = (LOG.key, NEXT.key, WITNESS.key, *(twin.key for twin in TWINS))
MANY = settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def go_opens(go: Reference, raw: bytes, keys: tuple[object, ...] = KEYS) -> dict[str, object]:
    return go.ask("checkpoint", raw=raw, keys=[str(key) for key in keys], origin=ORIGIN)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257])
def test_go_reads_our_checkpoints(go: Reference, size: int) -> None:
    tree = tree_of(size)
    said = go_opens(go, tree.checkpoint(size, LOG, NEXT, WITNESS))
    assert (said["good"], said["size"], said["root"]) == (True, size, base64.b64encode(tree.root(size)).decode())


@pytest.mark.parametrize(
    "text", ["a\n", "\n", "a\n\nb\n", Checkpoint(ORIGIN, 9, ROOT, ("ext",)).text(), "日志\u2028\n"]
)
@pytest.mark.parametrize("seeds", [(1,), (1, 2), (9, 8, 7)])
def test_we_sign_the_same_bytes_as_go(go: Reference, text: str, seeds: tuple[int, ...]) -> None:
    said = go.ask("sign", text=text, keys=[spell_skey(ORIGIN, private(seed)) for seed in seeds])
    assert base64.b64decode(said["raw"]) == note.sign(text, [signer(seed) for seed in seeds])


@MANY
@given(raw=notes())
def test_the_same_notes_are_taken_and_refused(go: Reference, raw: bytes) -> None:
    ours, said = opened(raw, KEYS), go_opens(go, raw)
    assert (ours is not None) == (said["good"] and not said["loose"] and not said["skipped"])
    if ours is not None:
        assert said["size"] == ours.size
        assert said["root"] == base64.b64encode(ours.root).decode()


def test_go_takes_stray_bits_and_empty_extensions(go: Reference) -> None:
    text = Checkpoint(ORIGIN, 3, ROOT).text()
    stray = sign(Checkpoint(ORIGIN, 3, ROOT), [LOG]) + "— x AAAAAAB=\n".encode()
    empty = note.sign(text + "\next\n", [LOG])
    for raw, how in ((stray, "loose"), (empty, "skipped")):
        said = go_opens(go, raw)
        assert (said["good"], said[how]) == (True, True)
        assert opened(raw, KEYS) is None


def test_a_name_and_id_of_two_keys_are_nobodys(go: Reference) -> None:
    one, two = TWINS
    assert (one.key.name, one.key.id) == (two.key.name, two.key.id)
    raw = sign(Checkpoint(ORIGIN, 3, ROOT), [one])
    assert opened(raw, [one.key]) is not None
    for keys in ((one.key, two.key), (one.key, one.key), (two.key,)):
        assert opened(raw, keys) is None
        assert not go_opens(go, raw, keys)["good"]
    both = sign(Checkpoint(ORIGIN, 3, ROOT), [LOG]) + line(two, Checkpoint(ORIGIN, 3, ROOT).text().encode()).encode()
    assert opened(both, [LOG.key, two.key]) is not None
    assert go_opens(go, both, (LOG.key, two.key))["good"]


def test_go_has_no_limit_to_a_note(go: Reference) -> None:
    unknown = line(signer(9, "x" * 2000), b"").encode()
    raw = sign(Checkpoint(ORIGIN, 3, ROOT, ("e" * (note.MAX_NOTE_BYTES - 1000),)), [LOG])
    assert opened(raw, KEYS) is not None
    assert go_opens(go, raw)["good"]
    assert opened(raw + unknown, KEYS) is None
    assert go_opens(go, raw + unknown)["good"]


good_key = st.sampled_from([str(key) for key in KEYS])


@MANY
@given(
    text=st.one_of(
        good_key,
        st.tuples(good_key, st.integers(0, 120), st.text(max_size=2)).map(
            lambda t: t[0][: t[1]] + t[2] + t[0][t[1] + 1 :]
        ),
    )
)
def test_the_same_keys_are_taken_and_refused(go: Reference, text: str) -> None:
    said = go.ask("key", text=text)["good"] and not any(ord(sign) < 32 or 0xD800 <= ord(sign) < 0xE000 for sign in text)
    canonical = text.count("+") < 2 or base64_is_canonical(text.split("+", 2)[2])
    lower = text.count("+") < 1 or text.split("+", 2)[1].islower() or text.split("+", 2)[1].isdigit()
    assert ours(text) == (said and canonical and lower)


def ours(text: str) -> bool:
    try:
        key = parse_vkey(text)
    except Malformed:
        key = None
    try:
        read = verify_audit.read_key(text)
    except verify_audit.Refused:
        read = None
    assert (key and (key.name, key.public)) == (read and (read.name, read.public))
    return key is not None


def base64_is_canonical(text: str) -> bool:
    try:
        return base64.b64encode(base64.b64decode(text)).decode() == text
    except ValueError:
        return False
