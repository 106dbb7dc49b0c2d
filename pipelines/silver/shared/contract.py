"""What all silver tables have in common: an account, and where each row comes from."""

# ruff: noqa: E501 - one column a line, so that the declaration reads like a page

from __future__ import annotations

from pipelines.table import Column, Part, Rule, Table

ACCOUNT = Column(
    "account",
    "string",
    "Account that the object belongs to: acct_…, or the source's name for its own.",
    required=True,
)

PROVENANCE = (
    Column("livemode", "boolean", "False for test-mode objects; null where the source does not say."),
    Column("event_type", "string", "Event that brought this version; null where an object came without one."),
    Column("api_version", "string", "API version that this version was rendered in."),
    Column("occurred_at", "timestamp", "When this version came to be."),
    Column("known_at", "timestamp", "When this version was known."),
    Column("version", "string", "Sortable name of this version: the greatest of an object is its current state.", required=True),
    Column("version_id", "string", "Identity of this version: its event's id, or a digest of an object without one.", required=True),
    Column("source", "string", "Source mapping that the record was read with.", required=True),
    Column("record_id", "string", "The bronze record that this version was read from.", required=True, reference="bronze.records.record_id"),
    Column("record_path", "string", "Where this version stood inside another object of the record, such as refunds.data[0]; null where the record is about it."),
    Column("ingest_id", "bigint", "Batch that brought this version.", required=True),
)  # fmt: skip


def silver_table(
    name: str,
    doc: str,
    object_type: str | tuple[str, ...],
    columns: tuple[Column, ...],
    *,
    cluster_by: str | None = None,
    parts: tuple[Part, ...] = (),
    unstored: tuple[Column, ...] = (),
    rules: tuple[Rule, ...] = (),
) -> Table:
    """A silver table: the account, its own columns (the first is the object's id), and where each row comes from.

    Of several types of object that feed it, the one of today comes first.
    """
    return Table(
        name=name,
        kind="objects",
        doc=doc,
        key=("account", columns[0].name),
        columns=(ACCOUNT, *columns, *PROVENANCE),
        cluster_by=cluster_by,
        object_types=(object_type,) if isinstance(object_type, str) else object_type,
        parts=parts,
        unstored=unstored,
        rules=rules,
    )
