"""How the bundled embedder is made: `python -m index.train --data FOLDER --out FOLDER`.

`corpus` reads the text and `overlap` keeps evaluation text out of it; `letters`, `charsmap` and
`pieces` make the tokenizer; `encoded` holds the text as piece ids and `batches` draws from it; `fit`
trains the table; `export` and `card` write the model; `recipe` is all of it in order. Nothing here is
imported when cita runs. Training needs the extra `train` (torch).
"""
