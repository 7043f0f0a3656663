"""What the server counts, for Prometheus at /metrics: requests by route and status, their time, answers."""

from __future__ import annotations

from fastapi import FastAPI, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from index.errors import CitaError
from qa.answer import Answer
from ui.collection import Collection
from ui.guard import protections
from ui.throttle import Throttle

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The counters of one app. Labels are routes and fixed words: never an address, a question or a name."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "cita_requests", "Requests answered", ("route", "method", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "cita_request_seconds",
            "Time to the last byte",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._answers = Counter("cita_answers", "Answers by status", ("status",), registry=self.registry)
        self._stages = Histogram(
            "cita_stage_seconds", "Time of a stage", ("stage",), buckets=_SECONDS, registry=self.registry
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def answer(self, answer: Answer) -> None:
        """Count one answer, and its stages."""
        self._answers.labels(answer.status).inc()
        for stage, milliseconds in answer.timings.items():
            self._stages.labels(stage).observe(milliseconds / 1000)


def install(app: FastAPI, metrics: Metrics, articles: Collection, throttle: Throttle) -> None:
    """The route, and the gauges that are read when it is asked."""
    running = Gauge("cita_requests_running", "Requests being worked on", registry=metrics.registry)
    running.set_function(lambda: throttle.running)
    held = Gauge("cita_articles", "Articles of the collection", registry=metrics.registry)
    passages = Gauge("cita_passages", "Passages of the collection", registry=metrics.registry)
    degraded = Gauge("cita_degraded", "1 while a cache is set aside", registry=metrics.registry)

    @app.get("/metrics", include_in_schema=False)
    def show() -> Response:
        try:
            known = articles.index().info()
        except CitaError:
            pass  # nothing there yet, or not to be opened: /readyz says that
        else:
            held.set(known.articles)
            passages.set(known.passages)
            degraded.set(known.degraded is not None)
        return Response(
            generate_latest(metrics.registry), headers=protections(), media_type=CONTENT_TYPE_LATEST
        )
