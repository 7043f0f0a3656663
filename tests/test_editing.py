from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.test_api import TEXT, client_of, problem


@pytest.fixture
def client(collection: Path) -> Iterator[TestClient]:
    with client_of(collection) as client:
        yield client


@pytest.fixture
def added(client: TestClient) -> dict[str, Any]:
    """One article with everything that is known of it, as GET gives it."""
    fields = {
        "text": TEXT,
        "title": "El puente",
        "url": "https://example.org/puente",
        "outlet": "El Faro",
        "author": "Ana Ruiz",
        "published": "2025-05-04",
    }
    (item,) = client.post("/v1/articles", json=fields).json()["items"]
    article: dict[str, Any] = client.get(f"/v1/articles/{item['article_id']}").json()
    return article


OTHER = "Der Bürgermeister eröffnete die neue Brücke, die 61 Millionen Euro kostete. Viele Leute kamen."


def test_an_article_that_is_put_keeps_its_id_and_the_text_before(
    client: TestClient, added: dict[str, Any]
) -> None:
    place = f"/v1/articles/{added['id']}"
    response = client.put(place, json={"text": OTHER, "title": "Die Brücke"})
    assert response.status_code == 200, response.text
    article = response.json()
    assert article == client.get(place).json()
    assert response.headers["etag"] == client.get(place).headers["etag"]
    assert (article["id"], article["key"], article["url"]) == (added["id"], added["key"], added["url"])
    assert (article["text"], article["title"], article["language"]) == (OTHER, "Die Brücke", "de")
    assert (article["outlet"], article["author"], article["published"]) == (None, None, None)
    (revision,) = client.get(f"{place}/revisions").json()
    assert (revision["text"], revision["title"]) == (TEXT, "El puente")
    answer = client.post("/v1/ask", json={"question": "Wie viel kostete die neue Brücke?"}).json()
    assert any("61 Millionen" in quote["text"] for quote in answer["quotes"])
    quotes = client.post("/v1/ask", json={"question": "¿Cuánto costó el puente nuevo?"}).json()["quotes"]
    assert not any("48 millones" in quote["text"] for quote in quotes)


def test_what_is_patched_changes_and_the_rest_stays(client: TestClient, added: dict[str, Any]) -> None:
    place = f"/v1/articles/{added['id']}"
    article = client.patch(place, json={"outlet": "Заря 新闻", "author": None}).json()
    assert article == added | {"outlet": "Заря 新闻", "author": None}
    article = client.patch(place, json={"title": "Otro título", "language": "eu"}).json()
    assert (article["title"], article["text"], article["language"]) == ("Otro título", TEXT, "eu")
    article = client.patch(place, json={"text": OTHER}).json()
    assert (article["text"], article["language"], article["outlet"]) == (OTHER, "de", "Заря 新闻")
    assert client.patch(place, json={}).json() == article
    assert len(client.get(f"{place}/revisions").json()) == 2


def test_a_stale_copy_changes_and_removes_nothing(client: TestClient, added: dict[str, Any]) -> None:
    place = f"/v1/articles/{added['id']}"
    before = client.get(place).headers["etag"]
    changed = client.patch(place, json={"outlet": "B"}, headers={"If-Match": before})
    assert changed.status_code == 200
    stale = {"If-Match": before}
    for response in (
        client.patch(place, json={"outlet": "C"}, headers=stale),
        client.put(place, json={"text": OTHER}, headers=stale),
        client.delete(place, headers=stale),
        client.delete(place, headers={"If-Match": "nonsense"}),
    ):
        assert "read it again" in problem(response, 412)
    assert client.get(place).json()["outlet"] == "B"
    now = {"If-Match": f'"x", W/{changed.headers["etag"]}'}
    assert client.delete(place, headers=now).status_code == 204
    problem(client.patch(place, json={"outlet": "C"}, headers={"If-Match": "*"}), 404)


def test_what_was_read_is_not_sent_again(client: TestClient, added: dict[str, Any]) -> None:
    for path in (f"/v1/articles/{added['id']}", "/v1/articles", "/v1/info", "/v1/feedback", "/v1/jobs"):
        first = client.get(path)
        tag = first.headers["etag"]
        again = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert "default-src 'self'" in again.headers["content-security-policy"]
        other = client.get(path, headers={"If-None-Match": '"other"'})
        assert other.content == first.content
    tag = client.get("/v1/info").headers["etag"]
    client.patch(f"/v1/articles/{added['id']}", json={"outlet": "B"})
    assert client.get("/v1/info", headers={"If-None-Match": tag}).status_code == 200
    assert "etag" not in client.get("/v1/articles/nothing").headers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 422),
        ({"text": None}, 422),
        ({"title": None}, 422),
        ({"language": "English"}, 422),
        ({"key": "x"}, 422),
        ({"id": "x"}, 422),
        ([], 422),
        ({"text": "  \u200b "}, 422),
    ],
)
def test_changes_of_the_wrong_form_are_refused(
    client: TestClient, added: dict[str, Any], body: object, status: int
) -> None:
    problem(client.patch(f"/v1/articles/{added['id']}", json=body), status)
    assert client.get(f"/v1/articles/{added['id']}").json() == added


def test_an_address_stays_and_two_articles_are_never_one(client: TestClient, added: dict[str, Any]) -> None:
    place = f"/v1/articles/{added['id']}"
    problem(client.put(place, json={"text": OTHER, "url": "https://example.org/other"}), 422)
    (item,) = client.post("/v1/articles", json={"text": OTHER, "title": "B"}).json()["items"]
    problem(client.put(place, json={"text": OTHER, "title": "B"}), 409)
    assert client.get(f"/v1/articles/{item['article_id']}").status_code == 200
    assert client.get(place).json() == added


def test_articles_are_listed_by_what_they_are(client: TestClient, added: dict[str, Any]) -> None:
    def ids(query: str) -> list[str]:
        response = client.get(f"/v1/articles?{query}")
        assert response.status_code == 200, response.text
        return [one["id"] for one in response.json()["articles"]]

    assert (
        ids("outlet=el%20faro") == ids("q=PUENTE%20alcaldesa") == ids("from=2025-05&to=2025") == [added["id"]]
    )
    assert len(ids("language=ru&language=ko")) == 2
    assert ids("language=es&outlet=El%20Faro&q=zzz") == []
    assert ids("order=newest&limit=1") == [added["id"]]
    page = client.get("/v1/articles?order=title&limit=5").json()
    rest = client.get("/v1/articles", params={"order": "title", "after": page["next"]}).json()
    titles = [one["title"] for one in page["articles"] + rest["articles"]]
    assert titles == sorted(titles)
    assert len(titles) == 12
    for query in (
        "order=best",
        "from=yesterday",
        "language=Spanish",
        "outlet=Nobody",
        "order=title&after=x",
        "from=2025&to=2024",
        "q=" + "x" * 3000,
    ):
        problem(client.get(f"/v1/articles?{query}"), 422)


def test_an_address_is_fetched_as_a_job_where_that_is_allowed(collection: Path) -> None:
    asked = {"url": "http://127.0.0.1:9/page"}
    with client_of(collection) as client:
        assert "--allow-network" in problem(client.post("/v1/articles", json=asked), 403)
        problem(client.post("/v1/articles", json={"url": "file:///etc/passwd"}), 422)
    with client_of(collection, network=True) as client:
        response = client.post("/v1/articles", json=asked)
        assert response.status_code == 202
        assert client.get(response.headers["location"]).json()["job"]["id"] == response.json()["id"]
