"""Where the records of raw files are, and how they differ from what is known of their source."""

from __future__ import annotations

from pipelines.metrics.shared.metric import ROWS, Subject

_of = Subject("gold.audit", "data", dimensions=("file", "ingest_id"))
_drift = Subject("gold.schema_drift", "data", dimensions=("source", "object_type", "drift"))

METRICS = (
    _of("records_count", "Records that came in.", "record_count", synonyms=("records", "records taken in")),
    *(
        _of(f"{name}_records_count", meaning, f"{name}_count", synonyms=(f"{name} records",))
        for name, meaning in (
            ("current", "Records that are the current version of a silver row."),
            ("superseded", "Records that are an older version of a silver row."),
            ("duplicate", "Further copies of a version."),
            ("quarantined", "Records that were refused with a reason."),
            ("unmodelled", "Records of a type that no table holds."),
            ("waiting", "Records of batches that their table has not taken in yet."),
            ("missing", "Records that are nowhere: 0 in a sound lakehouse."),
        )
    ),
    _of(
        "quarantine_rate",
        "Records that were refused with a reason, of all that came in.",
        "quarantined_count",
        "record_count",
        synonyms=("share refused", "refused share", "quarantine share"),
    ),
    _of(
        "duplicate_rate",
        "Further copies of a version, of all records that came in.",
        "duplicate_count",
        "record_count",
        synonyms=("share of duplicates",),
    ),
    _of(
        "unmodelled_rate",
        "Records of a type that no table holds, of all.",
        "unmodelled_count",
        "record_count",
    ),
    _drift(
        "differences_count",
        "Ways in which records differ from the known fields of their type.",
        ROWS,
        synonyms=("schema drift", "unknown fields", "differences"),
    ),
)
