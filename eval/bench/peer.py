"""One peer, in a process of its own: reads passages with their vectors, builds, then searches on request.

    PYTHON peer.py NAME FOLDER       FOLDER holds passages.json, vectors.npy, questions.json, asked.npy

Needs numpy and the peer, and nothing of cita, so that it runs in another environment. Each line on
standard input asks for one round; each line on standard output is its milliseconds, as JSON; the first
line says what building took.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

K = 10
Search = Callable[[int], int]
"""Searches for question number i; how many results came."""


def txtai(folder: Path, texts: list[str], vectors: Any, questions: list[str], asked: Any) -> Search:
    from txtai import Embeddings

    rows = {**dict(zip(texts, vectors, strict=False)), **dict(zip(questions, asked, strict=False))}

    def transform(batch: list[str]) -> Any:
        import numpy as np

        return np.stack([rows[text] for text in batch])

    embeddings = Embeddings(method="external", transform=transform, hybrid=True, content=True)
    embeddings.index([(str(n), text, None) for n, text in enumerate(texts)])
    return lambda i: len(embeddings.search(questions[i], K))


def lancedb(folder: Path, texts: list[str], vectors: Any, questions: list[str], asked: Any) -> Search:
    import lancedb as library

    table = library.connect(str(folder / "lance")).create_table(
        "passages",
        [
            {"id": n, "text": text, "vector": row}
            for n, (text, row) in enumerate(zip(texts, vectors, strict=True))
        ],
    )
    table.create_fts_index("text")

    def search(i: int) -> int:
        query = table.search(query_type="hybrid").vector(asked[i]).text(questions[i])
        return len(query.limit(K).to_list())

    return search


def milvus_lite(folder: Path, texts: list[str], vectors: Any, questions: list[str], asked: Any) -> Search:
    from pymilvus import AnnSearchRequest, DataType, Function, FunctionType, MilvusClient, RRFRanker

    client = MilvusClient(str(folder / "milvus.db"))
    schema = client.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=8192, enable_analyzer=True)
    schema.add_field("dense", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
    schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(
        Function(
            name="bm25",
            input_field_names=["text"],
            output_field_names=["sparse"],
            function_type=FunctionType.BM25,
        )
    )
    indexes = client.prepare_index_params()
    indexes.add_index("dense", index_type="HNSW", metric_type="IP", params={"M": 16, "efConstruction": 200})
    indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    client.create_collection("passages", schema=schema, index_params=indexes)
    for first in range(0, len(texts), 1000):
        client.insert(
            "passages",
            [
                {"id": first + n, "text": text[:2000], "dense": row.tolist()}
                for n, (text, row) in enumerate(
                    zip(texts[first : first + 1000], vectors[first : first + 1000], strict=True)
                )
            ],
        )
    client.flush("passages")
    client.load_collection("passages")

    def search(i: int) -> int:
        requests = [
            AnnSearchRequest([asked[i].tolist()], "dense", {"metric_type": "IP"}, limit=K),
            AnnSearchRequest([questions[i]], "sparse", {"metric_type": "BM25"}, limit=K),
        ]
        found = client.hybrid_search("passages", requests, RRFRanker(), limit=K, output_fields=["text"])
        return len(found[0])

    return search


PEERS = {"txtai": txtai, "lancedb": lancedb, "milvus-lite": milvus_lite}


def main() -> None:
    name, folder = sys.argv[1], Path(sys.argv[2])
    import numpy as np

    texts = json.loads((folder / "passages.json").read_text("utf-8"))
    questions = json.loads((folder / "questions.json").read_text("utf-8"))
    own = folder / name
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir()
    answers, sys.stdout = sys.stdout, sys.stderr  # libraries print what they like elsewhere
    started = perf_counter()
    search = PEERS[name](
        own, texts, np.load(folder / "vectors.npy"), questions, np.load(folder / "asked.npy")
    )
    found = search(0)
    print(
        json.dumps({"seconds": perf_counter() - started, "found": found, "disk": _size(own)}),
        file=answers,
        flush=True,
    )
    for line in sys.stdin:
        taken = []
        for i in range(min(int(line), len(questions))):
            began = perf_counter()
            search(i)
            taken.append((perf_counter() - began) * 1000)
        print(json.dumps(taken), file=answers, flush=True)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
