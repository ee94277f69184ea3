"""Asks the ledger's public API what revocations would change. The answer is shown, and never decides anything."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import httpx
import structlog
from pydantic import ValidationError

from services.cases import refusals
from services.cases.refusals import Refused
from shared.contracts.preview import ReversalsPreview
from shared.kit.tokenfile import TokenFile

PATH: Final = "/reversals:preview"
MAX_SELLERS: Final = 200  # of one request
MAX_ENTRIES: Final = 1000  # of one request, all accounts together
MAX_RESPONSE_BYTES: Final = 16 * 1024 * 1024
CONNECT_S: Final = 3.0

_log = structlog.get_logger(__name__)


class LedgerClient:
    """Asks at `base_url` with the token in a file, which may be exchanged there. Safe from several threads."""

    def __init__(
        self, base_url: str, token_file: Path, timeout_s: float, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._token_file = token_file
        self._http = httpx.Client(
            base_url=base_url,
            transport=transport,
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Give the connections back. Idempotent."""
        self._http.close()

    def preview(self, reversals: Mapping[str, Sequence[str]], min_position: int) -> ReversalsPreview:
        """Return, account by account as given, what revoking these entries would change.

        The ledger answers once it has folded the cases log up to `min_position`, or says that it has not.

        Raises:
            Refused: `ledger_unavailable`, whatever the reason; it is logged.
        """
        asked = [{"seller": seller, "entries": list(entries)} for seller, entries in reversals.items()]
        try:
            body = self._post({"reversals": asked, "min_position": min_position})
            answer = ReversalsPreview.model_validate_json(body)
        except (httpx.HTTPError, OSError, ValidationError, ValueError) as error:
            raise _unavailable(type(error).__name__) from None
        if [one.seller for one in answer.reversals] != list(reversals):
            raise _unavailable("it answered something else")
        return answer

    def _post(self, asked: object) -> bytes:
        headers = {"Authorization": f"Bearer {TokenFile(self._token_file).read()}"}
        with self._http.stream("POST", PATH, json=asked, headers=headers) as answer:
            if answer.status_code != 200:
                raise _unavailable(f"it answered {answer.status_code}")
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MAX_RESPONSE_BYTES:
                    raise _unavailable("its answer is too long")
        return bytes(body)


def _unavailable(reason: str) -> Refused:
    _log.warning("ledger_unavailable", reason=reason)
    return Refused(refusals.ledger_unavailable())
