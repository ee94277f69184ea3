"""A bearer token that lives in a file and may be exchanged there at any time, as secrets are in production."""

from pathlib import Path

from shared.kit.wire import MAX_TOKEN_BYTES


class TokenFile:
    """Reads the file again when it has changed. Not shared among threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._token = ""

    def read(self) -> str:
        """Return the token, without the blanks and line ends around it.

        Raises:
            OSError: there is no such file, or it cannot be read.
            ValueError: it is empty, too large, or not one word of ASCII.
        """
        status = self._path.stat()
        seen = (status.st_mtime_ns, status.st_size, status.st_ino)
        if seen != self._seen:
            with self._path.open("rb") as file:
                self._token = _one_word(file.read(MAX_TOKEN_BYTES + 2))
            self._seen = seen
        return self._token


def _one_word(raw: bytes) -> str:
    words = raw.decode("ascii").split()
    if len(words) != 1 or len(words[0]) > MAX_TOKEN_BYTES:
        raise ValueError("a token file holds one token and nothing else")
    return words[0]
