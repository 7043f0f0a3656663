"""People and programs: the command line, the HTTP API, the chat page.

    cli ──> index, qa                       one function each, printed
    serve ──> api ──> collection ──> index  one process: /v1, /docs and, mounted at /, chat
                  └─> asking ──> qa         every quote is checked again before it leaves

Front ends translate: they parse, call one function, render, and choose a status.
"""
