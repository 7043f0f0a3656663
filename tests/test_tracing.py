from __future__ import annotations

import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from index.errors import BadInput
from tests.test_hostile_access import app_of
from ui.settings import Otel
from ui.tracing import Tracing

pytest.importorskip("opentelemetry.sdk.trace")


def test_a_request_is_a_span_at_the_address_of_the_settings_and_tells_no_question(collection: Path) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    got: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        otel = Otel(endpoint=f"http://127.0.0.1:{server.server_port}", service="нoвини")
        try:
            with app_of(collection, otel=otel) as client:
                client.post("/v1/ask", json={"question": "Where is the secret ferry?"})
                client.get("/v1/articles/nothing")
        finally:
            server.shutdown()
            thread.join()
    assert {path for path, _ in got} == {"/v1/traces"}
    names = set()
    for _, body in got:
        if body[:2] == b"\x1f\x8b":
            import gzip

            body = gzip.decompress(body)
        assert b"secret ferry" not in body
        told = ExportTraceServiceRequest.FromString(body)
        for resource in told.resource_spans:
            assert "нoвини" in str(resource.resource) or "service.name" in str(resource.resource)
            names |= {span.name for scope in resource.scope_spans for span in scope.spans}
    assert {"POST /v1/ask", "GET /v1/articles/{article_id}"} <= names


def test_without_the_packages_it_is_said_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(BadInput, match=r"cita\[otel\]"):
        Tracing(Otel(endpoint="http://127.0.0.1:1"))
