"""Data sets in every format that is read, and what is said of those that contradict themselves."""

from __future__ import annotations

import gzip
import json
import lzma
import tracemalloc
from pathlib import Path

import pytest

from eval.dataset import Dataset, survey
from eval.datasets import load
from eval.lines import lines
from index.errors import BadInput, NotFound
from tests.worlds import WORLD, beir, jsonl, parallel


def test_beir_folder(tmp_path: Path) -> None:
    dataset = load(beir(tmp_path / "news"))
    assert (dataset.name, dataset.kind, dataset.parallel) == ("news", "beir", False)
    assert {query.id: (query.text, query.language) for query in dataset.queries} == {
        f"q-{code}": (question, code) for code, (question, _) in WORLD.items()
    }
    assert {doc.id: (doc.text, doc.language) for doc in dataset.documents()} == {
        f"d-{code}": (text, code) for code, (_, text) in WORLD.items()
    }
    assert dataset.qrels == {f"q-{code}": {f"d-{code}": 1} for code in WORLD}


def test_beir_languages_are_told_from_the_questions_where_not_declared(tmp_path: Path) -> None:
    dataset = load(beir(tmp_path / "news", declared=False))
    told = {query.id: query.language for query in dataset.queries}
    assert {code for code in WORLD if told[f"q-{code}"] == code} >= {
        "es",
        "en",
        "ru",
        "ko",
        "zh",
        "ja",
        "ar",
        "th",
    }


def test_beir_splits(tmp_path: Path) -> None:
    folder = beir(tmp_path / "news")
    (folder / "qrels" / "train.tsv").write_text("query-id\tcorpus-id\tscore\nq-es\td-es\t2\n", "utf-8")
    assert len(load(folder).queries) == len(WORLD)
    assert load(folder, split="train").qrels == {"q-es": {"d-es": 2}}
    with pytest.raises(BadInput, match=r"no split 'dev' \(there: test, train\)"):
        load(folder, split="dev")


@pytest.mark.parametrize("opener", [lzma.open, gzip.open], ids=["xz", "gzip"])
def test_packed_files_are_told_by_content(tmp_path: Path, opener: object) -> None:
    path = tmp_path / "es.jsonl"
    record = {"id": "1", "question": WORLD["es"][0], "context": WORLD["es"][1], "paragraph_id": "p1"}
    with opener(path, "wt", encoding="utf-8") as file:  # type: ignore[operator]
        file.write(json.dumps(record) + "\n")
    dataset = load(path)
    assert [(q.id, q.language) for q in dataset.queries] == [("1", "es")]
    assert [(doc.id, doc.language) for doc in dataset.documents()] == [("p1", "es")]


def test_a_folder_of_languages_is_parallel(tmp_path: Path) -> None:
    dataset = load(parallel(tmp_path / "world"))
    assert dataset.parallel
    assert dataset.qrels["ko:q1"] == {f"{code}:d00p0": 1 for code in ("ar", "es", "ko", "ru")}
    assert survey(dataset).languages == {"ar": 2, "es": 2, "ko": 2, "ru": 2}


def test_narrowing(tmp_path: Path) -> None:
    dataset = load(parallel(tmp_path / "world"))
    few = dataset.narrowed(questions=["ko"], passages=["es"], limit=1)
    assert [query.id for query in few.queries] == ["ko:q2"]
    assert [doc.id for doc in few.documents()] == ["es:d00p0", "es:d01p0"]
    assert all(set(docs) <= {"es:d00p0", "es:d01p0"} for docs in few.qrels.values())
    odd = dataset.narrowed(part="odd")
    assert {doc.id.split(":")[1] for doc in odd.documents()} == {"d01p0"}
    assert {query.id.split(":")[1] for query in odd.queries} == {"q2"}
    with pytest.raises(BadInput, match="no questions in xx: expected languages among ar,es,ko,ru"):
        dataset.narrowed(questions=["xx"])
    with pytest.raises(BadInput, match="no question with a right document is left"):
        dataset.narrowed(passages=["fi"])


@pytest.mark.parametrize("limit", [1, 3, 7, 10, 99])
def test_limits_keep_so_many_of_each_language(tmp_path: Path, limit: int) -> None:
    rows = [{"id": str(n), "question": f"q {n}", "context": f"c {n}", "language": "en"} for n in range(10)]
    kept = load(jsonl(tmp_path / "a.jsonl", rows)).narrowed(limit=limit).queries
    assert len(kept) == min(limit, 10)
    assert len({query.id for query in kept}) == len(kept)


def squad(path: Path, code: str, **more: object) -> Path:
    question, text = WORLD[code]
    qas = [{"id": "q1", "question": question, "answers": []}, {"id": "q2", "question": "?", **more}]
    path.write_text(
        json.dumps({"data": [{"title": "T", "paragraphs": [{"context": text, "qas": qas}]}]}), "utf-8"
    )
    return path


def test_squad_xquad_and_mlqa(tmp_path: Path) -> None:
    one = load(squad(tmp_path / "dev.json", "fr", is_impossible=True))
    assert (one.kind, [(q.id, q.language) for q in one.queries]) == ("squad", [("q1", "fr")])
    folder = tmp_path / "xquad"
    folder.mkdir()
    for code in ("hi", "th", "zh"):
        squad(folder / f"xquad.{code}.json", code)
    many = load(folder)
    assert many.parallel
    assert many.qrels["th:q1"] == {"hi:d00p0": 1, "th:d00p0": 1, "zh:d00p0": 1}
    mlqa = tmp_path / "mlqa"
    mlqa.mkdir()
    squad(mlqa / "test-context-es-question-zh.json", "es")
    crossed = load(mlqa)
    assert (crossed.parallel, {q.language for q in crossed.queries}) == (False, {"zh"})
    assert {doc.language for doc in crossed.documents()} == {"es"}


def test_pira_has_its_languages_in_the_names_of_its_fields(tmp_path: Path) -> None:
    row = {"id": "A1", "question_pt": "Quem?", "question_en": "Who?", "context_en": "Helen Ward."}
    dataset = load(jsonl(tmp_path / "pira.jsonl", [row]))
    assert [(q.text, q.language) for q in dataset.queries] == [("Quem?", "pt")]
    assert [doc.language for doc in dataset.documents()] == ["en"]


def miracl(folder: Path) -> Path:
    (folder / "topics").mkdir(parents=True)
    (folder / "qrels").mkdir()
    (folder / "topics" / "topics.miracl-v1.0-ko-dev.tsv").write_text(f"7\t{WORLD['ko'][0]}\n", "utf-8")
    (folder / "qrels" / "qrels.miracl-v1.0-ko-dev.tsv").write_text("7 Q0 12#0 1\n7\tQ0\t12#1\t0\n", "utf-8")
    rows = [{"docid": f"12#{n}", "title": "공장", "text": f"{WORLD['ko'][1]} {n}"} for n in range(2)]
    with gzip.open(folder / "docs-0.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return folder


def test_miracl_and_classic_topics(tmp_path: Path) -> None:
    dataset = load(miracl(tmp_path / "miracl"))
    assert (dataset.kind, [(q.id, q.language) for q in dataset.queries]) == ("trec", [("7", "ko")])
    assert dataset.qrels == {"7": {"12#0": 1, "12#1": 0}}
    assert next((doc.id, doc.title, doc.language) for doc in dataset.documents()) == ("12#0", "공장", "ko")
    topics = tmp_path / "miracl" / "topics" / "topics.miracl-v1.0-ko-dev.tsv"
    topics.write_text(
        "<top>\n<num> Number: 7\n<title> 정부는 얼마를\n투자하나요\n<desc> x\n</top>\n", "utf-8"
    )
    assert [(q.id, q.text) for q in load(tmp_path / "miracl").queries] == [("7", "정부는 얼마를 투자하나요")]


def test_a_trec_folder_may_have_its_corpus_as_a_table_or_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "marco"
    folder.mkdir()
    (folder / "queries.dev.tsv").write_text(f"7\t{WORLD['ko'][0]}\n", "utf-8")
    (folder / "qrels.dev.tsv").write_text("7\t0\t12\t1\n", "utf-8")
    dataset = load(folder)
    assert dataset.kind == "trec"
    with pytest.raises(BadInput, match=r"has no corpus: .* or give --data DIR"):
        survey(dataset)
    corpus = folder / "collection.tsv"
    corpus.write_text(f"12\t{WORLD['ko'][1]}\n13\tTítulo\t{WORLD['es'][1]}\n", "utf-8")
    assert [(doc.id, doc.title, doc.text) for doc in load(folder).documents()] == [
        ("12", "", WORLD["ko"][1]),
        ("13", "Título", WORLD["es"][1]),
    ]
    corpus.write_text("12\n", "utf-8")
    with pytest.raises(BadInput, match=r"collection\.tsv:1: 1 fields: expected id, text"):
        survey(load(folder))


TAGGED = """
<DOC>
<DOCNO> LA-1 </DOCNO>
<HEADLINE><P>Tren &amp; río</P></HEADLINE>
<TEXT><P>
Unas 2.300 personas
fueron evacuadas.
</P><P>정부는 3조 원을 투자한다.</P></TEXT>
</DOC>

<doc><docno>LA-2</docno>
Sin marcas: x < y.
</doc>
"""


def test_documents_in_trecs_tags(tmp_path: Path) -> None:
    folder = tmp_path / "trec"
    folder.mkdir()
    (folder / "topics.txt").write_text("<top>\n<num> Number: 7\n<title> evacuadas\n</top>\n", "utf-8")
    (folder / "qrels.txt").write_text("7 0 LA-1 1\n", "utf-8")
    (folder / "README").write_text("About this collection.\n", "utf-8")
    corpus = folder / "la.gz"
    corpus.write_bytes(gzip.compress(TAGGED.encode()))
    assert [(doc.id, doc.title, doc.text, doc.place) for doc in load(folder).documents()] == [
        (
            "LA-1",
            "Tren & río",
            "Unas 2.300 personas fueron evacuadas.\n\n정부는 3조 원을 투자한다.",
            f"{corpus}:2",
        ),
        ("LA-2", "", "Sin marcas: x < y.", f"{corpus}:11"),
    ]
    corpus.write_bytes(TAGGED.replace("LA-2", " ").encode())
    with pytest.raises(BadInput, match=r"la\.gz:11: a document without <DOCNO>"):
        survey(load(folder))
    corpus.write_bytes(TAGGED.replace("</doc>", "").encode())
    with pytest.raises(BadInput, match=r"la\.gz:11: a document without </DOC>"):
        survey(load(folder))


def test_empty_topics_and_judgements_of_unknown_topics(tmp_path: Path) -> None:
    topics, qrels = sorted(miracl(tmp_path / "miracl").glob("*/*.tsv"), reverse=True)
    qrels.write_text("7 Q0 12#0 1\n8 Q0 12#0 1\n", "utf-8")
    with pytest.raises(BadInput, match=r"dev\.tsv:2: the question '8' is judged but not in"):
        load(tmp_path / "miracl")
    topics.write_text("", "utf-8")
    with pytest.raises(BadInput, match=r"topics\.miracl-v1\.0-ko-dev\.tsv is empty"):
        load(tmp_path / "miracl")


def _lines_of(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def test_a_judgement_of_an_unknown_document_is_named_with_file_and_line(tmp_path: Path) -> None:
    folder = beir(tmp_path / "news")
    path = folder / "qrels" / "test.tsv"
    path.write_text(path.read_text("utf-8") + "q-es\tnowhere\t1\n", "utf-8")
    with pytest.raises(
        BadInput, match=rf"test\.tsv:{len(_lines_of(path))}: the document 'nowhere' is judged but"
    ):
        survey(load(folder))


def test_a_judgement_of_an_unknown_question_is_named_with_file_and_line(tmp_path: Path) -> None:
    folder = beir(tmp_path / "news")
    path = folder / "qrels" / "test.tsv"
    path.write_text(path.read_text("utf-8") + "q-nobody\td-es\t1\n", "utf-8")  # judged before, for another
    with pytest.raises(BadInput, match=rf"test\.tsv:{len(_lines_of(path))}: the question 'q-nobody'"):
        load(folder)


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        ("corpus.jsonl", '{"_id": "d-es", "text": "otra"}', r"corpus\.jsonl:12: a second document"),
        ("queries.jsonl", '{"_id": "q-es", "text": "otra"}', r"queries\.jsonl:12: a second question"),
        ("queries.jsonl", '{"_id": "q", "text": 3.5}', r"queries\.jsonl:12: no text in the field 'text'"),
        ("queries.jsonl", '["q"]', r"queries\.jsonl:12: a JSON list: expected an object"),
        ("queries.jsonl", "{", r"queries\.jsonl:12: not JSON"),
        ("corpus.jsonl", '{"_id": "x", "text": "y", "metadata": {"language": "A1"}}', r":12: the language"),
        ("corpus.jsonl", '{"_id": "x", "text": "y", "metadata": 7}', r":12: the field 'metadata' is a int"),
        ("qrels/test.tsv", "q-es d-es 1", r"test\.tsv:13: 1 fields: expected 3"),
        ("qrels/test.tsv", "q-es\td-ko\thigh", r"test\.tsv:13: the relevance 'high'"),
        ("qrels/test.tsv", "q-es\td-ko\t0.5", r"test\.tsv:13: the relevance '0\.5'"),
        ("qrels/test.tsv", "q-es\td-ko\tnan", r"test\.tsv:13: the relevance 'nan'"),
        ("qrels/test.tsv", "q-es\td-es\t0", r"test\.tsv:13: 'd-es' is judged a second time"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_and_line(
    tmp_path: Path, file: str, line: str, message: str
) -> None:
    path = beir(tmp_path / "news") / file
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
    with pytest.raises(BadInput, match=message):
        survey(load(tmp_path / "news"))


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("corpus.jsonl", "news: the corpus is empty"),
        ("queries.jsonl", r"queries\.jsonl is empty"),
        ("qrels/test.tsv", "is an empty split"),
    ],
)
def test_empty_files_of_a_beir_folder(tmp_path: Path, file: str, message: str) -> None:
    (beir(tmp_path / "news") / file).write_text("", "utf-8")
    with pytest.raises(BadInput, match=message):
        survey(load(tmp_path / "news"))


def test_grades_may_be_written_with_a_point(tmp_path: Path) -> None:
    path = beir(tmp_path / "news") / "qrels" / "test.tsv"
    path.write_text(path.read_text("utf-8").replace("\t1\n", "\t1.0\n"), "utf-8")
    assert load(tmp_path / "news").qrels["q-ko"] == {"d-ko": 1}


def test_a_folder_without_splits(tmp_path: Path) -> None:
    (beir(tmp_path / "news") / "qrels" / "test.tsv").unlink()
    with pytest.raises(BadInput, match=r"qrels holds no \.tsv file"):
        load(tmp_path / "news")


def test_byte_order_marks_windows_line_ends_and_blank_lines(tmp_path: Path) -> None:
    folder = beir(tmp_path / "news")
    before = load(folder)
    documents, digest = list(before.documents()), survey(before).digest
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        path = folder / name
        text = path.read_text("utf-8").replace("\n", "\r\n \r\n")
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    after = load(folder)
    assert [document.text for document in after.documents()] == [document.text for document in documents]
    assert survey(after).digest == digest


def test_halves_of_surrogate_pairs_are_left_out(tmp_path: Path) -> None:
    folder = beir(tmp_path / "news")
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"_id": "x\\ud83d", "text": "поезд \\ud83d\\ude82 \\ude82"}\n')
    [*_, last] = load(folder).documents()
    assert (last.id, last.text) == ("x", "поезд 🚂 ")
    assert survey(load(folder)).documents == len(WORLD) + 1


def test_a_judged_document_has_a_language_though_none_is_declared(tmp_path: Path) -> None:
    known = survey(load(beir(tmp_path / "news", declared=False)))
    assert known.languages == {"und": len(WORLD)}
    assert {known.judged[f"d-{code}"] for code in ("es", "ru", "ko", "zh", "th")} == {
        "es", "ru", "ko", "zh", "th",
    }  # fmt: skip


def test_an_empty_split_and_an_empty_file(tmp_path: Path) -> None:
    folder = beir(tmp_path / "news")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n", "utf-8")
    with pytest.raises(BadInput, match="is an empty split"):
        load(folder)
    empty = tmp_path / "empty.jsonl"
    empty.write_text("", "utf-8")
    with pytest.raises(BadInput, match=r"empty\.jsonl is no data set that is known here"):
        load(empty)
    with pytest.raises(NotFound, match="is not there"):
        load(tmp_path / "nowhere")


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"question": "a", "context": "b"}\n{"question": "\xff"}\n')
    with pytest.raises(BadInput, match=r"a\.jsonl:2: not UTF-8"):
        load(path)
    packed = tmp_path / "b.jsonl.xz"
    packed.write_bytes(lzma.compress(b"x" * 99_999)[:-40])
    with pytest.raises(BadInput, match="damaged compressed file"):
        list(lines(packed))


def test_a_paragraph_with_two_texts(tmp_path: Path) -> None:
    rows = [{"question": f"q{n}", "context": f"text {n}", "paragraph_id": "same"} for n in range(2)]
    with pytest.raises(BadInput, match=r"a\.jsonl:2: another text for the paragraph 'same'"):
        load(jsonl(tmp_path / "a.jsonl", rows))


@pytest.mark.parametrize("row", [{"question": " ", "context": "x"}, {"question": "x", "context": "\n"}])
def test_an_empty_question_or_paragraph(tmp_path: Path, row: object) -> None:
    path = jsonl(tmp_path / "a.jsonl", [{"question": "Qui ?", "context": "Le maire."}, row])
    with pytest.raises(BadInput, match=r"a\.jsonl:2: an empty question or context"):
        load(path)


@pytest.mark.parametrize(
    ("paragraph", "message"),
    [
        ({"qas": [{"id": "1", "question": "?"}]}, r"paragraphs\[0\]\.qas\[0\]: .* \(no field 'context'\)"),
        ({"context": "x"}, r"paragraphs\[0\]: not SQuAD's format \(no field 'qas'\)"),
        ("x", r"paragraphs\[0\]: not SQuAD's format"),
    ],
)
def test_what_is_wrong_in_nested_json_is_named_with_its_place(
    tmp_path: Path, paragraph: object, message: str
) -> None:
    path = tmp_path / "dev.json"
    path.write_text(json.dumps({"data": [{"title": "T", "paragraphs": [paragraph]}]}), "utf-8")
    with pytest.raises(BadInput, match=rf"dev\.json:data\[0\]\.{message}"):
        load(path)


def test_a_file_has_no_splits(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", [{"question": "Qui ?", "context": "Le maire."}])
    with pytest.raises(BadInput, match="has no splits: leave --split dev out"):
        load(path, split="dev")


def test_a_large_corpus_is_read_in_little_memory(tmp_path: Path) -> None:
    folder = beir(tmp_path / "news")
    with (folder / "corpus.jsonl").open("a", encoding="utf-8") as file:
        for number in range(3000):
            file.write(json.dumps({"_id": f"x{number}", "text": "ñandú 三百万吨 " * 250}) + "\n")
    assert (folder / "corpus.jsonl").stat().st_size > 10_000_000
    tracemalloc.start()
    known = survey(load(folder))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert known.documents == 3000 + len(WORLD)
    assert peak < 3_000_000


def test_the_digest_changes_with_the_data_and_only_then(tmp_path: Path) -> None:
    def digest(dataset: Dataset) -> str:
        return survey(dataset).digest

    folder = beir(tmp_path / "a")
    before = digest(load(folder))
    assert digest(load(beir(tmp_path / "b"))) == before
    corpus = folder / "corpus.jsonl"
    corpus.write_text(corpus.read_text("utf-8").replace("2.300", "2.301"), "utf-8")
    assert digest(load(folder)) != before
