"""Standings as a running ledger answers them, asked many at once, for a replay to compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from services.ledger.replay.answers import SAID, Clocks
from shared.kit.feed_client import FeedUnavailable
from shared.kit.tokenfile import TokenFile

TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class LiveLedger:
    """A running ledger by its address, asked with the token in a file."""

    address: str
    token_file: str

    def standings(self, sellers: Sequence[str], clocks: Clocks) -> list[dict[str, Any] | str]:
        """Return, in the order asked, what the ledger says of at most 1 000 accounts; of one that does not answer, why.

        Raises:
            FeedUnavailable: it does not answer, or not so.
        """
        asked = {"sellers": sellers, "as_of": clocks.as_of.isoformat(), "known_position": clocks.known_position}
        try:
            token = TokenFile(Path(self.token_file)).read()
            headers = {"Authorization": f"Bearer {token}"}
            with httpx.Client(base_url=self.address, trust_env=False, timeout=TIMEOUT_S) as http:
                answer = http.post("/standings:query", json=asked, headers=headers)
            if answer.status_code != httpx.codes.OK:
                raise FeedUnavailable(f"standings were answered with {answer.status_code}")
            told = msgspec.json.decode(answer.content)["standings"]
            return [_said(one) for one in told]
        except (httpx.HTTPError, OSError, ValueError, LookupError, TypeError) as failure:
            raise FeedUnavailable(f"standings: {type(failure).__name__}") from failure


def _said(one: dict[str, Any]) -> dict[str, Any] | str:
    if one["standing"] is None:
        return str(one["problem"]["code"])
    return {name: one["standing"][name] for name in SAID}
