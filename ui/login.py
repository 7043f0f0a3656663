"""The page on which a browser gives its key once, for a cookie that no script and no other site can use."""

from __future__ import annotations

from html import escape
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from qa.messages import direction, phrase, supported
from ui.gate import COOKIE
from ui.guard import protections
from ui.keys import SESSION, Keys

_MOST = 4096
"""Bytes of the form."""

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0}
form{display:grid;gap:.75rem;width:min(24rem,90vw)}
input,button{font:inherit;padding:.6rem .75rem;border:1px solid GrayText;border-radius:.4rem}
p{margin:0}
"""


def page_of(
    path: str, accepted: str, *, status: int = 200, problem: str | None = None, known: bool = False
) -> HTMLResponse:
    """The login page; afterwards the browser goes on to `path`. `accepted` is its Accept-Language,
    `problem` the key of a phrase, `known` whether it is logged in already."""
    language = supported(accepted.split(",")[0])

    def say(key: str) -> str:
        return escape(phrase(key, language))

    told = f'<p role="alert">{say(problem)}</p>' if problem else ""
    leave = (
        f'<form method="post" action="/login"><input type="hidden" name="leave" value="1">'
        f"<button>{say('log_out')}</button></form>"
        if known
        else ""
    )
    body = (
        f'<!doctype html><html lang="{language}" dir="{direction(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        # Under "no-referrer" a form is sent with the origin "null", which the guard refuses.
        '<meta name="referrer" content="same-origin">'
        f"<title>cita: {say('log_in')}</title><style>{_STYLE}</style></head><body><main>"
        f'<form method="post" action="/login"><h1>cita</h1>{told}'
        f'<label for="key">{say("key")}</label>'
        '<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>'
        f'<input type="hidden" name="next" value="{escape(_within(path))}">'
        f"<button>{say('log_in')}</button></form>{leave}</main></body></html>"
    )
    return HTMLResponse(body, status, headers=protections() | {"Cache-Control": "no-store"})


def _within(path: str) -> str:
    """The path if it is one of this server, else its start page: never another host."""
    inside = path.startswith("/") and not path.startswith(("//", "/\\", "/login")) and path.isprintable()
    return path if inside and "\\" not in path else "/"


def install(app: FastAPI, keys: Keys) -> None:
    """The page and its form, outside of the API's description."""

    @app.get("/login", include_in_schema=False)
    async def show(request: Request) -> Response:
        known = request.scope.get("cita.key") is not None
        return page_of("/", request.headers.get("accept-language", ""), known=known)

    @app.post("/login", include_in_schema=False)
    async def enter(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST:
                break
        form = parse_qs(body[:_MOST].decode("utf-8", "replace"), keep_blank_values=True)
        there = _within(form.get("next", ["/"])[0])
        if "leave" in form:
            gone = RedirectResponse("/login", 303, headers=protections())
            gone.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
            return gone
        key = keys.holder(form.get("key", [""])[0].strip())
        if key is None:
            return page_of(
                there, request.headers.get("accept-language", ""), status=401, problem="key_unknown"
            )
        inside = RedirectResponse(there, 303, headers=protections())
        inside.set_cookie(
            COOKIE,
            keys.session(key),
            max_age=SESSION,
            path="/",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return inside
