"""Traces by OpenTelemetry, where a setting names an address for them; needs the extra `otel`.

A span per request, with its route, method and status. No question, no article and no key is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from index.errors import BadInput
from ui.settings import Otel

Span = Callable[[str], AbstractContextManager[Any]]
"""Opens a span of that name."""


class Tracing:
    """Sends spans in the background; `close` sends what is left."""

    def __init__(self, settings: Otel) -> None:
        """Raises BadInput where the packages are not installed."""
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise BadInput(
                f"otel.endpoint is set, but {error.name} is not installed: `pip install 'cita[otel]'`, or "
                "leave the setting out"
            ) from None
        assert settings.endpoint is not None
        endpoint = settings.endpoint.rstrip("/")
        if not endpoint.endswith("/v1/traces"):
            endpoint += "/v1/traces"
        self._provider = TracerProvider(
            resource=Resource({"service.name": settings.service}), shutdown_on_exit=False
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=2), schedule_delay_millis=1000)
        )
        self._tracer = self._provider.get_tracer("cita")

    def span(self, name: str) -> AbstractContextManager[Any]:
        return self._tracer.start_as_current_span(name)

    def close(self) -> None:
        self._provider.shutdown()
