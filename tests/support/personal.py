"""What people say of themselves in a case, and a search for it in bytes: plain in every encoding we know, or sealed."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

WORDS = {
    "narrative": "卖家夜里不停打来，扬言报复全家 NARRATIVE-7f3a",
    "contact": "+86 13911112222",
    "statement": "我叫张三，住在和平路八号 STATEMENT-51bc",
    "reason": "张三的号码经核实 REASON-90de",
    "recusal": "我与张三是同学 RECUSAL-2b4f",
    "late": "张三因病迟延 LATE-3c1d",
    "merger": "与张三的另一投诉重复 MERGER-77aa",
    "refusal": "张三并非交易当事人 REFUSAL-8b2e",
    "extension": "等待张三补证 EXTENSION-41f0",
    "appeal": "我张三从未拨打 APPEAL-6d5c",
    "wanted": "请张三补充通话详单 WANTED-0e9b",
    "supplement": "张三的通话详单如下 SUPPLEMENT-c4d3",
    "stay": "张三店铺停业损失大 STAY-f2a8",
    "review": "张三所述属实 REVIEW-b6e1",
    "revocation": "张三被误判 REVOCATION-d90f",
    "number": "JZ-13911112222-NUMBER",
    "key": "key-of-13911112222",
}
PDF = b"%PDF-1.7\nCONTENT-13911112222 " + "张三的通话".encode() * 50
FORMS = [form for word in WORDS.values() for form in (word, word.split()[-1], word.encode().decode("latin-1"))]


def found_in(content: bytes) -> list[str]:
    """Return what personal words stand in these bytes, in any encoding we know of."""
    places = content + content.decode("utf-8", "replace").encode("utf-8").lower()
    escaped = [form.encode("unicode_escape") for form in FORMS if not form.isascii()]
    plain = [form.encode() for form in FORMS] + [b"13911112222", b"CONTENT-139"]
    return [repr(word) for word in (*plain, *escaped) if word in places]


def everything(folder: Path) -> dict[str, bytes]:
    """Return every file of the service but its keys, database journals included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Traces:
    """What the vault and the evidence store keep of a case, sealed: pieces of it by name, to be searched for."""

    pieces: Mapping[str, Sequence[bytes]]

    @property
    def contents(self) -> list[str]:
        """The names of the contents."""
        return [name for name in self.pieces if " " not in name]

    def found_in(self, folder: Path) -> list[str]:
        """Return where in the folder anything of it stands."""
        return [
            f"{what} in {name}"
            for name, content in everything(folder).items()
            for what, some in self.pieces.items()
            if any(one in content for one in some)
        ]

    def left_in(self, folder: Path) -> list[str]:
        """Return where in the service's folder anything of it stands, or anything that people said."""
        plain = [f"{word} in {name}" for name, content in everything(folder).items() for word in found_in(content)]
        return plain + self.found_in(folder)


_LIVING = "SELECT sealed FROM texts WHERE sealed <> zeroblob(length(sealed))"


def traces(data: Path, *cases: str) -> Traces:
    """Return what stands sealed of these cases in the service's data folder, of which there must be something."""
    pieces: dict[str, Sequence[bytes]] = {}
    with closing(sqlite3.connect(f"{(data / 'vault.db').as_uri()}?mode=ro", uri=True)) as vault:
        for case in cases:
            ((wrapped,),) = vault.execute("SELECT wrapped FROM keys WHERE name = ?", (f"case:{case}",))
            pieces[f"key of {case}"] = _cut(wrapped)
            for number, (sealed,) in enumerate(vault.execute(f"{_LIVING} AND case_id = ?", (case,))):
                pieces[f"text {number} of {case}"] = _cut(sealed)
            for content in (data / "evidence" / "content" / case).glob("*"):
                pieces[content.name] = _cut(content.read_bytes())
    assert all(pieces.values())
    return Traces(pieces)


def _cut(sealed: bytes) -> list[bytes]:
    """Pieces long enough to be no chance, of its beginning and its end."""
    ends = sealed if len(sealed) < 8192 else sealed[:4096] + sealed[-4096:]
    return [ends[at : at + 16] for at in range(0, len(ends) - 15, 16)]
