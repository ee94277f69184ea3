"""A caller that hangs up in the middle of a body is no fault of the service."""

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from shared.kit.http import create_app
from tests.support.eventually import eventually
from tests.support.sample import sample_routes
from tests.support.server import serving
from tests.support.tokens import Issuer, local_issuer


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return local_issuer(tmp_path)


@pytest.fixture
def url(issuer: Issuer) -> Iterator[str]:
    app = create_app(title="s", version="1", verifier=issuer.verifier(), routers=[sample_routes()], checks={})
    with serving(app) as address:
        yield address


def test_half_a_body_is_counted_as_the_callers_mistake(url: str, issuer: Issuer) -> None:
    where = urlsplit(url)
    head = (
        "POST /orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
        f"Authorization: {issuer.headers('intake')['Authorization']}\r\n\r\n"
    )
    with socket.create_connection((where.hostname, where.port)) as caller:
        caller.sendall(head.encode() + b'{"id": "a",')

    def counted() -> str:
        return httpx.get(f"{url}/metrics", headers=issuer.headers("monitor")).text

    eventually(lambda: 'http_requests_total{method="POST",route="/orders",status="400"} 1.0' in counted())
    assert 'status="500"' not in counted()
