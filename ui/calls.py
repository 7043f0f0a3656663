"""What can be asked of a server: a plan for each method of the Python client, the same for both its kinds."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict, Unpack
from urllib.parse import quote

from pydantic import BaseModel, TypeAdapter

from index.article import Article
from index.errors import BadInput
from index.hit import Hit
from index.info import Info
from index.jobs import Job
from index.report import Item, Report
from index.scope import Scope
from qa.answer import Answer, Quote
from qa.feedback import Feedback, Verdict
from ui.eventstream import ANSWER
from ui.exchange import Pause, Plan, Send, body, parsed
from ui.lists import Found, Page

if TYPE_CHECKING:
    from index.listing import Order
    from qa.conversation import Turn

Earlier: TypeAlias = "str | Turn | Answer"
"""What was asked before: a question, or the answer it got."""

FINISHED = frozenset({"done", "cancelled", "failed"})
"""States of a job that stay."""

LOOK_AGAIN = 0.5
"""Seconds between two looks at a job that is waited for."""


class _Jobs(BaseModel):
    jobs: list[Job]


class _Outcomes(BaseModel):
    job: Job
    items: list[Item]
    next: int | None


class _Report(BaseModel):
    items: list[Item]


class _Judgements(BaseModel):
    feedback: list[Feedback]
    next: int | None


_FOUND = TypeAdapter(Found)
_INFO = TypeAdapter(Info)
_PAGE = TypeAdapter(Page)
_ARTICLE = TypeAdapter(Article)
_REPORT = TypeAdapter(_Report)
_JOB = TypeAdapter(Job)
_JOBS = TypeAdapter(_Jobs)
_OUTCOMES = TypeAdapter(_Outcomes)
_FEEDBACK = TypeAdapter(Feedback)
_JUDGEMENTS = TypeAdapter(_Judgements)


def _scoped(scope: Scope | None) -> dict[str, Any] | None:
    if not scope:
        return None
    limits = {
        "from": scope.since,
        "to": scope.until,
        "outlets": list(scope.outlets),
        "languages": list(scope.languages),
        "articles": list(scope.articles),
    }
    return {name: value for name, value in limits.items() if value}


def _given(**fields: Any) -> dict[str, Any]:
    """The fields that are there."""
    return {name: value for name, value in fields.items() if value is not None}


def _write(method: str, path: str, **more: Any) -> Send:
    """A request that changes something, under a name of its own: sent again, it is not done again."""
    return Send(method, path, headers={"Idempotency-Key": uuid.uuid4().hex}, **more)


def asking(
    question: str,
    language: str | None,
    scope: Scope | None,
    explain: bool,
    conversation: Sequence[Earlier],
    *,
    events: bool,
) -> Send:
    """The request that asks."""
    sent = _given(
        question=question,
        language=language,
        scope=_scoped(scope),
        explain=explain or None,
        conversation=[_turn(one) for one in conversation] or None,
    )
    accepted = "text/event-stream, application/json" if events else "application/json"
    return Send("POST", "/v1/ask", json=sent, headers={"Accept": accepted}, streamed=events)


def _turn(earlier: Earlier) -> dict[str, Any]:
    if isinstance(earlier, str):
        return {"question": earlier}
    standalone = not earlier.about if isinstance(earlier, Answer) else earlier.standalone
    return _given(question=earlier.question, language=earlier.language, standalone=standalone)


# -- asking


def ask(
    question: str,
    *,
    language: str | None = None,
    scope: Scope | None = None,
    explain: bool = False,
    conversation: Sequence[Earlier] = (),
) -> Plan[Answer]:
    """The answer to a question in any language, made of verbatim quotes.

    `language` (ISO 639-1) is that of the question, told from its words when left out; only articles in
    `scope` are quoted; with `explain` the answer says why it is what it is. `conversation` is what was asked
    before, oldest first: an incomplete question takes from it what it leaves unsaid.
    """
    asked = asking(question, language, scope, explain, conversation, events=False)
    return parsed(ANSWER, body((yield asked)))


def search(question: str, k: int = 10, *, scope: Scope | None = None) -> Plan[list[Hit]]:
    """The `k` passages nearest to a question, best first."""
    sent = _given(question=question, k=k, scope=_scoped(scope))
    return parsed(_FOUND, body((yield Send("POST", "/v1/search", json=sent)))).hits


def info() -> Plan[Info]:
    """What the collection holds."""
    return parsed(_INFO, body((yield Send("GET", "/v1/info"))))


# -- articles


def page(
    *,
    words: str = "",
    scope: Scope | None = None,
    order: Order = "id",
    limit: int = 100,
    after: str | None = None,
) -> Plan[Page]:
    """Some articles without their texts, and the cursor of those after them; see `articles`."""
    limits = scope or Scope()
    params = {
        "q": words,
        "from": limits.since,
        "to": limits.until,
        "outlet": list(limits.outlets),
        "language": list(limits.languages),
        "order": order,
        "limit": limit,
        "after": after,
    }
    given = {name: value for name, value in params.items() if value}
    return parsed(_PAGE, body((yield Send("GET", "/v1/articles", params=given))))


def article(id: str) -> Plan[Article]:
    """One article, with the text that offsets count."""
    return parsed(_ARTICLE, body((yield Send("GET", _article(id)))))


def add(
    text: str,
    *,
    title: str | None = None,
    url: str | None = None,
    outlet: str | None = None,
    author: str | None = None,
    published: str | None = None,
    language: str | None = None,
) -> Plan[Report]:
    """Add one article; with a `url` that is there already, its text is updated."""
    about = _given(title=title, url=url, outlet=outlet, author=author, published=published, language=language)
    return _report(body((yield _write("POST", "/v1/articles", json={"text": text} | about))))


def add_files(*paths: Path | str) -> Plan[Report]:
    """Add the articles in some files, of any kind that `cita ingest` reads, and wait until they are there."""
    return _report(body((yield _write("POST", "/v1/articles", files=_files(paths)))))


class Changes(TypedDict, total=False):
    """What is to be another: what is left out stays, and None takes away what may be missing."""

    text: str
    title: str
    outlet: str | None
    author: str | None
    published: str | None
    language: str


def change(id: str, **changes: Unpack[Changes]) -> Plan[Article]:
    """Change parts of an article (`title="…"`); its id stays, and its text before is kept as a revision."""
    return parsed(_ARTICLE, body((yield _write("PATCH", _article(id), json=dict(changes)))))


def delete(id: str) -> Plan[None]:
    """Remove an article: no later answer quotes it."""
    yield _write("DELETE", _article(id))


def _article(id: str) -> str:
    return f"/v1/articles/{quote(id, safe='')}"


def _files(paths: Sequence[Path | str]) -> list[Path]:
    if not paths:
        raise BadInput("no files: expected one or more")
    return [Path(path) for path in paths]


def _report(told: bytes) -> Report:
    return Report(parsed(_REPORT, told).items)


# -- jobs


def hand_in(*paths: Path | str, urls: Sequence[str] = ()) -> Plan[Job]:
    """Hand in files, or addresses to fetch, to be added in the background."""
    if paths and urls:
        raise BadInput("files and addresses in one job: hand them in one after the other")
    if urls:
        return parsed(_JOB, body((yield _write("POST", "/v1/jobs", json={"urls": list(urls)}))))
    return parsed(_JOB, body((yield _write("POST", "/v1/jobs", files=_files(paths)))))


def jobs(limit: int = 50) -> Plan[list[Job]]:
    """The jobs, the latest first."""
    return parsed(_JOBS, body((yield Send("GET", "/v1/jobs", params={"limit": limit})))).jobs


def job(id: str) -> Plan[Job]:
    """A job as it stands now."""
    return parsed(_OUTCOMES, body((yield _outcomes(id, 0, 1)))).job


def outcomes(id: str) -> Plan[Report]:
    """What became so far of each input and record of a job."""
    items: list[Item] = []
    after: int | None = 0
    while after is not None:
        told = parsed(_OUTCOMES, body((yield _outcomes(id, after, 1000))))
        items += told.items
        after = told.next
    return Report(items)


def wait(id: str, timeout: float = 3600.0) -> Plan[Job]:
    """The job once it is done, cancelled or failed; after `timeout` seconds, as it stands."""
    until = monotonic() + timeout
    while True:
        now = yield from job(id)
        if now.state in FINISHED or monotonic() >= until:
            return now
        yield Pause(LOOK_AGAIN)


def cancel(id: str) -> Plan[Job]:
    """Stop a job; what it has added stays."""
    return parsed(_JOB, body((yield _write("POST", f"/v1/jobs/{quote(id, safe='')}/cancel"))))


def retry(id: str) -> Plan[Job]:
    """Put a job back in line, for the inputs that failed or were not read."""
    return parsed(_JOB, body((yield _write("POST", f"/v1/jobs/{quote(id, safe='')}/retry"))))


def _outcomes(id: str, after: int, limit: int) -> Send:
    return Send("GET", f"/v1/jobs/{quote(id, safe='')}", params={"after": after, "limit": limit})


# -- feedback


def judge(
    verdict: Verdict,
    answer: Answer,
    quoted: Quote | None = None,
    *,
    note: str = "",
) -> Plan[Feedback]:
    """Say that an answer was "good" or "bad"; or of one of its quotes that it was, or that it is "right"."""
    sent = _given(verdict=verdict, question=answer.question, language=answer.language, note=note or None)
    if quoted is None:
        shown = [_place(one) for one in (answer.quotes or answer.nearest)]
        sent |= {"status": answer.status, "shown": shown}
    else:
        sent |= _place(quoted)
    return parsed(_FEEDBACK, body((yield _write("POST", "/v1/feedback", json=sent))))


def feedback(limit: int = 1000, after: int = 0) -> Plan[list[Feedback]]:
    """The feedback given, oldest first: at most `limit` with ids beyond `after`."""
    given: list[Feedback] = []
    while len(given) < limit:
        params = {"limit": min(limit - len(given), 1000), "after": after}
        told = parsed(_JUDGEMENTS, body((yield Send("GET", "/v1/feedback", params=params))))
        given += told.feedback
        if told.next is None:
            break
        after = told.next
    return given


def take_back(id: int) -> Plan[None]:
    """Take a piece of feedback back."""
    yield _write("DELETE", f"/v1/feedback/{id}")


def _place(quoted: Quote) -> dict[str, Any]:
    return {"article_id": quoted.article_id, "start": quoted.start, "end": quoted.end}
