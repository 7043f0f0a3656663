"""Timings: `python -m eval.bench waits` (whole processes), `python -m eval.bench index` (the index alone).

A timing is a benchmark, never a test. What is compared runs in turn (A B C A B C …), so that a drift of
the machine's speed touches all alike.
"""
