"""The guard before the web: real servers on the loopback address that redirect, rebind, drip and bomb."""

# ruff: noqa: E501 - paragraphs of news are longer than lines of code, and stay in one piece here.

from __future__ import annotations

import gzip
import http.server
import ipaddress
import socket
import time
import zlib
from collections.abc import Callable

import pytest

from index import guard
from index.errors import Unreadable
from index.fetch import Fetcher, Validators
from index.guard import Address, Guard, is_public
from tests.sites import local, said, send, serving

REFUSED = [
    "http://127.0.0.1/", "http://localhost/", "http://0.0.0.0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
    "http://2130706433/", "http://0177.0.0.1/", "http://0x7f.1/", "http://169.254.169.254/latest/meta-data",
    "http://100.100.100.200/", "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/", "http://[fd00::1]/",
    "http://[fe80::1]/", "http://[fec0::1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://198.18.0.1/",
    "http://224.0.0.1/", "http://255.255.255.255/", "http://240.0.0.1/", "http://[::]/", "http://[ff02::1]/",
    "http://good@127.0.0.1/", "http://evil\\@good/", "file:///etc/passwd", "gopher://x/", "ftp://x.example/", "http://8.8.8.8:22/",
    "http://8.8.8.8:6379/", "https://8.8.8.8:8443/", "http://", "http:///a", "//x.example/a", "http://[::1", "http://a b/", "data:,x",
    "http://x.example:99999/",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_no_public_page_is_refused_before_any_connection(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_: object) -> None:
        raise AssertionError("a connection was opened")

    def resolved(host: str) -> list[str]:
        # Numbers in any form are turned into addresses by the system; names would need the network.
        return (
            guard.resolve(host)
            if host.replace(".", "").replace("x", "").isalnum() and host[0].isdigit()
            else resolve_name(host)
        )

    def resolve_name(host: str) -> list[str]:
        return ["127.0.0.1"] if host == "localhost" else [str(ipaddress.ip_address(host))]

    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(Unreadable):
        Fetcher(guard=Guard(resolve=resolved)).get(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_a_page_is_fetched_with_its_validators() -> None:
    with serving(
        {"/a": said("<p>мост 橋 جسر".encode(), ETag='"1"', Last_Modified="Thu, 05 Jun 2025 10:00:00 GMT")}
    ) as (base, seen):
        answer = local().get(f"{base}/a")
    assert answer.data.decode() == "<p>мост 橋 جسر"
    assert (answer.status, answer.url, answer.kind) == (200, f"{base}/a", "text/html; charset=utf-8")
    assert (answer.validators.etag, answer.validators.modified) == ('"1"', "Thu, 05 Jun 2025 10:00:00 GMT")
    assert [path for path, _ in seen] == ["/robots.txt", "/a"]
    assert "cita" in seen[1][1]["User-Agent"]
    assert seen[1][1]["Host"] == base.removeprefix("http://")


def test_an_unchanged_page_is_not_sent_again() -> None:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        unchanged = (
            handler.headers["If-None-Match"] == '"1"' and handler.headers["If-Modified-Since"] == "then"
        )
        send(handler, b"" if unchanged else b"<p>x", 304 if unchanged else 200)

    with serving({"/a": answer}) as (base, _):
        known = {f"{base}/a": Validators('"1"', "then")}
        assert local(known=known).get(f"{base}/a").status == 304
        assert local().get(f"{base}/a").status == 200


def test_every_hop_is_checked() -> None:
    targets = [
        "http://169.254.169.254/x",
        "http://[::ffff:10.0.0.1]/",
        "file:///etc/passwd",
        "javascript:1",
        "http://u@127.0.0.1/",
    ]
    routes = {f"/{n}": said(b"", 302, Location=target) for n, target in enumerate(targets)}
    with serving(routes) as (base, _):
        for n in range(len(targets)):
            with pytest.raises(Unreadable, match=r"refused|no answer"):
                local().get(f"{base}/{n}")


def test_redirects_are_followed_up_to_the_bound() -> None:
    routes = {f"/{n}": said(b"", 301, Location=f"/{n + 1}") for n in range(50)}
    routes["/5"] = said(b"<p>end")
    with serving(routes) as (base, _):
        answer = local().get(f"{base}/0")
        assert (answer.data, answer.url) == (b"<p>end", f"{base}/5")
    routes["/5"] = said(b"", 308, Location="/6")
    with serving(routes) as (base, seen), pytest.raises(Unreadable, match="5 redirects"):
        local().get(f"{base}/0")
    assert len(seen) < 10


def test_a_name_that_changes_its_mind_gains_nothing() -> None:
    answers = iter(["127.0.0.1", "127.0.0.1", *["169.254.169.254"] * 9])
    asked: list[str] = []

    def rebinding(host: str) -> list[str]:
        asked.append(host)
        return [next(answers)]

    loopback: Callable[[Address], bool] = lambda address: address.is_loopback  # noqa: E731
    with serving({"/a": said(b"<p>one"), "/b": said(b"", 302, Location="/a")}) as (base, seen):
        port = base.rpartition(":")[2]
        fetcher = Fetcher(guard=Guard(resolve=rebinding, allowed=loopback, ports=None), pause=0)
        # One look-up for robots.txt, one for the page: the connection goes where the guard looked.
        assert fetcher.get(f"http://rebind.example:{port}/a").data == b"<p>one"
        assert asked == ["rebind.example"] * 2
        assert seen[-1][1]["Host"] == f"rebind.example:{port}"
        with pytest.raises(Unreadable, match=r"refused.*169\.254"):
            fetcher.get(f"http://rebind.example:{port}/b")


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    guard = Guard(resolve=lambda _: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(Unreadable, match=r"10\.0\.0\.1"):
        guard.addresses("both.example")


@pytest.mark.parametrize("packing", ["gzip", "deflate", "raw"])
def test_packed_answers_are_unpacked_and_bombs_cut(packing: str) -> None:
    def packed(data: bytes) -> bytes:
        if packing == "raw":
            stream = zlib.compressobj(9, zlib.DEFLATED, -15)
            return stream.compress(data) + stream.flush()
        return gzip.compress(data) if packing == "gzip" else zlib.compress(data)

    name = "gzip" if packing == "gzip" else "deflate"
    routes = {
        "/a": said(packed(b"<p>puente"), Content_Encoding=name),
        "/bomb": said(packed(b"\0" * 30_000_000), Content_Encoding=name),
        "/br": said(b"x", Content_Encoding="br"),
        "/broken": said(b"\x1f\x8b\x08garbage", Content_Encoding="gzip"),
    }
    with serving(routes) as (base, _):
        assert local().get(f"{base}/a").data == b"<p>puente"
        for path, word in (("bomb", "10 MB"), ("br", "packed as"), ("broken", "unpacked")):
            with pytest.raises(Unreadable, match=word):
                local().get(f"{base}/{path}")


def test_sizes_that_lie_and_bodies_without_end() -> None:
    def endless(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    routes = {
        "/endless": endless,
        "/short": said(b"<p>x", Content_Length="500"),
        "/large": said(b"x", Content_Length=str(10**12)),
    }
    with serving(routes) as (base, _):
        for path, word in (("endless", "10 MB"), ("short", "no answer"), ("large", "10 MB")):
            with pytest.raises(Unreadable, match=word):
                local().get(f"{base}/{path}")


@pytest.mark.parametrize("part", ["head", "body"])
def test_what_drips_is_cut_at_the_deadline(part: str) -> None:
    def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        if part == "body":
            handler.wfile.write(b"Content-Length: 1000\r\n\r\n")
        for _ in range(200):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    with serving({"/a": drip}) as (base, _):
        began = time.monotonic()
        with pytest.raises(Unreadable, match="timeout"):
            local(seconds=0.6).get(f"{base}/a")
        assert time.monotonic() - began < 3


def test_robots_are_heard() -> None:
    rules = b"User-agent: *\nDisallow: /private*.html$\nAllow: /\n\nUser-agent: cita\nDisallow: /no\nCrawl-delay: 0.2\n"
    routes = {
        "/robots.txt": said(rules),
        "/no": said(),
        "/yes": said(),
        "/moved": said(b"", 302, Location="/no"),
    }
    with serving(routes) as (base, seen):
        fetcher = Fetcher(guard=Guard(allowed=lambda _: True, ports=None), pause=0.01)
        for path in ("no", "moved"):
            with pytest.raises(Unreadable, match=r"robots\.txt"):
                fetcher.get(f"{base}/{path}")
        began = time.monotonic()
        assert fetcher.get(f"{base}/yes").status == 200
        assert time.monotonic() - began >= 0.15
    assert [path for path, _ in seen] == ["/robots.txt", "/moved", "/yes"]


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (302, False)])
def test_robots_that_cannot_be_asked(status: int, allowed: bool) -> None:
    location = {"Location": "http://10.0.0.1/"} if status == 302 else {}
    with serving({"/robots.txt": said(b"", status, **location), "/a": said()}) as (base, _):
        if allowed:
            assert local().get(f"{base}/a").status == 200
        else:
            with pytest.raises(Unreadable, match=r"robots\.txt"):
                local().get(f"{base}/a")


def test_a_long_pause_is_not_waited_for() -> None:
    rules = b"User-agent: *\nCrawl-delay: 600\n"
    with (
        serving({"/robots.txt": said(rules), "/a": said()}) as (base, _),
        pytest.raises(Unreadable, match="600 s"),
    ):
        local().get(f"{base}/a")


@pytest.mark.parametrize(
    ("status", "word"), [(404, "no such page"), (403, "refuses"), (500, "HTTP 500"), (204, "HTTP 204")]
)
def test_other_answers_are_told(status: int, word: str) -> None:
    with serving({"/a": said(b"", status)}) as (base, _), pytest.raises(Unreadable, match=word):
        local().get(f"{base}/a")


def test_nobody_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(Unreadable, match=r"no answer|robots"):
        local().get(f"http://127.0.0.1:{port}/a")


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving({"/a": said()}) as (base, _):
        assert local().get(f"{base}/a").status == 200
