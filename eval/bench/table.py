"""The figures of `eval.bench.index` as a table, each beside what it must be."""

from __future__ import annotations

from typing import Any

MUST = {
    "cold_s": "<= 0.8",
    "ingest_per_s": ">= 2000",
    "memory_per_passage": "<= 200",
    "disk_per_passage": "<= 1600",
    "add_ms": "<= 60",
    "delete_ms": "<= 20",
}
FROM = {"memory_per_passage": 500_000}
"""Passages from which a target holds: where few are, all rows are kept in memory."""
PEERS = {"txtai": ">= 4 x", "lancedb": ">= 40 x", "milvus-lite": ">= 40 x"}
_NAMES = {
    "cold_s": "first cited answer from a cold process, s",
    "cold_processor_s": "  of which processor time, s",
    "ingest_per_s": "ingest, clean file to searchable, passages/s",
    "memory_per_passage": "memory per passage, bytes (not mapped)",
    "disk_per_passage": "disk per passage with text and vectors, bytes",
    "add_ms": "one article searchable and durable, ms",
    "delete_ms": "delete, ms",
}


def text(results: dict[str, Any]) -> str:
    """One line a figure; collections one below the other."""
    lines = []
    for label, row in [("real articles", results["real"]), *results["sizes"].items()]:
        made = "" if label == "real articles" else "generated, "
        lines.append(f"\n{made}{row['passages']} passages")
        lines += [
            _line(
                _NAMES[key],
                f"{row[key]:.3g}",
                MUST.get(key, "") if row["passages"] >= FROM.get(key, 0) else "",
            )
            for key in _NAMES
            if key in row
        ]
        search = row["search"]
        limit = "<= 6 / 20" if row["passages"] > 500_000 else "<= 1 / 3" if row["passages"] < 30_000 else ""
        shown = f"{search['p50']:.2f} / {search['p99']:.2f}"
        lines.append(_line("hybrid search p50 / p99, ms, vector given", shown, limit))
        used = row["search_processor"]
        shown = f"{used['p50']:.2f} / {used['p99']:.2f}"
        lines.append(_line("  of which processor time", shown, ""))
        for name, one in row["fidelity"].items():
            shown = f"{100 * one['share']:.1f} %  (MRR {one['coded']:.3f} of {one['exact']:.3f})"
            lines.append(_line(f"ANN fidelity, {name}", shown, ">= 99 %"))
        if "adding" in row:
            times = row["adding"]["p99"] / row["quiet"]["p99"]
            shown = f"{times:.2f}  ({row['adding']['p99']:.2f} of {row['quiet']['p99']:.2f} ms)"
            lines.append(_line("p99 of search while ingesting, times quiet", shown, "<= 2"))
    for name, row in results.get("peers", {}).items():
        ratio = f"  {row['times_cita']:.1f} x cita" if "times_cita" in row else ""
        lines.append(
            _line(
                f"beside peers: {name}, p50 / p99, ms",
                f"{row['p50']:.2f} / {row['p99']:.2f}{ratio}",
                PEERS.get(name, ""),
            )
        )
    if cold := results.get("cold"):
        lines.append(f"\n{cold['passages']} passages, {cold['cold_status']}")
        lines += [_line(_NAMES[key], f"{cold[key]:.3g}", MUST.get(key, "")) for key in _NAMES if key in cold]
    if results["growth"] is not None:
        lines.append(_line("growth of query time with size, exponent", f"{results['growth']:.2f}", "<= 0.4"))
    return "\n".join(lines)


def _line(name: str, value: str, must: str) -> str:
    return f"  {name:<46} {value:<34} {must and f'must {must}'}"
