"""How good cita is, measured through the product's own code; never imported by the product.

    a data set  -> datasets (beir, trec, paragraphs) -> Dataset   questions, judgements, documents
                     |
                  corpora   a collection per language, or one pool, or one that is there
                     |
                  search -> ranking (index.search, qa.retrieve) -> measures (ir-measures)
                     |
    retrieval   matrix   pool   ablate        cases -> answers (qa.ask)        latency
                     |                                   |
                  results -> compare (significance)   gate (baseline)   report (plots, page)

`cita eval …` is in `eval.cli`; the same from Python:

    from eval.retrieval import evaluate
    result = evaluate("xquad/es.jsonl")
    result.overall["nDCG@10"], result.by_language_pair["es-es"]

`eval.report.write(result, Path("report.html"))` makes its report, `eval.compare.compare` tells two apart.
"""
