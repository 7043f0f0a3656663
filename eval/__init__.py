"""Measuring cita: never imported by the product, reached through `cita eval` and `python -m eval.…`."""
