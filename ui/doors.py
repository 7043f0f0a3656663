"""What every request passes on its way in: it is counted; then guard, gate, kept replies and ETags."""

from __future__ import annotations

import secrets

from fastapi import FastAPI

from ui import login, metrics
from ui.collection import Collection
from ui.etags import Tagging
from ui.gate import Gate
from ui.guard import Guard, is_loopback
from ui.helpers import Forwarding, Helpers
from ui.idempotency import Repeating, Replies
from ui.keys import Keys
from ui.metrics import Metrics
from ui.settings import Settings
from ui.throttle import Throttle
from ui.tracing import Tracing
from ui.watching import Watching

RATE = 20.0
"""Requests a second of one key or address, where others than this machine can send any."""


def install(
    app: FastAPI, settings: Settings, articles: Collection, helpers: Helpers | None = None
) -> Metrics:
    """Put the doors before `app`, the login page and the metrics into it; gives what counts.

    Raises BadInput for a key too short, and for traces without the packages they need.
    """
    limits = settings.limits
    loopback = is_loopback(settings.host)
    keys = Keys(settings.keys_file, settings.api_key)
    rate = limits.rate if limits.rate is not None else (0.0 if loopback else RATE)
    throttle = app.state.throttle = Throttle(rate, limits.burst, limits.concurrent)
    # The last one added is the first one met.
    if helpers is not None:
        app.add_middleware(Forwarding, helpers=helpers)
    app.add_middleware(Tagging)
    app.add_middleware(Repeating, replies=Replies(settings.data, secrets.token_hex(8)))
    app.add_middleware(Gate, keys=keys, throttle=throttle, required=not loopback)
    app.add_middleware(
        Guard,
        hosts=[settings.host, *settings.hosts],
        body_limit=limits.body_bytes,
        body_seconds=limits.body_seconds,
        origins=settings.cors,
    )
    counted = Metrics()
    tracing = app.state.tracing = None if settings.otel.endpoint is None else Tracing(settings.otel)
    app.add_middleware(Watching, metrics=counted, tracing=tracing)
    login.install(app, keys)
    if settings.metrics:
        metrics.install(app, counted, articles, throttle)
    return counted
