"""Made-up payments with the columns that features need, as one Parquet file: for the benchmark of features only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DAYS = 180
GROUP = 1_000_000
"""Rows that are made, and written, at a time."""

KEYS = {"card": 0.2, "customer": 0.15, "ip_network": 0.1, "merchant": 0.0005, "email_domain": 0.0005}
"""Entities for each payment; their sizes differ by orders of magnitude, as real ones do."""


def make(file: Path, payments: int, seed: int = 7) -> None:
    """Write payments over half a year, spread evenly; a tenth of them is declined."""
    draw = np.random.default_rng(seed)
    with pq.ParquetWriter(file, _group(draw, 0, 1, payments).schema) as writer:
        for first in range(0, payments, GROUP):
            writer.write_table(_group(draw, first, min(GROUP, payments - first), payments))


def _group(draw: np.random.Generator, first: int, size: int, payments: int) -> pa.Table:
    seconds = draw.integers(0, DAYS * 86_400, size) + 1_767_225_600
    columns = {
        "payment": pa.array(np.arange(first, first + size)),
        "created_at": pa.array(seconds * 1_000_000, pa.timestamp("us", tz="UTC")),
        "amount_minor": pa.array(draw.lognormal(8, 1, size).astype(np.int64)),
        "is_declined": pa.array(draw.random(size) < 0.1),
    }
    for name, share in KEYS.items():
        # Squared: few entities have many payments, many have few.
        number = (draw.random(size) ** 2 * max(payments * share, 2)).astype(np.int64)
        columns[name] = pa.array(np.char.add(f"{name}_", number.astype(str)))
    return pa.table(columns)
