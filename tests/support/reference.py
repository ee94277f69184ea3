"""Go's own notes and trees, asked through a small program that is compiled for the tests."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.support.tree import ROOT

SOURCE: Final = ROOT / "tests/foreign/reference"
LIBRARIES: Final = "/usr/share/gocode"  # where Debian's package golang-golang-x-mod-dev puts them


def missing() -> str | None:
    """Return what would have to be installed, None if nothing."""
    if shutil.which("go") is None:
        return "there is no go: apt-get install golang-go golang-golang-x-mod-dev"
    if not Path(LIBRARIES, "src/golang.org/x/mod/sumdb/note").is_dir():
        return "Go's mod library is not there: apt-get install golang-golang-x-mod-dev"
    return None


class Reference:
    """The compiled program, running; one question at a time."""

    def __init__(self, folder: Path) -> None:
        """Compile into the folder and start."""
        program = folder / "reference"
        settings = {"GO111MODULE": "off", "GOPATH": LIBRARIES, "GOFLAGS": "", "GOCACHE": str(folder / "cache")}
        build = ["go", "build", "-o", str(program), "."]
        subprocess.run(build, cwd=SOURCE, env={**os.environ, **settings}, check=True, timeout=110)
        self._running = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, op: str, **question: Any) -> dict[str, Any]:
        """Return the answer; bytes of the question, also in lists, go as base64, those of the answer come so."""
        asked = {"op": op, **{name: _text(value) for name, value in question.items()}}
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(json.dumps(asked).encode() + b"\n")
        self._running.stdin.flush()
        answer: dict[str, Any] = json.loads(self._running.stdout.readline())
        return answer

    def close(self) -> None:
        """End the program."""
        self._running.communicate(timeout=10)


def _text(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return [_text(one) for one in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


def unpacked(hashes: Sequence[str | None]) -> list[bytes | None]:
    """Return hashes of an answer as bytes."""
    return [None if one is None else base64.b64decode(one) for one in hashes]
