"""Notes: the examples of the formats, what is refused and why, and the verifier's agreement on every other one."""

import pytest
from hypothesis import HealthCheck, given, settings

from shared.kit.audit import note
from shared.kit.audit.checkpoint import Checkpoint, OtherOrigin, open_checkpoint, parse, sign
from shared.kit.audit.note import MAX_SIGNATURES, NoteRefused
from shared.kit.audit.signer import LocalSigner
from shared.kit.audit.vkey import VerifierKey, given_vkeys, parse_skey, parse_vkey, spell_skey
from shared.kit.audit.wire import Malformed
from tests.support.audit import ORIGIN, opened, signer
from tests.support.audit_fuzz import LOG, NEXT, OTHER_NAME, ROOT, STRANGER, TWINS, WITNESS, line, notes

# The worked example of c2sp.org/signed-note.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# The example of golang.org/x/mod/sumdb/note.
PETER = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_SAID = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
HEAD = Checkpoint(ORIGIN, 300, ROOT)
TEXT = HEAD.text().encode()


def test_the_example_of_the_format_is_read() -> None:
    text, signed = note.open_note(EXAMPLE.encode(), [parse_vkey(EXAMPLE_KEY)])
    assert text == "This is an example message.\n"
    assert [str(key) for key in signed] == [EXAMPLE_KEY]


def test_the_example_of_go_is_signed_to_the_byte() -> None:
    key, secret = parse_skey(PETER)
    signed = note.sign(PETER_SAID.partition("\n\n")[0] + "\n", [LocalSigner(key, secret)])
    assert signed == PETER_SAID.encode()
    assert spell_skey("PeterNeumann", secret) == PETER


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(notes())
def test_the_verifier_agrees_on_every_note(raw: bytes) -> None:
    checkpoint = opened(raw, [LOG.key, NEXT.key, WITNESS.key, TWINS[0].key, TWINS[1].key])
    if checkpoint is not None:
        assert checkpoint.origin == ORIGIN
        assert raw.startswith(checkpoint.text().encode() + b"\n")


def test_keys_that_overlap_sign_one_note() -> None:
    raw = sign(HEAD, [LOG, NEXT])
    for keys in ([LOG.key], [NEXT.key], [LOG.key, NEXT.key], [STRANGER.key, NEXT.key]):
        assert opened(raw, keys) == HEAD
    assert note.open_note(raw, [NEXT.key, LOG.key])[1] == (LOG.key, NEXT.key)


@pytest.mark.parametrize(
    ("signatures", "why"),
    [
        ([line(STRANGER, TEXT)], "none of the keys"),
        ([line(LOG, TEXT, key_id=7)], "none of the keys"),
        ([line(LOG, TEXT, name=OTHER_NAME)], "none of the keys"),
        ([line(LOG, TEXT + b"\n")], "not of this text"),
        ([line(WITNESS, b""), line(LOG, TEXT)], "not of this text"),
        ([line(STRANGER, TEXT, key_id=LOG.key.id)], "not of this text"),
        ([line(LOG, b""), line(LOG, TEXT)], "not of this text"),
        ([line(TWINS[0], TEXT), line(LOG, TEXT)], "two of the keys"),
        ([line(WITNESS, TEXT)], "bears the name"),
    ],
)
def test_a_note_that_the_log_did_not_sign_is_refused(signatures: list[str], why: str) -> None:
    raw, keys = TEXT + b"\n" + "".join(signatures).encode(), [LOG.key, WITNESS.key, *(twin.key for twin in TWINS)]
    assert opened(raw, keys) is None
    with pytest.raises(NoteRefused, match=why):
        open_checkpoint(raw, keys, ORIGIN)


@pytest.mark.parametrize(
    "signatures",
    [
        [line(LOG, TEXT), line(STRANGER, b"")],
        [line(LOG, TEXT), line(LOG, TEXT, key_id=7), line(LOG, TEXT, name=OTHER_NAME)],
        [line(LOG, TEXT), line(LOG, b"")],
        [line(LOG, TEXT)] * MAX_SIGNATURES,
        [line(TWINS[0], TEXT)],
    ],
)
def test_lines_of_strangers_and_repetitions_are_passed_over(signatures: list[str]) -> None:
    assert opened(TEXT + b"\n" + "".join(signatures).encode(), [LOG.key, TWINS[0].key]) == HEAD


def test_a_checkpoint_of_another_log_is_refused() -> None:
    other = sign(Checkpoint("urn:uuid:0", 300, ROOT), [LOG])
    assert opened(other, [LOG.key]) is None
    with pytest.raises(OtherOrigin, match="is of urn:uuid:0"):
        open_checkpoint(other, [LOG.key], ORIGIN)


@pytest.mark.parametrize("text", ["", "no newline", "a\rb\n", "nul\0\n", "\ud800\n", "a\n\n— x AAAAAAA="])
def test_what_is_no_text_is_not_signed(text: str) -> None:
    with pytest.raises(Malformed):
        note.sign(text, [LOG])


@pytest.mark.parametrize("who", [(), (LOG, LOG), (LOG,) * (MAX_SIGNATURES + 1)])
def test_nobody_signs_or_twice(who: tuple[note.Signs, ...]) -> None:
    with pytest.raises(Malformed):
        note.sign("text\n", who)


@pytest.mark.parametrize(
    "head",
    [
        Checkpoint("", 1, ROOT),
        Checkpoint("a\nb", 1, ROOT),
        Checkpoint(ORIGIN, -1, ROOT),
        Checkpoint(ORIGIN, 2**63, ROOT),
        Checkpoint(ORIGIN, 1, ROOT[:31]),
        Checkpoint(ORIGIN, 1, ROOT, ("",)),
        Checkpoint(ORIGIN, 1, ROOT, ("a\nb",)),
    ],
)
def test_what_would_not_be_read_back_is_not_signed(head: Checkpoint) -> None:
    with pytest.raises(Malformed):
        sign(head, [LOG])


def test_extensions_are_read_and_signed() -> None:
    head = Checkpoint(ORIGIN, 300, ROOT, ("one", "— two"))
    assert opened(sign(head, [LOG]), [LOG.key]) == head
    assert parse(head.text()) == head


@pytest.mark.parametrize("at", range(0, len(EXAMPLE_KEY), 3))
def test_a_key_with_any_sign_changed_is_no_key(at: int) -> None:
    changed = EXAMPLE_KEY[:at] + ("B" if EXAMPLE_KEY[at] != "B" else "C") + EXAMPLE_KEY[at + 1 :]
    with pytest.raises(Malformed):
        parse_vkey(changed)


def test_keys_are_given_one_a_line_and_each_counts_once() -> None:
    one, two = signer(1).key, signer(2).key
    assert given_vkeys([f"{one}\n{two}", str(one)]) == [one, two]
    with pytest.raises(Malformed, match="line 3 would have to be a verifier key"):
        given_vkeys([f"{one}\n{two}", ""])


@pytest.mark.parametrize("secret", [PETER[8:], PETER + "\n", PETER.replace("c74f20a3", "c74f20a4"), PETER[:-4], ""])
def test_a_damaged_signing_key_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_skey(secret)
    assert "AYEKFALV" not in str(refused.value)


def test_a_key_has_a_name_without_spaces() -> None:
    for name in ("", "a b", "a+b", "a\u3000b", "a\u0085b", "\x7f\n", "\ud800"):
        with pytest.raises(Malformed, match="name"):
            VerifierKey(name, bytes(32))
    assert parse_vkey(str(signer(5, "日志/1").key)) == signer(5, "日志/1").key
