"""From articles to searchable passages; knows nothing of questions beyond their words.

    files -> extract -> clean -> language -> sentences -> split -> embed -> store (SQLite, the truth)
                                                                             |
                                       vectors (FAISS) + lexical (tantivy) <-+  caches, in generations
                                                        |
                                     search: both legs fused -> Hit(passage, score, signals)

The public door is `index.search.Index` to ask and `index.ingest.ingest` to add.
"""
