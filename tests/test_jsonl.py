"""JSON Lines: each line stands or falls by itself."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import Unreadable
from index.jsonl import LINE_BYTES, lines, read_record, record


def test_numbers_count_every_line() -> None:
    stream = io.BytesIO('\ufeff{}\n\n  \r\n{"a": "é"}\r\n{}'.encode())
    assert [(number, bytes(line or b"")[-9:]) for number, line in lines(stream)] == [
        (1, "\ufeff{}".encode()),
        (4, '"a": "é"}'.encode()[-9:]),
        (5, b"{}"),
    ]


def test_a_monstrous_line_costs_only_itself() -> None:
    stream = io.BytesIO(b"{}\n" + b"x" * (2 * LINE_BYTES + 5) + b"\n{}\n")
    assert list(lines(stream)) == [(1, b"{}"), (2, None), (3, b"{}")]


@pytest.mark.parametrize(
    ("line", "word"),
    [
        (b"{broken", "not valid JSON"),
        (b"[1]", "a list"),
        (b"null", "null"),
        (b'"x"', "a string"),
        (b"[" * 100_000, "too deep"),
        (b'{"a":' * 100_000, "too deep"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b'{"a": "\xff\x00"}', "encoding"),
    ],
)
def test_reasons(line: bytes, word: str) -> None:
    with pytest.raises(Unreadable, match=word):
        record(line)


def test_nan_is_nothing_and_proto_is_a_name() -> None:
    assert record(b'{"a": NaN, "b": -Infinity, "__proto__": {"x": 1}}') == {
        "a": None,
        "b": None,
        "__proto__": {"x": 1},
    }


@pytest.mark.parametrize("field", ["text", "body", "content", "articleBody", "full_text", "Main-Text"])
def test_the_text_under_its_usual_names(field: str) -> None:
    metadata, text = read_record({field: "Мост открыт.\n橋が再開。", "title": "서울", "description": "x"})
    assert (metadata.title, text) == ("서울", "Мост открыт.\n橋が再開。")


def test_lists_and_markup_become_lines() -> None:
    assert read_record({"text": ["Uno.", "Dos."]})[1] == "Uno.\n\nDos."
    assert (
        read_record({"body": "<p>Uno &amp; <b>dos</b></p><script>x</script><p>तीन</p>"})[1]
        == "Uno & dos\nतीन"
    )


@pytest.mark.parametrize(
    "fields", [{}, {"title": "x"}, {"text": 5}, {"text": {"a": 1}}, {"text": "  "}, {"lc": "x"}]
)
def test_a_record_without_text_says_what_was_there(fields: dict[str, object]) -> None:
    with pytest.raises(Unreadable, match="no text"):
        read_record(fields)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_record_or_a_reason(line: bytes) -> None:
    found: object = None
    try:
        found = record(line)
    except Unreadable as error:
        found = {"reason": str(error)}
    assert isinstance(found, dict)
