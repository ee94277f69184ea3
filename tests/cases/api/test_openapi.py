"""The described service is the running one."""

import json

from services.cases.__main__ import document
from tests.support.tree import read


def test_the_document_checked_in_is_the_one_the_code_makes() -> None:
    """`make openapi` was run after the last change of a route."""
    assert read("docs/openapi/cases.json") == document()


def test_every_write_describes_its_key_and_every_decision_its_version() -> None:
    paths = json.loads(document())["paths"]
    for path, methods in paths.items():
        for method, operation in methods.items():
            headers = {
                parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "header"
            }
            if method in ("post", "put"):
                assert {"Idempotency-Key", "If-Match"} <= headers, path
            if path.endswith(
                ("/decision", "/confirmation", "/proposal/withdrawal", "/revocation", "/revocation/withdrawal")
            ):
                assert {"409", "412", "428"} <= set(operation["responses"]), path
