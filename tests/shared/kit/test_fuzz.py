"""The kit under schemathesis with every check: what it documents is what it does, whatever is sent."""

from datetime import UTC, datetime
from pathlib import Path

from shared.kit.feed import feed_router
from shared.kit.http import create_app
from shared.kit.identity import ROLES
from shared.kit.log.memory import open_memory_log
from tests.support.fuzz import fuzz
from tests.support.sample import sample_routes
from tests.support.server import serving
from tests.support.tokens import local_issuer


def test_every_answer_is_as_documented(tmp_path: Path) -> None:
    issuer = local_issuer(tmp_path / "keys")
    log = open_memory_log(lambda: datetime.now(UTC))
    app = create_app(
        title="sample",
        version="1",
        verifier=issuer.verifier(),
        routers=[sample_routes(), feed_router(log)],
        checks={"log": lambda: (True, {"head": log.head().position})},
    )
    token = issuer.token_for(*{scope for scopes in ROLES.values() for scope in scopes})
    with serving(app) as url:
        code, report = fuzz(app.openapi(), url, token, tmp_path, "--max-examples", "30", "--seed", "1")
    assert code == 0, report
    assert "7 selected / 7 total" in report
