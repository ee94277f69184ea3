"""A log under more writes than it can take says so: 503, when to come back, and that nothing was written."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from shared.kit.http import create_app
from shared.kit.log.grouping import GroupCommit
from shared.kit.log.memory import open_memory_log
from shared.kit.route import router
from tests.support.eventually import eventually
from tests.support.gate import Gate
from tests.support.logs import StandingClock
from tests.support.server import serving
from tests.support.tokens import local_issuer


def test_who_comes_when_the_queue_is_full_is_asked_to_come_back(tmp_path: Path) -> None:
    log, gate = GroupCommit(open_memory_log(StandingClock()), waiting=1), Gate()
    routes = router()

    @routes.post("/notes/{stream}", status_code=201)
    def note(stream: str) -> dict[str, str]:
        """Write one down."""
        log.append(gate.append(stream))
        return {"stream": stream}

    app = create_app(
        title="notes", version="1", verifier=local_issuer(tmp_path).verifier(), routers=[routes], checks={}
    )
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as http:
        with ThreadPoolExecutor(2) as threads:
            first = threads.submit(http.post, "/notes/first")
            assert gate.entered.wait(30)
            second = threads.submit(http.post, "/notes/second")
            eventually(lambda: log.waiting == 1)
            refused = http.post("/notes/third")
            gate.go_on.set()
            assert [one.result(30).status_code for one in (first, second)] == [201, 201]
        assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (503, "log_busy", "1")
        assert refused.json()["detail"].endswith("nothing of this one was written.")
        assert log.stream("third") == []
        assert http.post("/notes/third").status_code == 201
    log.close()
