"""The description of the API against the API: every answer is one it describes, and none is a fault."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.served import served
from tests.test_api import client_of
from ui.failures import PATHS, under
from ui.gate import needed

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture
def client(collection: Path) -> Iterator[TestClient]:
    with client_of(collection) as client:
        yield client


def test_every_operation_says_what_it_needs_and_what_may_go_wrong(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert set(described["components"]["securitySchemes"]) == {"bearer", "header"}
    for path, operations in described["paths"].items():
        assert set(operations) <= METHODS
        for method, operation in operations.items():
            answers = operation["responses"]
            for status, response in answers.items():
                if int(status) >= 400:
                    kind = "application/json" if under(path, PATHS) else "application/problem+json"
                    assert set(response["content"]) == {kind}, (path, method, status)
            names = {one["name"] for one in operation.get("parameters", [])}
            if path.startswith("/v1/"):
                assert {"401", "403", "429"} <= set(answers)
                assert operation["x-scope"] == needed(method.upper(), path)
                assert "Retry-After" in answers["429"]["headers"]
                assert ("304" in answers) == ("If-None-Match" in names)
            asking = path.startswith(("/v1/ask", "/v1/search", "/v1/suggestions", "/v1/chat/"))
            assert ("Idempotency-Key" in names) == (
                method != "get" and path.startswith("/v1/") and not asking
            ), (path, method)
    assert "text/event-stream" in described["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]


def test_the_description_answers_as_it_is_read(client: TestClient) -> None:
    one = client.get("/openapi.json").json()
    assert one == client.get("/openapi.json").json()


@pytest.mark.slow
def test_nothing_that_can_be_made_of_the_description_is_a_fault_of_the_server(collection: Path) -> None:
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    @schemathesis.serializer("application/x-ndjson")
    def lines(_: schemathesis.SerializationContext, value: object) -> bytes:
        return str(value).encode("utf-8", "replace")

    chosen = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_schema_conformance,
    ]
    seen = set()
    with served(collection) as port:
        schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/openapi.json")
        for found in schema.get_all_operations():
            operation = found.ok()
            # These begin what other operations then wait for: 503.
            if operation.label in ("POST /v1/work", "POST /v1/evaluations"):
                continue
            seen.add(operation.label)

            @settings(
                max_examples=int(os.environ.get("CITA_CASES", "60")),
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy())
            def run(case: schemathesis.Case) -> None:
                case.call_and_validate(checks=chosen)

            run()
    assert len(seen) > 25
