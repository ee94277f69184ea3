"""A witnessed log over real HTTP: only what is under /log."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from shared.kit.audit.routes import log_router
from shared.kit.audit.vkey import VerifierKey
from shared.kit.http import create_app
from shared.kit.log.merkle import leaf_hash
from tests.support.audit import plain_root, signer
from tests.support.server import serving
from tests.support.tokens import Issuer, local_issuer
from tests.support.witnessing import SEED, Witnessed
from tools import verify_audit


@dataclass
class Served:
    """A served log, and a client that may read everything of it."""

    kept: Witnessed
    http: httpx.Client
    issuer: Issuer

    @property
    def key(self) -> verify_audit.Key:
        """The verifier's form of the key that signs."""
        return verify_audit.read_key(str(signer(SEED, self.kept.log.id).key))

    def get(self, path: str, expect: int = 200, **params: Any) -> Any:
        """Return the answer's JSON or bytes, after looking at its status."""
        answer = self.http.get(path, params=params)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.headers["content-type"].endswith("json") else answer.content

    def root(self, size: int) -> bytes:
        """Return the root at a size, by the definition."""
        return plain_root([leaf_hash(leaf) for leaf in self.states()[:size]])

    def states(self) -> list[bytes]:
        """Return the leaves, in order."""
        return self.kept.states()


@contextmanager
def served(folder: Path, known: Callable[[], Sequence[VerifierKey]] | None = None) -> Iterator[Served]:
    """Serve an empty log whose files are in `folder`; the client is an auditor's. `known` tells other keys of it."""
    kept, issuer = Witnessed(folder, known=known), local_issuer(folder / "tokens")
    app = create_app(
        title="log",
        version="1",
        verifier=issuer.verifier(),
        routers=[log_router(kept.log, kept.witness)],
        checks={"audit": kept.witness.check},
    )
    with httpx.Client(headers=issuer.headers("auditor"), timeout=10) as http, serving(app) as url:
        http.base_url = httpx.URL(url)
        yield Served(kept, http, issuer)
