"""People and programs: the command line, the HTTP API, the chat page, and the doors made for other programs.

    cli ──> index, qa                       one function each, printed
    serve ──> api ──> collection ──> index  one process: /v1, /docs and, mounted at /, chat
           │      └─> asking ──> qa         every quote is checked again before it leaves
           ├─> openai ──> completion        the same answers in the form of OpenAI's chat
           └─> mcp ──> tools                and as tools of the Model Context Protocol
    client ──> calls ──> (HTTP)             a server asked from Python

Front ends translate: they parse, call one function, render, and choose a status.
"""
