"""A file is what its bytes say, from an allow-list."""

import pytest

from services.cases.sniffing import HEAD_BYTES, sniff

KNOWN = {
    "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 ",
    "application/pdf": b"%PDF-1.7\n%\xe2\xe3",
    "audio/wav": b"RIFF\x24\0\0\0WAVEfmt ",
    "audio/mpeg": b"ID3\x04\0\0\0\0\0\0",
    "video/mp4": b"\0\0\0\x18ftypmp42\0\0\0\0",
    "text/plain": "时间,号码\n2026-03-01 09:00,通话\n".encode(),
}


@pytest.mark.parametrize("media_type", KNOWN)
def test_each_allowed_type_is_known_by_its_first_bytes(media_type: str) -> None:
    assert sniff(KNOWN[media_type]) == media_type


def test_an_mpeg_frame_without_a_tag_is_audio() -> None:
    assert sniff(b"\xff\xfb\x90\x44" + bytes(20)) == "audio/mpeg"


@pytest.mark.parametrize(
    "text",
    ["时间,号码\n".encode("gb18030"), b"\xef\xbb\xbftime,kind\n", ("通" * 400).encode()[:HEAD_BYTES], b"a\tb\r\nc"],
    ids=["gb18030", "byte order mark", "a character cut in two", "tabs and line ends"],
)
def test_text_is_text_in_the_encodings_that_carriers_use(text: bytes) -> None:
    assert sniff(text) == "text/plain"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"   \n",
        b"MZ\x90\0\x03\0\0\0",
        b"\x7fELF\x02\x01\x01",
        b"PK\x03\x04\x14\0",
        b"GIF89a\x01\0\x01\0",
        b"<!DOCTYPE html><script>",
        b"  \n<svg onload=x>",
        b"\xef\xbb\xbf<html>",
        b"RIFF\x24\0\0\0AVI LIST",
        b"\0\0\0\x18ftypqt  ",
        b"\xff\xff\xff\xff",
        b"text\0with a nul",
        b"\xff\xd8",
        b"text \xff\xff",
    ],
)
def test_everything_else_is_unknown(head: bytes) -> None:
    assert sniff(head) is None
