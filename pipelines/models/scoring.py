"""Scores of payments, with their reasons, from rows of features: in Spark, batch by batch, on any worker.

A worker may not see the disk on which models are kept, so the model's files travel with the plan. They are in safe
formats: loading them runs no code of theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.models.families import calibrated
from pipelines.models.families.arrays import Codes, Flags, Floats
from pipelines.models.families.calibrated import CalibratedModel
from pipelines.models.families.model import Contributions, check_features

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

REASONS = 4
"""At most so many reasons are given for a score."""

EXPLAINED_FROM = 5
"""Scores below have no reasons: nobody acts on them, and exact contributions take much longer than a score."""

SCORED = {
    "probability": "double",
    "score": "bigint",
    "top_reason": "string",
    "reasons": "string",
    "feature_row": "binary",
}
"""The columns that scoring adds to a row, with their types."""


@dataclass(frozen=True)
class Packed:
    """A model on its way to the workers.

    Attributes:
        version: the name of the model's version.
        feature_names: the columns that it takes, in order.
        files: content of its files, by name.
    """

    version: str
    feature_names: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]


def pack(version: str, feature_names: tuple[str, ...], folder: Path) -> Packed:
    """A model that is kept in a folder with its calibration."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = tuple((path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths)
    return Packed(version, feature_names, files)


@lru_cache(maxsize=4)
def unpacked(packed: Packed) -> CalibratedModel:
    """The model, ready to score: loaded once in each worker."""
    with TemporaryDirectory(prefix="vermeil-model-") as place:
        for name, content in packed.files:
            path = Path(place) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return calibrated.load(Path(place))


def scored(rows: DataFrame, packed: Packed, keep: Sequence[str], table: str) -> DataFrame:
    """Rows of features with the model's scores.

    Args:
        rows: has the model's features as doubles, null where one is not known.
        packed: the model.
        keep: columns that are passed on.
        table: what the rows are from, for the message of an error.

    Returns:
        The columns to keep, then those of :data:`SCORED`.

    Raises:
        ModelError: the rows lack a feature of the model; the message names it and those there are.
    """
    available = [name for name, kind in rows.dtypes if kind == "double"]
    check_features(packed.feature_names, available, packed.version, table)
    types = dict(rows.select(*keep).dtypes) | SCORED
    schema = ", ".join(f"{name} {kind}" for name, kind in types.items())
    return rows.select(*keep, *packed.feature_names).mapInArrow(
        partial(_scored, packed=packed, keep=tuple(keep)), schema
    )


def _scored(
    batches: Iterator[pa.RecordBatch], packed: Packed, keep: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    model = unpacked(packed)
    for batch in batches:
        if batch.num_rows:
            found = columns(model, matrix(batch, packed.feature_names))
            arrays = [batch.column(name) for name in keep]
            yield pa.RecordBatch.from_arrays([*arrays, *found.values()], [*keep, *found])


def matrix(batch: pa.RecordBatch, features: Sequence[str]) -> Floats:
    """The features of a batch as a matrix of one row a payment, NaN for null."""
    found = np.empty((batch.num_rows, len(features)))
    for place, name in enumerate(features):
        found[:, place] = batch.column(name).to_numpy(zero_copy_only=False)
    return found


def columns(model: CalibratedModel, rows: Floats) -> dict[str, pa.Array]:
    """The columns of :data:`SCORED` for a matrix of features."""
    probability = np.asarray(model.predict(rows), np.float64)
    score = scores(probability)
    top, reasons = _reasons(model, rows, score >= EXPLAINED_FROM)
    return {
        "probability": pa.array(probability),
        "score": pa.array(score),
        "top_reason": top,
        "reasons": reasons,
        "feature_row": _as_bytes(rows),
    }


def scores(probability: Floats) -> Codes:
    """Whole percent of probabilities, rounded down: a score is at least 30 where the probability is at least 0.3."""
    # A hundredth is no binary fraction: 0.29 * 100 falls just short of 29.
    return np.floor(np.round(probability * 100, 9)).astype(np.int64)


def feature_row(packed: bytes, features: Sequence[str]) -> dict[str, float | None]:
    """What a model saw of a payment, by feature, from the column ``feature_row``; None for null.

    Args:
        packed: the column's value.
        features: of the model, in its order.

    Raises:
        ValueError: the features are not those of the model that made the score.
    """
    values = np.frombuffer(packed, dtype="<f8")
    return {
        name: None if np.isnan(value) else float(value) for name, value in zip(features, values, strict=True)
    }


def feature_rows(packed: Sequence[bytes], width: int) -> Floats:
    """What a model saw of payments, from the column ``feature_row``: a row a payment, a column a feature."""
    return np.frombuffer(b"".join(packed), dtype="<f8").reshape(len(packed), width)


def _as_bytes(rows: Floats) -> pa.Array:
    """Each row of a matrix as the bytes of its numbers; nothing is copied but once."""
    width = rows.shape[1] * 8
    offsets = np.arange(len(rows) + 1, dtype=np.int32) * width
    content = np.ascontiguousarray(rows, dtype="<f8")
    return pa.Array.from_buffers(
        pa.binary(), len(rows), [None, pa.py_buffer(offsets), pa.py_buffer(content.view(np.uint8))]
    )


def _reasons(model: CalibratedModel, rows: Floats, explained: Flags) -> tuple[pa.Array, pa.Array]:
    """The first reason, and all of them as JSON, of the rows that are to be explained; null for the others."""
    if not explained.any():
        nothing = pa.nulls(len(rows), pa.string())
        return nothing, nothing
    chosen = rows[explained]
    top, listed = reasons(model.feature_names, chosen, model.contributions(chosen))
    place = pa.array(np.cumsum(explained) - 1, mask=~explained)
    return top.take(place), listed.take(place)


def reasons(features: Sequence[str], rows: Floats, found: Contributions) -> tuple[pa.Array, pa.Array]:
    """What speaks most for fraud in some rows.

    Args:
        features: names of the columns.
        rows: their values.
        found: what each of them adds to the model's output.

    Returns:
        The name of the first reason of each row, null where nothing speaks for fraud; and at most :data:`REASONS` as
        JSON, the strongest first: ``[{"feature": …, "value": …, "contribution": …}]``.
    """
    order = np.argsort(-found.values, axis=1, kind="stable")[:, :REASONS]
    added = np.take_along_axis(found.values, order, axis=1)
    values = np.take_along_axis(rows, order, axis=1)
    listed = [
        _where(added[:, rank] > 0, _reason(features, order[:, rank], values[:, rank], added[:, rank]))
        for rank in range(order.shape[1])
    ]
    # Arrow loses a row all of whose texts are null; the first is only null where the others are.
    joined = pc.binary_join_element_wise(listed[0].fill_null(""), *listed[1:], ", ", null_handling="skip")
    first = _where(added[:, 0] > 0, pa.array(features).take(pa.array(order[:, 0])))
    return first, pc.binary_join_element_wise("[", joined, "]", "")


def _reason(features: Sequence[str], place: Codes, value: Floats, added: Floats) -> pa.Array:
    """One reason of each row, as a JSON object."""
    name = pa.array([json.dumps(feature) for feature in features]).take(pa.array(place))
    parts = ('{"feature": ', name, ', "value": ', _numbers(value), ', "contribution": ', _numbers(added), "}")
    return pc.binary_join_element_wise(*parts, "")


def _where(chosen: Flags, texts: pa.Array) -> pa.Array:
    """Texts, null where they are not chosen."""
    return pc.if_else(pa.array(chosen), texts, pa.scalar(None, pa.string()))


def _numbers(values: Floats) -> pa.Array:
    """Numbers as JSON has them, six digits after the point; null for what JSON has no number for."""
    known = np.isfinite(values)
    return pa.array(np.round(values, 6), mask=~known).cast(pa.string()).fill_null("null")
