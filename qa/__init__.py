"""From a question to an answer that can be checked.

    question --check, language--> Question        what is asked for, its tokens, words, names, numbers
       |
       v      Index.search                        passages found by sense and by word
    retrieve  late interaction, names, numbers    passages read token by token
       |
       v
    sentence  signals of each sentence            how well it answers; the mention that may be the answer
       |
       v
    confidence                                    answered | weak | not_found
       |
       v
    quotes    agreement                           the few that are quoted; the same elsewhere; other values
       |
       v
    compose                                       text with [n], sources in order of use -> Answer

Where the settings name a model, `rerank` orders the passages once more, and a `writer` (`llm`, by `prompt`)
writes from `excerpts` of them: `support` says sentence by sentence what of that the articles hold, `draft`
what is left. `translation` and `rewriting` ask the same writer.

The one function is `qa.ask.ask`; what it gives is re-exported here, where it costs nothing to
import. Nothing in this package knows of HTTP or HTML.
"""

from qa.answer import Answer, Disagreement, Quote, QuoteMismatch, Reading, Source

__all__ = ["Answer", "Disagreement", "Quote", "QuoteMismatch", "Reading", "Source"]
