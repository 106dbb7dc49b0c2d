"""Whose a record is, and which other records hang on it without naming the person."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.privacy.records import FORGOTTEN, LINKS, Json, scrubbed, subject
from pipelines.sources.inside import listed_again

Row = dict[str, Any]
"""A row of bronze.records."""

WORD = re.compile(r"[A-Za-z0-9_]+")

OWNERS = ("customer", "related_customer")
"""Fields of any object that say which customer it belongs to."""

DEPENDENTS = frozenset((
    "balance_transaction", "dispute", "identity.verification_report", "radar.early_fraud_warning", "refund",
    "review", "settlement_line",
))  # fmt: skip
"""Objects that are about another one and nothing else."""

_SHARED = frozenset((
    "account", "application", "balance", "capability", "coupon", "payout", "plan", "price", "product", "promotion_code",
    "tax_rate", "topup", "transfer", "privacy.redaction_job",
))  # fmt: skip
_LINK_ID = re.compile(r"[a-z]+(_[a-z]+)*_[A-Za-z0-9_]+")


@dataclass(frozen=True)
class Target:
    """What is to be erased.

    Attributes:
        ids: of the customer, or of objects.
        names: customer ids, with what stands in their place.
        account: only records of this account; None for all.
        narrow: the objects themselves and what depends on them; otherwise all that belongs to the customer.
        types: types of objects to look through, besides what cannot be read; None for all.
    """

    ids: frozenset[str]
    names: Mapping[str, str] = field(default_factory=dict)
    account: str | None = None
    narrow: bool = False
    types: frozenset[str] | None = None


def is_named(row: Row, ids: frozenset[str] | set[str]) -> bool:
    """Whether a record holds one of some ids as a whole word."""
    return row["object_id"] in ids or not ids.isdisjoint(WORD.findall(row["payload"] or ""))


def belongs(row: Row, target: Target, ids: frozenset[str] | set[str]) -> bool:
    """Whether a record that names one of some ids is the person's own.

    A record of another customer may name this one, in a referral for example. It stays as it is but for the name.
    One that cannot be read is taken for theirs: nobody can tell what else is in it.
    """
    if row["fault"] is not None or row["object_id"] in ids:
        return True
    if target.narrow:
        return row["object_type"] in DEPENDENTS
    owners = set(_owners(_subject(row)))
    if row["object_type"] == "customer":
        owners.add(row["object_id"])
    return not owners or not owners.isdisjoint(ids)


def linked(row: Row, target: Target) -> Iterator[str]:
    """Ids by which further records of the person are found: the object's own, and those that it points to."""
    if row["fault"] is not None:
        return
    if row["object_id"] and row["object_type"] not in _SHARED:
        yield row["object_id"]
    if not target.narrow:
        yield from _links(_subject(row))


def rewritten(
    row: Row, target: Target, ids: frozenset[str] | set[str], fields: Collection[str] = (), *, theirs: bool
) -> Row:
    """A record without the person; of somebody else's, without their id.

    Args:
        row: the record.
        target: who is forgotten.
        ids: of the person and of their objects.
        fields: those that stay of a mapped row.
        theirs: whether it belongs to the person.
    """
    changed = dict(row)
    if theirs and row["fault"] is not None:
        changed |= {"payload": FORGOTTEN, "payload_bytes": None}
    elif theirs:
        changed["payload"] = scrubbed(row["payload"], row["shape"], row["object_type"], fields)
    if changed["payload"] == FORGOTTEN:
        # The ids stay, so that a run which was cut finds the record again.
        changed["payload"] = " ".join([FORGOTTEN, *sorted(ids.intersection(WORD.findall(row["payload"])))])
    changed["payload"] = renamed(changed["payload"], target.names)
    changed["object_id"] = target.names.get(row["object_id"], row["object_id"])
    if changed.get("inside") is not None:
        changed["inside"] = listed_again(changed["payload"].encode(), row["shape"], row["inside"])
    return changed


def renamed(text: str, names: Mapping[str, str]) -> str:
    """A text with other names in the place of some ids."""
    return WORD.sub(lambda word: names.get(word[0], word[0]), text) if names else text


def _subject(row: Row) -> Json:
    try:
        document = json.loads(row["payload"])
    except (ValueError, RecursionError):
        return {}
    return subject(document, row["shape"]) if isinstance(document, dict) else {}


def _owners(found: Json) -> Iterator[str]:
    for name in OWNERS:
        if (owner := _id(found.get(name))) is not None:
            yield owner


def _links(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _links(item)
    elif isinstance(value, dict):
        for name, below in value.items():
            found = _id(below) if name in LINKS and name not in OWNERS else None
            if found is not None and _LINK_ID.fullmatch(found):
                yield found
            yield from _links(below)


def _id(value: Any) -> str | None:
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) and found else None
